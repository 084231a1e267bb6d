// Tests control/session/session.c: every message number has an answer in every state.
#include "tests/unit/control_client.h"

// Brings a session into a state and says which.
typedef struct bench *arrive(void);

static struct bench *at_kexinit(void)
{
	struct bench *b = bench_new();

	client_connects(b, 0);
	client_identifies(b, 0, "SSH-2.0-test");
	return b;
}

static struct bench *at_kex_init(void)
{
	struct bench *b = at_kexinit();

	client_offers(b, 0, &modern);
	return b;
}

static struct bench *at_newkeys(void)
{
	struct bench *b = at_kex_init();

	client_public(b, 0);
	return b;
}

static struct bench *at_signature(void)
{
	struct bench *b = at_kex_init();

	b->keeper_mute = true;
	client_public(b, 0);
	return b;
}

static struct bench *at_service(void)
{
	struct bench *b = bench_new();

	client_keyed(b, 0);
	return b;
}

static struct bench *at_auth(void)
{
	struct bench *b = bench_new();

	client_in_auth(b, 0);
	return b;
}

static struct bench *at_wait_auth(void)
{
	struct bench *b = at_auth();

	b->keeper_mute = true;
	client_password(b, 0, "bob", "secret");
	return b;
}

static struct bench *at_rekey(void)
{
	struct bench *b = bench_open();

	client_offers(b, 0, &modern);
	return b;
}

// What becomes of every number in a state: a letter each. D: disconnected. U: UNIMPLEMENTED.
// '.': it stays and nothing is said. '+': anything else.
static char outcome(arrive *at, uint8_t number)
{
	struct bench *b = at();
	unsigned before = bench_state(b, 0);
	char letter = '+';

	client_forgets(b);
	client_number(b, 0, number);
	if (client_waiting(b, 0, SSH_MSG_DISCONNECT) > 0)
		letter = 'D';
	else if (bench_state(b, 0) == SESSION_CLOSING)
		letter = 'C'; // the client's own DISCONNECT
	else if (client_waiting(b, 0, SSH_MSG_UNIMPLEMENTED) > 0)
		letter = 'U';
	else if (bench_state(b, 0) == before && b->down.count == 0)
		letter = '.';
	bench_free(b);
	return letter;
}

// Counts the outcomes of all numbers but those given as exceptions "number letter ...".
static void sweep(arrive *at, char usual_low, char usual_high, const char *exceptions)
{
	for (unsigned n = 0; n < 256; n++) {
		char want = n >= 128 ? usual_high : usual_low, got = outcome(at, (uint8_t)n);
		char key[8];
		const char *e;

		snprintf(key, sizeof(key), " %u=", n);
		e = strstr(exceptions, key);
		if (e != NULL)
			want = e[strlen(key)];
		if (got != want)
			printf("  number %u: got %c, expected %c\n", n, got, want);
		CHECK(got == want);
	}
}

TEST(before_kexinit_only_transport_messages_pass)
{
	sweep(at_kexinit, 'D', 'D', " 1=C 2=. 3=. 4=.");
}

TEST(in_the_exchange_nothing_passes)
{
	sweep(at_kex_init, 'D', 'D', " 1=C");
}

TEST(while_the_keeper_signs_nothing_passes)
{
	sweep(at_signature, 'D', 'D', " 1=C");
}

TEST(before_newkeys_only_newkeys_passes)
{
	sweep(at_newkeys, 'D', 'D', " 1=C 21=+");
}

// 5: a service request without a name is malformed. 7: EXT_INFO.
TEST(before_the_service_request_no_authentication_and_no_channel)
{
	sweep(at_service, 'D', 'U',
	      " 1=C 2=. 3=. 4=. 7=. 9=U 10=U 11=U 12=U 13=U 14=U 15=U 16=U 17=U 18=U 19=U");
}

TEST(before_success_no_channel)
{
	sweep(at_auth, 'D', 'U',
	      " 1=C 2=. 3=. 4=. 9=U 10=U 11=U 12=U 13=U 14=U 15=U 16=U 17=U 18=U 19=U");
}

// 5, 50: they wait.
TEST(while_a_check_is_under_way_no_channel)
{
	sweep(at_wait_auth, 'D', 'U',
	      " 1=C 2=. 3=. 4=. 5=. 50=. 9=U 10=U 11=U 12=U 13=U 14=U 15=U 16=U 17=U 18=U "
	      "19=U");
}

// Bodies are empty: what is understood is malformed, and answers to nothing are ignored.
// 192: a ping without its bytes is malformed.
TEST(when_open_unknown_numbers_are_unimplemented)
{
	sweep(bench_open, 'D', 'U',
	      " 1=C 2=. 3=. 4=. 50=. 81=. 82=. 91=. 92=. 99=. 100=."
	      " 9=U 10=U 11=U 12=U 13=U 14=U 15=U 16=U 17=U 18=U 19=U"
	      " 83=U 84=U 85=U 86=U 87=U 88=U 89=U 101=U 102=U 103=U 104=U 105=U 106=U 107=U"
	      " 108=U 109=U 110=U 111=U 112=U 113=U 114=U 115=U 116=U 117=U 118=U 119=U 120=U"
	      " 121=U 122=U 123=U 124=U 125=U 126=U 127=U 192=D");
}

