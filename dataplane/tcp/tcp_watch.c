// Watching the stack: gauges, one connection's numbers, and the invariants that tests assert.
#include "dataplane/tcp/tcp_conn.h"

void tcp_gauges(const struct tcp *t, struct tcp_gauges *out)
{
	struct slab_gauges slab = slab_gauges(t->slab);

	*out = (struct tcp_gauges){.connections = t->conn_pool.used,
	                           .half_open = t->syn_pool.used,
	                           .time_wait = t->wait_pool.used,
	                           .closing = t->closing,
	                           .slab_used_bytes = slab.used_bytes,
	                           .slab_peak_bytes = slab.peak_bytes,
	                           .slots_touched = t->conn_pool.touched};
}

bool tcp_info(const struct tcp *t, struct conn_id id, struct tcp_info *out)
{
	const struct conn *c = tcp_conn_of(t, id);

	if (c == NULL)
		return false;
	*out = (struct tcp_info){.state = tcp_state_name(c->state),
	                         .send_window = c->snd_wnd,
	                         .receive_window = c->rcv_adv - c->rcv_nxt,
	                         .congestion_window = c->cwnd,
	                         .srtt_us = c->srtt_us,
	                         .rto_us = tcp_timeout_us(c),
	                         .send_queue = c->send.bytes,
	                         .receive_queue = c->recv.bytes,
	                         .retransmits = c->retransmits,
	                         .mss = c->mss,
	                         .bytes_in = c->bytes_in,
	                         .bytes_out = c->bytes_out};
	return true;
}

// Bytes in the chunks of a chain; adds the chunks' sizes to *charged.
static uint32_t chain_count(const struct tcp *t, const struct chain *chain, uint32_t *charged)
{
	uint32_t bytes = 0;
	uint32_t last = SLAB_NONE;

	for (uint32_t ref = chain->head; ref != SLAB_NONE;) {
		const struct chunk *k = slab_at(t->slab, ref);

		assert(k->start < k->end && CHUNK_HEAD + k->end <= slab_size(t->slab, ref));
		bytes += (uint32_t)(k->end - k->start);
		*charged += (uint32_t)slab_size(t->slab, ref);
		last = ref;
		ref = k->next;
	}
	assert(last == chain->tail && bytes == chain->bytes);
	return bytes;
}

static void far_check(const struct tcp *t, const struct conn *c)
{
	uint32_t at = c->rcv_nxt + 1;
	uint32_t chunks = 0;

	for (uint32_t ref = c->far.head; ref != SLAB_NONE; chunks++) {
		const struct chunk *k = slab_at(t->slab, ref);

		assert(seq_upto(at, k->seq));
		at = k->seq + (uint32_t)(k->end - k->start);
		ref = k->next;
	}
	assert(chunks == c->out_of_order_chunks);
	assert(chunks == 0 || seq_upto(at, c->rcv_adv));
}

static void flight_check(const struct tcp *t, const struct conn *c)
{
	const struct flight *f = tcp_flight(t, c);

	assert((f != NULL) == (c->send.bytes > 0));
	if (f == NULL || c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED)
		return;
	for (uint32_t i = 0; i < f->count; i++)
		assert(seq_before(flight_from(c, f, i), f->seg[i].end));
	assert(flight_from(c, f, f->count) == c->snd_max);
}

void tcp_conn_check(const struct tcp *t, const struct conn *c)
{
	uint32_t charged = 0;
	uint32_t queued = chain_count(t, &c->send, &charged);

	chain_count(t, &c->recv, &charged);
	chain_count(t, &c->far, &charged);
	flight_check(t, c);
	if (c->flight != SLAB_NONE)
		charged += (uint32_t)slab_size(t->slab, c->flight);
	assert(charged == c->chunks);
	far_check(t, c);
	assert(seq_upto(c->snd_una, c->snd_max));
	assert(c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED ||
	       c->snd_max - c->snd_una <= queued + conn_fin_queued(c));
	assert(seq_upto(c->rcv_nxt, c->rcv_adv + 1)); // a FIN may stand on the edge
	assert(c->life != 0 && c->state < TCP_STATES && c->cwnd <= 2 * TCP_WINDOW_MOST);
	assert(c->state == TCP_SYN_SENT || c->cwnd >= tcp_payload_max(c));
	if ((c->flags & CONN_QUEUED) == 0) {
		assert(c->snd_una == c->snd_max || c->timer_us != 0);
		assert(queued == 0 || c->timer_us != 0);
	}
	assert(c->timer_us == 0 || (c->armed_us != 0 && c->armed_us <= c->timer_us));
	assert(c->tail_us == 0 || (c->armed_us != 0 && c->armed_us <= c->tail_us));
	assert(c->tail_us == 0 || c->snd_una != c->snd_max);
	assert(c->ack_us == 0 || (c->armed_us != 0 && c->armed_us <= c->ack_us));
	assert((c->armed_us != 0) == wheel_is_armed(&t->wheel, conn_slot(t, c)));
}

void tcp_check(const struct tcp *t)
{
	uint32_t used = 0, closing = 0;
	size_t charged = 0;

	for (uint32_t slot = 0; slot < t->conn_pool.touched; slot++) {
		const struct conn *c = &t->conns[slot];

		if (c->state == TCP_CLOSED)
			continue;
		tcp_conn_check(t, c);
		assert(table_find(&t->conn_table, c->key.hash, &c->key.tuple) == slot);
		used++;
		closing += conn_is_closing(c);
		charged += c->chunks;
	}
	assert(used == t->conn_pool.used && used == t->conn_table.count);
	assert(closing == t->closing);
	assert(charged == slab_gauges(t->slab).used_bytes);
	assert(t->syn_pool.used == t->syn_table.count &&
	       t->syn_pool.used == t->syn_wheel.armed);
	assert(t->wait_pool.used == t->wait_table.count);
}
