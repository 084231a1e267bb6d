// Listening ports and the SYN cache: a connection request costs one fixed entry until it is
// acknowledged, or none when there are too many (tcp_cookie.c). A full cache evicts at random, so
// that a flood cannot aim at a victim's entry.
#include "dataplane/tcp/tcp_conn.h"

void tcp_listen(struct tcp *t, uint16_t port, bool on)
{
	uint64_t bit = (uint64_t)1 << port % 64;

	if (on)
		t->listening[port / 64] |= bit;
	else
		t->listening[port / 64] &= ~bit;
}

bool tcp_is_listening(const struct tcp *t, uint16_t port)
{
	return t->listening[port / 64] >> port % 64 & 1;
}

// xorshift64*: unpredictable enough for eviction and budgets, seeded from the secret.
uint32_t tcp_random(struct tcp *t)
{
	uint64_t x = t->random;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	t->random = x;
	return (uint32_t)(x * 0x2545f4914f6cdd1dull >> 32);
}

// RFC 6528: a clock of 4 us plus a keyed hash of the tuple.
uint32_t tcp_iss(const struct tcp *t, const struct tcp_tuple *tuple)
{
	return (uint32_t)(t->now_us / 4) +
	       (uint32_t)keyed_hash(&t->isn_key, tuple, sizeof(*tuple));
}

// RFC 7323 section 7.1: timestamps from a random offset; one a tuple, so that they never go back.
uint32_t tcp_ts_offset(const struct tcp *t, const struct tcp_tuple *tuple)
{
	return (uint32_t)(keyed_hash(&t->isn_key, tuple, sizeof(*tuple)) >> 32);
}

static bool is_ipv4(const struct tcp_tuple *tuple)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(tuple->local.bytes, mapped, sizeof(mapped)) == 0;
}

uint16_t tcp_mss_ours(const struct tcp *t, const struct tcp_tuple *tuple)
{
	return is_ipv4(tuple) ? t->config.mss : (uint16_t)(t->config.mss - 20);
}

uint8_t tcp_scale_ours(const struct tcp *t)
{
	uint8_t scale = 0;

	while (scale < 14 && t->config.receive_window >> scale > UINT16_MAX)
		scale++;
	return scale;
}

static uint16_t mss_theirs(const struct tcp *t, const struct tcp_tuple *tuple,
                           const struct tcp_options *o)
{
	uint16_t ours = tcp_mss_ours(t, tuple);
	uint16_t mss = is_ipv4(tuple) ? TCP_MSS_ABSENT_V4 : TCP_MSS_ABSENT_V6;

	if (o->has_mss)
		mss = o->mss;
	if (mss > ours)
		mss = ours;
	return mss < TCP_MSS_LEAST ? TCP_MSS_LEAST : mss;
}

static void entry_remove(struct tcp *t, uint32_t index)
{
	tcp_source_half_open(t, &t->syns[index].key.tuple, -1);
	wheel_cancel(&t->syn_wheel, index);
	table_remove(&t->syn_table, index);
	pool_give(&t->syn_pool, t->syns, sizeof(*t->syns), index);
}

static uint16_t first_window(const struct tcp *t)
{
	return (uint16_t)least_u32(t->config.receive_window, UINT16_MAX);
}

void tcp_entry_emit(struct tcp *t, const struct syn_entry *e, uint8_t flags, uint32_t ts_value)
{
	struct tcp_outline o = {.tuple = &e->key.tuple,
	                        .seq = e->iss + !(flags & TCP_SYN),
	                        .ack = e->irs + 1,
	                        .flags = flags,
	                        .window = first_window(t)};
	struct tcp_emission out;

	if (flags & TCP_SYN) {
		if (e->flags & CONN_ECN)
			o.flags |= TCP_ECE;
		o.options.has_mss = true;
		o.options.mss = tcp_mss_ours(t, &e->key.tuple);
		o.options.has_scale = e->has_scale;
		o.options.scale = tcp_scale_ours(t);
		o.options.sack_permitted = !!(e->flags & CONN_SACK);
	} else if (e->has_scale) {
		o.window = (uint16_t)(o.window >> tcp_scale_ours(t));
	}
	o.options.has_timestamp = !!(e->flags & CONN_TIMESTAMPS);
	o.options.ts_value = ts_value;
	o.options.ts_echo = e->ts_recent;
	tcp_emission_init(&out, &o);
	tcp_emit(t, &out);
}

