// Tests control/session/session_kexinit.c.
#include "tests/unit/control_client.h"

static uint8_t ours[2048];
static size_t ours_len;

static enum status choose_of(struct span theirs, bool first, struct kex_choice *out)
{
	struct bench *b = bench_new();
	uint8_t copy[70000];
	enum status status;

	memcpy(copy, theirs.data, theirs.len);
	ours_len = kexinit_emit(b->h, first, ours, sizeof(ours));
	status = kexinit_choose(span_of(copy, theirs.len), span_of(ours, ours_len), first, out);
	bench_free(b);
	return status;
}

static enum status choose(struct offer o, struct kex_choice *out)
{
	return choose_of(client_kexinit(&o), true, out);
}

TEST(the_clients_preference_wins)
{
	struct offer o = modern;
	struct kex_choice c;

	o.kex = "ecdh-sha2-nistp256,curve25519-sha256";
	o.cipher = "aes256-ctr,aes128-gcm@openssh.com";
	o.mac = "hmac-sha2-512,hmac-sha2-256";
	CHECK_EQ(choose(o, &c), STATUS_OK);
	CHECK_TEXT(c.kex->name, "ecdh-sha2-nistp256");
	CHECK_TEXT(c.suite[0]->cipher, "aes256-ctr");
	CHECK_TEXT(c.suite[0]->mac, "hmac-sha2-512");
}

TEST(an_aead_needs_no_mac_in_common)
{
	struct offer o = modern;
	struct kex_choice c;

	o.mac = "umac-64@openssh.com";
	CHECK_EQ(choose(o, &c), STATUS_OK);
	o.mac = "";
	CHECK_EQ(choose(o, &c), STATUS_OK);
}

TEST(any_other_cipher_does)
{
	struct offer o = modern;
	struct kex_choice c;

	o.cipher = "aes128-ctr";
	o.mac = "umac-64@openssh.com";
	CHECK_EQ(choose(o, &c), STATUS_NO_COMMON);
}

TEST(a_host_key_that_the_keeper_lacks_is_not_agreed_on)
{
	struct offer o = modern;
	struct kex_choice c;

	o.host = "rsa-sha2-512";
	CHECK_EQ(choose(o, &c), STATUS_NO_COMMON);
	o.host = "rsa-sha2-512,ssh-ed25519";
	CHECK_EQ(choose(o, &c), STATUS_OK);
	CHECK_TEXT(c.algorithm->name, "ssh-ed25519");
}

TEST(compression_is_none_or_nothing)
{
	struct offer o = modern;
	struct kex_choice c;

	o.compression = "zlib";
	CHECK_EQ(choose(o, &c), STATUS_NO_COMMON);
	o.compression = "zlib,none";
	CHECK_EQ(choose(o, &c), STATUS_OK);
}

TEST(markers_count_in_the_first_exchange_only)
{
	struct kex_choice c;

	CHECK_EQ(choose_of(client_kexinit(&modern), true, &c), STATUS_OK);
	CHECK(c.strict && c.ext_info);
	CHECK_EQ(choose_of(client_kexinit(&modern), false, &c), STATUS_OK);
	CHECK(!c.strict && !c.ext_info);
	CHECK(memmem(ours, ours_len, "strict", 6) == NULL);
}

TEST(a_marker_is_not_a_method)
{
	struct offer o = modern;
	struct kex_choice c;

	o.kex = "ext-info-s,kex-strict-s-v00@openssh.com";
	CHECK_EQ(choose(o, &c), STATUS_NO_COMMON);
}

TEST(the_reserved_field_is_zero)
{
	struct offer o = modern;
	struct kex_choice c;

	o.reserved = 1;
	CHECK_EQ(choose(o, &c), STATUS_MALFORMED);
}

TEST(bytes_behind_the_end_are_refused)
{
	struct kex_choice c;
	struct span m = client_kexinit(&modern);

	((uint8_t *)m.data)[m.len] = 0;
	CHECK_EQ(choose_of(span_of(m.data, m.len + 1), true, &c), STATUS_TRAILING);
}

TEST(a_message_cut_anywhere_is_refused)
{
	struct span m = client_kexinit(&modern);
	uint8_t copy[2048];
	unsigned accepted = 0;
	struct kex_choice c;

	memcpy(copy, m.data, m.len);
	for (size_t n = 0; n < m.len; n++)
		accepted += kexinit_choose(span_of(copy, n), m, true, &c) == STATUS_OK;
	CHECK_EQ(accepted, 0);
}

