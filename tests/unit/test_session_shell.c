// Tests control/session/session_shell.c: bytes both ways under every window.
#include "tests/unit/control_client.h"

static uint64_t credit_of(struct bench *b)
{
	struct dialogue_count body = {0};
	struct bench_cell c = cli_gets(b, DIALOGUE_CREDIT);

	memcpy(&body, c.cell.body, sizeof(body));
	blob_fini(&c.payload);
	return body.bytes;
}

// All channel data that waits for the client, as one run.
static size_t client_reads(struct bench *b, uint8_t *out, size_t max)
{
	struct bench_cell c;
	size_t len = 0;

	while (bench_queue_pop(&b->down, &c)) {
		if (c.cell.kind == DATA_MESSAGE_DOWN && c.payload.len > 9 &&
		    c.payload.data[0] == SSH_MSG_CHANNEL_DATA &&
		    len + c.payload.len - 9 <= max) {
			memcpy(out + len, c.payload.data + 9, c.payload.len - 9);
			len += c.payload.len - 9;
		}
		blob_fini(&c.payload);
	}
	return len;
}

static struct span pattern(uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 31 + i / 251);
	return span_of(bytes, len);
}

TEST(credit_is_the_clients_window)
{
	struct bench *b = bench_shell(1000);

	CHECK_EQ(credit_of(b), 1000);
	bench_free(b);
}

TEST(credit_is_bounded_however_wide_the_window)
{
	struct bench *b = bench_shell(0xffffffffu);

	CHECK_EQ(credit_of(b), CHANNEL_CREDIT);
	bench_free(b);
}

TEST(output_becomes_channel_data_of_the_clients_number)
{
	struct bench *b = bench_shell(1000);
	struct blob m;
	struct cursor c;

	cli_shows(b, span_text("hello"));
	m = client_gets(b, 0, SSH_MSG_CHANNEL_DATA);
	c = cursor_over(span_blob(&m));
	cursor_u8(&c);
	CHECK_EQ(cursor_u32(&c), 7);
	CHECK(span_is(cursor_string(&c), "hello"));
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	blob_fini(&m);
	bench_free(b);
}

TEST(a_small_window_is_obeyed_and_then_widened)
{
	static uint8_t sent[3000], got[3000];
	struct bench *b = bench_shell(1000);
	size_t n;

	pattern(sent, sizeof(sent));
	CHECK_EQ(credit_of(b), 1000);
	cli_shows(b, span_of(sent, 1000));
	CHECK_EQ(client_reads(b, got, sizeof(got)), 1000);
	CHECK_EQ(credit_of(b), 0);
	client_message(b, 0, wire("buu", SSH_MSG_CHANNEL_WINDOW_ADJUST, 0, 2000));
	CHECK_EQ(credit_of(b), 2000);
	cli_shows(b, span_of(sent + 1000, 2000));
	n = client_reads(b, got + 1000, 2000);
	CHECK_EQ(n, 2000);
	CHECK_MEM(got, sent, sizeof(sent));
	bench_free(b);
}

TEST(messages_are_no_longer_than_the_client_takes)
{
	static uint8_t sent[10000], got[10000];
	struct bench *b = bench_open();
	struct bench_cell c = {0};

	client_message(b, 0, wire("bsuuu", SSH_MSG_CHANNEL_OPEN, "session", 7, 100000, 1000));
	client_request(b, 0, "shell", wire(""));
	client_forgets(b);
	cli_shows(b, pattern(sent, sizeof(sent)));
	CHECK_EQ(b->down.count, 10);
	c = b->down.cells[b->down.first];
	CHECK_EQ(c.payload.len, 1009);
	CHECK_EQ(client_reads(b, got, sizeof(got)), sizeof(sent));
	CHECK_MEM(got, sent, sizeof(sent));
	bench_free(b);
}

