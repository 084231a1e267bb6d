// Channels: opening, windows, bytes, and the order of the end.
#include "control/session/session_channel.h"

#include "control/session/session_alive.h"

#include "control/main/log.h"
#include "control/session/session_table.h"
#include "control/session/session_v1.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"
#include "dataplane/base/trace.h"

// --- opening -------------------------------------------------------------------------------------

unsigned channel_count(const struct session *s)
{
	unsigned count = 0;

	for (unsigned i = 0; i < SESSION_CHANNELS; i++)
		count += s->channels[i] != 0;
	return count;
}

static void open_failure(struct shard *h, struct session *s, uint32_t peer, uint32_t reason,
                         const char *why)
{
	uint8_t bytes[128];
	struct builder b = builder_over(bytes, sizeof(bytes));

	COUNT(h, channels_refused);
	builder_u8(&b, SSH_MSG_CHANNEL_OPEN_FAILURE);
	builder_u32(&b, peer);
	builder_u32(&b, reason);
	builder_text(&b, why);
	builder_text(&b, "");
	session_send(h, s, builder_span(&b));
}

static void open_confirm(struct shard *h, struct session *s, const struct channel *c)
{
	uint8_t bytes[32];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, SSH_MSG_CHANNEL_OPEN_CONFIRMATION);
	builder_u32(&b, c->peer);
	builder_u32(&b, c->number);
	builder_u32(&b, c->window);
	builder_u32(&b, CHANNEL_PACKET);
	session_send(h, s, builder_span(&b));
}

struct channel *channel_new(struct shard *h, struct session *s)
{
	for (uint8_t i = 0; i < SESSION_CHANNELS; i++) {
		struct channel *c;

		if (s->channels[i] != 0)
			continue;
		c = pool_take(&h->channels, &s->channels[i]);
		if (c == NULL)
			return NULL;
		c->session = session_slot(h, s);
		c->number = i;
		c->window = CHANNEL_WINDOW;
		GAUGE_ADD(h, channels, 1);
		if (h->gauges.channels > h->gauges.channels_peak)
			h->gauges.channels_peak = h->gauges.channels;
		COUNT(h, channels_opened);
		return c;
	}
	return NULL;
}

// Types that would open a door behind this device: refused by policy, not for want of knowledge.
static bool type_is_prohibited(struct span type)
{
	static const char *const types[] = {"direct-tcpip",
	                                    "forwarded-tcpip",
	                                    "x11",
	                                    "auth-agent@openssh.com",
	                                    "direct-streamlocal@openssh.com",
	                                    "forwarded-streamlocal@openssh.com",
	                                    "tun@openssh.com"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (span_is(type, types[i]))
			return true;
	}
	return false;
}

enum status channel_on_open(struct shard *h, struct session *s, const struct message *m)
{
	struct cursor c = cursor_over(m->body);
	struct span type = cursor_string_max(&c, 256);
	uint32_t peer = cursor_u32(&c);
	uint32_t window = cursor_u32(&c);
	uint32_t packet = cursor_u32(&c);
	struct channel *channel;

	if (!cursor_ok(&c))
		return c.status;
	if (s->flags & SESSION_NO_MORE) {
		session_disconnect(h, s, SSH_DISCONNECT_PROTOCOL_ERROR,
		                   "no more sessions were announced");
		return STEP_STAY;
	}
	if (!span_is(type, "session")) {
		bool known = type_is_prohibited(type);

		open_failure(h, s, peer, known ? SSH_OPEN_PROHIBITED : SSH_OPEN_UNKNOWN_TYPE,
		             known ? "administratively prohibited" : "unknown channel type");
		return STATUS_OK;
	}
	if (cursor_end(&c) != STATUS_OK)
		return c.status;
	if (packet < CHANNEL_PACKET_LOW) {
		open_failure(h, s, peer, SSH_OPEN_CONNECT_FAILED,
		             "maximum packet is too small");
		return STATUS_OK;
	}
	channel = channel_new(h, s);
	if (channel == NULL) {
		open_failure(h, s, peer, SSH_OPEN_RESOURCE_SHORTAGE, "too many channels");
		return STATUS_OK;
	}
	channel->peer = peer;
	channel->peer_window = window;
	channel->peer_packet = packet;
	open_confirm(h, s, channel);
	return STATUS_OK;
}