TEST(after_the_clients_kexinit_only_transport_messages_and_the_exchange)
{
	sweep(at_rekey, 'D', 'D', " 1=C 2=. 3=. 4=.");
}

TEST(unimplemented_names_the_packet)
{
	struct bench *b = bench_open();
	uint32_t sequence = b->sequence;
	struct blob m;
	struct cursor c;

	client_number(b, 0, 193);
	m = client_gets(b, 0, SSH_MSG_UNIMPLEMENTED);
	c = cursor_over(span_blob(&m));
	cursor_u8(&c);
	CHECK_EQ(cursor_u32(&c), sequence);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	blob_fini(&m);
	bench_free(b);
}

TEST(a_refused_session_says_why_and_closes)
{
	struct bench *b = at_auth();
	struct bench_cell c = {0};

	client_number(b, 0, SSH_MSG_CHANNEL_OPEN);
	CHECK_EQ(COUNTED(b, refused_expect_auth), 1);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	CHECK(bench_queue_pop(&b->down, &c));
	CHECK_EQ(c.cell.kind, DATA_CONN_CLOSE);
	CHECK_EQ(bench_state(b, 0), SESSION_CLOSING);
	client_gone(b, 0);
	CHECK_EQ(b->h->gauges.sessions, 0);
	CHECK_EQ(atomic_load(&b->control.unauthenticated), 0);
	bench_free(b);
}

TEST(a_client_that_does_not_take_the_end_is_reset)
{
	struct data_close body;
	struct bench *b = at_auth();
	struct bench_cell c = {0};

	client_number(b, 0, SSH_MSG_CHANNEL_OPEN);
	client_forgets(b);
	bench_wait(b, SESSION_CLOSE_WAIT_US + 1000000);
	CHECK(bench_queue_pop(&b->down, &c));
	memcpy(&body, c.cell.body, sizeof(body));
	CHECK_EQ(c.cell.kind, DATA_CONN_CLOSE);
	CHECK_EQ(body.abort, 1);
	bench_free(b);
}

TEST(cells_for_no_session_are_counted)
{
	struct bench *b = bench_new();

	b->life[3] = 77;
	client_message(b, 3, wire("b", SSH_MSG_KEXINIT));
	CHECK_EQ(COUNTED(b, data_stale), 1);
	bench_free(b);
}

TEST(a_slot_out_of_range_is_counted)
{
	struct link_cell cell = {.kind = DATA_CONN_OPENED, .slot = 1u << 30, .life = 1};
	struct bench *b = bench_new();

	CHECK(link_send(b->data, &cell, span_of(NULL, 0)));
	bench_turn(b);
	CHECK_EQ(COUNTED(b, data_bad), 1);
	bench_free(b);
}

TEST(the_device_going_down_tells_everyone)
{
	struct bench *b = bench_open();

	client_keyed(b, 1);
	client_forgets(b);
	shard_stop(b->h);
	bench_turn(b);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_DISCONNECT), 1);
	CHECK_EQ(client_waiting(b, 1, SSH_MSG_DISCONNECT), 1);
	client_connects(b, 2);
	CHECK(client_waiting(b, 2, SSH_MSG_DISCONNECT) == 1);
	bench_free(b);
}

TEST(a_dataplane_started_anew_ends_all_sessions)
{
	struct bench *b = bench_shell(100000);
	struct link *old = b->data;

	shard_attach_data(b->h, bench_joint(&b->data, LINK_B));
	link_free(old);
	bench_turn(b);
	CHECK_EQ(b->h->gauges.sessions, 0);
	CHECK_EQ(b->h->gauges.channels, 0);
	CHECK(cli_got(b, DIALOGUE_HANGUP));
	CHECK_EQ(b->h->listening_port, 22);
	client_keyed(b, 0);
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_SERVICE);
	bench_free(b);
}

TEST(a_cli_started_anew_ends_all_sessions_and_the_listening)
{
	struct bench *b = bench_shell(100000);
	struct link *old = b->cli;

	shard_attach_dialogue(b->h, bench_joint(&b->cli, LINK_A));
	link_free(old);
	bench_turn(b);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_BY_APPLICATION);
	CHECK_EQ(b->h->gauges.dialogues, 0);
	CHECK_EQ(b->h->listening_port, 0);
	bench_free(b);
}

TEST(an_idle_session_holds_no_scratch)
{
	struct bench *b = bench_open();

	CHECK_EQ(b->h->kexes.used, 0);
	CHECK_EQ(b->h->auths.used, 0);
	CHECK_EQ(bench_session(b, 0)->chunk_account, 0);
	CHECK(sizeof(struct session) + sizeof(struct channel) <= 1024);
	bench_free(b);
}

CHECK_MAIN()
