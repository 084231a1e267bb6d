// TIME_WAIT in records of its own: the slot is free for others while old segments die out.
#include "dataplane/tcp/tcp_conn.h"

static void wait_unlink(struct tcp *t, uint32_t index)
{
	struct wait_record *r = &t->waits[index];

	if (r->older != 0)
		t->waits[r->older - 1].newer = r->newer;
	else
		t->wait_oldest = r->newer;
	if (r->newer != 0)
		t->waits[r->newer - 1].older = r->older;
	else
		t->wait_newest = r->older;
}

// All records wait equally long, so the newest is last.
static void wait_link(struct tcp *t, uint32_t index)
{
	struct wait_record *r = &t->waits[index];

	r->due_us = t->now_us + t->config.time_wait_us;
	r->older = t->wait_newest;
	r->newer = 0;
	if (t->wait_newest != 0)
		t->waits[t->wait_newest - 1].newer = index + 1;
	else
		t->wait_oldest = index + 1;
	t->wait_newest = index + 1;
}

static void wait_remove(struct tcp *t, uint32_t index)
{
	wait_unlink(t, index);
	table_remove(&t->wait_table, index);
	pool_give(&t->wait_pool, t->waits, sizeof(*t->waits), index);
}

void tcp_wait_add(struct tcp *t, const struct conn *c)
{
	struct wait_record *r;
	uint32_t index;

	TCP_COUNT(t, tcp_time_wait);
	if (t->wait_pool.used == t->wait_pool.limit) {
		TCP_COUNT(t, tcp_time_wait_full);
		if (t->wait_pool.limit == 0)
			return;
		wait_remove(t, t->wait_oldest - 1);
	}
	index = pool_take(&t->wait_pool, t->waits, sizeof(*t->waits));
	r = &t->waits[index];
	*r = (struct wait_record){.snd_nxt = c->snd_max,
	                          .rcv_nxt = c->rcv_nxt,
	                          .ts_recent = c->ts_recent,
	                          .ts_offset = c->ts_offset,
	                          .timestamps = !!(c->flags & CONN_TIMESTAMPS)};
	table_add(&t->wait_table, index, c->key.hash, &c->key.tuple);
	wait_link(t, index);
}

static void wait_acknowledge(struct tcp *t, const struct wait_record *r)
{
	struct tcp_outline o = {.tuple = &r->key.tuple,
	                        .seq = r->snd_nxt,
	                        .ack = r->rcv_nxt,
	                        .flags = TCP_ACK,
	                        .window = UINT16_MAX};
	struct tcp_emission out;

	o.options.has_timestamp = r->timestamps;
	o.options.ts_value = tcp_ts_clock(t, r->ts_offset);
	o.options.ts_echo = r->ts_recent;
	tcp_emission_init(&out, &o);
	tcp_emit(t, &out);
}

// RFC 6191 section 2: a later timestamp, or without timestamps a later sequence number, cannot
// belong to the old connection.
static bool wait_is_newer(const struct wait_record *r, const struct tcp_header *h)
{
	if (r->timestamps && h->options.has_timestamp && h->options.ts_value != r->ts_recent)
		return seq_before(r->ts_recent, h->options.ts_value);
	return seq_before(r->rcv_nxt, h->seq);
}

// The peer has not heard our last acknowledgement: it repeats its FIN, or, knowing all that we sent,
// data from before it. A stranger that guesses neither cannot keep a record alive.
static bool wait_is_repeated(const struct wait_record *r, const struct tcp_header *h)
{
	uint32_t end = h->seq + (uint32_t)h->payload.len + !!(h->flags & TCP_FIN);

	if (h->flags & TCP_FIN)
		return end == r->rcv_nxt;
	return h->payload.len > 0 && (h->flags & TCP_ACK) && h->ack == r->snd_nxt &&
	       seq_before(end, r->rcv_nxt);
}

bool tcp_wait_input(struct tcp *t, uint32_t index, const struct tcp_header *h,
                    uint32_t *iss_floor)
{
	struct wait_record *r = &t->waits[index];

	if (h->flags & TCP_RST) { // RFC 1337: no assassination
		TCP_COUNT(t, tcp_reset_ignored);
		return false;
	}
	if ((h->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && wait_is_newer(r, h)) {
		*iss_floor = r->snd_nxt + UINT16_MAX + 2;
		wait_remove(t, index);
		return true;
	}
	if (wait_is_repeated(r, h)) {
		wait_unlink(t, index);
		wait_link(t, index);
		wait_acknowledge(t, r);
	} else if ((h->flags & (TCP_SYN | TCP_FIN)) || h->payload.len > 0) {
		if (tcp_challenge_allowed(t))
			wait_acknowledge(t, r);
	}
	return false;
}

void tcp_wait_expire(struct tcp *t)
{
	while (t->wait_oldest != 0 && t->waits[t->wait_oldest - 1].due_us <= t->now_us)
		wait_remove(t, t->wait_oldest - 1);
}
