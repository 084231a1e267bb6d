// Tests control/session/session_step.c: the table's answer is what a client gets, for every
// message number in every state, whatever its body; and the dataplane's gate stops nothing that
// the table would take.
#include "tests/unit/state_arrivals.h"

#include "dataplane/record/record.h"

// A sound body of an SSH-1 message.
static struct span sound_v1(struct bench *b, uint8_t number)
{
	switch (number) {
	case SSH1_CMSG_SESSION_KEY:
		return v1_scratch_in(b) != NULL ? v1_session_key(b, SSH1_CIPHER_BLOWFISH)
		                                : wire("bu", number, 0);
	case SSH1_CMSG_USER:
		return wire("bs", number, "bob");
	case SSH1_CMSG_AUTH_RSA:
		return v1_modulus();
	case SSH1_CMSG_AUTH_RSA_RESPONSE:
		return wire("buuuu", number, 1, 2, 3, 4);
	case SSH1_CMSG_AUTH_PASSWORD:
		return wire("bs", number, "wrong");
	case SSH1_CMSG_REQUEST_PTY:
		return wire("bsuuuub", number, "vt100", 24, 80, 0, 0, 0);
	case SSH1_CMSG_WINDOW_SIZE:
		return wire("buuuu", number, 24, 80, 0, 0);
	case SSH1_CMSG_EXEC_CMD:
		return wire("bs", number, "display clock");
	case SSH1_CMSG_STDIN_DATA:
		return wire("bs", number, "hello");
	case SSH1_CMSG_MAX_PACKET_SIZE:
		return wire("bu", number, 4096);
	default:
		return wire("b", number);
	}
}

// A sound body of a message that a client may send somewhere; empty for all others.
static struct span sound_v2(uint8_t number)
{
	static const uint8_t base[32] = {9}, none[1];

	switch (number) {
	case SSH_MSG_SERVICE_REQUEST:
		return wire("bs", number, "ssh-userauth");
	case SSH_MSG_KEXINIT:
		return client_kexinit(&modern);
	case SSH_MSG_KEX_ECDH_INIT:
		return wire("bS", number, span_of(base, 32));
	case SSH_MSG_KEX_GROUP_ASK:
		return wire("buuu", number, 2048, 2048, 8192);
	case SSH_MSG_KEX_GROUP_INIT:
		return wire("bs", number, "a value in the field");
	case SSH_MSG_USERAUTH_REQUEST:
		return wire("bsss", number, "bob", "ssh-connection", "none");
	case SSH_MSG_USERAUTH_INFO_RESPONSE:
		return wire("bus", number, 1, "wrong");
	case SSH_MSG_GLOBAL_REQUEST:
		return wire("bsb", number, "keepalive@openssh.com", 1);
	case SSH_MSG_PING:
		return wire("bs", number, "PING!");
	case SSH_MSG_CHANNEL_OPEN:
		return wire("bsuuu", number, "session", 1, 1000, 1000);
	case SSH_MSG_CHANNEL_WINDOW_ADJUST:
		return wire("buu", number, 0, 10);
	case SSH_MSG_CHANNEL_DATA:
		return wire("bus", number, 0, "hello");
	case SSH_MSG_CHANNEL_EXTENDED_DATA:
		return wire("buus", number, 0, 1, "hello");
	case SSH_MSG_CHANNEL_EOF:
	case SSH_MSG_CHANNEL_CLOSE:
		return wire("bu", number, 0);
	case SSH_MSG_CHANNEL_REQUEST:
		return wire("busb", number, 0, "shell", 1);
	default:
		return wire("bR", number, span_of(none, 0));
	}
}

static struct span sound(struct bench *b, unsigned state, uint8_t number)
{
	return session_state_is_v1(state) ? sound_v1(b, number) : sound_v2(number);
}

enum body { BODY_SOUND, BODY_EMPTY, BODY_CUT, BODY_LONG, BODIES };

