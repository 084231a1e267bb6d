// dataplane/record/record_gate.c
#include "tests/unit/record_pair.h"

static struct record_pair p;

static enum status in(uint8_t number)
{
	return record_gate_in(p.core, &p.b, id_b, number);
}

static enum status out(uint8_t number)
{
	return record_gate_out(p.core, &p.a, number);
}

static void keys_for(struct record_conn *r, bool sending, bool strict)
{
	struct suite_keys keys = pair_keys(3);

	CHECK_EQ(record_keys_install(p.core, r, 1, sending, strict, &keys), STATUS_OK);
}

// A connection whose first key exchange is done.
static void keyed(bool strict)
{
	pair_init(&p);
	CHECK_EQ(in(SSH_MSG_KEXINIT), STATUS_OK);
	CHECK_EQ(in(SSH_MSG_KEX_ECDH_INIT), STATUS_OK);
	keys_for(&p.b, false, strict);
	CHECK_EQ(in(SSH_MSG_NEWKEYS), STATUS_OK);
}

TEST(before_kexinit_only_kexinit_and_noise_pass)
{
	pair_init(&p);
	for (unsigned n = 0; n < 256; n++) {
		bool may = n == SSH_MSG_DISCONNECT || n == SSH_MSG_IGNORE ||
		           n == SSH_MSG_UNIMPLEMENTED || n == SSH_MSG_DEBUG;

		if (n != SSH_MSG_KEXINIT)
			CHECK_EQ(in((uint8_t)n), may ? STATUS_OK : STATUS_UNEXPECTED);
	}
	CHECK_EQ(in(SSH_MSG_KEXINIT), STATUS_OK);
	pair_fini(&p);
}

TEST(a_second_kexinit_is_refused)
{
	pair_init(&p);
	CHECK_EQ(in(SSH_MSG_KEXINIT), STATUS_OK);
	CHECK_EQ(in(SSH_MSG_KEXINIT), STATUS_UNEXPECTED);
	CHECK_EQ(p.count[COUNTER_gate_kex], 1);
	pair_fini(&p);
}

TEST(newkeys_without_keys_is_refused)
{
	pair_init(&p);
	CHECK_EQ(in(SSH_MSG_NEWKEYS), STATUS_UNEXPECTED);
	CHECK_EQ(in(SSH_MSG_KEXINIT), STATUS_OK);
	CHECK_EQ(in(SSH_MSG_NEWKEYS), STATUS_UNEXPECTED);
	CHECK_EQ(p.count[COUNTER_gate_newkeys], 2);
	pair_fini(&p);
}

TEST(during_a_key_exchange_nothing_else_passes)
{
	keyed(true);
	p.b.phase = RECORD_PHASE_OPEN;
	CHECK_EQ(in(SSH_MSG_KEXINIT), STATUS_OK);
	CHECK_EQ(in(SSH_MSG_CHANNEL_DATA), STATUS_UNEXPECTED);
	CHECK_EQ(in(SSH_MSG_SERVICE_REQUEST), STATUS_UNEXPECTED);
	CHECK_EQ(in(192), STATUS_UNEXPECTED);
	CHECK_EQ(p.count[COUNTER_gate_kex], 3);
	CHECK_EQ(in(SSH_MSG_IGNORE), STATUS_OK);
	CHECK_EQ(in(SSH_MSG_DISCONNECT), STATUS_OK);
	pair_fini(&p);
}

TEST(a_client_that_talks_in_a_rekey_says_no_more_than_an_open_session_hears)
{
	keyed(true);
	p.b.phase = RECORD_PHASE_OPEN;
	p.b.talks = true;
	CHECK_EQ(in(SSH_MSG_KEXINIT), STATUS_OK);
	for (unsigned n = 80; n <= 127; n++)
		CHECK_EQ(in((uint8_t)n), STATUS_OK);
	CHECK_EQ(in(SSH_MSG_USERAUTH_REQUEST), STATUS_UNEXPECTED);
	CHECK_EQ(in(SSH_MSG_KEXINIT), STATUS_UNEXPECTED);
	CHECK_EQ(in(192), STATUS_UNEXPECTED);
	pair_fini(&p);
}

TEST(a_client_that_talks_in_a_rekey_is_silent_in_its_first_key_exchange)
{
	pair_init(&p);
	p.b.talks = true;
	CHECK_EQ(in(SSH_MSG_KEXINIT), STATUS_OK);
	for (unsigned n = 80; n <= 127; n++)
		CHECK_EQ(in((uint8_t)n), STATUS_UNEXPECTED);
	pair_fini(&p);
}

TEST(key_exchange_messages_outside_one_are_refused)
{
	keyed(true);
	CHECK_EQ(in(SSH_MSG_KEX_ECDH_INIT), STATUS_UNEXPECTED);
	CHECK_EQ(in(SSH_MSG_KEX_LAST), STATUS_UNEXPECTED);
	pair_fini(&p);
}

TEST(strict_kex_remembers_noise_sent_before_it_was_agreed)
{
	struct suite_keys keys = pair_keys(1);

	pair_init(&p);
	CHECK_EQ(in(SSH_MSG_IGNORE), STATUS_OK);
	CHECK_EQ(in(SSH_MSG_KEXINIT), STATUS_OK);
	CHECK_EQ(record_keys_install(p.core, &p.b, 1, false, true, &keys), STATUS_UNEXPECTED);
	CHECK_EQ(p.count[COUNTER_gate_strict], 1);
	CHECK_EQ(record_core_pending(p.core), 0);
	pair_fini(&p);
}