static void entry_answer(struct tcp *t, const struct syn_entry *e, uint8_t flags)
{
	tcp_entry_emit(t, e, flags, tcp_ts_clock(t, tcp_ts_offset(t, &e->key.tuple)));
}

static void entry_send(struct tcp *t, uint32_t index)
{
	struct syn_entry *e = &t->syns[index];

	e->due_us = t->now_us + ((uint64_t)TCP_RTO_FIRST_US << e->sent);
	e->sent++;
	entry_answer(t, e, TCP_SYN | TCP_ACK);
	wheel_arm(&t->syn_wheel, index, e->due_us);
}

// The n-th answer waits twice as long as the one before it: so long all together.
static bool entry_is_old(const struct tcp *t, const struct syn_entry *e)
{
	uint64_t waited_us = ((1ull << e->sent) - 1) * TCP_RTO_FIRST_US;

	return t->config.syn_us != 0 ? waited_us >= t->config.syn_us : e->sent >= TCP_SYN_TRIES;
}

void tcp_syn_timer(void *owner, uint32_t index, uint64_t now_us)
{
	struct tcp *t = owner;
	struct syn_entry *e = &t->syns[index];

	if (now_us < e->due_us) {
		wheel_arm(&t->syn_wheel, index, e->due_us);
	} else if (entry_is_old(t, e)) {
		TCP_COUNT(t, tcp_syn_expired);
		entry_remove(t, index);
	} else {
		TCP_COUNT(t, tcp_retransmit);
		entry_send(t, index);
	}
}

static uint32_t entry_take(struct tcp *t)
{
	if (t->syn_pool.used == t->syn_pool.limit) {
		TCP_COUNT(t, tcp_syn_full);
		if (t->syn_pool.limit == 0)
			return TABLE_NONE;
		entry_remove(t, tcp_random(t) % t->syn_pool.limit);
	}
	return pool_take(&t->syn_pool, t->syns, sizeof(*t->syns));
}

// RFC 3168 section 6.1.1.
static bool is_ecn_setup(const struct tcp_header *h)
{
	return (h->flags & (TCP_SYN | TCP_ACK | TCP_ECE | TCP_CWR)) ==
	       (TCP_SYN | TCP_ECE | TCP_CWR);
}

struct syn_entry tcp_syn_entry(const struct tcp *t, const struct tcp_tuple *tuple,
                               const struct tcp_header *h)
{
	const struct tcp_options *o = &h->options;

	return (struct syn_entry){.irs = h->seq,
	                          .ts_recent = o->ts_value,
	                          .sent_us = (uint32_t)t->now_us,
	                          .mss = mss_theirs(t, tuple, o),
	                          .window = h->window,
	                          .has_scale = o->has_scale,
	                          .scale = o->scale,
	                          .flags = (uint8_t)((o->has_timestamp ? CONN_TIMESTAMPS : 0) |
	                                             (o->sack_permitted ? CONN_SACK : 0) |
	                                             (is_ecn_setup(h) ? CONN_ECN : 0))};
}

void tcp_syn_input(struct tcp *t, const struct tcp_tuple *tuple, uint32_t hash,
                   const struct tcp_header *h, uint32_t iss_floor)
{
	struct syn_entry *e;
	uint32_t index;

	TCP_COUNT(t, tcp_syn_in);
	switch (tcp_admit(t, tuple)) {
	case TCP_REFUSE:
		return;
	case TCP_ADMIT_COOKIE:
		tcp_cookie_send(t, tuple, h, iss_floor);
		return;
	case TCP_ADMIT:
		break;
	}
	index = entry_take(t);
	if (index == TABLE_NONE)
		return;
	e = &t->syns[index];
	*e = tcp_syn_entry(t, tuple, h);
	e->iss = tcp_iss(t, tuple);
	if (iss_floor != 0 && seq_before(e->iss, iss_floor))
		e->iss = iss_floor;
	table_add(&t->syn_table, index, hash, tuple);
	tcp_source_half_open(t, tuple, 1);
	entry_send(t, index);
}

static void entry_challenge(struct tcp *t, const struct syn_entry *e)
{
	if (!tcp_challenge_allowed(t))
		return;
	TCP_COUNT(t, tcp_challenge_ack);
	entry_answer(t, e, TCP_ACK);
}

