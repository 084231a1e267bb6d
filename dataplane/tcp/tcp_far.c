// Segments that came too early: kept sorted and without overlaps, bounded in chunks, and refused
// when memory is short, since the peer has them still.
#include "dataplane/tcp/tcp_conn.h"

// RFC 2883: the next acknowledgement says so.
void tcp_dsack(struct tcp *t, struct conn *c, uint32_t from, uint32_t end)
{
	if (!(c->flags & CONN_SACK))
		return;
	TCP_COUNT(t, tcp_dsack_out);
	c->dsack = (struct sack_block){from, end};
	c->flags |= CONN_DSACK;
}

static struct chunk *chunk_at(const struct tcp *t, uint32_t ref)
{
	return slab_at(t->slab, ref);
}

static uint32_t chunk_bytes(const struct chunk *k)
{
	return (uint32_t)(k->end - k->start);
}

static uint32_t chunk_seq_end(const struct chunk *k)
{
	return k->seq + chunk_bytes(k);
}

// A chunk for `bytes` from `seq` on between two neighbours, or false.
static bool far_link(struct tcp *t, struct conn *c, uint32_t *before, uint32_t seq,
                     struct span bytes)
{
	struct slab_gauges g = slab_gauges(t->slab);
	uint32_t next = *before != SLAB_NONE ? chunk_at(t, *before)->next : c->far.head;
	size_t size = c->out_of_order_chunks > 2 ? CHUNK_DATA_MAX : bytes.len;
	struct chunk *k;
	uint32_t ref;

	if (c->out_of_order_chunks >= TCP_OUT_OF_ORDER_MAX || g.used_bytes > g.limit_bytes / 2)
		return false;
	ref = slab_take(t->slab, CHUNK_HEAD + size, &c->chunks);
	if (ref == SLAB_NONE)
		return false;
	k = chunk_at(t, ref);
	*k = (struct chunk){.next = next, .seq = seq, .end = (uint16_t)bytes.len};
	memcpy(k->data, bytes.data, bytes.len);
	if (*before != SLAB_NONE)
		chunk_at(t, *before)->next = ref;
	else
		c->far.head = ref;
	if (next == SLAB_NONE)
		c->far.tail = ref;
	c->far.bytes += (uint32_t)bytes.len;
	c->out_of_order_chunks++;
	*before = ref;
	return true;
}

// Put bytes that overlap nothing behind *before, in its chunk as far as they fit.
static bool far_put(struct tcp *t, struct conn *c, uint32_t *before, uint32_t seq,
                    struct span bytes)
{
	while (bytes.len > 0) {
		struct chunk *k = *before != SLAB_NONE ? chunk_at(t, *before) : NULL;
		size_t n = 0;

		if (k != NULL && chunk_seq_end(k) == seq)
			n = slab_size(t->slab, *before) - CHUNK_HEAD - k->end;
		if (n > bytes.len)
			n = bytes.len;
		if (n > 0) {
			memcpy(k->data + k->end, bytes.data, n);
			k->end = (uint16_t)(k->end + n);
			c->far.bytes += (uint32_t)n;
		} else {
			n = bytes.len < CHUNK_DATA_MAX ? bytes.len : CHUNK_DATA_MAX;
			if (!far_link(t, c, before, seq, span_of(bytes.data, n)))
				return false;
		}
		seq += (uint32_t)n;
		bytes = span_of(bytes.data + n, bytes.len - n);
	}
	return true;
}