// We open no channels and make no requests that want a reply, so none is expected; an answer to
// nothing is no reason to end the session.
enum status channel_on_open_reply(struct shard *h, struct session *s, const struct message *m)
{
	COUNT(h, messages_ignored);
	return STATUS_OK;
}

enum status channel_on_reply(struct shard *h, struct session *s, const struct message *m)
{
	COUNT(h, messages_ignored);
	return STATUS_OK;
}

// --- finding -------------------------------------------------------------------------------------

// The channel that a message names, or NULL: then the session is being refused.
static struct channel *channel_named(struct shard *h, struct session *s, uint32_t number)
{
	struct channel *c = number < SESSION_CHANNELS ? channel_at(h, s, number) : NULL;

	if (c == NULL) {
		COUNT(h, channel_unknown);
		session_disconnect(h, s, SSH_DISCONNECT_PROTOCOL_ERROR, "channel is not open");
	}
	return c;
}

struct channel *channel_in(struct shard *h, struct session *s, struct cursor *c)
{
	uint32_t number = cursor_u32(c);

	return cursor_ok(c) ? channel_named(h, s, number) : NULL;
}

// --- bytes of the client -------------------------------------------------------------------------

static enum status window_violated(struct shard *h, struct session *s)
{
	COUNT(h, channel_window);
	session_disconnect(h, s, SSH_DISCONNECT_PROTOCOL_ERROR, "channel window violated");
	return STEP_STAY;
}

static void window_adjust(struct shard *h, struct session *s, struct channel *c, uint32_t more)
{
	uint8_t bytes[16];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, SSH_MSG_CHANNEL_WINDOW_ADJUST);
	builder_u32(&b, c->peer);
	builder_u32(&b, more);
	c->window += more;
	session_send(h, s, builder_span(&b));
}

void channel_consumed(struct shard *h, struct session *s, struct channel *c, uint32_t bytes)
{
	if (s->flags & SESSION_V1) {
		v1_flow(h, s, c);
		return;
	}
	c->consumed += bytes;
	if (c->consumed < (CHANNEL_WINDOW + c->widened) / 2 ||
	    c->flags & (CHANNEL_GOT_EOF | CHANNEL_GOT_CLOSE | CHANNEL_SENT_CLOSE))
		return;
	bytes = c->consumed;
	c->consumed = 0;
	window_adjust(h, s, c, bytes);
}

void channel_widen(struct shard *h, struct session *s, struct channel *c)
{
	uint32_t more = dialogue_input_window(c->type) - CHANNEL_WINDOW;

	if (c->widened != 0 || more > SHARD_WIDENED_MAX - h->widened)
		return;
	c->widened = more;
	h->widened += more;
	s->flags |= SESSION_WIDE;
	window_adjust(h, s, c, more);
}

static void channel_narrow(struct shard *h, struct session *s, struct channel *c)
{
	bool wide = false;

	h->widened -= c->widened;
	c->widened = 0;
	for (unsigned i = 0; i < SESSION_CHANNELS; i++) {
		const struct channel *other = channel_at(h, s, i);

		wide |= other != NULL && other->widened > 0;
	}
	if (!wide)
		s->flags &= ~(uint32_t)SESSION_WIDE;
}

// Bytes that came where none are wanted any more.
static bool data_is_late(struct shard *h, const struct channel *c, size_t bytes)
{
	if (!(c->flags &
	      (CHANNEL_GOT_EOF | CHANNEL_GOT_CLOSE | CHANNEL_SENT_CLOSE | CHANNEL_EXITED)))
		return false;
	COUNT_N(h, channel_data_late, bytes);
	return true;
}

