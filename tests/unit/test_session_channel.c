// Tests control/session/session_channel.c, session_request.c and session_global.c.
#include "tests/unit/control_client.h"

// --- opening -------------------------------------------------------------------------------------

static uint32_t open_refusal(struct bench *b)
{
	struct blob m = client_gets(b, 0, SSH_MSG_CHANNEL_OPEN_FAILURE);
	struct cursor c = cursor_over(span_blob(&m));
	uint32_t reason;

	cursor_u8(&c);
	cursor_u32(&c);
	reason = cursor_u32(&c);
	blob_fini(&m);
	return reason;
}

static uint32_t open_type(struct bench *b, const char *type)
{
	client_message(b, 0, wire("bsuuu", SSH_MSG_CHANNEL_OPEN, type, 1, 65536, 32768));
	return open_refusal(b);
}

TEST(a_session_channel_opens_with_our_window)
{
	struct bench *b = bench_open();
	struct blob m;
	struct cursor c;

	client_channel(b, 7, 1000);
	m = client_gets(b, 0, SSH_MSG_CHANNEL_OPEN_CONFIRMATION);
	c = cursor_over(span_blob(&m));
	cursor_u8(&c);
	CHECK_EQ(cursor_u32(&c), 7);
	CHECK_EQ(cursor_u32(&c), 0);
	CHECK_EQ(cursor_u32(&c), 65536);
	CHECK_EQ(cursor_u32(&c), 32768);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	blob_fini(&m);
	bench_free(b);
}

TEST(doors_behind_the_device_are_prohibited)
{
	struct bench *b = bench_open();

	CHECK_EQ(open_type(b, "direct-tcpip"), SSH_OPEN_PROHIBITED);
	CHECK_EQ(open_type(b, "forwarded-tcpip"), SSH_OPEN_PROHIBITED);
	CHECK_EQ(open_type(b, "direct-streamlocal@openssh.com"), SSH_OPEN_PROHIBITED);
	CHECK_EQ(open_type(b, "tun@openssh.com"), SSH_OPEN_PROHIBITED);
	CHECK_EQ(open_type(b, "x11"), SSH_OPEN_PROHIBITED);
	CHECK_EQ(open_type(b, "nonsense"), SSH_OPEN_UNKNOWN_TYPE);
	CHECK_EQ(b->h->gauges.channels, 0);
	bench_free(b);
}

TEST(the_eleventh_channel_is_refused_and_the_tenth_is_not)
{
	struct bench *b = bench_open();

	for (uint32_t i = 0; i < SESSION_CHANNELS; i++)
		client_channel(b, i, 1000);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_CHANNEL_OPEN_CONFIRMATION), SESSION_CHANNELS);
	client_channel(b, 99, 1000);
	CHECK_EQ(open_refusal(b), SSH_OPEN_RESOURCE_SHORTAGE);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(a_maximum_packet_below_32_is_refused)
{
	struct bench *b = bench_open();

	client_message(b, 0, wire("bsuuu", SSH_MSG_CHANNEL_OPEN, "session", 1, 65536, 31));
	CHECK_EQ(open_refusal(b), SSH_OPEN_CONNECT_FAILED);
	bench_free(b);
}

TEST(refused_channels_hold_nothing_and_the_session_lives)
{
	struct bench *b = bench_open();

	for (uint32_t i = 0; i < 10; i++)
		client_channel(b, i, 1000);
	client_forgets(b);
	for (uint32_t i = 10; i < 2000; i++) {
		client_channel(b, i, 1000);
		if (!client_got(b, 0, SSH_MSG_CHANNEL_OPEN_FAILURE))
			break;
	}
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	CHECK_EQ(b->h->gauges.channels, 10);
	bench_free(b);
}

TEST(no_more_sessions_is_kept)
{
	struct bench *b = bench_open();

	client_message(b, 0,
	               wire("bsb", SSH_MSG_GLOBAL_REQUEST, "no-more-sessions@openssh.com", 0));
	CHECK_EQ(b->down.count, 0);
	client_channel(b, 1, 1000);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	bench_free(b);
}

