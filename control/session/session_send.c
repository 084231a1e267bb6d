// What leaves: straight into the ring when it may go now, else into the session's queue. Messages
// of a key exchange overtake what waits; nothing else ever does.
#include "control/session/session.h"

#include "control/main/log.h"
#include "control/session/session_channel.h"
#include "control/session/session_kex.h"
#include "crypto/wire/numbers.h"
#include "crypto/wire/ssh1.h"

#include <stdlib.h>

#define DATA_HEADER 9u // CHANNEL_DATA: number, channel, length

static uint64_t in_flight(const struct session *s)
{
	return s->posted - s->progress;
}

static uint32_t send_window(const struct session *s)
{
	return s->flags & SESSION_WIDE ? DATA_SEND_WIDE : DATA_SEND_WINDOW;
}

uint32_t session_send_limit(const struct session *s)
{
	return send_window(s) - SESSION_KEX_CREDIT;
}

static bool credit_for(const struct session *s, size_t bytes, uint32_t limit)
{
	return in_flight(s) + bytes + DATA_MESSAGE_COST <= limit;
}

// Is there room in the ring beyond the reserve that handlers count on?
static bool ring_has_room(struct shard *h, size_t bytes)
{
	struct link *l = h->data;

	return l != NULL && link_room(l) > SHARD_RESERVE_CELLS &&
	       link_buffers_free(l, false) > SHARD_RESERVE_SMALL &&
	       link_buffers_free(l, true) > SHARD_RESERVE_LARGE;
}

static struct link_cell message_cell(struct shard *h, const struct session *s)
{
	return (struct link_cell){.kind = DATA_MESSAGE_DOWN,
	                          .slot = session_slot(h, s),
	                          .life = s->life,
	                          .offset = s->down_bytes};
}

static void account_sent(struct shard *h, struct session *s, size_t bytes)
{
	s->posted += bytes + DATA_MESSAGE_COST;
	s->down_bytes += bytes;
	s->key_bytes[1] += bytes + DATA_MESSAGE_COST;
	s->key_packets[1]++;
	COUNT(h, messages_out);
}

static bool message_post(struct shard *h, struct session *s, struct span message,
                         uint32_t limit)
{
	struct link_cell cell = message_cell(h, s);

	if (h->data == NULL || !credit_for(s, message.len, limit) ||
	    !link_send(h->data, &cell, message))
		return false;
	account_sent(h, s, message.len);
	return true;
}

bool session_send_now(struct shard *h, struct session *s, struct span message)
{
	return message_post(h, s, message, send_window(s));
}

void session_send(struct shard *h, struct session *s, struct span message)
{
	uint8_t head[4] = {(uint8_t)(message.len >> 24), (uint8_t)(message.len >> 16),
	                   (uint8_t)(message.len >> 8), (uint8_t)message.len};

	if (s->state == SESSION_CLOSING)
		return;
	if (s->unsent.bytes == 0 && !session_is_held(s) &&
	    message_post(h, s, message, session_send_limit(s)))
		return;
	if (message.len > SESSION_ANSWER_MAX ||
	    s->unsent.bytes + sizeof(head) + message.len > SESSION_UNSENT_MAX) {
		COUNT(h, peer_not_reading);
		session_abort(h, s, "client leaves its answers unread");
		return;
	}
	if (!chunk_push(h, s, &s->unsent, span_of(head, sizeof(head))) ||
	    !chunk_push(h, s, &s->unsent, message)) {
		COUNT(h, no_memory);
		session_abort(h, s, "out of memory");
	}
}

// Copy bytes off the front of a queue.
static void queue_take(struct shard *h, struct session *s, struct chunk_queue *q, uint8_t *out,
                       size_t n)
{
	while (n > 0) {
		struct span front = chunk_front(h, q);
		size_t part = front.len < n ? front.len : n;

		memcpy(out, front.data, part);
		chunk_pop(h, s, q, part);
		out += part;
		n -= part;
	}
}

static size_t queue_peek_length(struct shard *h, const struct session *s)
{
	struct chunk_queue q = s->unsent;
	struct span front = chunk_front(h, &q);
	uint32_t length = 0;
	size_t at = 0;

	// The four bytes of a length may lie in two chunks; chunk_next walks without popping.
	for (int i = 0; i < 4; i++) {
		if (at == front.len) {
			front = chunk_next(h, &q);
			at = 0;
		}
		length = length << 8 | front.data[at++];
	}
	return length;
}

// Send what waits, oldest first. False when something still does.
static bool unsent_flush(struct shard *h, struct session *s)
{
	uint8_t message[SESSION_ANSWER_MAX], head[4];

	while (s->unsent.bytes > 0) {
		size_t n = queue_peek_length(h, s);

		if (!credit_for(s, n, session_send_limit(s)))
			return false;
		if (!ring_has_room(h, n)) {
			session_stick(h, s);
			return false;
		}
		queue_take(h, s, &s->unsent, head, sizeof(head));
		queue_take(h, s, &s->unsent, message, n);
		if (!message_post(h, s, span_of(message, n), session_send_limit(s))) {
			session_abort(h, s, "message lost its place");
			return false;
		}
	}
	return true;
}

size_t session_send_room(struct shard *h, struct session *s)
{
	uint64_t used = in_flight(s) + DATA_MESSAGE_COST + DATA_HEADER;

	if (s->state == SESSION_CLOSING || session_is_held(s) || s->unsent.bytes > 0 ||
	    used >= session_send_limit(s))
		return 0;
	if (!ring_has_room(h, SSH_PACKET_MAX)) {
		session_stick(h, s);
		return 0;
	}
	return (size_t)(session_send_limit(s) - used);
}

bool session_send_data(struct shard *h, struct session *s, uint32_t channel, struct span bytes)
{
	struct link_cell cell = message_cell(h, s);
	bool v1 = s->flags & SESSION_V1;
	struct builder b;
	uint8_t *to;
	size_t capacity;

	to = link_buffer_take(h->data, bytes.len + DATA_HEADER, &cell.buffer, &capacity);
	if (to == NULL)
		return false;
	b = builder_over(to, bytes.len + DATA_HEADER);
	builder_u8(&b, v1 ? SSH1_SMSG_STDOUT_DATA : SSH_MSG_CHANNEL_DATA);
	if (!v1)
		builder_u32(&b, channel);
	builder_string(&b, bytes);
	cell.length = (uint32_t)b.len;
	if (!link_post(h->data, &cell)) {
		link_buffer_drop(h->data, cell.buffer);
		return false;
	}
	account_sent(h, s, cell.length);
	return true;
}

void session_pump(struct shard *h, struct session *s)
{
	if (!session_is_authenticated(s) || s->life == 0)
		return;
	if (!session_is_held(s) && !unsent_flush(h, s) && s->state == SESSION_CLOSING)
		return;
	channel_pump_all(h, s);
	kex_consider(h, s);
}

void session_stick(struct shard *h, struct session *s)
{
	uint32_t *grown;

	if (s->flags & SESSION_STUCK)
		return;
	if (h->stuck_count == h->stuck_max) {
		h->stuck_max = h->stuck_max > 0 ? h->stuck_max * 2 : 64;
		grown = realloc(h->stuck, h->stuck_max * sizeof(*grown));
		if (grown == NULL) {
			h->stuck_max = h->stuck_count;
			return;
		}
		h->stuck = grown;
	}
	s->flags |= SESSION_STUCK;
	h->stuck[h->stuck_count++] = session_slot(h, s);
}