TEST(empty_names_are_malformed_and_empty_lists_are_not)
{
	struct offer o = modern;
	struct kex_choice c;

	o.mac = "hmac-sha2-256,,hmac-sha2-512";
	CHECK_EQ(choose(o, &c), STATUS_MALFORMED);
	o.mac = "hmac-sha2-256,";
	CHECK_EQ(choose(o, &c), STATUS_MALFORMED);
	o.mac = "";
	CHECK_EQ(choose(o, &c), STATUS_OK);
}

TEST(the_cookie_is_fresh)
{
	struct bench *b = bench_new();
	uint8_t one[2048], two[2048];

	kexinit_emit(b->h, true, one, sizeof(one));
	kexinit_emit(b->h, true, two, sizeof(two));
	CHECK(memcmp(one + 1, two + 1, 16) != 0);
	bench_free(b);
}

// Our KEXINIT with one list configured, as text to search.
static bool offers(uint8_t field, const char *names, const char *wanted)
{
	struct bench *b = bench_new();
	bool found;

	bench_algorithms(b, field, names);
	ours_len = kexinit_emit(b->h, true, ours, sizeof(ours));
	found = memmem(ours, ours_len, wanted, strlen(wanted)) != NULL;
	bench_free(b);
	return found;
}

TEST(a_configured_list_is_offered_as_it_stands)
{
	CHECK(offers(API_SSH_ALGORITHM_CIPHER, "aes256-ctr,aes128-cbc",
	             "\0\0\0\025aes256-ctr,aes128-cbc"));
	CHECK(offers(API_SSH_ALGORITHM_MAC, "hmac-sha1,hmac-sha2-256",
	             "hmac-sha1,hmac-sha2-256"));
	CHECK(offers(API_SSH_ALGORITHM_KEX, "diffie-hellman-group14-sha1",
	             "diffie-hellman-group14-sha1,ext-info-s"));
}

TEST(nothing_weak_and_no_finite_field_is_offered_unasked)
{
	CHECK(!offers(API_SSH_ALGORITHM_CIPHER, "", "-cbc"));
	CHECK(!offers(API_SSH_ALGORITHM_MAC, "", "sha1"));
	CHECK(!offers(API_SSH_ALGORITHM_KEX, "", "diffie-hellman"));
	CHECK(!offers(API_SSH_ALGORITHM_HOST_KEY, "", "ssh-dss"));
}

TEST(host_key_algorithms_without_a_key_are_left_out_of_a_configured_list)
{
	CHECK(offers(API_SSH_ALGORITHM_HOST_KEY, "ssh-dss,ssh-ed25519,ssh-rsa",
	             "\0\0\0\013ssh-ed25519\0"));
}

// Negotiate with a server that has this list.
static enum status choose_with(uint8_t field, const char *names, struct offer o,
                               struct kex_choice *out)
{
	struct bench *b = bench_new();
	struct span theirs = client_kexinit(&o);
	enum status status;

	bench_algorithms(b, field, names);
	ours_len = kexinit_emit(b->h, true, ours, sizeof(ours));
	status = kexinit_choose(theirs, span_of(ours, ours_len), true, out);
	bench_free(b);
	return status;
}

TEST(a_weak_cipher_is_agreed_on_only_when_it_is_configured)
{
	struct offer o = modern;
	struct kex_choice c;

	o.cipher = "3des-cbc";
	CHECK_EQ(choose(o, &c), STATUS_NO_COMMON);
	CHECK_EQ(choose_with(API_SSH_ALGORITHM_CIPHER, "3des-cbc", o, &c), STATUS_OK);
	CHECK_TEXT(c.suite[1]->cipher, "3des-cbc");
}

TEST(what_the_configuration_leaves_out_is_not_agreed_on)
{
	struct offer o = modern;
	struct kex_choice c;

	CHECK_EQ(choose_with(API_SSH_ALGORITHM_KEX, "ecdh-sha2-nistp256", o, &c),
	         STATUS_NO_COMMON);
	CHECK_EQ(choose_with(API_SSH_ALGORITHM_CIPHER, "aes256-ctr", o, &c), STATUS_NO_COMMON);
}

TEST(a_marker_before_a_method_hides_none)
{
	struct offer o = modern;
	struct kex_choice c;

	o.kex = "ext-info-s,curve25519-sha256";
	CHECK_EQ(choose(o, &c), STATUS_OK);
	CHECK_TEXT(c.kex->name, "curve25519-sha256");
}

CHECK_MAIN()