TEST(global_requests_are_refused)
{
	struct bench *b = bench_open();

	client_message(b, 0,
	               wire("bsbsu", SSH_MSG_GLOBAL_REQUEST, "tcpip-forward", 1, "", 8080));
	CHECK(client_got(b, 0, SSH_MSG_REQUEST_FAILURE));
	client_message(b, 0, wire("bsb", SSH_MSG_GLOBAL_REQUEST, "keepalive@openssh.com", 1));
	CHECK(client_got(b, 0, SSH_MSG_REQUEST_FAILURE));
	bench_free(b);
}

TEST(a_global_request_that_wants_no_reply_gets_none)
{
	struct bench *b = bench_open();

	client_message(b, 0, wire("bsb", SSH_MSG_GLOBAL_REQUEST, "whatever", 0));
	CHECK_EQ(b->down.count, 0);
	bench_free(b);
}

// --- requests ------------------------------------------------------------------------------------

static struct bench *with_channel(void)
{
	struct bench *b = bench_open();

	client_channel(b, 7, 100000);
	client_forgets(b);
	return b;
}

static bool granted(struct bench *b, const char *name, struct span rest)
{
	client_request(b, 0, name, rest);
	return client_got(b, 0, SSH_MSG_CHANNEL_SUCCESS);
}

TEST(a_pty_has_its_size_clamped)
{
	struct bench *b = with_channel();

	CHECK(granted(b, "pty-req", wire("suuuus", "xterm", 80, 1u << 31, 0, 0, "")));
	CHECK_EQ(channel_at(b->h, bench_session(b, 0), 0)->columns, 80);
	CHECK_EQ(channel_at(b->h, bench_session(b, 0), 0)->rows, 65535);
	bench_free(b);
}

TEST(a_second_pty_is_refused)
{
	struct bench *b = with_channel();

	CHECK(granted(b, "pty-req", wire("suuuus", "xterm", 80, 24, 0, 0, "")));
	CHECK(!granted(b, "pty-req", wire("suuuus", "xterm", 80, 24, 0, 0, "")));
	bench_free(b);
}

TEST(terminal_modes_are_read_to_their_end)
{
	struct bench *b = with_channel();
	const uint8_t cut[] = {1, 0, 0};
	const uint8_t whole[] = {1, 0, 0, 0, 3, 53, 0, 0, 0, 1, 0};

	CHECK(!granted(b, "pty-req", wire("suuuuS", "vt100", 80, 24, 0, 0, span_of(cut, 3))));
	CHECK(granted(b, "pty-req", wire("suuuuS", "vt100", 80, 24, 0, 0, span_of(whole, 11))));
	bench_free(b);
}

TEST(only_locale_variables_are_taken)
{
	struct bench *b = with_channel();

	CHECK(granted(b, "env", wire("ss", "LANG", "C")));
	CHECK(granted(b, "env", wire("ss", "LC_ALL", "C")));
	CHECK(!granted(b, "env", wire("ss", "LD_PRELOAD", "x")));
	CHECK(!granted(b, "env", wire("ss", "LC", "x")));
	bench_free(b);
}

TEST(break_is_heard)
{
	struct bench *b = with_channel();

	CHECK(granted(b, "break", wire("u", 500)));
	bench_free(b);
}

TEST(what_is_not_served_is_refused_and_the_session_lives)
{
	struct bench *b = with_channel();

	CHECK(!granted(b, "subsystem", wire("s", "sftp")));
	CHECK(!granted(b, "x11-req", wire("bssu", 0, "a", "b", 0)));
	CHECK(!granted(b, "auth-agent-req@openssh.com", wire("")));
	CHECK(!granted(b, "nonsense", wire("")));
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	CHECK_EQ(COUNTED(b, requests_refused), 4);
	bench_free(b);
}

