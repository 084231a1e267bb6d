// Everything behind the login: several channels with their requests, data, windows and ends, key
// exchanges from either side, a client that takes nothing, cli's output, answers and exits, and
// time, in any order. What control sends is followed: no byte beyond the client's windows, nothing
// but a key exchange between our KEXINIT and NEWKEYS, no channel above the tenth.
#include "tests/fuzz/bench_target.h"

#define DIALOGUES 64

static struct bench *b;
static uint64_t granted, sent; // channel data: what all windows allowed, what went out
static uint32_t largest;       // packet that the client ever offered to take
static bool in_kex;            // our KEXINIT is out and our NEWKEYS is not
static uint64_t credit[DIALOGUES], given[DIALOGUES];
static uint32_t lives[DIALOGUES];

static void end(void)
{
	bench_free(b);
}

static void start(void)
{
	random_source_set(random_zeros);
	b = bench_new();
	if (atexit(end) != 0)
		abort();
}

// --- what control says ---------------------------------------------------------------------------

static void down_follow(const struct bench_cell *c)
{
	uint8_t number = c->payload.len > 0 ? c->payload.data[0] : 0;

	if (c->cell.kind != DATA_MESSAGE_DOWN || c->cell.slot != 0)
		return;
	if (in_kex && number != SSH_MSG_DISCONNECT && number != SSH_MSG_NEWKEYS &&
	    (number < SSH_MSG_KEX_ECDH_INIT || number > SSH_MSG_KEX_LAST))
		abort();
	if (number == SSH_MSG_KEXINIT || number == SSH_MSG_NEWKEYS)
		in_kex = number == SSH_MSG_KEXINIT;
	if (number != SSH_MSG_CHANNEL_DATA)
		return;
	sent += c->payload.len - 9;
	if (sent > granted || c->payload.len - 9 > largest)
		abort();
}

static void shown_follow(const struct bench_cell *c)
{
	uint32_t slot = c->cell.slot;
	struct dialogue_count count;

	if (slot >= DIALOGUES)
		return;
	if (c->cell.kind == DIALOGUE_OPEN) {
		lives[slot] = c->cell.life;
		credit[slot] = given[slot] = 0;
	}
	memcpy(&count, c->cell.body, sizeof(count));
	if (c->cell.kind == DIALOGUE_CREDIT)
		credit[slot] += count.bytes;
	if (c->cell.kind == DIALOGUE_INPUT)
		given[slot] += c->payload.len;
}

static void follow(void)
{
	struct bench_cell c;

	while (bench_queue_pop(&b->down, &c)) {
		down_follow(&c);
		blob_fini(&c.payload);
	}
	while (bench_queue_pop(&b->shown, &c)) {
		shown_follow(&c);
		blob_fini(&c.payload);
	}
	if (b->h->channels.used > SESSION_CHANNELS)
		abort();
}

// --- what the client says ------------------------------------------------------------------------

// Windows are counted as they are offered, granted or not: an upper bound.
static void message_follow(struct span message)
{
	struct cursor c = cursor_over(message);
	uint8_t number = cursor_u8(&c);

	if (number == SSH_MSG_CHANNEL_OPEN) {
		uint32_t packet;

		cursor_string(&c);
		cursor_u32(&c);
		granted += cursor_u32(&c);
		packet = cursor_u32(&c);
		if (cursor_ok(&c) && packet > largest)
			largest = packet;
	} else if (number == SSH_MSG_CHANNEL_WINDOW_ADJUST) {
		cursor_u32(&c);
		granted += cursor_u32(&c);
	}
}

static void says(struct span message)
{
	if (message.len == 0)
		return;
	message_follow(message);
	client_message(b, 0, message);
}

static uint32_t number_in(const struct step_in *in, size_t at)
{
	return (uint32_t)step_byte(in, at) << 8 | step_byte(in, at + 1);
}

// clang-format off
static void step_message(const struct step_in *in) { says(in->bytes); }
static void step_open(const struct step_in *in)
{
	says(wire("bsuuu", SSH_MSG_CHANNEL_OPEN, "session", step_byte(in, 0), number_in(in, 1), 32 + number_in(in, 3)));
}
static void step_adjust(const struct step_in *in)
{
	says(wire("buu", SSH_MSG_CHANNEL_WINDOW_ADJUST, step_byte(in, 0), number_in(in, 1) << (step_byte(in, 3) & 16)));
}
static void step_eof(const struct step_in *in) { says(wire("bu", SSH_MSG_CHANNEL_EOF, step_byte(in, 0))); }
static void step_close(const struct step_in *in) { says(wire("bu", SSH_MSG_CHANNEL_CLOSE, step_byte(in, 0))); }
static void step_keeper(const struct step_in *in) { b->keeper_mute = !b->keeper_mute; }
static void step_crypto(const struct step_in *in) { b->crypto_mute = !b->crypto_mute; }
static void step_cli(const struct step_in *in) { b->cli_mute = !b->cli_mute; }
static void step_credit(const struct step_in *in) { b->no_credit = !b->no_credit; }
static void step_acknowledge(const struct step_in *in) { bench_acknowledge(b, 0); bench_turn(b); }
static void step_wait(const struct step_in *in) { bench_wait(b, 1000 + step_byte(in, 0) * 1000000ull); }
static void step_kexinit(const struct step_in *in) { says(client_kexinit(&modern)); }
static void step_newkeys(const struct step_in *in) { says(wire("b", SSH_MSG_NEWKEYS)); }
// clang-format on

