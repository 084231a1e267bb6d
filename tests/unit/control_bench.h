// One shard of control with real joints, and a test that plays the dataplane (without ciphers),
// the keeper (one real Ed25519 key; the password is always "secret") and cli. The clock is a
// number. Cells that control sends are kept until the test looks at them.
#pragma once

#include "tests/unit/check.h"

#include "control/link/keeper_client.h"
#include "control/main/log.h"
#include "control/main/crypto_pool.h"
#include "control/session/session.h"
#include "control/session/session_auth.h"
#include "control/session/session_channel.h"
#include "control/session/session_kex.h"
#include "control/session/session_v1.h"
#include "crypto/hostkey/hostkey.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"
#include "crypto/wire/numbers.h"
#include "dataplane/link/data_msg.h"
#include "dataplane/link/dialogue_msg.h"
#include "dataplane/link/keeper_msg.h"

#include <stdarg.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#define BENCH_CELLS 4096
#define BENCH_SLOTS 64

struct bench_cell {
	struct link_cell cell;
	struct blob payload;
};

struct bench_queue {
	struct bench_cell cells[BENCH_CELLS];
	uint32_t first, count;
};

struct bench {
	struct control control;
	struct shard *h;
	struct link *data, *keeper, *cli; // the far ends
	struct bench_queue down;          // cells for the dataplane
	struct bench_queue shown;         // cells for cli
	struct hostkey *key;
	uint64_t now_us;
	bool keeper_mute; // questions stay unanswered
	bool crypto_mute; // jobs stay undone
	bool worker_mute; // cells stay in the ring
	bool cli_mute;
	bool no_credit;    // what is sent is never acknowledged
	const char *ident; // of clients that log in; NULL: one that is known for nothing
	unsigned passwords, codes, signatures;
	uint32_t sequence; // of the client's next packet
	uint64_t progress[BENCH_SLOTS];
	uint32_t life[BENCH_SLOTS];
};

static const struct link_shape bench_shape = {512, 2048, 512, 65536, 128};

static inline struct link *bench_joint(struct link **far_end, enum link_side near)
{
	int fd = link_create("bench", &bench_shape, &bench_shape);
	int a = eventfd(0, EFD_CLOEXEC), b = eventfd(0, EFD_CLOEXEC);

	*far_end = link_attach(dup(fd), dup(b), dup(a), near == LINK_A ? LINK_B : LINK_A);
	return link_attach(fd, a, b, near);
}

static inline void bench_queue_take(struct bench_queue *q, struct link *l)
{
	struct link_cell cell;
	struct span payload;

	while (q->count < BENCH_CELLS && link_next(l, &cell, &payload)) {
		struct bench_cell *kept = &q->cells[(q->first + q->count++) % BENCH_CELLS];

		kept->cell = cell;
		kept->payload = (struct blob){NULL, 0};
		if (payload.len > 0)
			kept->payload = blob_copy(payload);
		link_done(l);
	}
}

static inline bool bench_queue_pop(struct bench_queue *q, struct bench_cell *out)
{
	if (q->count == 0)
		return false;
	*out = q->cells[q->first];
	q->first = (q->first + 1) % BENCH_CELLS;
	q->count--;
	return true;
}

static inline void bench_queue_clear(struct bench_queue *q)
{
	struct bench_cell c;

	while (bench_queue_pop(q, &c))
		blob_fini(&c.payload);
}

// --- the keeper ----------------------------------------------------------------------------------

static inline void bench_keeper_list(struct bench *b, struct builder *out)
{
	struct blob blob;

	if (hostkey_public_blob(b->key, &blob) != STATUS_OK)
		abort();
	builder_u32(out, HOSTKEY_ED25519);
	builder_u32(out, 256);
	builder_u64(out, 1000);
	builder_string(out, span_blob(&blob));
	blob_fini(&blob);
}

static inline uint32_t bench_keeper_check(struct bench *b, struct span payload)
{
	struct cursor c = cursor_over(payload);
	struct span hash = cursor_string(&c);
	struct span password = cursor_string(&c);

	b->passwords++;
	return hash.len > 0 && span_is(password, "secret") ? STATUS_OK : STATUS_DENIED;
}

// The code is always 123456.
static inline uint32_t bench_keeper_code(struct bench *b, struct span payload)
{
	struct cursor c = cursor_over(payload);
	struct span user = cursor_string(&c);
	struct span code = cursor_string(&c);

	b->codes++;
	return user.len > 0 && span_is(code, "123456") ? STATUS_OK : STATUS_DENIED;
}

// As the keeper does: name, session, key.
static inline enum status bench_keeper_prove(struct bench *b, uint32_t algorithm,
                                             struct span session, struct blob *signature)
{
	uint8_t bytes[1024];
	struct builder m = builder_over(bytes, sizeof(bytes));
	struct blob blob;

	if (hostkey_public_blob(b->key, &blob) != STATUS_OK)
		abort();
	builder_text(&m, "hostkeys-prove-00@openssh.com");
	builder_string(&m, session);
	builder_string(&m, span_blob(&blob));
	blob_fini(&blob);
	return hostkey_sign(b->key, hostkey_algorithm_at(algorithm), builder_span(&m),
	                    signature);
}

