// Bytes in chunks, and the bytes that arrive in order on their way to the application.
#include "dataplane/base/trace.h"
#include "dataplane/tcp/tcp_conn.h"

static struct chunk *chunk_at(const struct tcp *t, uint32_t ref)
{
	return slab_at(t->slab, ref);
}

static void chunk_give(struct tcp *t, struct conn *c, uint32_t ref)
{
	if (ref == c->at_ref)
		c->at_ref = SLAB_NONE;
	slab_give(t->slab, ref, &c->chunks);
}

void chain_drop(struct tcp *t, struct conn *c, struct chain *chain, uint32_t bytes)
{
	assert(bytes <= chain->bytes);
	chain->bytes -= bytes;
	while (bytes > 0) {
		uint32_t ref = chain->head;
		struct chunk *k = chunk_at(t, ref);
		uint32_t held = (uint32_t)(k->end - k->start);

		if (bytes < held) {
			k->start = (uint16_t)(k->start + bytes);
			return;
		}
		bytes -= held;
		chain->head = k->next;
		chunk_give(t, c, ref);
	}
	if (chain->head == SLAB_NONE)
		chain->tail = SLAB_NONE;
}

void chain_fini(struct tcp *t, struct conn *c, struct chain *chain)
{
	while (chain->head != SLAB_NONE) {
		uint32_t ref = chain->head;

		chain->head = chunk_at(t, ref)->next;
		chunk_give(t, c, ref);
	}
	*chain = (struct chain){0};
}

// A new tail for at least one of `bytes`; larger as the chain grows, so that long ones are cheap.
static bool chain_extend(struct tcp *t, struct conn *c, struct chain *chain, size_t bytes,
                         size_t spare)
{
	struct slab_gauges g = slab_gauges(t->slab);
	size_t need = bytes < CHUNK_DATA_MAX ? bytes : CHUNK_DATA_MAX;
	size_t want = chain->bytes < CHUNK_DATA_MAX ? chain->bytes : CHUNK_DATA_MAX;
	uint32_t ref = SLAB_NONE;

	if (g.used_bytes + SLAB_CHUNK_MAX + spare > g.limit_bytes && spare > 0)
		return false;
	if (want > need)
		ref = slab_take(t->slab, CHUNK_HEAD + want, &c->chunks);
	if (ref == SLAB_NONE)
		ref = slab_take(t->slab, CHUNK_HEAD + need, &c->chunks);
	if (ref == SLAB_NONE)
		return false;
	*chunk_at(t, ref) = (struct chunk){0};
	if (chain->tail != SLAB_NONE)
		chunk_at(t, chain->tail)->next = ref;
	else
		chain->head = ref;
	chain->tail = ref;
	return true;
}

uint32_t chain_append(struct tcp *t, struct conn *c, struct chain *chain, struct span bytes,
                      size_t spare)
{
	uint32_t done = 0;

	while (done < bytes.len) {
		struct chunk *k = chain->tail == SLAB_NONE ? NULL : chunk_at(t, chain->tail);
		size_t room =
		        k == NULL ? 0 : slab_size(t->slab, chain->tail) - CHUNK_HEAD - k->end;
		size_t n = bytes.len - done < room ? bytes.len - done : room;

		if (room == 0) {
			if (!chain_extend(t, c, chain, bytes.len - done, spare))
				break;
			continue;
		}
		memcpy(k->data + k->end, bytes.data + done, n);
		k->end = (uint16_t)(k->end + n);
		done += (uint32_t)n;
		chain->bytes += (uint32_t)n;
	}
	return done;
}

bool chain_append_all(struct tcp *t, struct conn *c, struct chain *chain, struct span bytes,
                      size_t spare)
{
	struct chain before = *chain;
	struct chain extra;
	struct chunk *tail;
	uint16_t end;

	end = before.tail != SLAB_NONE ? chunk_at(t, before.tail)->end : 0;
	if (chain_append(t, c, chain, bytes, spare) == bytes.len)
		return true;
	extra = *chain;
	if (before.tail != SLAB_NONE) {
		tail = chunk_at(t, before.tail);
		extra.head = tail->next;
		tail->next = SLAB_NONE;
		tail->end = end;
	}
	chain_fini(t, c, &extra);
	*chain = before;
	return false;
}

// What of the slab in-order bytes must leave to those who send.
static size_t spare_for_input(const struct tcp *t)
{
	return slab_gauges(t->slab).limit_bytes / 8;
}

static void text_taken(struct tcp *t, struct conn *c, uint32_t bytes)
{
	c->rcv_nxt += bytes;
	c->bytes_in += bytes;
	TCP_COUNT_BY(t, tcp_bytes_in, bytes);
	if (c->state == TCP_FIN_WAIT_2 && bytes > 0) // a peer that goes on sending is not gone
		c->timer_us = t->now_us + tcp_fin_wait_us(t);
}

// RFC 5681 section 4.2: every second full-sized segment at once, anything else within a delay that
// lets the answer carry the acknowledgement. At first that delay is short, for a peer who holds small
// segments back until he is acknowledged.
static void acknowledge_later(struct tcp *t, struct conn *c, size_t bytes)
{
	bool full = bytes >= least_u32(tcp_payload_max(c), TCP_FULL_LEAST);

	c->flags &= ~(uint32_t)CONN_SHORT;
	c->flags |= bytes < tcp_payload_max(c) ? CONN_SHORT : 0;
	c->ack_segments = (uint8_t)(c->ack_segments + full);
	if (c->ack_segments >= 2) {
		tcp_want_ack(t, c);
	} else if (c->ack_us == 0) {
		c->ack_us =
		        t->now_us + (c->quick_acks > 0 ? TCP_ACK_QUICK_US : TCP_ACK_DELAY_US);
		tcp_timer_update(t, c);
	}
}