TEST(strict_kex_refuses_noise_once_agreed)
{
	pair_init(&p);
	CHECK_EQ(in(SSH_MSG_KEXINIT), STATUS_OK);
	keys_for(&p.b, false, true);
	CHECK_EQ(in(SSH_MSG_DEBUG), STATUS_UNEXPECTED);
	CHECK_EQ(p.count[COUNTER_gate_strict], 1);
	pair_fini(&p);
}

TEST(without_strict_kex_noise_passes_as_rfc_4253_says)
{
	pair_init(&p);
	CHECK_EQ(in(SSH_MSG_KEXINIT), STATUS_OK);
	CHECK_EQ(in(SSH_MSG_IGNORE), STATUS_OK);
	keys_for(&p.b, false, false);
	CHECK_EQ(in(SSH_MSG_DEBUG), STATUS_OK);
	CHECK_EQ(in(SSH_MSG_NEWKEYS), STATUS_OK);
	pair_fini(&p);
}

TEST(newkeys_puts_keys_in_force_and_strict_starts_the_sequence_again)
{
	pair_init(&p);
	p.b.in.sequence = 5;
	CHECK_EQ(in(SSH_MSG_KEXINIT), STATUS_OK);
	keys_for(&p.b, false, true);
	CHECK_EQ(in(SSH_MSG_NEWKEYS), STATUS_OK);
	CHECK_EQ(p.b.in.sequence, 0);
	CHECK_EQ(p.b.in.suite, 1);
	CHECK_EQ(p.b.in.generation, 1);
	pair_fini(&p);
}

TEST(every_rekey_starts_the_sequence_again)
{
	keyed(true);
	p.b.in.sequence = 1000;
	CHECK_EQ(in(SSH_MSG_KEXINIT), STATUS_OK);
	keys_for(&p.b, false, true);
	CHECK_EQ(in(SSH_MSG_NEWKEYS), STATUS_OK);
	CHECK_EQ(p.b.in.sequence, 0);
	CHECK_EQ(p.b.in.generation, 2);
	pair_fini(&p);
}

TEST(connection_messages_wait_for_the_open_phase)
{
	keyed(true);
	CHECK_EQ(in(SSH_MSG_SERVICE_REQUEST), STATUS_OK);
	CHECK_EQ(in(SSH_MSG_USERAUTH_REQUEST), STATUS_OK);
	for (unsigned n = 80; n <= 127; n++)
		CHECK_EQ(in((uint8_t)n), STATUS_UNEXPECTED);
	CHECK_EQ(p.count[COUNTER_gate_early], 48);
	p.b.phase = RECORD_PHASE_OPEN;
	CHECK_EQ(in(SSH_MSG_CHANNEL_OPEN), STATUS_OK);
	pair_fini(&p);
}

TEST(after_our_kexinit_only_key_exchange_and_disconnect_leave)
{
	pair_init(&p);
	p.a.out.generation = 1;
	CHECK_EQ(out(SSH_MSG_CHANNEL_DATA), STATUS_OK);
	CHECK_EQ(out(SSH_MSG_KEXINIT), STATUS_OK);
	CHECK_EQ(out(SSH_MSG_CHANNEL_DATA), STATUS_UNEXPECTED);
	CHECK_EQ(out(SSH_MSG_IGNORE), STATUS_UNEXPECTED);
	CHECK_EQ(out(SSH_MSG_KEX_ECDH_REPLY), STATUS_OK);
	CHECK_EQ(out(SSH_MSG_DISCONNECT), STATUS_OK);
	CHECK_EQ(out(SSH_MSG_NEWKEYS), STATUS_UNEXPECTED);
	keys_for(&p.a, true, true);
	CHECK_EQ(out(SSH_MSG_NEWKEYS), STATUS_OK);
	pair_fini(&p);
}

TEST(nothing_but_the_key_exchange_leaves_in_plain)
{
	pair_init(&p);
	CHECK_EQ(out(SSH_MSG_USERAUTH_SUCCESS), STATUS_UNEXPECTED);
	CHECK_EQ(out(SSH_MSG_KEX_ECDH_REPLY), STATUS_UNEXPECTED);
	CHECK_EQ(out(SSH_MSG_KEXINIT), STATUS_OK);
	pair_fini(&p);
}

TEST(a_full_pool_of_waiting_keys_refuses)
{
	struct suite_keys keys = pair_keys(1);
	struct record_conn r[9];

	pair_init(&p);
	for (int i = 0; i < 9; i++) {
		record_init(&r[i]);
		CHECK_EQ(record_keys_install(p.core, &r[i], 1, false, true, &keys),
		         i < 8 ? STATUS_OK : STATUS_NO_ROOM);
	}
	CHECK_EQ(record_keys_install(p.core, &r[0], 1, false, true, &keys), STATUS_EXISTS);
	CHECK_EQ(record_keys_install(p.core, &r[8], 200, false, true, &keys), STATUS_NOT_FOUND);
	for (uint32_t i = 0; i < 9; i++)
		record_fini(p.core, &r[i], (struct conn_id){i, 1});
	CHECK_EQ(record_core_pending(p.core), 0);
	pair_fini(&p);
}

CHECK_MAIN()
