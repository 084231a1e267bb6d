// tests/load/client/known_hosts.c
#include "tests/load/client/client_inner.h"
#include "tests/load/client/known_hosts.h"
#include "tests/unit/check.h"

static struct hostkey *key;
static struct blob blob;
static enum client_failure failure;
static char words[128];

static void key_make(void)
{
	if (key == NULL) {
		CHECK_EQ(hostkey_generate(HOSTKEY_ED25519, 0, &key), STATUS_OK);
		CHECK_EQ(hostkey_public_blob(key, &blob), STATUS_OK);
	}
}

// A known_hosts line for `hosts` with our key.
static struct host_trust *known(const char *hosts, const char *name, uint16_t port)
{
	struct blob line;
	char text[512];

	key_make();
	CHECK_EQ(hostkey_public_line(span_blob(&blob), "", &line), STATUS_OK);
	snprintf(text, sizeof(text), "# comment\n%s %s\n", hosts, (const char *)line.data);
	blob_fini(&line);
	return host_trust_known(span_text(text), name, "192.0.2.2", port);
}

static enum status judge(struct host_trust *t)
{
	enum status status =
	        host_trust_check(t, span_blob(&blob), &failure, words, sizeof(words));

	host_trust_free(t);
	return status;
}

TEST(a_known_name_is_trusted)
{
	CHECK_EQ(judge(known("other,switch", "switch", 22)), STATUS_OK);
	CHECK_EQ(judge(known("192.0.2.2", "switch", 22)), STATUS_OK);
	CHECK_EQ(judge(known("[switch]:2222", "switch", 2222)), STATUS_OK);
	CHECK_EQ(judge(known("sw*", "switch", 22)), STATUS_OK);
}

TEST(an_unknown_name_is_unknown)
{
	CHECK_EQ(judge(known("switch", "router", 22)), STATUS_BAD_KEY);
	CHECK_EQ(failure, CLIENT_FAILURE_HOST_KEY_UNKNOWN);
	CHECK_EQ(judge(known("switch", "switch", 2222)), STATUS_BAD_KEY);
	CHECK_EQ(judge(known("!switch,sw*", "switch", 22)), STATUS_BAD_KEY);
}

TEST(a_revoked_key_is_refused)
{
	CHECK_EQ(judge(known("@revoked switch", "switch", 22)), STATUS_BAD_KEY);
	CHECK_EQ(failure, CLIENT_FAILURE_HOST_KEY_CHANGED);
}

TEST(a_hashed_name_is_found)
{
	// the salt 00 to 13, the name "switch"
	CHECK_EQ(judge(known("|1|AAECAwQFBgcICQoLDA0ODxAREhM=|B4WXQ8sZAhrP1AfCDBg7956NXfg=",
	                     "switch", 22)),
	         STATUS_OK);
}

TEST(the_first_key_pins_the_rest)
{
	struct host_trust *t = host_trust_pin("first");
	struct hostkey *other;
	struct blob other_blob;

	key_make();
	CHECK_EQ(hostkey_generate(HOSTKEY_ED25519, 0, &other), STATUS_OK);
	CHECK_EQ(hostkey_public_blob(other, &other_blob), STATUS_OK);
	CHECK_EQ(host_trust_check(t, span_blob(&blob), &failure, words, sizeof(words)),
	         STATUS_OK);
	CHECK_EQ(host_trust_check(t, span_blob(&other_blob), &failure, words, sizeof(words)),
	         STATUS_BAD_KEY);
	CHECK_EQ(failure, CLIENT_FAILURE_HOST_KEY_CHANGED);
	blob_fini(&other_blob);
	hostkey_free(other);
	host_trust_free(t);
}

TEST(a_malformed_pin_is_refused)
{
	CHECK(host_trust_pin("SHA256:short") == NULL);
	CHECK(host_trust_pin("MD5:00") == NULL);
}

TEST(algorithms_of_known_keys_come_first)
{
	struct host_trust *t = known("switch", "switch", 22);
	char names[128];

	host_trust_order(t, "rsa-sha2-512,ssh-ed25519", names, sizeof(names));
	CHECK_TEXT(names, "ssh-ed25519,rsa-sha2-512");
	host_trust_free(t);
}

TEST(algorithms_of_the_past_stay_when_they_were_asked_for)
{
	struct host_trust *t = host_trust_pin("first");
	char names[128];

	host_trust_order(t, "ssh-rsa,ssh-dss", names, sizeof(names));
	CHECK_TEXT(names, "ssh-rsa,ssh-dss");
	host_trust_free(t);
}

CHECK_MAIN()