TEST(a_command_is_opened_with_its_text)
{
	struct bench *b = with_channel();
	struct bench_cell open;
	struct cursor c;

	CHECK(granted(b, "exec", wire("s", "display version")));
	open = cli_gets(b, DIALOGUE_OPEN);
	c = cursor_over(span_blob(&open.payload));
	CHECK(span_is(cursor_string(&c), "bob"));
	CHECK(span_is(cursor_string(&c), API_ROLE_ADMIN_NAME));
	CHECK(span_is(cursor_string(&c), "192.0.0.9"));
	CHECK(span_is(cursor_string(&c), ""));
	CHECK(span_is(cursor_string(&c), "display version"));
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	CHECK_EQ(open.cell.body[0], DIALOGUE_EXEC);
	blob_fini(&open.payload);
	bench_free(b);
}

TEST(one_program_a_channel)
{
	struct bench *b = with_channel();

	CHECK(granted(b, "shell", wire("")));
	CHECK(!granted(b, "shell", wire("")));
	CHECK(!granted(b, "exec", wire("s", "quit")));
	CHECK_EQ(b->h->gauges.dialogues, 1);
	bench_free(b);
}

TEST(a_command_that_is_too_long_is_refused)
{
	static char text[CHANNEL_TEXT_MAX + 2];
	struct bench *b = with_channel();

	memset(text, 'x', CHANNEL_TEXT_MAX + 1);
	CHECK(!granted(b, "exec", wire("s", text)));
	text[CHANNEL_TEXT_MAX] = 0;
	CHECK(granted(b, "exec", wire("s", text)));
	bench_free(b);
}

TEST(a_user_without_stelnet_gets_no_shell)
{
	struct bench *b = bench_new();
	struct api_record r = {.class = API_CLASS_SSH_USER, .key = span_text("bob")};

	r.values[r.count++] = (struct api_value){API_SSH_USER_SERVICES, API_SERVICE_SFTP, {0}};
	bench_put(b, &r);
	client_in_auth(b, 0);
	client_password(b, 0, "bob", "secret");
	client_channel(b, 7, 1000);
	CHECK(!granted(b, "shell", wire("")));
	bench_free(b);
}

TEST(a_resize_reaches_the_dialogue)
{
	struct bench *b = with_channel();
	struct dialogue_size size;
	struct bench_cell c;

	CHECK(granted(b, "pty-req", wire("suuuus", "xterm", 80, 24, 0, 0, "")));
	CHECK(granted(b, "shell", wire("")));
	CHECK(granted(b, "window-change", wire("uuuu", 132, 50, 0, 0)));
	c = cli_gets(b, DIALOGUE_RESIZE);
	memcpy(&size, c.cell.body, sizeof(size));
	CHECK_EQ(size.columns, 132);
	CHECK_EQ(size.rows, 50);
	bench_free(b);
}

TEST(a_signal_reaches_the_dialogue)
{
	struct bench *b = with_channel();
	struct bench_cell c;

	CHECK(granted(b, "shell", wire("")));
	CHECK(granted(b, "signal", wire("s", "INT")));
	c = cli_gets(b, DIALOGUE_SIGNAL);
	CHECK(span_is(span_blob(&c.payload), "INT"));
	blob_fini(&c.payload);
	bench_free(b);
}

// --- windows -------------------------------------------------------------------------------------

TEST(data_for_a_channel_that_is_not_open_ends_the_session)
{
	struct bench *b = bench_open();

	client_types(b, 0, span_text("x"));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	CHECK_EQ(COUNTED(b, channel_unknown), 1);
	bench_free(b);
}

static bool is_an_end(uint8_t type, struct span rest)
{
	struct bench *b = bench_open();
	bool ended;

	client_message(b, 0, wire("buR", type, 3, rest));
	ended = client_told(b, 0) == SSH_DISCONNECT_PROTOCOL_ERROR &&
	        COUNTED(b, channel_unknown) == 1;
	bench_free(b);
	return ended;
}

TEST(every_message_for_a_channel_that_is_not_open_ends_the_session)
{
	CHECK(is_an_end(SSH_MSG_CHANNEL_WINDOW_ADJUST, span_of("\0\0\0\1", 4)));
	CHECK(is_an_end(SSH_MSG_CHANNEL_EXTENDED_DATA, span_of("\0\0\0\1\0\0\0\1x", 9)));
	CHECK(is_an_end(SSH_MSG_CHANNEL_EOF, span_of("", 0)));
	CHECK(is_an_end(SSH_MSG_CHANNEL_CLOSE, span_of("", 0)));
	CHECK(is_an_end(SSH_MSG_CHANNEL_REQUEST, span_of("\0\0\0\5shell\1", 10)));
}