static struct span body_of(struct bench *b, unsigned state, uint8_t number, enum body kind)
{
	static uint8_t bytes[4096];
	struct span s = sound(b, state, number);

	memcpy(bytes, s.data, s.len);
	memset(bytes + s.len, 0xff, 9);
	if (kind == BODY_EMPTY)
		s.len = 1;
	if (kind == BODY_CUT && s.len > 1)
		s.len--;
	if (kind == BODY_LONG)
		s.len += 9;
	return span_of(bytes, s.len);
}

// Is this body of a message that is taken one that its handler accepts? Requests of global kind
// and of channels end with what only their name defines.
static bool is_sound(struct bench *b, unsigned state, uint8_t number, enum body kind)
{
	bool open_ended = session_state_is_v1(state)
	                          ? number == SSH1_CMSG_REQUEST_PTY
	                          : number == SSH_MSG_GLOBAL_REQUEST ||
	                                    number == SSH_MSG_CHANNEL_REQUEST ||
	                                    number == SSH_MSG_USERAUTH_REQUEST;

	if (kind == BODY_LONG)
		return open_ended;
	if (kind == BODY_CUT && number == SSH1_CMSG_REQUEST_PTY && session_state_is_v1(state))
		return true; // only its modes were cut
	return kind == BODY_SOUND || sound(b, state, number).len == 1;
}

// D: disconnected. C: closed by the client's own word. U: UNIMPLEMENTED. F: SSH-1's FAILURE. '.':
// nothing. '+': taken.
static char seen(struct bench *b, unsigned before, uint64_t unknown)
{
	if (client_waiting(b, 0, SSH_MSG_DISCONNECT) > 0)
		return 'D';
	if (bench_state(b, 0) == SESSION_CLOSING)
		return 'C';
	if (COUNTED(b, messages_unknown) > unknown) // while keys are exchanged it is said later
		return 'U';
	if (session_state_is_v1(before) &&
	    (client_waiting(b, 0, SSH1_SMSG_FAILURE) > 0 ||
	     client_waiting(b, 0, SSH1_MSG_CHANNEL_OPEN_FAILURE) > 0))
		return 'F';
	return bench_state(b, 0) == before && b->down.count == 0 ? '.' : '+';
}

static bool answers(enum session_answer answer, bool well, char got)
{
	switch (answer) {
	case ANSWER_TALKER: // it is not known for it
	case ANSWER_REFUSED:
	case ANSWER_GUESS:  // this client has guessed nothing
	case ANSWER_METHOD: // and agreed on a method that needs no group
		return got == 'D';
	case ANSWER_HEARD:
	case ANSWER_ONCE:
	case ANSWER_KEPT:
		return got == '.';
	case ANSWER_LAX:
		return got == '.' || got == 'D';
	case ANSWER_FAILURE:
		return got == 'F';
	case ANSWER_UNIMPLEMENTED:
		return got == 'U';
	case ANSWER_END:
		return got == 'C';
	case ANSWER_TAKEN:
		return well ? got == '.' || got == '+' || got == 'F' : got == 'D';
	default:
		return false;
	}
}

static enum session_answer answer_for(struct bench *b, unsigned state, uint8_t number)
{
	enum session_answer answer = session_answer_to(state, session_event_in(state, number));

	if (answer == ANSWER_TALKER && b->ident != NULL)
		return session_answer_to(SESSION_OPEN, session_event_in(state, number));
	return answer;
}

static bool answer_holds(struct bench *b, unsigned which, uint8_t number, enum body kind)
{
	enum session_state state = arrivals[which].state;
	enum session_answer answer = answer_for(b, state, number);
	uint64_t unknown = COUNTED(b, messages_unknown);
	char got;

	bench_arrive(b, which);
	if (bench_state(b, 0) != state) {
		printf("  did not arrive in %s\n", session_state_name(state));
		return false;
	}
	client_message(b, 0, body_of(b, state, number, kind));
	got = seen(b, state, unknown);
	if (answers(answer, is_sound(b, state, number, kind), got))
		return true;
	printf("  %s: number %u, body %d: got %c, the table says %s\n",
	       session_state_name(state), number, kind, got, session_answer_text(answer));
	return false;
}