// RFC 5961 section 3.2: only the exact sequence number resets.
static void entry_reset(struct tcp *t, uint32_t index, const struct tcp_header *h)
{
	const struct syn_entry *e = &t->syns[index];

	if (h->seq == e->irs + 1) {
		TCP_COUNT(t, tcp_reset_in);
		entry_remove(t, index);
	} else if (h->seq - (e->irs + 1) < first_window(t)) {
		entry_challenge(t, e);
	} else {
		TCP_COUNT(t, tcp_reset_ignored);
	}
}

// A SYN again is a lost SYN-ACK; another SYN must not take the entry from its owner, who resets
// us when it was he that started over.
static void entry_syn(struct tcp *t, uint32_t index, const struct tcp_header *h)
{
	struct syn_entry *e = &t->syns[index];

	if (h->seq != e->irs || (h->flags & TCP_ACK)) {
		entry_challenge(t, e);
		return;
	}
	TCP_COUNT(t, tcp_retransmit);
	e->ts_recent = h->options.ts_value;
	entry_answer(t, e, TCP_SYN | TCP_ACK);
	if (e->sent == 1)
		e->sent = 2; // no round-trip sample from this handshake
}

static bool entry_acceptable(struct tcp *t, const struct syn_entry *e,
                             const struct tcp_header *h)
{
	if ((e->flags & CONN_TIMESTAMPS) && h->options.has_timestamp &&
	    seq_before(h->options.ts_value, e->ts_recent)) {
		TCP_COUNT(t, tcp_paws);
		return false;
	}
	if (h->seq - (e->irs + 1) > first_window(t)) {
		TCP_COUNT(t, tcp_outside_window);
		entry_challenge(t, e);
		return false;
	}
	return true;
}

struct conn *tcp_half_open_input(struct tcp *t, uint32_t index, const struct tcp_header *h)
{
	struct syn_entry *e = &t->syns[index];
	struct tcp_tuple tuple = e->key.tuple;
	struct syn_entry copy;
	struct conn *c;

	if (h->flags & TCP_RST) {
		entry_reset(t, index, h);
		return NULL;
	}
	if (h->flags & TCP_SYN) {
		entry_syn(t, index, h);
		return NULL;
	}
	if (!(h->flags & TCP_ACK) || !entry_acceptable(t, e, h))
		return NULL;
	if (h->ack != e->iss + 1) {
		TCP_COUNT(t, tcp_ack_future);
		tcp_reject(t, &tuple, h);
		return NULL;
	}
	copy = *e;
	entry_remove(t, index);
	// Requests that came together were all within the limits.
	c = tcp_admits_open(t, &tuple) ? tcp_conn_take(t, &tuple) : NULL;
	if (c == NULL) {
		tcp_reject(t, &tuple, h);
		return NULL;
	}
	tcp_conn_open(t, c, &copy);
	if (copy.sent == 1)
		tcp_rtt_sample(c, (uint32_t)t->now_us - copy.sent_us);
	else if (copy.sent > 2)
		c->cwnd = c->mss; // RFC 5681 section 3.1
	tcp_step(t, c, TCP_GOT_SYN_CACHE_ACK);
	return c;
}

void tcp_conn_open(struct tcp *t, struct conn *c, const struct syn_entry *e)
{
	c->flags |= e->flags;
	c->mss = e->mss;
	c->snd_scale = e->has_scale ? e->scale : 0;
	c->rcv_scale = e->has_scale ? tcp_scale_ours(t) : 0;
	c->ts_offset = tcp_ts_offset(t, &c->key.tuple);
	c->ts_recent = e->ts_recent;
	c->ts_recent_s = (uint32_t)(t->now_us / TCP_SECOND_US);
	c->snd_una = c->snd_max = c->recover = e->iss + 1;
	c->snd_wnd = c->snd_wnd_most = e->window; // never scaled in a SYN
	c->snd_wl1 = e->irs;
	c->snd_wl2 = e->iss;
	c->rcv_nxt = c->acked_to = e->irs + 1;
	c->rcv_adv = c->rcv_nxt + first_window(t);
	c->rto_us = TCP_RTO_FIRST_US;
	c->quick_acks = TCP_QUICK_ACKS;
	c->cwnd = tcp_initial_window(c);
	c->sent_ms = c->heard_ms = (uint32_t)(t->now_us / 1000);
	c->ssthresh = UINT32_MAX / 2;
}