TEST(what_is_typed_before_the_shell_is_not_lost)
{
	static uint8_t read[64];
	struct bench *b = bench_open();

	client_channel(b, 7, 1000);
	client_types(b, 0, span_text("early "));
	client_request(b, 0, "shell", wire(""));
	client_types(b, 0, span_text("late"));
	CHECK_EQ(cli_reads(b, read, sizeof(read)), 10);
	CHECK_MEM(read, "early late", 10);
	CHECK_EQ(bench_session(b, 0)->chunk_account, 0);
	bench_free(b);
}

TEST(output_during_a_rekey_is_held_and_arrives_whole)
{
	static uint8_t sent[30000], got[30000];
	struct bench *b = bench_shell(100000);

	pattern(sent, sizeof(sent));
	client_offers(b, 0, &modern);
	cli_shows(b, span_of(sent, 15000));
	cli_shows(b, span_of(sent + 15000, 15000));
	CHECK_EQ(client_reads(b, got, sizeof(got)), 0);
	client_public(b, 0);
	client_number(b, 0, SSH_MSG_NEWKEYS);
	CHECK_EQ(client_reads(b, got, sizeof(got)), sizeof(sent));
	CHECK_MEM(got, sent, sizeof(sent));
	CHECK_EQ(bench_session(b, 0)->chunk_account, 0);
	bench_free(b);
}

// As fast as credit allows towards a client that acknowledges nothing, then everything.
TEST(send_credit_stops_the_dialogue_and_sent_lets_it_go_on)
{
	static uint8_t piece[8192];
	struct bench *b = bench_shell(0x7fffffff);
	uint64_t credit = 0, shown = 0, more;

	b->no_credit = true;
	while ((more = credit_of(b)) > 0 || credit > 0) {
		uint64_t n;

		credit += more;
		n = credit < sizeof(piece) ? credit : sizeof(piece);
		cli_shows(b, span_of(piece, n));
		credit -= n;
		shown += n;
		CHECK(shown < DATA_SEND_WINDOW);
	}
	CHECK(shown > DATA_SEND_WINDOW / 2);
	CHECK(bench_session(b, 0)->posted - bench_session(b, 0)->progress <= DATA_SEND_WINDOW);
	bench_acknowledge(b, 0);
	bench_turn(b);
	CHECK(credit_of(b) > 0);
	bench_free(b);
}

TEST(tiny_outputs_do_not_outgrow_the_send_credit)
{
	struct bench *b = bench_shell(0x7fffffff);
	uint64_t credit = 0;
	unsigned shown = 0;

	b->no_credit = true;
	for (; shown < 20000; shown++) {
		if (credit == 0)
			credit = credit_of(b);
		if (credit == 0)
			break;
		cli_shows(b, span_text("x"));
		client_forgets(b);
		credit--;
	}
	CHECK(bench_session(b, 0)->posted - bench_session(b, 0)->progress <= DATA_SEND_WINDOW);
	b->no_credit = false;
	bench_acknowledge(b, 0);
	bench_turn(b);
	CHECK_EQ(bench_session(b, 0)->chunk_account, 0);
	bench_free(b);
}

TEST(a_full_ring_to_cli_keeps_input_and_loses_nothing)
{
	static uint8_t read[CHANNEL_WINDOW], piece[100];
	struct bench *b = bench_shell(1000);
	size_t n;

	bench_queue_clear(&b->shown);
	b->cli_mute = true;
	for (unsigned i = 0; i < 650; i++) {
		memset(piece, (int)i, sizeof(piece));
		client_types(b, 0, span_of(piece, sizeof(piece)));
	}
	CHECK(bench_session(b, 0)->chunk_account > 0);
	b->cli_mute = false;
	bench_turn(b);
	n = cli_reads(b, read, sizeof(read));
	CHECK_EQ(n, 65000);
	for (unsigned i = 0; i < n; i += 100)
		CHECK_EQ(read[i], (uint8_t)(i / 100));
	CHECK_EQ(bench_session(b, 0)->chunk_account, 0);
	bench_free(b);
}