// Numbers that no client may send anywhere differ in nothing but their number.
static enum body bodies_of(struct bench *b, unsigned state, unsigned number)
{
	return sound(b, state, (uint8_t)number).len > 1 || number == SSH1_CMSG_EXEC_SHELL ||
	                       number == SSH_MSG_NEWKEYS
	               ? BODIES
	               : BODY_CUT;
}

// With a user who has an RSA key, for SSH-1.
static struct bench *bench_enrolled(void)
{
	struct bench *b = bench_new_v1();

	bench_rsa_user(b, "rob", API_METHOD_PUBLICKEY);
	return b;
}

TEST(every_number_is_answered_in_every_state_as_the_table_says)
{
	struct bench *b = bench_enrolled();
	unsigned wrong = 0;

	for (unsigned which = 0; which < ARRIVALS; which++)
		for (unsigned n = 0; n < 256; n++)
			for (enum body kind = 0; kind < bodies_of(b, arrivals[which].state, n);
			     kind++)
				wrong += !answer_holds(b, which, (uint8_t)n, kind);
	CHECK_EQ(wrong, 0);
	bench_free(b);
}

TEST(a_client_known_to_talk_in_a_rekey_is_answered_there_as_in_an_open_session)
{
	struct bench *b = bench_enrolled();
	unsigned wrong = 0;

	b->ident = "SSH-2.0-AsyncSSH_2.10.1";
	for (unsigned which = 0; which < ARRIVALS; which++)
		for (unsigned n = 0; n < 256 && !session_state_is_v1(arrivals[which].state);
		     n++)
			for (enum body kind = 0; kind < bodies_of(b, arrivals[which].state, n);
			     kind++)
				wrong += !answer_holds(b, which, (uint8_t)n, kind);
	CHECK_EQ(wrong, 0);
	bench_free(b);
}

TEST(every_state_that_hears_clients_is_tried)
{
	for (unsigned state = SESSION_EXPECT_IDENT; state < SESSION_CLOSING; state++) {
		unsigned which = 0;

		while (which < ARRIVALS && arrivals[which].state != state)
			which++;
		CHECK(which < ARRIVALS);
	}
}

TEST(a_session_that_closes_answers_nothing)
{
	struct bench *b = bench_new();

	arrive_auth(b);
	client_number(b, 0, SSH_MSG_CHANNEL_OPEN);
	client_forgets(b);
	for (unsigned n = 0; n < 256; n++) {
		client_number(b, 0, (uint8_t)n);
		CHECK_EQ(session_answer_to(SESSION_CLOSING,
		                           session_event_in(SESSION_CLOSING, (uint8_t)n)),
		         ANSWER_DROPPED);
	}
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_DISCONNECT), 0);
	CHECK_EQ(COUNTED(b, messages_after_close), 256);
	bench_free(b);
}

// What leads out of login: the table has one message that can, and it must be checked.
TEST(no_message_but_a_login_leads_to_an_open_session)
{
	struct bench *b = bench_enrolled();

	for (unsigned which = 0; arrivals[which].state < SESSION_OPEN; which++)
		for (unsigned n = 0; n < 256; n++)
			for (enum body kind = 0; kind < bodies_of(b, arrivals[which].state, n);
			     kind++) {
				bench_arrive(b, which);
				client_message(
				        b, 0,
				        body_of(b, arrivals[which].state, (uint8_t)n, kind));
				CHECK(!session_is_authenticated(bench_session(b, 0)));
				CHECK_EQ(b->h->gauges.established, 0);
			}
	bench_free(b);
}

