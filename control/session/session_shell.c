// Bytes of a channel and one dialogue of cli, both ways, under the windows of dialogue_msg.h.
#include "control/session/session_channel.h"

#include "control/serve/api_serve.h"
#include "control/session/session_log.h"
#include "control/session/session_kex.h"
#include "crypto/wire/builder.h"
#include "dataplane/base/trace.h"

#include <stdlib.h>
#include <time.h>

#define DIALOGUES_FIRST 64u
#define DIALOGUES_MAX   (1u << 20)

// --- slots ---------------------------------------------------------------------------------------

struct dialogue *dialogue_find(struct shard *h, uint32_t slot, uint32_t life)
{
	struct dialogue *d;

	if (slot >= h->dialogues_max)
		return NULL;
	d = &h->dialogues[slot];
	return d->state != DIALOGUE_FREE && d->life == life ? d : NULL;
}

static bool dialogues_grow(struct shard *h)
{
	uint32_t max = h->dialogues_max > 0 ? h->dialogues_max * 2 : DIALOGUES_FIRST;
	struct dialogue *grown;

	if (max > DIALOGUES_MAX)
		return false;
	grown = realloc(h->dialogues, max * sizeof(*grown));
	if (grown == NULL)
		return false;
	memset(grown + h->dialogues_max, 0, (max - h->dialogues_max) * sizeof(*grown));
	h->dialogues = grown;
	h->dialogues_max = max;
	return true;
}

// The lowest free slot, as operators expect of line numbers.
static struct dialogue *dialogue_take(struct shard *h, uint32_t *slot)
{
	struct dialogue *d;

	while (h->dialogues_lowest < h->dialogues_max &&
	       h->dialogues[h->dialogues_lowest].state != DIALOGUE_FREE)
		h->dialogues_lowest++;
	if (h->dialogues_lowest == h->dialogues_max && !dialogues_grow(h))
		return NULL;
	*slot = h->dialogues_lowest;
	d = &h->dialogues[*slot];
	*d = (struct dialogue){.life = ++h->dialogue_life, .state = DIALOGUE_OPENED};
	d->login_time = (uint64_t)time(NULL);
	GAUGE_ADD(h, dialogues, 1);
	if (h->gauges.dialogues > h->gauges.dialogues_peak)
		h->gauges.dialogues_peak = h->gauges.dialogues;
	COUNT(h, shells_opened);
	return d;
}

static void dialogue_give(struct shard *h, struct dialogue *d)
{
	uint32_t slot = (uint32_t)(d - h->dialogues);

	api_dialogue_over(h, slot, d->life);
	d->state = DIALOGUE_FREE;
	if (slot < h->dialogues_lowest)
		h->dialogues_lowest = slot;
	GAUGE_ADD(h, dialogues, -1);
	COUNT(h, shells_closed);
}

static struct dialogue *dialogue_of(struct shard *h, const struct channel *c)
{
	return c->dialogue == 0 ? NULL : &h->dialogues[c->dialogue - 1];
}

// --- cells down ----------------------------------------------------------------------------------

static struct link_cell cell_for(struct shard *h, const struct channel *c, uint16_t kind)
{
	return (struct link_cell){.kind = kind,
	                          .slot = c->dialogue - 1,
	                          .life = dialogue_of(h, c)->life,
	                          .offset = c->in_bytes,
	                          .buffer = LINK_NO_BUFFER};
}

static bool ring_has_room(struct shard *h)
{
	return h->dialogue != NULL && link_room(h->dialogue) > SHARD_RESERVE_CELLS &&
	       link_buffers_free(h->dialogue, false) > SHARD_RESERVE_SMALL &&
	       link_buffers_free(h->dialogue, true) > SHARD_RESERVE_LARGE;
}

static struct span open_payload(struct session *s, const struct channel *c, struct span text,
                                uint8_t *bytes, size_t max)
{
	struct builder b = builder_over(bytes, max);
	char address[LOG_ADDRESS_MAX];

	builder_text(&b, s->user);
	builder_text(&b, s->role);
	builder_text(&b, log_address(address, s->remote));
	builder_text(&b, c->term);
	builder_string(&b, text);
	return builder_span(&b);
}