// Where two copies of a byte differ, the first one stays.
void tcp_far_insert(struct tcp *t, struct conn *c, uint32_t seq, struct span bytes)
{
	uint32_t before = SLAB_NONE;
	uint32_t at = c->far.head;

	if (bytes.len == 0)
		return;
	TCP_COUNT(t, tcp_out_of_order);
	c->far_last = seq;
	if (at != SLAB_NONE && seq_upto(chunk_seq_end(chunk_at(t, c->far.tail)), seq)) {
		before = c->far.tail;
		at = SLAB_NONE;
	}
	while (bytes.len > 0) {
		struct chunk *k = at != SLAB_NONE ? chunk_at(t, at) : NULL;
		size_t n = bytes.len;

		if (k != NULL && seq_upto(k->seq, seq)) { // skip what we have
			if (seq_before(seq, chunk_seq_end(k))) {
				n = least_u32((uint32_t)n, chunk_seq_end(k) - seq);
				TCP_COUNT_BY(t, tcp_duplicate, n);
				tcp_dsack(t, c, seq, seq + (uint32_t)n);
				seq += (uint32_t)n;
				bytes = span_of(bytes.data + n, bytes.len - n);
			}
			before = at;
			at = k->next;
			continue;
		}
		if (k != NULL)
			n = least_u32((uint32_t)n, k->seq - seq);
		if (!far_put(t, c, &before, seq, span_of(bytes.data, n))) {
			TCP_COUNT(t, tcp_out_of_order_full);
			return;
		}
		seq += (uint32_t)n;
		bytes = span_of(bytes.data + n, bytes.len - n);
	}
}

void tcp_far_drop(struct tcp *t, struct conn *c)
{
	chain_fini(t, c, &c->far);
	c->out_of_order_chunks = 0;
}

bool tcp_far_merge(struct tcp *t, struct conn *c)
{
	uint32_t from = c->rcv_nxt;

	while (c->far.head != SLAB_NONE) {
		uint32_t ref = c->far.head;
		struct chunk *k = chunk_at(t, ref);
		uint32_t skip = c->rcv_nxt - k->seq;

		if (seq_before(c->rcv_nxt, k->seq))
			break;
		c->far.head = k->next;
		c->far.bytes -= chunk_bytes(k);
		c->out_of_order_chunks--;
		if (skip >= chunk_bytes(k)) {
			slab_give(t->slab, ref, &c->chunks);
			continue;
		}
		k->start = (uint16_t)(k->start + skip);
		k->next = SLAB_NONE;
		if (c->recv.tail != SLAB_NONE)
			chunk_at(t, c->recv.tail)->next = ref;
		else
			c->recv.head = ref;
		c->recv.tail = ref;
		c->recv.bytes += chunk_bytes(k);
		c->rcv_nxt += chunk_bytes(k);
	}
	if (c->far.head == SLAB_NONE)
		c->far.tail = SLAB_NONE;
	c->bytes_in += c->rcv_nxt - from;
	TCP_COUNT_BY(t, tcp_bytes_in, c->rcv_nxt - from);
	return c->rcv_nxt != from;
}

// The contiguous stretch that begins with `ref`; returns what follows it.
static uint32_t far_stretch(const struct tcp *t, uint32_t ref, struct sack_block *out)
{
	struct chunk *k = chunk_at(t, ref);

	*out = (struct sack_block){k->seq, chunk_seq_end(k)};
	for (ref = k->next; ref != SLAB_NONE; ref = k->next) {
		k = chunk_at(t, ref);
		if (k->seq != out->end)
			break;
		out->end = chunk_seq_end(k);
	}
	return ref;
}

unsigned tcp_far_blocks(const struct tcp *t, const struct conn *c, struct sack_block *out,
                        unsigned most)
{
	struct sack_block block;
	unsigned count = 0;
	uint32_t from = SLAB_NONE;
	uint32_t at;

	for (uint32_t next = c->far.head; (at = next) != SLAB_NONE;) {
		next = far_stretch(t, at, &block);
		if (seq_upto(block.start, c->far_last) && seq_before(c->far_last, block.end)) {
			from = at;
			break;
		}
	}
	// From the latest one to the right, then from the left.
	for (at = from; at != SLAB_NONE && count < most;)
		at = far_stretch(t, at, &out[count++]);
	for (at = c->far.head; at != from && at != SLAB_NONE && count < most;)
		at = far_stretch(t, at, &out[count++]);
	return count;
}