TEST(connection_messages_are_refused_in_every_state_before_login)
{
	for (unsigned state = SESSION_EXPECT_IDENT; state < SESSION_OPEN; state++)
		for (unsigned n = 80; n < 128; n++)
			CHECK_EQ(session_answer_to(state, session_event_in(state, (uint8_t)n)),
			         ANSWER_REFUSED);
}

// --- the gate ------------------------------------------------------------------------------------

static uint64_t gate_count[COUNTERS];

// The dataplane's view of a client in that state.
static struct record_conn gate_at(struct record_core *core, enum session_state state)
{
	bool first = state < SESSION_EXPECT_SERVICE;
	struct suite_keys keys = {0};
	struct record_conn r;

	record_init(&r);
	if (session_state_is_v1(state)) {
		r.v1 = true;
		r.in.in_kex = state == SESSION_V1_WAIT_OPENED;
		r.phase = state >= SESSION_OPEN ? RECORD_PHASE_OPEN : RECORD_PHASE_LOGIN;
		if (state >= SESSION_V1_EXPECT_USER)
			CHECK_EQ(record_keys_install(core, &r, SSH1_CIPHER_3DES, false, false,
			                             &keys),
			         STATUS_OK);
		return r;
	}
	r.keyed_in = !first;
	r.in.in_kex =
	        (first && state > SESSION_EXPECT_KEXINIT) || state > SESSION_REKEY_KEXINIT;
	r.phase = state >= SESSION_OPEN ? RECORD_PHASE_OPEN : RECORD_PHASE_LOGIN;
	if (state == SESSION_EXPECT_NEWKEYS || state == SESSION_REKEY_NEWKEYS)
		CHECK_EQ(record_keys_install(core, &r, 1, false, true, &keys), STATUS_OK);
	return r;
}

static bool gate_passes_to(struct record_core *core, enum session_state state, uint8_t number,
                           bool talks)
{
	struct record_conn r = gate_at(core, state);
	struct conn_id id = {1, 1};
	bool passes;

	r.talks = talks;
	passes = record_gate_in(core, &r, id, number) == STATUS_OK;
	record_fini(core, &r, id);
	return passes;
}

static bool gate_passes(struct record_core *core, enum session_state state, uint8_t number)
{
	return gate_passes_to(core, state, number, false);
}

TEST(the_gate_stops_only_what_the_table_refuses)
{
	struct record_core *core = record_core_new(gate_count, 4);

	for (unsigned state = SESSION_EXPECT_KEXINIT; state < SESSION_CLOSING; state++)
		for (unsigned n = 0; n < 256; n++) {
			enum session_answer answer =
			        session_answer_to(state, session_event_in(state, (uint8_t)n));

			if (answer != ANSWER_REFUSED && answer != ANSWER_LAX)
				CHECK(gate_passes_to(core, state, (uint8_t)n,
				                     answer == ANSWER_TALKER));
		}
	record_core_free(core);
}

TEST(the_gate_stops_connection_messages_in_every_state_before_login)
{
	struct record_core *core = record_core_new(gate_count, 4);

	for (unsigned state = SESSION_EXPECT_KEXINIT; state < SESSION_OPEN; state++)
		for (unsigned n = 80; n < 128; n++)
			CHECK(!gate_passes(core, state, (uint8_t)n));
	record_core_free(core);
}

TEST(the_gate_stops_everything_but_key_exchange_after_kexinit)
{
	struct record_core *core = record_core_new(gate_count, 4);

	for (unsigned n = 5; n < 256; n++) {
		bool kex = n >= SSH_MSG_NEWKEYS && n <= SSH_MSG_KEX_LAST;

		CHECK_EQ(gate_passes(core, SESSION_REKEY_NEWKEYS, (uint8_t)n), kex);
		CHECK_EQ(gate_passes(core, SESSION_EXPECT_NEWKEYS, (uint8_t)n), kex);
	}
	record_core_free(core);
}

CHECK_MAIN()
