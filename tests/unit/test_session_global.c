// Tests control/session/session_global.c: global requests and pings.
#include "tests/unit/control_client.h"

static void client_pings(struct bench *b, const char *data)
{
	client_message(b, 0, wire("bs", SSH_MSG_PING, data));
}

TEST(a_ping_comes_back_with_its_bytes)
{
	struct bench *b = bench_open();
	struct blob m;

	client_pings(b, "PING!");
	m = client_gets(b, 0, SSH_MSG_PONG);
	CHECK(span_equal(span_blob(&m), wire("bs", SSH_MSG_PONG, "PING!")));
	CHECK_EQ(COUNTED(b, pings), 1);
	blob_fini(&m);
	bench_free(b);
}

TEST(before_login_nobody_gets_a_pong)
{
	struct bench *b = bench_new();

	client_in_auth(b, 0);
	client_pings(b, "PING!");
	CHECK(client_got(b, 0, SSH_MSG_UNIMPLEMENTED));
	CHECK_EQ(COUNTED(b, pings), 0);
	bench_free(b);
}

TEST(a_ping_that_crosses_our_kexinit_is_answered_after_the_exchange)
{
	struct bench *b = bench_open();

	bench_session(b, 0)->key_bytes[1] = SESSION_REKEY_BYTES;
	client_number(b, 0, SSH_MSG_IGNORE);
	client_pings(b, "PING!");
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_PONG), 0);
	client_offers(b, 0, &modern);
	client_public(b, 0);
	client_number(b, 0, SSH_MSG_NEWKEYS);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_PONG), 1);
	bench_free(b);
}

TEST(a_ping_of_more_than_a_kilobyte_ends_the_session)
{
	struct bench *b = bench_open();
	static char data[1200];

	memset(data, 'x', sizeof(data) - 1);
	client_pings(b, data);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	bench_free(b);
}

TEST(a_client_that_pings_and_never_reads_is_dropped)
{
	struct bench *b = bench_open();

	b->no_credit = true;
	for (unsigned i = 0; i < 20000 && bench_state(b, 0) == SESSION_OPEN; i++) {
		client_pings(b, "PING!");
		client_forgets(b);
	}
	CHECK_EQ(bench_state(b, 0), SESSION_CLOSING);
	CHECK_EQ(COUNTED(b, peer_not_reading), 1);
	bench_free(b);
}

TEST(unknown_requests_are_refused_when_they_want_to_know)
{
	struct bench *b = bench_open();

	client_message(b, 0, wire("bsb", SSH_MSG_GLOBAL_REQUEST, "tcpip-forward", 1));
	CHECK(client_got(b, 0, SSH_MSG_REQUEST_FAILURE));
	client_message(b, 0, wire("bsb", SSH_MSG_GLOBAL_REQUEST, "nothing@example.org", 0));
	CHECK_EQ(b->down.count, 0);
	bench_free(b);
}

CHECK_MAIN()
