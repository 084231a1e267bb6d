// The stack as a whole, and the verbs of its users.
#include "dataplane/tcp/tcp_conn.h"

#include <stdlib.h>
#include <sys/mman.h>

size_t tcp_arena_bytes(uint32_t slots)
{
	return (size_t)slots * sizeof(struct conn);
}

static void *reserve(size_t bytes)
{
	void *at = mmap(NULL, bytes > 0 ? bytes : 1, PROT_READ | PROT_WRITE,
	                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static bool tables_init(struct tcp *t)
{
	const struct tcp_config *config = &t->config;

	t->syns = reserve(config->syn_slots * sizeof(*t->syns));
	t->waits = reserve(config->time_wait_slots * sizeof(*t->waits));
	t->slab = slab_new(config->slab_bytes);
	return t->syns != NULL && t->waits != NULL && t->slab != NULL &&
	       table_init(&t->conn_table, t->conns, sizeof(*t->conns), config->slots) &&
	       table_init(&t->syn_table, t->syns, sizeof(*t->syns), config->syn_slots) &&
	       table_init(&t->wait_table, t->waits, sizeof(*t->waits), config->time_wait_slots);
}

struct tcp *tcp_new(const struct tcp_config *config)
{
	struct tcp *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	assert(config->slots <= TCP_SLOTS_MAX && config->mss > 20 + TCP_MSS_LEAST);
	t->config = *config;
	if (t->config.time_wait_us == 0)
		t->config.time_wait_us = 60 * TCP_SECOND_US;
	t->usual_window = config->receive_window;
	t->conns = config->arena;
	t->conn_pool.limit = config->slots;
	t->syn_pool.limit = config->syn_slots;
	t->wait_pool.limit = config->time_wait_slots;
	t->table_key = hash_key_from(config->secret);
	t->isn_key = hash_key_from(config->secret + 16);
	t->cookie_key = (struct hash_key){keyed_hash(&t->isn_key, "cookie 0", 8),
	                                  keyed_hash(&t->isn_key, "cookie 1", 8)};
	t->source_key = t->isn_key;
	t->sharers[0] = t;
	t->sharer_count = 1;
	t->random = keyed_hash(&t->isn_key, "random", 6) | 1;
	if (!tables_init(t)) {
		tcp_free(t);
		return NULL;
	}
	return t;
}

void tcp_free(struct tcp *t)
{
	if (t == NULL)
		return;
	table_fini(&t->conn_table);
	table_fini(&t->syn_table);
	table_fini(&t->wait_table);
	if (t->syns != NULL)
		munmap(t->syns, t->config.syn_slots * sizeof(*t->syns) + !t->config.syn_slots);
	if (t->waits != NULL)
		munmap(t->waits, t->config.time_wait_slots * sizeof(*t->waits) +
		                         !t->config.time_wait_slots);
	slab_free(t->slab);
	free(t);
}

struct conn_id tcp_connect(struct tcp *t, uint64_t now_us, const struct tcp_tuple *tuple)
{
	uint32_t hash = tcp_hash(t, tuple);
	struct conn *c = NULL;

	tcp_clock(t, now_us);
	if (table_find(&t->conn_table, hash, tuple) == TABLE_NONE &&
	    table_find(&t->syn_table, hash, tuple) == TABLE_NONE &&
	    table_find(&t->wait_table, hash, tuple) == TABLE_NONE)
		c = tcp_conn_take(t, tuple);
	if (c == NULL)
		return (struct conn_id){0, 0};
	c->snd_una = c->snd_max = c->recover = tcp_iss(t, tuple);
	c->ts_offset = tcp_ts_offset(t, tuple);
	c->mss = tcp_mss_ours(t, tuple);
	c->rto_us = TCP_RTO_FIRST_US;
	c->syn_us = (uint32_t)t->now_us;
	c->flags = CONN_TIMESTAMPS | CONN_SACK | CONN_SYN_NOW;
	tcp_step(t, c, TCP_CONNECT);
	tcp_want_output(t, c);
	return conn_id_of(t, c);
}

bool tcp_alive(const struct tcp *t, struct conn_id id)
{
	return tcp_conn_of(t, id) != NULL;
}

// Also answers inside `closed`, when the connection is no longer alive.
const struct tcp_tuple *tcp_tuple_of(const struct tcp *t, struct conn_id id)
{
	if (id.slot >= t->conn_pool.touched || t->conns[id.slot].life != id.life)
		return NULL;
	return &t->conns[id.slot].key.tuple;
}

static struct span hand_of(const struct tcp *t, const struct conn *c)
{
	return t->hand_conn == c ? t->hand : (struct span){NULL, 0};
}

size_t tcp_readable(const struct tcp *t, struct conn_id id)
{
	const struct conn *c = tcp_conn_of(t, id);

	return c != NULL ? c->recv.bytes + hand_of(t, c).len : 0;
}

struct span tcp_front(const struct tcp *t, struct conn_id id)
{
	const struct conn *c = tcp_conn_of(t, id);
	const struct chunk *k;

	if (c == NULL)
		return (struct span){NULL, 0};
	if (c->recv.head == SLAB_NONE)
		return hand_of(t, c);
	k = slab_at(t->slab, c->recv.head);
	return span_of(k->data + k->start, (size_t)(k->end - k->start));
}

// Copy what of `piece` lies at or after *skip; moves on in both.
static size_t copy_piece(struct span piece, size_t *skip, uint8_t *out, size_t room)
{
	size_t n;

	if (piece.len <= *skip) {
		*skip -= piece.len;
		return 0;
	}
	n = piece.len - *skip < room ? piece.len - *skip : room;
	memcpy(out, piece.data + *skip, n);
	*skip = 0;
	return n;
}

size_t tcp_copy(const struct tcp *t, struct conn_id id, size_t offset, void *out, size_t len)
{
	const struct conn *c = tcp_conn_of(t, id);
	const struct chunk *k;
	uint8_t *to = out;
	size_t done = 0;

	if (c == NULL)
		return 0;
	for (uint32_t ref = c->recv.head; ref != SLAB_NONE && done < len; ref = k->next) {
		k = slab_at(t->slab, ref);
		done += copy_piece(span_of(k->data + k->start, (size_t)(k->end - k->start)),
		                   &offset, to + done, len - done);
	}
	if (done < len)
		done += copy_piece(hand_of(t, c), &offset, to + done, len - done);
	return done;
}

// Tell the peer of room when it is worth a segment, at once when it may be waiting for it.
static void window_reopen(struct tcp *t, struct conn *c)
{
	uint32_t step = least_u32(c->mss, t->config.receive_window / 2);

	if (c->rcv_adv - c->rcv_nxt >= step)
		step = least_u32(2u * c->mss, t->config.receive_window / 2);
	if (conn_receives(c) && !seq_before(tcp_window_edge(t, c), c->rcv_adv + step))
		tcp_want_ack(t, c);
}

void tcp_consume(struct tcp *t, struct conn_id id, size_t len)
{
	struct conn *c = tcp_conn_of(t, id);
	uint32_t stored;

	if (c == NULL)
		return;
	stored = len < c->recv.bytes ? (uint32_t)len : c->recv.bytes;
	chain_drop(t, c, &c->recv, stored);
	len -= stored;
	if (t->hand_conn == c) {
		if (len > t->hand.len)
			len = t->hand.len;
		t->hand = span_of(t->hand.data + len, t->hand.len - len);
	}
	window_reopen(t, c);
	if (c->state == TCP_TIME_WAIT && c->recv.bytes == 0) { // the last act: finish by timer
		c->timer_us = t->now_us;
		tcp_timer_update(t, c);
	}
}

bool tcp_fin_received(const struct tcp *t, struct conn_id id)
{
	const struct conn *c = tcp_conn_of(t, id);

	return c != NULL && (c->state == TCP_CLOSE_WAIT || c->state == TCP_LAST_ACK ||
	                     c->state == TCP_CLOSING || c->state == TCP_TIME_WAIT);
}

bool tcp_peer_closed(const struct tcp *t, struct conn_id id)
{
	return tcp_fin_received(t, id) && tcp_conn_of(t, id)->recv.bytes == 0;
}

size_t tcp_send_room(const struct tcp *t, struct conn_id id)
{
	const struct conn *c = tcp_conn_of(t, id);

	if (c == NULL || !conn_may_send(c) || c->send.bytes >= t->config.send_limit)
		return 0;
	return t->config.send_limit - c->send.bytes;
}

enum status tcp_send(struct tcp *t, struct conn_id id, struct span bytes)
{
	struct conn *c = tcp_conn_of(t, id);

	if (c == NULL || !conn_may_send(c))
		return STATUS_NOT_FOUND;
	if (bytes.len > tcp_send_room(t, id))
		return STATUS_NO_ROOM;
	if (bytes.len == 0)
		return STATUS_OK;
	if (!tcp_flight_start(t, c) || !chain_append_all(t, c, &c->send, bytes, 0)) {
		if (c->send.bytes == 0)
			tcp_flight_end(t, c);
		TCP_COUNT_BY(t, tcp_slab_full, bytes.len);
		return STATUS_NO_MEMORY;
	}
	tcp_want_output(t, c);
	return STATUS_OK;
}

void tcp_ack_now(struct tcp *t, struct conn_id id)
{
	struct conn *c = tcp_conn_of(t, id);

	if (c != NULL)
		tcp_want_ack(t, c);
}

void tcp_ack_short(struct tcp *t, struct conn_id id)
{
	struct conn *c = tcp_conn_of(t, id);

	if (c != NULL && (c->flags & CONN_SHORT))
		tcp_want_ack(t, c);
}

void tcp_close(struct tcp *t, struct conn_id id)
{
	struct conn *c = tcp_conn_of(t, id);

	if (c == NULL)
		return;
	if (c->state == TCP_SYN_SENT)
		tcp_conn_end(t, c, TCP_END_ABORTED);
	else if (c->state == TCP_SYN_RECEIVED)
		c->flags |=
		        CONN_CLOSING; // when our SYN is acknowledged: RFC 9293 section 3.10.4
	else if (tcp_step(t, c, TCP_CLOSE))
		tcp_want_output(t, c);
}

void tcp_abort(struct tcp *t, struct conn_id id)
{
	struct conn *c = tcp_conn_of(t, id);

	if (c == NULL)
		return;
	tcp_emit_reset(t, c);
	tcp_conn_end(t, c, TCP_END_ABORTED);
}
