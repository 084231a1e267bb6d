// ssh2 algorithm: what the words mean, how the lists print, what is in force.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

#include "crypto/hostkey/hostkey.h"
#include "crypto/kex/kex.h"
#include "crypto/suite/suite.h"

#include "crypto/wire/names.h"

static struct span list_of(struct fixture *f, uint8_t field)
{
	return setting_text(
	        settings_find(fixture_settings(f), API_CLASS_SSH_ALGORITHM, span_of(NULL, 0)),
	        field);
}

// After the commands, does the configuration have this line?
static bool prints(struct fixture *f, const char *commands, const char *line)
{
	char wanted[400];

	fixture_exec(f, commands);
	snprintf(wanted, sizeof(wanted), "\n %s\n", line);
	return strstr(fixture_exec(f, "display current-configuration"), wanted) != NULL;
}

TEST(a_list_keeps_the_order_it_was_typed_in)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nssh2 algorithm cipher aes256-ctr aes128-gcm 3des-cbc");
	CHECK(span_is(list_of(f, API_SSH_ALGORITHM_CIPHER),
	              "aes256-ctr,aes128-gcm@openssh.com,3des-cbc"));
	fixture_exec(f, "system-view\nssh2 algorithm mac sha2-512 sha1");
	CHECK(span_is(list_of(f, API_SSH_ALGORITHM_MAC), "hmac-sha2-512,hmac-sha1"));
	fixture_free(f);
}

TEST(a_word_typed_twice_counts_once)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nssh2 algorithm mac sha1 sha2-256 sha1");
	CHECK(span_is(list_of(f, API_SSH_ALGORITHM_MAC), "hmac-sha1,hmac-sha2-256"));
	fixture_free(f);
}

TEST(lists_print_as_the_commands_that_make_them)
{
	struct fixture *f = fixture_new();

	CHECK(prints(f,
	             "system-view\nssh2 algorithm key-exchange dh-group-exchange-sha256 "
	             "sntrup761x25519-sha512 dh-group14-sha1",
	             "ssh2 algorithm key-exchange dh-group-exchange-sha256 "
	             "sntrup761x25519-sha512 dh-group14-sha1"));
	CHECK(prints(f, "system-view\nssh2 algorithm public-key dsa rsa ssh-rsa",
	             "ssh2 algorithm public-key dsa rsa ssh-rsa"));
	CHECK(prints(f, "system-view\nssh2 algorithm cipher aes128-cbc aes128-ctr",
	             "ssh2 algorithm cipher aes128-cbc aes128-ctr"));
	CHECK(prints(f, "system-view\nssh2 algorithm mac sha2-256-etm sha1-etm",
	             "ssh2 algorithm mac sha2-256-etm sha1-etm"));
	fixture_free(f);
}

TEST(one_of_two_names_of_a_word_prints_as_its_own_word)
{
	struct fixture *f = fixture_new();

	CHECK(prints(f, "system-view\nssh2 algorithm public-key rsa_sha2_256 ed25519",
	             "ssh2 algorithm public-key rsa_sha2_256 ed25519"));
	CHECK(prints(f, "system-view\nssh2 algorithm public-key rsa_sha2_512",
	             "ssh2 algorithm public-key rsa_sha2_512"));
	fixture_free(f);
}

TEST(undo_restores_a_list_and_prints_nothing)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nssh2 algorithm cipher 3des-cbc\nssh2 algorithm mac sha1\n"
	                "ssh2 algorithm key-exchange dh-group14-sha1\n"
	                "ssh2 algorithm public-key dsa");
	fixture_exec(f, "system-view\nundo ssh2 algorithm cipher\nundo ssh2 algorithm mac\n"
	                "undo ssh2 algorithm key-exchange\nundo ssh2 algorithm public-key");
	CHECK(strstr(fixture_exec(f, "display current-configuration"), "ssh2") == NULL);
	fixture_free(f);
}

TEST(a_word_that_is_no_algorithm_is_refused)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(fixture_exec(f, "system-view\nssh2 algorithm cipher aes128-ctr rot13"),
	             "% Unrecognized command") != NULL);
	CHECK_EQ(list_of(f, API_SSH_ALGORITHM_CIPHER).len, 0);
	fixture_free(f);
}

TEST(what_is_in_force_is_shown_in_the_same_words)
{
	struct fixture *f = fixture_new();
	const char *text;

	fixture_exec(f, "system-view\nssh2 algorithm cipher aes256-gcm 3des-cbc\n"
	                "ssh2 algorithm public-key rsa");
	text = fixture_exec(f, "display ssh2 algorithm");
	CHECK(strstr(text, " Encryption algorithms : aes256-gcm 3des-cbc\n") != NULL);
	CHECK(strstr(text, " Public key algorithms : rsa\n") != NULL);
	fixture_free(f);
}

// Every name that a list of all words holds is one that the server can find.
static unsigned unknown(struct span list, bool (*known)(struct span all, struct span name))
{
	struct span all = list, name;
	unsigned bad = 0;

	while (names_next(&list, &name))
		bad += !known(all, name);
	return bad;
}

static bool kex_known(struct span all, struct span name)
{
	return kex_find_in(all, name) != NULL;
}

static bool key_known(struct span all, struct span name)
{
	return hostkey_algorithm_find_in(all, name) != NULL;
}

static bool cipher_known(struct span all, struct span name)
{
	return suite_find_in(all, span_text("hmac-sha1"), name, span_text("hmac-sha1")) != NULL;
}

static bool mac_known(struct span all, struct span name)
{
	return suite_find_in(span_text("aes128-cbc"), all, span_text("aes128-cbc"), name) !=
	       NULL;
}

TEST(every_word_has_a_name_that_the_server_knows)
{
	struct fixture *f = fixture_new();

	fixture_exec(
	        f,
	        "system-view\nssh2 algorithm cipher 3des-cbc aes128-cbc aes128-ctr aes128-gcm "
	        "aes192-cbc aes192-ctr aes256-cbc aes256-ctr aes256-gcm chacha20-poly1305\n"
	        "ssh2 algorithm mac sha1 sha1-etm sha2-256 sha2-256-etm sha2-512 sha2-512-etm\n"
	        "ssh2 algorithm public-key dsa ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 "
	        "ecdsa-sha2-nistp521 ed25519 rsa ssh-rsa\n"
	        "ssh2 algorithm key-exchange curve25519-sha256 curve448-sha512 "
	        "dh-group-exchange-sha256 dh-group14-sha1 dh-group14-sha256 "
	        "dh-group16-sha512 dh-group18-sha512 ecdh-sha2-nistp256 "
	        "ecdh-sha2-nistp384 ecdh-sha2-nistp521 mlkem768x25519-sha256 "
	        "sntrup761x25519-sha512");
	CHECK_EQ(unknown(list_of(f, API_SSH_ALGORITHM_CIPHER), cipher_known), 0);
	CHECK_EQ(unknown(list_of(f, API_SSH_ALGORITHM_MAC), mac_known), 0);
	CHECK_EQ(unknown(list_of(f, API_SSH_ALGORITHM_HOST_KEY), key_known), 0);
	CHECK_EQ(unknown(list_of(f, API_SSH_ALGORITHM_KEX), kex_known), 0);
	CHECK(names_has(list_of(f, API_SSH_ALGORITHM_HOST_KEY), span_text("ssh-dss")));
	CHECK(names_has(list_of(f, API_SSH_ALGORITHM_KEX),
	                span_text("sntrup761x25519-sha512@openssh.com")));
	fixture_free(f);
}

CHECK_MAIN()
