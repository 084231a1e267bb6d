// Algorithm names of certificates.
#include "crypto/cert/cert.h"

#define V01 "-cert-v01@openssh.com"

// clang-format off
static const struct cert_algorithm rows[] = {
	{ "ssh-ed25519" V01,            "ssh-ed25519" V01,            "ssh-ed25519" },
	{ "ecdsa-sha2-nistp256" V01,    "ecdsa-sha2-nistp256" V01,    "ecdsa-sha2-nistp256" },
	{ "ecdsa-sha2-nistp384" V01,    "ecdsa-sha2-nistp384" V01,    "ecdsa-sha2-nistp384" },
	{ "ecdsa-sha2-nistp521" V01,    "ecdsa-sha2-nistp521" V01,    "ecdsa-sha2-nistp521" },
	{ "sk-ssh-ed25519" V01,         "sk-ssh-ed25519" V01,         "sk-ssh-ed25519@openssh.com" },
	{ "sk-ecdsa-sha2-nistp256" V01, "sk-ecdsa-sha2-nistp256" V01,
	  "sk-ecdsa-sha2-nistp256@openssh.com" },
	{ "rsa-sha2-512" V01,           "ssh-rsa" V01,                "rsa-sha2-512" },
	{ "rsa-sha2-256" V01,           "ssh-rsa" V01,                "rsa-sha2-256" },
};
// clang-format on

const char *const cert_algorithm_names =
        "ssh-ed25519" V01 ",ecdsa-sha2-nistp256" V01 ",ecdsa-sha2-nistp384" V01
        ",ecdsa-sha2-nistp521" V01 ",sk-ssh-ed25519" V01 ",sk-ecdsa-sha2-nistp256" V01
        ",rsa-sha2-512" V01 ",rsa-sha2-256" V01;

const struct cert_algorithm *cert_algorithm_find(struct span name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (span_is(name, rows[i].name))
			return &rows[i];
	}
	return NULL;
}

const struct cert_algorithm *cert_algorithm_of(struct span plain)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (span_is(plain, rows[i].plain))
			return &rows[i];
	}
	return NULL;
}