static bool fin_is_next(const struct conn *c)
{
	return (c->flags & CONN_FIN_KNOWN) && c->fin_seq == c->rcv_nxt;
}

static void fin_taken(struct tcp *t, struct conn *c)
{
	c->flags &= (uint32_t)~CONN_FIN_KNOWN;
	c->rcv_nxt++;
	tcp_far_drop(t, c);
	tcp_want_ack(t, c);
	tcp_step(t, c, TCP_GOT_FIN);
}

// Tell of what was stored, or of the FIN. False: the connection is gone.
static bool tell_readable(struct tcp *t, struct conn *c)
{
	uint32_t life = c->life;

	t->config.app_ops->readable(t->config.app, conn_id_of(t, c));
	if (c->life != life)
		return false;
	if (c->state != TCP_TIME_WAIT || c->recv.bytes > 0)
		return true;
	tcp_conn_finish(t, c);
	return false;
}

// Keep what the application left of the bytes in hand; as much as there is memory for. The rest
// is as if it had never arrived: the peer sends it again.
static void hand_keep(struct tcp *t, struct conn *c, struct span left)
{
	uint32_t kept = chain_append(t, c, &c->recv, left, spare_for_input(t));
	uint32_t lost = (uint32_t)left.len - kept;

	TCP_COUNT_BY(t, tcp_slab_full, lost);
	c->rcv_nxt -= lost;
	c->bytes_in -= lost;
	t->config.count[TCP_COUNTER_tcp_bytes_in] -= lost;
}

// The common case: show the bytes where they lie.
static bool deliver_in_hand(struct tcp *t, struct conn *c, struct span text)
{
	uint32_t life = c->life;

	text_taken(t, c, (uint32_t)text.len);
	acknowledge_later(t, c, text.len);
	t->hand = text;
	t->hand_conn = c;
	t->config.app_ops->readable(t->config.app, conn_id_of(t, c));
	text = t->hand;
	t->hand = (struct span){NULL, 0};
	t->hand_conn = NULL;
	if (c->life != life)
		return false;
	hand_keep(t, c, text);
	if (!fin_is_next(c))
		return true;
	fin_taken(t, c);
	return tell_readable(t, c);
}

// Text that fills a gap or comes before a FIN is stored first, so that the application is told
// once, of everything. Without memory for that, what came early is given up: what is in order
// must be able to pass.
static bool deliver_stored(struct tcp *t, struct conn *c, struct span text)
{
	if (!chain_append_all(t, c, &c->recv, text, spare_for_input(t))) {
		TCP_COUNT(t, tcp_out_of_order_full);
		tcp_far_drop(t, c);
		return deliver_in_hand(t, c, text);
	}
	text_taken(t, c, (uint32_t)text.len);
	tcp_far_merge(t, c);
	if (fin_is_next(c))
		fin_taken(t, c);
	tcp_want_ack(t, c);
	return tell_readable(t, c);
}

static struct span span_skip(struct span s, uint32_t n)
{
	n = least_u32(n, (uint32_t)s.len);
	return span_of(s.data + n, s.len - n);
}

// Cut what lies before the window, behind it, and behind the FIN.
static struct span text_trim(struct tcp *t, struct conn *c, uint32_t *seq, struct span text)
{
	uint32_t old, end;

	if (seq_before(*seq, c->rcv_nxt)) {
		old = least_u32(c->rcv_nxt - *seq, (uint32_t)text.len);
		TCP_COUNT_BY(t, tcp_duplicate, old);
		if (old > 0)
			tcp_dsack(t, c, *seq, *seq + old);
		text = span_skip(text, old);
		*seq = c->rcv_nxt;
	}
	end = c->rcv_adv;
	if ((c->flags & CONN_FIN_KNOWN) && seq_before(c->fin_seq, end))
		end = c->fin_seq;
	if (seq_upto(end, *seq))
		text.len = 0;
	else
		text.len = least_u32((uint32_t)text.len, end - *seq);
	return text;
}

bool tcp_deliver(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	uint32_t seq = h->seq;
	uint32_t fin_seq = seq + (uint32_t)h->payload.len;
	struct span text;

	TRACE_STEP(conn_slot(t, c), c->life);
	if (h->payload.len == 0 && !(h->flags & TCP_FIN))
		return true;
	if (!conn_receives(c)) {
		tcp_want_ack(t, c);
		return true;
	}
	if ((h->flags & TCP_FIN) && !(c->flags & CONN_FIN_KNOWN) &&
	    seq_upto(c->rcv_nxt, fin_seq) && seq_upto(fin_seq, c->rcv_adv)) {
		c->flags |= CONN_FIN_KNOWN;
		c->fin_seq = fin_seq;
	}
	text = text_trim(t, c, &seq, h->payload);
	if (seq != c->rcv_nxt) {
		tcp_far_insert(t, c, seq, text);
		tcp_want_ack(t, c);
		return true;
	}
	if (text.len == 0 && !fin_is_next(c)) {
		tcp_want_ack(t, c);
		return true;
	}
	if (c->far.head != SLAB_NONE || (c->flags & CONN_FIN_KNOWN))
		return deliver_stored(t, c, text);
	return deliver_in_hand(t, c, text);
}