static void step_request(const struct step_in *in)
{
	static const char *const names[] = {"shell", "exec",  "subsystem",     "pty-req",
	                                    "env",   "break", "window-change", "signal"};
	struct span own = in->bytes.len > 2 ? span_of(in->bytes.data + 2, in->bytes.len - 2)
	                                    : span_of(NULL, 0);

	says(wire("busbR", SSH_MSG_CHANNEL_REQUEST, step_byte(in, 0) & 15,
	          names[step_byte(in, 1) & 7], step_byte(in, 0) >> 7, own));
}

static void step_data(const struct step_in *in)
{
	static uint8_t bytes[40000];
	uint32_t length = number_in(in, 1);

	says(wire("buS", SSH_MSG_CHANNEL_DATA, step_byte(in, 0),
	          span_of(bytes, length < sizeof(bytes) ? length : sizeof(bytes))));
}

static void step_public(const struct step_in *in)
{
	static const uint8_t base[32] = {9};

	says(wire("bS", SSH_MSG_KEX_ECDH_INIT, span_of(base, 32)));
}

// --- the other side ------------------------------------------------------------------------------

static void rekey_of_ours(const struct step_in *in)
{
	if (bench_state(b, 0) == SESSION_OPEN)
		b->h->sessions[0].key_bytes[1] = SESSION_REKEY_BYTES;
}

static bool dialogue_is_there(uint32_t slot)
{
	return slot < b->h->dialogues_max && b->h->dialogues[slot].state != DIALOGUE_FREE &&
	       b->h->dialogues[slot].life == lives[slot];
}

static void cli_sends(uint32_t slot, uint16_t kind, const void *body, size_t len,
                      struct span payload)
{
	struct link_cell cell = {.kind = kind, .slot = slot, .life = lives[slot]};

	if (len > 0)
		memcpy(cell.body, body, len);
	if (!link_send(b->cli, &cell, payload))
		abort();
	bench_turn(b);
}

// As much as was granted and no more, as cli keeps to it.
static void cli_outputs(const struct step_in *in)
{
	static uint8_t bytes[32768];
	uint32_t slot = step_byte(in, 0) % DIALOGUES, length = number_in(in, 1) & 0x7fff;

	if (length > credit[slot])
		length = (uint32_t)credit[slot];
	if (!dialogue_is_there(slot) || length == 0)
		return;
	credit[slot] -= length;
	cli_sends(slot, DIALOGUE_OUTPUT, NULL, 0, span_of(bytes, length));
}

static void cli_takes(const struct step_in *in)
{
	uint32_t slot = step_byte(in, 0) % DIALOGUES;
	struct dialogue_count count = {given[slot]};

	given[slot] = 0;
	if (dialogue_is_there(slot) && count.bytes > 0)
		cli_sends(slot, DIALOGUE_CONSUMED, &count, sizeof(count), span_of(NULL, 0));
}

static void cli_ends(const struct step_in *in)
{
	struct dialogue_exit over = {step_byte(in, 1), step_byte(in, 2) & 1};
	uint32_t slot = step_byte(in, 0) % DIALOGUES;

	if (dialogue_is_there(slot))
		cli_sends(slot, DIALOGUE_EXIT, &over, sizeof(over), span_of(NULL, 0));
}

static void (*const kinds[])(const struct step_in *in) = {
        step_message,  step_open,        step_request, step_data,   step_adjust,
        step_eof,      step_close,       step_kexinit, step_public, step_newkeys,
        rekey_of_ours, cli_outputs,      cli_takes,    cli_ends,    step_wait,
        step_credit,   step_acknowledge, step_keeper,  step_crypto, step_cli,
};

static void log_in(void)
{
	granted = sent = 0;
	largest = 0;
	in_kex = false;
	penalties_forget(b->control.penalties);
	client_in_auth(b, 0);
	client_password(b, 0, "bob", "secret");
	target_forgets(b);
	if (bench_state(b, 0) != SESSION_OPEN)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of(data, size);
	struct step_in in;

	if (b == NULL)
		start();
	log_in();
	while (step_next(&rest, &in)) {
		if (in.what < sizeof(kinds) / sizeof(kinds[0]))
			kinds[in.what](&in);
		follow();
	}
	target_nothing_left(b);
	return 0;
}
