// Tests control/session/session_algorithms.c.
#include "tests/unit/control_bench.h"

#include "control/serve/api_call.h"
#include "control/session/session_algorithms.h"
#include "crypto/hostkey/hostkey.h"
#include "crypto/wire/names.h"

static const char *in_force(struct bench *b, enum algorithms_list list)
{
	static struct algorithms now;

	algorithms_copy(&b->control.config, &now);
	return now.names[list];
}

TEST(without_a_list_the_modern_one_is_in_force)
{
	struct bench *b = bench_new();

	CHECK_TEXT(in_force(b, ALGORITHMS_KEX), kex_names);
	CHECK_TEXT(in_force(b, ALGORITHMS_HOST_KEY), hostkey_algorithm_names);
	CHECK_TEXT(in_force(b, ALGORITHMS_CIPHER), suite_cipher_names);
	CHECK_TEXT(in_force(b, ALGORITHMS_MAC), suite_mac_names);
	bench_free(b);
}

TEST(a_list_takes_the_place_of_the_modern_one_until_it_is_undone)
{
	struct bench *b = bench_new();

	bench_algorithms(b, API_SSH_ALGORITHM_MAC, "hmac-sha1");
	CHECK_TEXT(in_force(b, ALGORITHMS_MAC), "hmac-sha1");
	CHECK_TEXT(in_force(b, ALGORITHMS_CIPHER), suite_cipher_names);
	bench_algorithms(b, API_SSH_ALGORITHM_MAC, "");
	CHECK_TEXT(in_force(b, ALGORITHMS_MAC), suite_mac_names);
	bench_free(b);
}

TEST(users_may_sign_with_modern_algorithms_whatever_the_list_says)
{
	struct bench *b = bench_new();
	char names[ALGORITHMS_NAMES_MAX];

	algorithms_of_users(&b->control.config, names);
	CHECK_TEXT(names, hostkey_algorithm_names);
	bench_algorithms(b, API_SSH_ALGORITHM_HOST_KEY, "ecdsa-sha2-nistp256");
	algorithms_of_users(&b->control.config, names);
	CHECK_TEXT(names, hostkey_algorithm_names);
	bench_free(b);
}

TEST(users_may_sign_with_a_weak_algorithm_that_the_list_names)
{
	struct bench *b = bench_new();
	char names[ALGORITHMS_NAMES_MAX];

	bench_algorithms(b, API_SSH_ALGORITHM_HOST_KEY, "ssh-ed25519,ssh-rsa");
	algorithms_of_users(&b->control.config, names);
	CHECK(names_has(span_text(names), span_text("ssh-rsa")));
	CHECK(!names_has(span_text(names), span_text("ssh-dss")));
	bench_free(b);
}

// How many weak algorithms are in force, and the last of their names.
static unsigned weak_count(struct bench *b, struct span *name)
{
	uint32_t weak = algorithms_weak(&b->control.config);
	unsigned count = 0;

	for (unsigned bit = 0; bit < 32; bit++) {
		if (!(weak & 1u << bit))
			continue;
		count++;
		*name = algorithms_weak_name(bit);
	}
	return count;
}

TEST(each_weak_algorithm_in_force_is_known_by_name)
{
	struct bench *b = bench_new();
	struct span name = {NULL, 0};

	CHECK_EQ(weak_count(b, &name), 0);
	bench_algorithms(b, API_SSH_ALGORITHM_CIPHER, "aes128-ctr,3des-cbc");
	CHECK_EQ(weak_count(b, &name), 1);
	CHECK(span_is(name, "3des-cbc"));
	bench_algorithms(b, API_SSH_ALGORITHM_KEX, "diffie-hellman-group14-sha1");
	CHECK_EQ(weak_count(b, &name), 2);
	CHECK_EQ(algorithms_weak_name(31).len, 0);
	bench_free(b);
}

TEST(finite_fields_with_sha_2_are_not_weak)
{
	struct bench *b = bench_new();
	struct span name;

	bench_algorithms(b, API_SSH_ALGORITHM_KEX, kex_names_optional);
	CHECK_EQ(weak_count(b, &name), 0);
	bench_free(b);
}

TEST(a_change_of_settings_notes_what_is_weak_now)
{
	struct bench *b = bench_new();

	bench_algorithms(b, API_SSH_ALGORITHM_MAC, "hmac-sha1");
	CHECK_EQ(b->control.weak_algorithms, 0);
	api_apply(&b->control);
	CHECK_EQ(b->control.weak_algorithms, algorithms_weak(&b->control.config));
	CHECK(b->control.weak_algorithms != 0);
	bench_turn(b);
	bench_free(b);
}

CHECK_MAIN()
