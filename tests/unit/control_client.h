// The client of a control_bench: messages it sends, what it gets back, its channels and what cli
// does with them.
#pragma once

#include "tests/unit/control_bench.h"

// --- the client ----------------------------------------------------------------------------------

static inline void client_message(struct bench *b, uint32_t slot, struct span message)
{
	struct data_message body = {.sequence = b->sequence++, .wire_bytes = message.len + 32};

	bench_up(b, DATA_MESSAGE_UP, slot, &body, sizeof(body), message);
	bench_turn(b);
}

static inline void client_number(struct bench *b, uint32_t slot, uint8_t number)
{
	client_message(b, slot, span_of(&number, 1));
}

// Message number, then 32-bit numbers ('u'), 16-bit ones ('h'), bytes ('b') and strings ('s', text), as wanted.
static inline struct span wire(const char *form, ...)
{
	static uint8_t bytes[70000];
	struct builder b = builder_over(bytes, sizeof(bytes));
	va_list args;

	va_start(args, form);
	for (; *form != 0; form++) {
		if (*form == 'b')
			builder_u8(&b, (uint8_t)va_arg(args, int));
		else if (*form == 'h')
			builder_u16(&b, (uint16_t)va_arg(args, int));
		else if (*form == 'u')
			builder_u32(&b, va_arg(args, unsigned));
		else if (*form == 's')
			builder_text(&b, va_arg(args, const char *));
		else if (*form == 'S')
			builder_string(&b, va_arg(args, struct span));
		else if (*form == 'R')
			builder_bytes(&b, va_arg(args, struct span));
	}
	va_end(args);
	return builder_span(&b);
}

// The next message to the client of that slot with this number; others before it are dropped. An
// empty blob when there is none.
static inline struct blob client_gets(struct bench *b, uint32_t slot, uint8_t number)
{
	struct bench_cell c;

	while (bench_queue_pop(&b->down, &c)) {
		if (c.cell.kind == DATA_MESSAGE_DOWN && c.cell.slot == slot &&
		    c.payload.len > 0 && c.payload.data[0] == number)
			return c.payload;
		blob_fini(&c.payload);
	}
	return (struct blob){NULL, 0};
}

// True when the next message to the client is this one, dropping it.
static inline bool client_got(struct bench *b, uint32_t slot, uint8_t number)
{
	struct blob m = client_gets(b, slot, number);
	bool got = m.data != NULL;

	blob_fini(&m);
	return got;
}

// Which disconnect reason the client was told; -1: none.
static inline int client_told(struct bench *b, uint32_t slot)
{
	struct blob m = client_gets(b, slot, SSH_MSG_DISCONNECT);
	int reason = m.len >= 5 ? m.data[4] : -1;

	blob_fini(&m);
	return reason;
}

// A FAILURE with that list and partial flag is next.
static inline bool refused_with(struct bench *b, const char *list, bool partial)
{
	struct blob m = client_gets(b, 0, SSH_MSG_USERAUTH_FAILURE);
	struct cursor c = cursor_over(span_blob(&m));
	bool right;

	cursor_u8(&c);
	right = span_is(cursor_string(&c), list) && cursor_bool(&c) == partial &&
	        cursor_end(&c) == STATUS_OK;
	blob_fini(&m);
	return right;
}

// How many messages of that number wait for the client.
static inline unsigned client_waiting(struct bench *b, uint32_t slot, uint8_t number)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < b->down.count; i++) {
		const struct bench_cell *c = &b->down.cells[(b->down.first + i) % BENCH_CELLS];

		count += c->cell.kind == DATA_MESSAGE_DOWN && c->cell.slot == slot &&
		         c->payload.len > 0 && c->payload.data[0] == number;
	}
	return count;
}

static inline void client_forgets(struct bench *b)
{
	bench_queue_clear(&b->down);
}

static inline void client_connects_to(struct bench *b, uint32_t slot, bool offers_v1)
{
	struct data_opened opened = {
	        .remote_port = 4242, .local_port = 22, .offers_v1 = offers_v1};

	opened.remote[10] = opened.remote[11] = 0xff;
	opened.remote[12] = 192;
	opened.remote[15] = 9;
	b->life[slot]++;
	b->progress[slot] = 0;
	b->sequence = 0;
	bench_up(b, DATA_CONN_OPENED, slot, &opened, sizeof(opened), span_of(NULL, 0));
	bench_turn(b);
}

static inline void client_connects(struct bench *b, uint32_t slot)
{
	client_connects_to(b, slot, false);
}

static inline void client_identifies(struct bench *b, uint32_t slot, const char *line)
{
	bench_up(b, DATA_IDENT_UP, slot, NULL, 0, span_text(line));
	bench_turn(b);
}

static inline void client_gone(struct bench *b, uint32_t slot)
{
	struct data_closed closed = {0};

	bench_up(b, DATA_CONN_CLOSED, slot, &closed, sizeof(closed), span_of(NULL, 0));
	bench_turn(b);
}

struct offer {
	const char *kex, *host, *cipher, *mac, *compression;
	bool guess;
	uint32_t reserved;
};
static const struct offer modern = {"curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com",
                                    "ssh-ed25519",
                                    "aes128-gcm@openssh.com",
                                    "hmac-sha2-256",
                                    "none",
                                    false,
                                    0};

