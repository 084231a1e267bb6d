// SYN cookies: under pressure a request is answered without remembering it. Everything needed
// comes back in the acknowledgement: 5 bits of time, 3 of segment size and 24 of a keyed hash as
// our sequence number, scale and selective acknowledgement in the low bits of our timestamp.
// RFC 4987 section 3.6.
#include "dataplane/tcp/tcp_conn.h"

#define COOKIE_STEP_US  (64ull * TCP_SECOND_US)
#define COOKIE_STEPS    2u  // how old one may be
#define COOKIE_TS_BITS  5   // of the timestamp
#define COOKIE_NO_SCALE 15u // in four of them; the fifth is selective acknowledgement

static const uint16_t sizes[8] = {TCP_MSS_LEAST, 536, 1024, 1220, 1360, 1440, 1460, 8940};

static uint32_t cookie_make(const struct tcp *t, const struct tcp_tuple *tuple, uint32_t irs,
                            uint64_t step, uint32_t size)
{
	struct {
		struct tcp_tuple tuple;
		uint32_t irs, size;
		uint64_t step;
	} in;

	memset(&in, 0, sizeof(in));
	in.tuple = *tuple;
	in.irs = irs;
	in.size = size;
	in.step = step;
	return (uint32_t)(step % 32) << 27 | size << 24 |
	       (uint32_t)(keyed_hash(&t->cookie_key, &in, sizeof(in)) & 0xffffff);
}

// The clock's low bits give way; it must not run ahead of what we send next.
static uint32_t cookie_ts(const struct tcp *t, const struct syn_entry *e,
                          const struct tcp_tuple *tuple)
{
	uint32_t now = tcp_ts_clock(t, tcp_ts_offset(t, tuple));
	uint32_t said =
	        (e->has_scale ? e->scale : COOKIE_NO_SCALE) << 1 | !!(e->flags & CONN_SACK);
	uint32_t ts = (now >> COOKIE_TS_BITS << COOKIE_TS_BITS) | said;

	return seq_before(now, ts) ? ts - (1u << COOKIE_TS_BITS) : ts;
}

void tcp_cookie_send(struct tcp *t, const struct tcp_tuple *tuple, const struct tcp_header *h,
                     uint32_t iss_floor)
{
	struct syn_entry e = tcp_syn_entry(t, tuple, h);
	uint32_t size = 7;

	while (size > 0 && sizes[size] > e.mss)
		size--;
	e.key.tuple = *tuple;
	e.iss = cookie_make(t, tuple, e.irs, t->now_us / COOKIE_STEP_US, size);
	if (iss_floor != 0 && seq_before(e.iss, iss_floor))
		return; // an old connection's numbers: the peer asks again
	e.flags &= CONN_TIMESTAMPS | CONN_SACK; // congestion bits would not come back
	if (!(e.flags & CONN_TIMESTAMPS)) {
		e.flags = 0;
		e.has_scale = false;
	}
	t->cookie_us = t->now_us;
	TCP_COUNT(t, tcp_cookie_out);
	tcp_entry_emit(t, &e, TCP_SYN | TCP_ACK, cookie_ts(t, &e, tuple));
}

bool tcp_cookie_expected(const struct tcp *t)
{
	return t->cookie_us != 0 && t->now_us - t->cookie_us < COOKIE_STEPS * COOKIE_STEP_US;
}

static bool cookie_is_ours(const struct tcp *t, const struct tcp_tuple *tuple,
                           const struct tcp_header *h)
{
	uint64_t now = t->now_us / COOKIE_STEP_US;
	uint32_t cookie = h->ack - 1;
	uint64_t age = (now - (cookie >> 27)) % 32;

	return age < COOKIE_STEPS && age <= now &&
	       cookie == cookie_make(t, tuple, h->seq - 1, now - age, cookie >> 24 & 7);
}

struct conn *tcp_cookie_input(struct tcp *t, const struct tcp_tuple *tuple,
                              const struct tcp_header *h)
{
	struct syn_entry e = {.irs = h->seq - 1,
	                      .iss = h->ack - 1,
	                      .ts_recent = h->options.ts_value,
	                      .mss = sizes[(h->ack - 1) >> 24 & 7],
	                      .window = h->window};
	uint32_t said = h->options.ts_echo;
	struct conn *c;

	if (!cookie_is_ours(t, tuple, h)) {
		TCP_COUNT(t, tcp_cookie_bad);
		return NULL;
	}
	if (h->options.has_timestamp) {
		e.flags = CONN_TIMESTAMPS | (said & 1 ? CONN_SACK : 0);
		e.scale = (uint8_t)(said >> 1 & 15);
		e.has_scale = e.scale != COOKIE_NO_SCALE;
	}
	if (tcp_admit(t, tuple) == TCP_REFUSE)
		return NULL;
	c = tcp_conn_take(t, tuple);
	if (c == NULL)
		return NULL;
	TCP_COUNT(t, tcp_cookie_in);
	tcp_conn_open(t, c, &e);
	tcp_step(t, c, TCP_GOT_SYN_CACHE_ACK);
	return c;
}