TEST(a_full_ring_to_the_dataplane_stops_cli_and_loses_nothing)
{
	static uint8_t sent[200000], got[200000];
	struct bench *b = bench_shell(1000000);
	uint64_t credit = 0;
	size_t at = 0, n = 0;

	pattern(sent, sizeof(sent));
	for (unsigned turn = 0; turn < 4000 && n < sizeof(sent); turn++) {
		uint64_t part;

		credit += credit_of(b);
		part = credit < 100 ? credit : 100;
		part = part < sizeof(sent) - at ? part : sizeof(sent) - at;
		b->worker_mute = turn % 1000 < 900;
		if (part > 0)
			cli_shows(b, span_of(sent + at, part));
		else
			bench_turn(b);
		at += part;
		credit -= part;
		n += client_reads(b, got + n, sizeof(got) - n);
	}
	CHECK_EQ(n, sizeof(sent));
	CHECK_MEM(got, sent, sizeof(sent));
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(output_beyond_the_credit_is_cut_and_counted)
{
	static uint8_t sent[2000], got[2000];
	struct bench *b = bench_shell(1000);

	cli_shows(b, pattern(sent, sizeof(sent)));
	CHECK_EQ(client_reads(b, got, sizeof(got)), 1000);
	CHECK_EQ(COUNTED(b, dialogue_bad), 1);
	bench_free(b);
}

TEST(a_dialogue_slot_is_not_used_again_before_its_exit)
{
	struct bench *b = bench_shell(1000);

	client_message(b, 0, wire("bu", SSH_MSG_CHANNEL_CLOSE, 0));
	client_channel(b, 8, 1000);
	client_request(b, 0, "shell", wire(""));
	CHECK_EQ(channel_at(b->h, bench_session(b, 0), 0)->dialogue, 2);
	cli_exits(b, 0, false); // of the first one
	CHECK_EQ(b->h->gauges.dialogues, 1);
	bench_free(b);
}

TEST(output_of_a_dialogue_that_was_hung_up_goes_nowhere)
{
	struct bench *b = bench_shell(1000);

	client_message(b, 0, wire("bu", SSH_MSG_CHANNEL_CLOSE, 0));
	client_forgets(b);
	cli_shows(b, span_text("too late"));
	CHECK_EQ(b->down.count, 0);
	CHECK_EQ(COUNTED(b, dialogue_bad), 0);
	bench_free(b);
}

TEST(a_client_that_vanishes_hangs_up)
{
	struct bench *b = bench_shell(1000);

	client_gone(b, 0);
	CHECK(cli_got(b, DIALOGUE_HANGUP));
	cli_exits(b, 0, false);
	CHECK_EQ(b->h->gauges.dialogues, 0);
	CHECK_EQ(b->h->channels.used, 0);
	bench_free(b);
}

TEST(hangups_wait_for_room)
{
	struct bench *b = bench_shell(1000);
	struct link_cell filler = {.kind = DIALOGUE_EVENT, .buffer = LINK_NO_BUFFER};

	bench_queue_clear(&b->shown);
	b->cli_mute = true;
	while (link_post(b->h->dialogue, &filler))
		;
	session_gone(b->h, bench_session(b, 0));
	CHECK_EQ(b->h->hangups, 1);
	b->cli_mute = false;
	bench_turn(b);
	CHECK_EQ(b->h->hangups, 0);
	CHECK(cli_got(b, DIALOGUE_HANGUP));
	bench_free(b);
}

// --- files ---------------------------------------------------------------------------------------

// A session whose channel 0 runs SFTP; `window` is what the client was given in the end.
static struct bench *bench_sftp(uint32_t window, uint32_t *ours)
{
	struct bench *b = bench_open();
	struct blob m;
	struct cursor c;

	atomic_store(&b->control.config.sftp, true);
	client_channel(b, 7, window);
	client_request(b, 0, "subsystem", wire("s", "sftp"));
	m = client_gets(b, 0, SSH_MSG_CHANNEL_WINDOW_ADJUST);
	c = cursor_over(span_blob(&m));
	cursor_u8(&c);
	cursor_u32(&c);
	*ours = CHANNEL_WINDOW + (m.len > 0 ? cursor_u32(&c) : 0);
	blob_fini(&m);
	return b;
}

TEST(sftp_has_a_window_of_two_mebibytes)
{
	static uint8_t bytes[CHANNEL_PACKET];
	uint32_t window;
	struct bench *b = bench_sftp(1000, &window);

	CHECK_EQ(window, 2u << 20);
	bench_queue_clear(&b->shown);
	for (unsigned i = 0; i < (2u << 20) / CHANNEL_PACKET; i++)
		client_types(b, 0, span_of(bytes, sizeof(bytes)));
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	client_types(b, 0, span_of(bytes, 1));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	bench_free(b);
}

TEST(extended_data_to_sftp_is_consumed_and_reaches_nobody)
{
	static uint8_t bytes[CHANNEL_PACKET];
	uint32_t window;
	struct bench *b = bench_sftp(1000, &window);

	bench_queue_clear(&b->shown);
	for (uint32_t i = 0; i < 2 * window / CHANNEL_PACKET; i++)
		client_message(b, 0,
		               wire("buuS", SSH_MSG_CHANNEL_EXTENDED_DATA, 0, 1,
		                    span_of(bytes, sizeof(bytes))));
	CHECK_EQ(b->shown.count, 0);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(its_window_is_given_back_at_half)
{
	static uint8_t bytes[CHANNEL_PACKET];
	uint32_t window;
	struct bench *b = bench_sftp(1000, &window);

	for (unsigned i = 0; i < 32; i++)
		client_types(b, 0, span_of(bytes, sizeof(bytes)));
	bench_queue_clear(&b->down);
	cli_consumes(b, (1u << 20) - 1);
	CHECK_EQ(b->down.count, 0);
	cli_consumes(b, 1);
	CHECK(client_got(b, 0, SSH_MSG_CHANNEL_WINDOW_ADJUST));
	bench_free(b);
}

TEST(sftp_may_have_more_in_flight_and_is_granted_more)
{
	uint32_t window;
	struct bench *b = bench_sftp(0x7fffffff, &window);

	CHECK_EQ(session_send_limit(bench_session(b, 0)), DATA_SEND_WIDE - SESSION_KEX_CREDIT);
	CHECK_EQ(credit_of(b), CHANNEL_CREDIT_FILES);
	bench_free(b);
}

TEST(when_the_shards_share_is_used_up_sftp_has_the_usual_window)
{
	struct bench *b = bench_open();

	atomic_store(&b->control.config.sftp, true);
	b->h->widened = SHARD_WIDENED_MAX;
	client_channel(b, 7, 1000);
	client_request(b, 0, "subsystem", wire("s", "sftp"));
	CHECK(!client_got(b, 0, SSH_MSG_CHANNEL_WINDOW_ADJUST));
	CHECK_EQ(session_send_limit(bench_session(b, 0)),
	         DATA_SEND_WINDOW - SESSION_KEX_CREDIT);
	bench_free(b);
}

TEST(its_part_of_the_share_comes_back_with_the_channel)
{
	uint32_t window;
	struct bench *b = bench_sftp(1000, &window);

	CHECK_EQ(b->h->widened, window - CHANNEL_WINDOW);
	client_message(b, 0, wire("bu", SSH_MSG_CHANNEL_CLOSE, 0));
	CHECK_EQ(b->h->widened, 0);
	CHECK(!(bench_session(b, 0)->flags & SESSION_WIDE));
	bench_free(b);
}

CHECK_MAIN()