TEST(answers_to_what_was_never_asked_are_read_past)
{
	struct bench *b = with_channel();

	for (int i = 0; i < 1000; i++) {
		client_message(b, 0, wire("b", SSH_MSG_REQUEST_SUCCESS));
		client_message(b, 0, wire("b", SSH_MSG_REQUEST_FAILURE));
		client_message(b, 0, wire("bu", SSH_MSG_CHANNEL_SUCCESS, 0));
		client_message(b, 0, wire("bu", SSH_MSG_CHANNEL_FAILURE, 0));
	}
	CHECK_EQ(b->down.count, 0);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	CHECK(granted(b, "shell", span_of(NULL, 0)));
	bench_free(b);
}

TEST(data_beyond_our_window_ends_the_session)
{
	static uint8_t bytes[CHANNEL_PACKET];
	struct bench *b = with_channel();

	client_types(b, 0, span_of(bytes, sizeof(bytes)));
	client_types(b, 0, span_of(bytes, sizeof(bytes)));
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	client_types(b, 0, span_text("x"));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	CHECK_EQ(COUNTED(b, channel_window), 1);
	bench_free(b);
}

TEST(data_whose_length_is_not_its_own_ends_the_session)
{
	struct bench *b = with_channel();

	client_message(b, 0, wire("buuR", SSH_MSG_CHANNEL_DATA, 0, 5, span_text("four")));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	bench_free(b);
}

TEST(a_window_that_overflows_ends_the_session)
{
	struct bench *b = with_channel();

	client_message(b, 0, wire("buu", SSH_MSG_CHANNEL_WINDOW_ADJUST, 0, 0xffffffffu));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	bench_free(b);
}

TEST(extended_data_is_consumed)
{
	static uint8_t bytes[CHANNEL_PACKET];
	struct bench *b = with_channel();

	client_message(b, 0,
	               wire("buuS", SSH_MSG_CHANNEL_EXTENDED_DATA, 0, 1,
	                    span_of(bytes, sizeof(bytes))));
	CHECK(client_got(b, 0, SSH_MSG_CHANNEL_WINDOW_ADJUST));
	CHECK_EQ(COUNTED(b, channel_extended), CHANNEL_PACKET);
	bench_free(b);
}

TEST(the_window_is_given_back_at_half_as_the_dialogue_consumes)
{
	static uint8_t bytes[CHANNEL_PACKET];
	struct bench *b = bench_shell(1000);

	client_types(b, 0, span_of(bytes, sizeof(bytes)));
	CHECK_EQ(b->down.count, 0);
	cli_consumes(b, CHANNEL_PACKET - 1);
	CHECK_EQ(b->down.count, 0);
	cli_consumes(b, 1);
	CHECK(client_got(b, 0, SSH_MSG_CHANNEL_WINDOW_ADJUST));
	bench_free(b);
}

TEST(a_whole_window_may_lie_unread)
{
	static uint8_t bytes[CHANNEL_PACKET], read[CHANNEL_WINDOW];
	struct bench *b = bench_shell(1000);

	memset(bytes, 'a', sizeof(bytes));
	client_types(b, 0, span_of(bytes, sizeof(bytes)));
	memset(bytes, 'b', sizeof(bytes));
	client_types(b, 0, span_of(bytes, sizeof(bytes)));
	CHECK_EQ(cli_reads(b, read, sizeof(read)), CHANNEL_WINDOW);
	CHECK_EQ(read[0], 'a');
	CHECK_EQ(read[CHANNEL_WINDOW - 1], 'b');
	bench_free(b);
}

// --- the end -------------------------------------------------------------------------------------