// A server key that belongs to nobody, number 1.
static inline void bench_keeper_ssh1(struct builder *out)
{
	static const uint8_t e[3] = {1, 0, 1};
	uint8_t n[256];

	memset(n, 0x95, sizeof(n));
	builder_u32(out, 1);
	builder_text(out, "ssh-rsa");
	builder_mpint(out, span_of(e, sizeof(e)));
	builder_mpint(out, span_of(n, sizeof(n)));
}

static inline void bench_keeper_answer(struct bench *b, struct link_cell *cell,
                                       struct span payload)
{
	static uint8_t bytes[8192];
	struct builder out = builder_over(bytes, sizeof(bytes));
	struct keeper_body body;
	struct blob blob = {NULL, 0};

	memcpy(&body, cell->body, sizeof(body));
	body.asked = cell->kind;
	body.status = STATUS_OK;
	if (cell->kind == KEEPER_LIST_PUBLIC)
		bench_keeper_list(b, &out);
	else if (cell->kind == KEEPER_CHECK_PASSWORD)
		body.status = bench_keeper_check(b, payload);
	else if (cell->kind == KEEPER_CHECK_TOTP)
		body.status = bench_keeper_code(b, payload);
	else if (cell->kind == KEEPER_SET_TOTP)
		builder_bytes(&out, span_text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"));
	else if (cell->kind == KEEPER_SET_PASSWORD)
		builder_bytes(&out, span_text("$y$new"));
	else if (cell->kind == KEEPER_SSH1_PUBLIC)
		bench_keeper_ssh1(&out);
	else if (cell->kind == KEEPER_SSH1_OPEN)
		builder_bytes(&out, span_text("the session key of every session"));
	else if (cell->kind == KEEPER_SIGN) {
		b->signatures++;
		body.status = hostkey_sign(b->key, hostkey_algorithm_at(body.algorithm),
		                           payload, &blob);
		builder_bytes(&out, span_blob(&blob));
	} else if (cell->kind == KEEPER_PROVE) {
		body.status = bench_keeper_prove(b, body.algorithm, payload, &blob);
		builder_bytes(&out, span_blob(&blob));
	}
	blob_fini(&blob);
	cell->kind = KEEPER_ANSWER;
	memcpy(cell->body, &body, sizeof(body));
	if (!link_send(b->keeper, cell, builder_span(&out)))
		abort();
}

static inline bool bench_keeper_turn(struct bench *b)
{
	struct link_cell cell;
	struct span payload;

	if (b->keeper_mute || b->keeper == NULL || !link_next(b->keeper, &cell, &payload))
		return false;
	bench_keeper_answer(b, &cell, payload);
	link_done(b->keeper);
	return true;
}

// --- the dataplane -------------------------------------------------------------------------------

static inline void bench_up(struct bench *b, uint16_t kind, uint32_t slot, const void *body,
                            size_t body_len, struct span payload)
{
	struct link_cell cell = {.kind = kind, .slot = slot, .life = b->life[slot]};

	if (body_len > 0)
		memcpy(cell.body, body, body_len);
	if (!link_send(b->data, &cell, payload))
		abort();
}

// What a turn sent is acknowledged at its end, unless the test wants otherwise.
static inline void bench_acknowledge(struct bench *b, uint32_t slot)
{
	struct data_sent sent = {b->progress[slot]};

	if (b->life[slot] != 0)
		bench_up(b, DATA_SENT, slot, &sent, sizeof(sent), span_of(NULL, 0));
}

static inline void bench_worker_turn(struct bench *b)
{
	uint32_t from = b->down.first + b->down.count;
	bool sent[BENCH_SLOTS] = {false};

	if (b->worker_mute || b->data == NULL)
		return;
	bench_queue_take(&b->down, b->data);
	for (uint32_t i = from; i != b->down.first + b->down.count; i++) {
		const struct bench_cell *c = &b->down.cells[i % BENCH_CELLS];

		if (c->cell.kind != DATA_MESSAGE_DOWN || c->cell.slot >= BENCH_SLOTS)
			continue;
		b->progress[c->cell.slot] += c->cell.length + DATA_MESSAGE_COST;
		sent[c->cell.slot] = !b->no_credit;
	}
	for (uint32_t slot = 0; slot < BENCH_SLOTS; slot++)
		if (sent[slot])
			bench_acknowledge(b, slot);
}

// --- turns ---------------------------------------------------------------------------------------

static inline void bench_turn(struct bench *b)
{
	bool busy = true;

	for (unsigned i = 0; busy || i < 4; i++) {
		if (i > 100000)
			abort();
		busy = shard_turn(b->h, b->now_us);
		busy |= !b->crypto_mute && crypto_pool_step(b->control.crypto);
		busy |= bench_keeper_turn(b);
		bench_worker_turn(b);
		if (!b->cli_mute && b->cli != NULL)
			bench_queue_take(&b->shown, b->cli);
	}
}

static inline void bench_wait(struct bench *b, uint64_t us)
{
	for (uint64_t end = b->now_us + us; b->now_us < end;) {
		uint64_t step = end - b->now_us;

		b->now_us += step > 20000000 ? step / 4 : step > 20000 ? 20000 : step;
		bench_turn(b);
	}
}

// --- settings ------------------------------------------------------------------------------------

static inline void bench_put(struct bench *b, struct api_record *r)
{
	if (config_put(&b->control.config, r) != STATUS_OK)
		abort();
}

static inline void bench_local_user(struct bench *b, const char *name, const char *hash)
{
	struct api_record r = {.class = API_CLASS_LOCAL_USER, .key = span_text(name)};

	r.values[r.count++] = (struct api_value){API_LOCAL_USER_SERVICES, API_SERVICE_SSH, {0}};
	r.values[r.count++] = (struct api_value){API_LOCAL_USER_HASH, 0, span_text(hash)};
	r.values[r.count++] =
	        (struct api_value){API_LOCAL_USER_ROLE, 0, span_text(API_ROLE_ADMIN_NAME)};
	bench_put(b, &r);
}

// Set a flag of a local user.
static inline void bench_local_flag(struct bench *b, const char *name, enum api_field flag)
{
	struct api_record r = {.class = API_CLASS_LOCAL_USER, .key = span_text(name)};

	r.values[r.count++] = (struct api_value){(uint8_t)flag, 1, {0}};
	bench_put(b, &r);
}

static inline void bench_ssh_user(struct bench *b, const char *name, enum api_method method,
                                  const char *keys)
{
	struct api_record r = {.class = API_CLASS_SSH_USER, .key = span_text(name)};

	r.values[r.count++] = (struct api_value){API_SSH_USER_SERVICES, 15, {0}};
	r.values[r.count++] = (struct api_value){API_SSH_USER_METHODS, method, {0}};
	r.values[r.count++] = (struct api_value){API_SSH_USER_KEYS, 0, span_text(keys)};
	bench_put(b, &r);
}

static inline void bench_peer_key(struct bench *b, const char *name, struct span blob)
{
	struct api_record r = {.class = API_CLASS_PEER_KEY, .key = span_text(name)};

	r.values[r.count++] = (struct api_value){API_PEER_KEY_BLOB, 0, blob};
	bench_put(b, &r);
}

// A list of keys and certificates that are revoked.
static inline void bench_revokes(struct bench *b, struct span list)
{
	struct api_record r = {.class = API_CLASS_SSH_TRUST, .count = 1};

	r.values[0] = (struct api_value){API_SSH_TRUST_REVOKED, 0, list};
	bench_put(b, &r);
}

// One list of algorithms; "" restores it.
static inline void bench_algorithms(struct bench *b, uint8_t field, const char *names)
{
	struct api_record r = {.class = API_CLASS_SSH_ALGORITHM, .count = 1};

	r.values[0] = (struct api_value){field, 0, span_text(names)};
	bench_put(b, &r);
}

// A test that looks at log lines defines it before.
#ifndef BENCH_LOG_LEVEL
#define BENCH_LOG_LEVEL 0
#endif

// A shard with host keys known, listening, and a user "bob" with the password "secret".
static inline struct bench *bench_new(void)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct api_record on = {.class = API_CLASS_SSH_SERVER, .count = 1};