// Files need no line.
static bool line_admits(struct shard *h, const struct session *s)
{
	enum line_verdict verdict =
	        users_line(&h->control->config, s->remote, s->remote_port, s->local_port);

	if (verdict == LINE_ADMITS)
		return true;
	COUNT(h, lines_refused);
	log_line_refused(h, s, line_verdict_text(verdict));
	return false;
}

enum status shell_open(struct shard *h, struct session *s, struct channel *c,
                       enum dialogue_type type, struct span text)
{
	struct dialogue_open body = {.type = (uint8_t)type,
	                             .has_pty = (c->flags & CHANNEL_PTY) != 0,
	                             .login_said = (s->flags & SESSION_SAID_LOGIN) != 0,
	                             .columns = c->columns,
	                             .rows = c->rows};
	uint8_t bytes[CHANNEL_TEXT_MAX + 512];
	struct span payload = open_payload(s, c, text, bytes, sizeof(bytes));
	struct link_cell cell;
	struct dialogue *d;
	uint32_t slot;

	if (h->dialogue == NULL || payload.len == 0)
		return STATUS_NO_ROOM;
	if (type != DIALOGUE_SUBSYSTEM && !line_admits(h, s))
		return STATUS_DENIED;
	d = dialogue_take(h, &slot);
	if (d == NULL)
		return STATUS_NO_MEMORY;
	d->session = c->session;
	d->channel = s->channels[c->number];
	c->dialogue = slot + 1;
	cell = cell_for(h, c, DIALOGUE_OPEN);
	body.line = slot * h->control->shard_count + h->index;
	body.session = (uint64_t)h->index << 20 | c->session;
	memcpy(cell.body, &body, sizeof(body));
	if (!link_send(h->dialogue, &cell, payload)) {
		c->dialogue = 0;
		dialogue_give(h, d);
		return STATUS_NO_ROOM;
	}
	c->type = (uint8_t)type;
	return STATUS_OK;
}

// One INPUT cell. False: the ring is full.
static bool input_post(struct shard *h, struct channel *c, struct span bytes)
{
	struct link_cell cell = cell_for(h, c, DIALOGUE_INPUT);

	if (!link_send(h->dialogue, &cell, bytes))
		return false;
	c->unconsumed += (uint32_t)bytes.len;
	c->in_bytes += bytes.len;
	return true;
}

static size_t input_room(const struct channel *c)
{
	size_t room = dialogue_input_window(c->type) - c->unconsumed;

	return room < DIALOGUE_INPUT_MAX ? room : DIALOGUE_INPUT_MAX;
}

void shell_input(struct shard *h, struct session *s, struct channel *c)
{
	while (c->dialogue != 0 && c->in.bytes > 0) {
		struct span front = chunk_front(h, &c->in);
		size_t room = input_room(c);

		if (room == 0)
			return;
		if (!ring_has_room(h) ||
		    !input_post(h, c,
		                span_of(front.data, front.len < room ? front.len : room))) {
			session_stick(h, s);
			return;
		}
		chunk_pop(h, s, &c->in, front.len < room ? front.len : room);
	}
	if (c->dialogue == 0 || !(c->flags & CHANNEL_GOT_EOF) || c->flags & CHANNEL_TOLD_EOF)
		return;
	struct link_cell cell = cell_for(h, c, DIALOGUE_INPUT_EOF);

	if (link_post(h->dialogue, &cell))
		c->flags |= CHANNEL_TOLD_EOF;
	else
		session_stick(h, s);
}

// Bytes just arrived: straight on when nothing waits before them, else behind what does.
bool shell_take(struct shard *h, struct session *s, struct channel *c, struct span bytes)
{
	TRACE_STEP(session_slot(h, s), s->life);
	while (bytes.len > 0 && c->dialogue != 0 && c->in.bytes == 0 && input_room(c) > 0 &&
	       ring_has_room(h)) {
		size_t room = input_room(c);
		size_t part = bytes.len < room ? bytes.len : room;

		if (!input_post(h, c, span_of(bytes.data, part)))
			break;
		bytes = span_of(bytes.data + part, bytes.len - part);
	}
	if (bytes.len == 0)
		return true;
	if (c->dialogue != 0)
		session_stick(h, s);
	return chunk_push(h, s, &c->in, bytes);
}

