// How much may be in the network: CUBIC (RFC 9438) with byte counting (RFC 3465), the initial
// window of RFC 6928, and no growth of what is not used (RFC 7661).
#include "dataplane/tcp/tcp_conn.h"

#define CUBIC_FAR_MS 100000u // later than that the curve is above any window

// Payload of a full segment that carries no selective acknowledgement.
uint32_t tcp_payload_max(const struct conn *c)
{
	return c->mss - (c->flags & CONN_TIMESTAMPS ? TCP_TIMESTAMP_BYTES : 0u);
}

uint32_t tcp_initial_window(const struct conn *c)
{
	uint32_t mss = tcp_payload_max(c);

	return least_u32(10 * mss, most_u32(2 * mss, 14600));
}

static uint32_t cube_root(uint64_t n)
{
	uint64_t root = 0;

	for (int bit = 20; bit >= 0; bit--) {
		uint64_t next = root | (uint64_t)1 << bit;

		if (next * next * next <= n)
			root = next;
	}
	return (uint32_t)root;
}

// Section 4.2: C is 0.4 segments per cubic second.
static void epoch_start(struct tcp *t, struct conn *c)
{
	uint64_t below = c->cubic_most > c->cwnd ? c->cubic_most - c->cwnd : 0;

	c->cubic_from_ms = (uint32_t)(t->now_us / 1000) | 1;
	c->cubic_k_ms = cube_root(below * 2500000000u / tcp_payload_max(c));
	c->cubic_reno = c->cwnd;
	if (c->cubic_most < c->cwnd)
		c->cubic_most = c->cwnd;
}

// W_cubic one round trip from now.
static uint64_t cubic_window(const struct tcp *t, const struct conn *c)
{
	uint32_t ms = (uint32_t)(t->now_us / 1000) - c->cubic_from_ms + c->srtt_us / 1000;
	bool before = ms < c->cubic_k_ms;
	uint64_t d = before ? c->cubic_k_ms - ms : ms - c->cubic_k_ms;
	uint64_t change;

	d = d < CUBIC_FAR_MS ? d : CUBIC_FAR_MS;
	change = d * d * d / 1000 * tcp_payload_max(c) / 2500000;
	if (!before)
		return c->cubic_most + change;
	return c->cubic_most > change ? c->cubic_most - change : 0;
}

static uint32_t cubic_growth(struct tcp *t, struct conn *c, uint32_t bytes)
{
	uint32_t mss = tcp_payload_max(c);
	uint64_t target;

	if (c->cubic_from_ms == 0)
		epoch_start(t, c);
	target = cubic_window(t, c);
	// Section 4.3: never slower than Reno would be with this decrease; 9/17 is its slope.
	c->cubic_reno += (uint32_t)((uint64_t)mss * bytes / c->cwnd *
	                            (c->cubic_reno < c->cubic_most ? 9 : 17) / 17);
	if (target < c->cubic_reno)
		return c->cubic_reno > c->cwnd ? c->cubic_reno - c->cwnd : 0;
	target = target < c->cwnd + c->cwnd / 2 ? target : c->cwnd + c->cwnd / 2;
	if (target <= c->cwnd)
		return (uint32_t)((uint64_t)mss * bytes / c->cwnd / 100);
	return most_u32((uint32_t)((target - c->cwnd) * bytes / c->cwnd), 1);
}

// `flight` was in the network before this acknowledgement of `bytes`.
void tcp_congestion_acked(struct tcp *t, struct conn *c, uint32_t bytes, uint32_t flight)
{
	uint32_t mss = tcp_payload_max(c);
	uint32_t more;

	if (c->cwnd < c->ssthresh) {
		if (flight < c->cwnd / 2)
			return;
		more = least_u32(bytes, 2 * mss);
	} else {
		if (flight + mss < c->cwnd)
			return;
		more = cubic_growth(t, c, least_u32(bytes, c->cwnd));
	}
	c->cwnd = least_u32(c->cwnd + more, TCP_WINDOW_MOST);
}

// Sections 4.6 and 4.7: seven tenths, and less to climb back to when the last climb fell short.
void tcp_congestion_lost(struct tcp *t, struct conn *c)
{
	uint32_t flight = least_u32(c->snd_max - c->snd_una, c->cwnd);

	c->cubic_most = c->cwnd < c->cubic_most ? c->cwnd / 20 * 17 : c->cwnd;
	c->cubic_from_ms = 0;
	c->ssthresh = most_u32(flight / 10 * 7, 2 * tcp_payload_max(c));
}

// A congestion signal without anything to repair; once a round trip.
void tcp_congestion_reduce(struct tcp *t, struct conn *c)
{
	if (seq_before(c->snd_una, c->recover))
		return;
	tcp_congestion_lost(t, c);
	c->cwnd = c->ssthresh;
	c->recover = c->snd_max;
}

// RFC 2861: for each time-out of silence half of the window is forgotten, down to the initial
// one; what it was stays in the threshold.
void tcp_congestion_idle(struct tcp *t, struct conn *c)
{
	uint32_t silent_ms = (uint32_t)(t->now_us / 1000) - c->sent_ms;
	uint32_t rounds = silent_ms / (c->rto_us / 1000);
	uint32_t least = least_u32(c->cwnd, tcp_initial_window(c));

	if (c->snd_una != c->snd_max || rounds == 0)
		return;
	c->ssthresh = most_u32(c->ssthresh, c->cwnd / 4 * 3);
	c->cwnd = most_u32(rounds < 31 ? c->cwnd >> rounds : 0, least);
	c->cubic_from_ms = 0;
	c->sent_ms = (uint32_t)(t->now_us / 1000);
}