static inline struct span client_kexinit(const struct offer *o)
{
	static const uint8_t cookie[16];

	return wire("bRssssssssssbu", SSH_MSG_KEXINIT, span_of(cookie, 16), o->kex, o->host,
	            o->cipher, o->cipher, o->mac, o->mac, o->compression, o->compression, "",
	            "", o->guess, o->reserved);
}

static inline void client_offers(struct bench *b, uint32_t slot, const struct offer *o)
{
	client_message(b, slot, client_kexinit(o));
}

// A public value of X25519 that is as good as any: the base point.
static inline void client_public(struct bench *b, uint32_t slot)
{
	static const uint8_t base[32] = {9};

	client_message(b, slot, wire("bS", SSH_MSG_KEX_ECDH_INIT, span_of(base, 32)));
}

// Up to the service request, with a modern client.
static inline void client_keyed(struct bench *b, uint32_t slot)
{
	client_connects(b, slot);
	client_identifies(b, slot, b->ident != NULL ? b->ident : "SSH-2.0-test");
	client_offers(b, slot, &modern);
	client_public(b, slot);
	client_number(b, slot, SSH_MSG_NEWKEYS);
}

static inline void client_in_auth(struct bench *b, uint32_t slot)
{
	client_keyed(b, slot);
	client_message(b, slot, wire("bs", SSH_MSG_SERVICE_REQUEST, "ssh-userauth"));
	client_forgets(b);
}

static inline void client_password(struct bench *b, uint32_t slot, const char *user,
                                   const char *password)
{
	client_message(b, slot,
	               wire("bsssbs", SSH_MSG_USERAUTH_REQUEST, user, "ssh-connection",
	                    "password", 0, password));
}

static inline void client_interactive(struct bench *b, uint32_t slot, const char *user)
{
	client_message(b, slot,
	               wire("bsssss", SSH_MSG_USERAUTH_REQUEST, user, "ssh-connection",
	                    "keyboard-interactive", "", ""));
}

// Logged in as bob; everything said so far is forgotten.
static inline struct bench *bench_open(void)
{
	struct bench *b = bench_new();

	client_in_auth(b, 0);
	client_password(b, 0, "bob", "secret");
	client_forgets(b);
	return b;
}

// --- channels and cli ----------------------------------------------------------------------------

static inline void client_channel(struct bench *b, uint32_t number, uint32_t window)
{
	client_message(b, 0,
	               wire("bsuuu", SSH_MSG_CHANNEL_OPEN, "session", number, window, 32768));
}

static inline void client_request(struct bench *b, uint32_t channel, const char *name,
                                  struct span rest)
{
	uint8_t copy[40000];
	size_t len = rest.len;

	if (len > 0)
		memcpy(copy, rest.data, len);
	client_message(
	        b, 0,
	        wire("busbR", SSH_MSG_CHANNEL_REQUEST, channel, name, 1, span_of(copy, len)));
}

static inline void client_types(struct bench *b, uint32_t channel, struct span bytes)
{
	client_message(b, 0, wire("buS", SSH_MSG_CHANNEL_DATA, channel, bytes));
}

// A session with one shell on channel 0 (the client calls it 7), dialogue 0.
static inline struct bench *bench_shell(uint32_t window)
{
	struct bench *b = bench_open();

	client_channel(b, 7, window);
	client_request(b, 0, "shell", span_of(NULL, 0));
	client_forgets(b);
	return b;
}

// The next cell of that kind for cli; others before it are dropped.
static inline struct bench_cell cli_gets(struct bench *b, uint16_t kind)
{
	struct bench_cell c;

	while (bench_queue_pop(&b->shown, &c)) {
		if (c.cell.kind == kind)
			return c;
		blob_fini(&c.payload);
	}
	return (struct bench_cell){0};
}

static inline bool cli_got(struct bench *b, uint16_t kind)
{
	struct bench_cell c = cli_gets(b, kind);

	blob_fini(&c.payload);
	return c.cell.kind == kind;
}

// All bytes of INPUT that wait for cli, as one run.
static inline size_t cli_reads(struct bench *b, uint8_t *out, size_t max)
{
	struct bench_cell c;
	size_t len = 0;

	while (bench_queue_pop(&b->shown, &c)) {
		if (c.cell.kind == DIALOGUE_INPUT && len + c.payload.len <= max) {
			memcpy(out + len, c.payload.data, c.payload.len);
			len += c.payload.len;
		}
		blob_fini(&c.payload);
	}
	return len;
}

static inline void cli_says(struct bench *b, uint16_t kind, const void *body, size_t len,
                            struct span payload)
{
	struct link_cell cell = {.kind = kind, .slot = 0, .life = b->h->dialogues[0].life};

	if (len > 0)
		memcpy(cell.body, body, len);
	if (!link_send(b->cli, &cell, payload))
		abort();
	bench_turn(b);
}

static inline void cli_shows(struct bench *b, struct span bytes)
{
	cli_says(b, DIALOGUE_OUTPUT, NULL, 0, bytes);
}

static inline void cli_consumes(struct bench *b, uint64_t bytes)
{
	struct dialogue_count body = {bytes};

	cli_says(b, DIALOGUE_CONSUMED, &body, sizeof(body), span_of(NULL, 0));
}

static inline void cli_exits(struct bench *b, uint32_t status, bool close_session)
{
	struct dialogue_exit body = {status, close_session};

	cli_says(b, DIALOGUE_EXIT, &body, sizeof(body), span_of(NULL, 0));
}