void shell_resize(struct shard *h, struct channel *c)
{
	struct dialogue_size body = {c->columns, c->rows};
	struct link_cell cell;

	if (c->dialogue == 0)
		return;
	cell = cell_for(h, c, DIALOGUE_RESIZE);
	memcpy(cell.body, &body, sizeof(body));
	(void)!link_post(h->dialogue,
	                 &cell); // the reserve has room; a later size makes up for it
}

void shell_signal(struct shard *h, struct channel *c, struct span name)
{
	struct link_cell cell;

	if (c->dialogue == 0)
		return;
	cell = cell_for(h, c, DIALOGUE_SIGNAL);
	(void)!link_send(h->dialogue, &cell, name);
}

static uint32_t credit_most(const struct channel *c)
{
	return c->widened > 0 ? CHANNEL_CREDIT_FILES : CHANNEL_CREDIT;
}

// Grant what the client's window and the send credit of the connection can carry, in steps.
void shell_credit(struct shard *h, struct session *s, struct channel *c)
{
	uint64_t busy = s->posted - s->progress + s->promised + c->out.bytes;
	uint64_t limit = session_send_limit(s), grant = busy < limit ? limit - busy : 0;
	uint64_t window = c->peer_window, most = credit_most(c), low = most / 4;
	struct dialogue_count body;
	struct link_cell cell;

	if (c->dialogue == 0 || c->credit >= low || !session_is_authenticated(s))
		return;
	window = window < most ? window : most;
	if (window <= c->credit + c->out.bytes)
		return;
	window -= c->credit + c->out.bytes;
	grant = grant < window ? grant : window;
	if (grant == 0 || (grant < low / 2 && c->credit > 0))
		return;
	if (!ring_has_room(h)) {
		session_stick(h, s);
		return;
	}
	body.bytes = grant;
	cell = cell_for(h, c, DIALOGUE_CREDIT);
	memcpy(cell.body, &body, sizeof(body));
	if (!link_post(h->dialogue, &cell)) {
		session_stick(h, s);
		return;
	}
	c->credit += (uint32_t)grant;
	s->promised += (uint32_t)grant;
}

static bool hangup_post(struct shard *h, struct dialogue *d)
{
	struct link_cell cell = {.kind = DIALOGUE_HANGUP,
	                         .slot = (uint32_t)(d - h->dialogues),
	                         .life = d->life,
	                         .buffer = LINK_NO_BUFFER};

	if (h->dialogue == NULL || !link_post(h->dialogue, &cell))
		return false;
	d->state = DIALOGUE_ENDING;
	return true;
}

void shell_hangup(struct shard *h, struct channel *c)
{
	struct dialogue *d = dialogue_of(h, c);

	if (d == NULL)
		return;
	if (c->type == DIALOGUE_SHELL)
		log_line_left(h, &h->sessions[d->session]);
	c->dialogue = 0;
	if (h->hangups == 0 && hangup_post(h, d))
		return;
	d->state = DIALOGUE_HANGING;
	if (h->hangups++ == 0 || (uint32_t)(d - h->dialogues) < h->hangups_from)
		h->hangups_from = (uint32_t)(d - h->dialogues);
}

void shell_pump(struct shard *h)
{
	for (; h->hangups > 0 && h->hangups_from < h->dialogues_max; h->hangups_from++) {
		struct dialogue *d = &h->dialogues[h->hangups_from];

		if (d->state != DIALOGUE_HANGING)
			continue;
		if (!hangup_post(h, d))
			return;
		h->hangups--;
	}
}

// --- cells up ------------------------------------------------------------------------------------

static void on_consumed(struct shard *h, struct session *s, struct channel *c,
                        const struct link_cell *cell)
{
	struct dialogue_count body;

	memcpy(&body, cell->body, sizeof(body));
	if (body.bytes > c->unconsumed) {
		COUNT(h, dialogue_bad);
		body.bytes = c->unconsumed;
	}
	c->unconsumed -= (uint32_t)body.bytes;
	channel_consumed(h, s, c, (uint32_t)body.bytes);
	shell_input(h, s, c);
}

