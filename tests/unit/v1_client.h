// The client of a control_bench that speaks SSH-1.5. The keys are of the right shape and belong to
// nobody: the bench's keeper opens every session key to the same bytes.
#pragma once

#include "tests/unit/control_client.h"

#include "crypto/core/random.h"
#include "crypto/suite/ssh1_cipher.h"
#include "crypto/wire/ssh1.h"

#include <openssl/evp.h>

// "ssh-rsa", 65537, and a modulus of so many bits.
static inline struct span rsa_blob(unsigned bits, uint8_t *bytes, size_t max)
{
	static const uint8_t e[3] = {1, 0, 1};
	uint8_t n[512];
	struct builder b = builder_over(bytes, max);

	memset(n, 0xb7, sizeof(n));
	builder_text(&b, "ssh-rsa");
	builder_mpint(&b, span_of(e, sizeof(e)));
	builder_mpint(&b, span_of(n, bits / 8));
	return builder_span(&b);
}

// The shard knows an RSA host key besides.
static inline struct bench *bench_new_v1(void)
{
	struct bench *b = bench_new();
	struct shard_hostkey *key = &b->h->hostkeys[b->h->hostkey_count++];
	uint8_t bytes[1024];

	*key = (struct shard_hostkey){HOSTKEY_RSA, 3072, 0,
	                              blob_copy(rsa_blob(3072, bytes, sizeof(bytes)))};
	return b;
}

static inline void v1_connects(struct bench *b)
{
	client_connects_to(b, 0, true);
	client_identifies(b, 0, "SSH-1.5-test");
}

// The cookie that we were sent, and the session's id.
static inline const struct v1_scratch *v1_scratch_in(struct bench *b)
{
	return v1_scratch_of(b->h, bench_session(b, 0));
}

static inline struct span v1_session_key(struct bench *b, uint8_t cipher)
{
	uint8_t wrapped[384];

	memset(wrapped, 0x77, sizeof(wrapped));
	return wire("bbRhRu", SSH1_CMSG_SESSION_KEY, cipher,
	            span_of(v1_scratch_in(b)->cookie, SSH1_COOKIE_BYTES), 3071,
	            span_of(wrapped, sizeof(wrapped)), 0);
}

static inline void v1_keyed(struct bench *b)
{
	v1_connects(b);
	client_message(b, 0, v1_session_key(b, SSH1_CIPHER_3DES));
}

static inline void v1_named(struct bench *b, const char *user)
{
	v1_keyed(b);
	client_message(b, 0, wire("bs", SSH1_CMSG_USER, user));
}

static inline void v1_password(struct bench *b, const char *password)
{
	client_message(b, 0, wire("bs", SSH1_CMSG_AUTH_PASSWORD, password));
}

static inline void v1_logged_in(struct bench *b)
{
	v1_named(b, "bob");
	v1_password(b, "secret");
}

static inline void v1_runs(struct bench *b, const char *command)
{
	client_message(b, 0, wire("bs", SSH1_CMSG_EXEC_CMD, command));
}

static inline void v1_types(struct bench *b, struct span bytes)
{
	client_message(b, 0, wire("bS", SSH1_CMSG_STDIN_DATA, bytes));
}

// A user whose only way in is an RSA key.
static inline void bench_rsa_user(struct bench *b, const char *name, enum api_method method)
{
	uint8_t bytes[1024];

	bench_local_user(b, name, "$y$hash");
	bench_peer_key(b, "rsakey", rsa_blob(2048, bytes, sizeof(bytes)));
	bench_ssh_user(b, name, method, "rsakey");
}

static inline struct span v1_modulus(void)
{
	static uint8_t n[256];

	memset(n, 0xb7, sizeof(n));
	return wire("bhR", SSH1_CMSG_AUTH_RSA, 2048, span_of(n, sizeof(n)));
}

// What the holder of the key would answer to a challenge of zeros.
static inline struct span v1_right_answer(struct bench *b)
{
	static uint8_t md5[16];
	uint8_t bytes[48] = {0};

	memcpy(bytes + 32, v1_scratch_in(b)->id, 16);
	EVP_Digest(bytes, sizeof(bytes), md5, NULL, EVP_md5(), NULL);
	return wire("bR", SSH1_CMSG_AUTH_RSA_RESPONSE, span_of(md5, 16));
}

static inline void random_zeros(void *out, size_t len)
{
	memset(out, 0, len);
}

static inline void v1_challenged(struct bench *b, const char *user)
{
	v1_named(b, user);
	random_source_set(random_zeros);
	client_message(b, 0, v1_modulus());
	random_source_set(NULL);
}