TEST(eof_then_exit_status_then_close)
{
	static const uint8_t order[] = {SSH_MSG_CHANNEL_DATA, SSH_MSG_CHANNEL_EOF,
	                                SSH_MSG_CHANNEL_REQUEST, SSH_MSG_CHANNEL_CLOSE};
	struct bench *b = bench_shell(1000);
	struct bench_cell c = {0};

	cli_shows(b, span_text("bye"));
	cli_exits(b, 3, false);
	CHECK_EQ(b->down.count, 4);
	for (int i = 0; i < 4 && bench_queue_pop(&b->down, &c); i++) {
		CHECK_EQ(c.payload.data[0], order[i]);
		if (order[i] == SSH_MSG_CHANNEL_REQUEST)
			CHECK_EQ(c.payload.data[c.payload.len - 1], 3);
		blob_fini(&c.payload);
	}
	client_message(b, 0, wire("bu", SSH_MSG_CHANNEL_CLOSE, 0));
	CHECK_EQ(b->h->gauges.channels, 0);
	CHECK_EQ(b->h->gauges.dialogues, 0);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(close_is_answered_by_close_and_hangs_up)
{
	struct bench *b = bench_shell(1000);

	client_message(b, 0, wire("bu", SSH_MSG_CHANNEL_CLOSE, 0));
	CHECK(client_got(b, 0, SSH_MSG_CHANNEL_CLOSE));
	CHECK(cli_got(b, DIALOGUE_HANGUP));
	CHECK_EQ(b->h->gauges.channels, 0);
	CHECK_EQ(b->h->gauges.dialogues, 1); // until cli says so
	cli_exits(b, 0, false);
	CHECK_EQ(b->h->gauges.dialogues, 0);
	bench_free(b);
}

TEST(eof_of_the_client_follows_its_last_byte)
{
	struct bench *b = bench_shell(1000);
	struct bench_cell c;

	bench_queue_clear(&b->shown);
	client_types(b, 0, span_text("quit\n"));
	client_message(b, 0, wire("bu", SSH_MSG_CHANNEL_EOF, 0));
	CHECK(bench_queue_pop(&b->shown, &c));
	CHECK_EQ(c.cell.kind, DIALOGUE_INPUT);
	blob_fini(&c.payload);
	CHECK(cli_got(b, DIALOGUE_INPUT_EOF));
	bench_free(b);
}

TEST(data_after_eof_is_dropped)
{
	struct bench *b = bench_shell(1000);

	client_message(b, 0, wire("bu", SSH_MSG_CHANNEL_EOF, 0));
	bench_queue_clear(&b->shown);
	client_types(b, 0, span_text("late"));
	CHECK_EQ(b->shown.count, 0);
	CHECK_EQ(COUNTED(b, channel_data_late), 4);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(a_dialogue_may_end_the_session)
{
	struct bench *b = bench_shell(1000);
	struct bench_cell c = {0};

	cli_exits(b, 0, true);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	client_forgets(b);
	client_message(b, 0, wire("bu", SSH_MSG_CHANNEL_CLOSE, 0));
	CHECK(bench_queue_pop(&b->down, &c));
	CHECK_EQ(c.cell.kind, DATA_CONN_CLOSE);
	bench_free(b);
}

TEST(a_number_is_free_again_after_close)
{
	struct bench *b = bench_shell(1000);

	client_message(b, 0, wire("bu", SSH_MSG_CHANNEL_CLOSE, 0));
	client_channel(b, 8, 1000);
	CHECK(client_got(b, 0, SSH_MSG_CHANNEL_OPEN_CONFIRMATION));
	CHECK_EQ(channel_at(b->h, bench_session(b, 0), 0)->peer, 8);
	bench_free(b);
}

TEST(a_client_that_asks_and_never_reads_is_dropped)
{
	struct bench *b = with_channel();
	unsigned asked = 0;

	b->no_credit = true;
	while (bench_state(b, 0) == SESSION_OPEN && asked++ < 20000)
		client_message(b, 0, wire("bsb", SSH_MSG_GLOBAL_REQUEST, "x", 1));
	CHECK_EQ(COUNTED(b, peer_not_reading), 1);
	bench_wait(b, 100000);
	CHECK_EQ(bench_session(b, 0)->chunk_account, 0);
	bench_free(b);
}

CHECK_MAIN()