// `body` ends with the length of the bytes, which follow in `bulk`.
enum status channel_on_data(struct shard *h, struct session *s, const struct message *m)
{
	struct cursor c = cursor_over(m->body);
	struct channel *channel = channel_in(h, s, &c);
	uint32_t length = cursor_u32(&c);
	enum status status = cursor_end(&c);

	TRACE_STEP(session_slot(h, s), s->life);
	if (status != STATUS_OK || channel == NULL)
		return channel == NULL && status == STATUS_OK ? STEP_STAY : status;
	if (length != m->bulk.len)
		return length > m->bulk.len ? STATUS_TRUNCATED : STATUS_TRAILING;
	if (length > channel->window || length > CHANNEL_PACKET)
		return window_violated(h, s);
	channel->window -= length;
	s->active_us = h->now_us;
	if (data_is_late(h, channel, length)) {
		channel_consumed(h, s, channel, length);
		return STATUS_OK;
	}
	if (!shell_take(h, s, channel, m->bulk)) {
		COUNT(h, no_memory);
		return STATUS_NO_MEMORY;
	}
	return STATUS_OK;
}

// Nobody here has a use for a second stream of input: it is consumed.
enum status channel_on_extended(struct shard *h, struct session *s, const struct message *m)
{
	struct cursor c = cursor_over(m->body);
	struct channel *channel = channel_in(h, s, &c);
	struct span bytes;

	cursor_u32(&c); // kind
	bytes = cursor_string(&c);
	if (cursor_end(&c) != STATUS_OK || channel == NULL)
		return cursor_ok(&c) ? STEP_STAY : c.status;
	if (bytes.len > channel->window || bytes.len > CHANNEL_PACKET)
		return window_violated(h, s);
	channel->window -= (uint32_t)bytes.len;
	COUNT_N(h, channel_extended, bytes.len);
	channel_consumed(h, s, channel, (uint32_t)bytes.len);
	return STATUS_OK;
}

enum status channel_on_window(struct shard *h, struct session *s, const struct message *m)
{
	struct cursor c = cursor_over(m->body);
	struct channel *channel = channel_in(h, s, &c);
	uint32_t more = cursor_u32(&c);

	if (cursor_end(&c) != STATUS_OK || channel == NULL)
		return cursor_ok(&c) ? STEP_STAY : c.status;
	if (more > UINT32_MAX - channel->peer_window)
		return window_violated(h, s);
	channel->peer_window += more;
	channel_pump(h, s, channel);
	return STATUS_OK;
}

// --- the end -------------------------------------------------------------------------------------

static void send_about(struct shard *h, struct session *s, const struct channel *c,
                       uint8_t number)
{
	uint8_t bytes[8];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, number);
	builder_u32(&b, c->peer);
	session_send(h, s, builder_span(&b));
}

static void exit_status_send(struct shard *h, struct session *s, const struct channel *c)
{
	uint8_t bytes[64];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, SSH_MSG_CHANNEL_REQUEST);
	builder_u32(&b, c->peer);
	builder_text(&b, "exit-status");
	builder_bool(&b, false);
	builder_u32(&b, c->exit_status);
	session_send(h, s, builder_span(&b));
}

static void channel_free(struct shard *h, struct session *s, struct channel *c)
{
	bool ends = c->flags & CHANNEL_ENDS_SESSION;
	uint8_t number = c->number;

	shell_hangup(h, c);
	s->promised -= c->credit;
	channel_narrow(h, s, c);
	chunk_clear(h, s, &c->in);
	chunk_clear(h, s, &c->out);
	pool_give(&h->channels, &s->channels[number]);
	GAUGE_ADD(h, channels, -1);
	COUNT(h, channels_closed);
	alive_unused(h, s);
	if (ends)
		s->flags |= SESSION_END;
}