// Straight to the client when nothing waits before it; the rest is kept.
static void on_output(struct shard *h, struct session *s, struct channel *c, struct span bytes)
{
	TRACE_STEP(session_slot(h, s), s->life);
	if (bytes.len > c->credit) {
		COUNT(h, dialogue_bad);
		bytes.len = c->credit;
	}
	c->credit -= (uint32_t)bytes.len;
	s->promised -= (uint32_t)bytes.len;
	c->out_bytes += bytes.len;
	s->active_us = h->now_us;
	if (c->flags & (CHANNEL_SENT_EOF | CHANNEL_SENT_CLOSE))
		return;
	while (bytes.len > 0 && c->out.bytes == 0) {
		size_t part = session_send_room(h, s);

		part = part < bytes.len ? part : bytes.len;
		part = part < c->peer_packet ? part : c->peer_packet;
		part = part < c->peer_window ? part : c->peer_window;
		if (part == 0 || !session_send_data(h, s, c->peer, span_of(bytes.data, part)))
			break;
		channel_spend(c, part);
		bytes = span_of(bytes.data + part, bytes.len - part);
	}
	if (!chunk_push(h, s, &c->out, bytes)) {
		COUNT(h, no_memory);
		session_abort(h, s, "out of memory");
		return;
	}
	shell_credit(h, s, c);
}

static void on_exit_cell(struct shard *h, struct session *s, struct channel *c,
                         const struct link_cell *cell)
{
	struct dialogue *d = dialogue_of(h, c);
	struct dialogue_exit body;

	memcpy(&body, cell->body, sizeof(body));
	c->exit_status = body.status;
	c->flags |= CHANNEL_EXITED;
	if (body.close_session && c->type != DIALOGUE_EXEC)
		c->flags |= CHANNEL_ENDS_SESSION;
	if (c->type == DIALOGUE_SHELL)
		log_line_left(h, s);
	c->dialogue = 0;
	dialogue_give(h, d);
	s->promised -= c->credit;
	c->credit = 0;
	// What it never read is consumed.
	channel_consumed(h, s, c, c->unconsumed + c->in.bytes);
	c->unconsumed = 0;
	chunk_clear(h, s, &c->in);
	channel_pump(h, s, c);
}

// A dialogue that was hung up: only its EXIT is still of interest.
static void on_ending(struct shard *h, struct dialogue *d, const struct link_cell *cell)
{
	if (cell->kind == DIALOGUE_CONSUMED || cell->kind == DIALOGUE_OUTPUT)
		return;
	if (cell->kind != DIALOGUE_EXIT) {
		COUNT(h, dialogue_bad);
		return;
	}
	if (d->state == DIALOGUE_HANGING)
		h->hangups--;
	dialogue_give(h, d);
}

void shell_on_cell(struct shard *h, const struct link_cell *cell, struct span payload)
{
	struct dialogue *d = dialogue_find(h, cell->slot, cell->life);
	struct session *s;
	struct channel *c;

	if (d == NULL) {
		COUNT(h, dialogue_stale);
		return;
	}
	if (d->state != DIALOGUE_OPENED) {
		on_ending(h, d, cell);
		return;
	}
	s = &h->sessions[d->session];
	c = pool_at(&h->channels, d->channel);
	if (cell->kind == DIALOGUE_CONSUMED)
		on_consumed(h, s, c, cell);
	else if (cell->kind == DIALOGUE_OUTPUT)
		on_output(h, s, c, payload);
	else if (cell->kind == DIALOGUE_EXIT)
		on_exit_cell(h, s, c, cell);
	else
		COUNT(h, dialogue_bad);
	kex_consider(h, s);
}

void shell_lost(struct shard *h)
{
	for (uint32_t i = 0; i < h->dialogues_max; i++) {
		struct dialogue *d = &h->dialogues[i];
		struct channel *c;

		if (d->state == DIALOGUE_FREE)
			continue;
		c = d->state == DIALOGUE_OPENED ? pool_at(&h->channels, d->channel) : NULL;
		if (c != NULL) {
			c->dialogue = 0;
			h->sessions[c->session].promised -= c->credit;
			c->credit = 0;
		}
		dialogue_give(h, d);
	}
	h->hangups = 0;
}