	b->now_us = 1000000000;
	control_init(&b->control);
	b->control.crypto = crypto_pool_new(0);
	b->h = shard_new(&b->control, 0);
	b->control.shards[0] = b->h;
	b->control.shard_count = 1;
	b->h->now_us = b->now_us;
	if (hostkey_generate(HOSTKEY_ED25519, 0, &b->key) != STATUS_OK ||
	    shard_map_sessions(b->h, memfd_create("sessions", MFD_CLOEXEC)) != STATUS_OK)
		abort();
	shard_attach_keeper(b->h, bench_joint(&b->keeper, LINK_A));
	shard_attach_dialogue(b->h, bench_joint(&b->cli, LINK_A));
	shard_attach_data(b->h, bench_joint(&b->data, LINK_B));
	bench_local_user(b, "bob", "$y$hash");
	on.values[0] = (struct api_value){API_SSH_SERVER_ENABLE, 1, {0}};
	bench_put(b, &on);
	atomic_store(&b->control.started, true);
	log_level_set(BENCH_LOG_LEVEL);
	bench_turn(b);
	bench_queue_clear(&b->down);
	return b;
}

static inline void bench_free(struct bench *b)
{
	crypto_pool_free(b->control.crypto);
	shard_free(b->h);
	control_fini(&b->control);
	link_free(b->data);
	link_free(b->keeper);
	link_free(b->cli);
	bench_queue_clear(&b->down);
	bench_queue_clear(&b->shown);
	hostkey_free(b->key);
	free(b);
}

static inline uint64_t bench_count(struct bench *b, enum control_counter row)
{
	return atomic_load(&b->h->count[row]);
}
#define COUNTED(b, row) bench_count((b), COUNT_##row)

static inline struct session *bench_session(struct bench *b, uint32_t slot)
{
	return &b->h->sessions[slot];
}

static inline unsigned bench_state(struct bench *b, uint32_t slot)
{
	return b->h->sessions[slot].state;
}