// CLOSE both ways: the number is free. The last one may take the session with it.
static void channel_close(struct shard *h, struct session *s, struct channel *c)
{
	if (!(c->flags & CHANNEL_SENT_CLOSE)) {
		c->flags |= CHANNEL_SENT_CLOSE;
		send_about(h, s, c, SSH_MSG_CHANNEL_CLOSE);
	}
	shell_hangup(h, c);
	if (!(c->flags & CHANNEL_GOT_CLOSE) || s->state == SESSION_CLOSING)
		return;
	channel_free(h, s, c);
	if (s->flags & SESSION_END && channel_count(s) == 0)
		session_close(h, s);
}

enum status channel_on_eof(struct shard *h, struct session *s, const struct message *m)
{
	struct cursor c = cursor_over(m->body);
	struct channel *channel = channel_in(h, s, &c);

	if (cursor_end(&c) != STATUS_OK || channel == NULL)
		return cursor_ok(&c) ? STEP_STAY : c.status;
	channel->flags |= CHANNEL_GOT_EOF;
	shell_input(h, s, channel);
	return STATUS_OK;
}

enum status channel_on_close(struct shard *h, struct session *s, const struct message *m)
{
	struct cursor c = cursor_over(m->body);
	struct channel *channel = channel_in(h, s, &c);

	if (cursor_end(&c) != STATUS_OK || channel == NULL)
		return cursor_ok(&c) ? STEP_STAY : c.status;
	channel->flags |= CHANNEL_GOT_CLOSE | CHANNEL_GOT_EOF;
	channel_close(h, s, channel);
	return STATUS_OK;
}

void channel_drop_all(struct shard *h, struct session *s)
{
	for (unsigned i = 0; i < SESSION_CHANNELS; i++) {
		struct channel *c = channel_at(h, s, i);

		if (c != NULL)
			channel_free(h, s, c);
	}
}

// --- bytes for the client ------------------------------------------------------------------------

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

// Send what is held, in messages as large as the client takes. False when some of it must wait.
static bool output_pump(struct shard *h, struct session *s, struct channel *c)
{
	while (c->out.bytes > 0) {
		struct span front = chunk_front(h, &c->out);
		size_t part = least(front.len, least(c->peer_window, c->peer_packet));

		part = least(part, session_send_room(h, s));
		if (part == 0 || !session_send_data(h, s, c->peer, span_of(front.data, part)))
			return false;
		channel_spend(c, part);
		chunk_pop(h, s, &c->out, part);
	}
	return true;
}

// RFC 4254 sections 5.3 and 6.10: after the last byte EOF, exit-status, CLOSE.
static void exit_pump(struct shard *h, struct session *s, struct channel *c)
{
	if (!(c->flags & CHANNEL_EXITED) || c->flags & CHANNEL_SENT_CLOSE)
		return;
	if (s->flags & SESSION_V1) {
		v1_exit(h, s, c);
		return;
	}
	if (!(c->flags & CHANNEL_SENT_EOF)) {
		c->flags |= CHANNEL_SENT_EOF;
		send_about(h, s, c, SSH_MSG_CHANNEL_EOF);
		exit_status_send(h, s, c);
	}
	channel_close(h, s, c);
}

void channel_pump(struct shard *h, struct session *s, struct channel *c)
{
	unsigned number = c->number;

	shell_input(h, s, c);
	if (output_pump(h, s, c))
		exit_pump(h, s, c);
	if (s->state != SESSION_CLOSING && s->channels[number] != 0) // it may have ended here
		shell_credit(h, s, c);
}

void channel_pump_all(struct shard *h, struct session *s)
{
	for (unsigned i = 0; i < SESSION_CHANNELS; i++) {
		struct channel *c = channel_at(h, s, i);

		if (c != NULL && s->state != SESSION_CLOSING)
			channel_pump(h, s, c);
	}
}
