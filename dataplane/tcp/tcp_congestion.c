// How much may be in the network: RFC 5681 with byte counting (RFC 3465) and the initial window of
// RFC 6928.
#include "dataplane/tcp/tcp_conn.h"

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

// `flight` was in the network before this acknowledgement of `bytes`. A window that is not used is
// not known to be good, and does not grow (RFC 7661).
void tcp_congestion_acked(struct conn *c, uint32_t bytes, uint32_t flight)
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
		more = (uint32_t)((uint64_t)mss * least_u32(bytes, c->cwnd) / c->cwnd);
		more = most_u32(more, 1);
	}
	c->cwnd = least_u32(c->cwnd + more, TCP_WINDOW_MOST);
}

// RFC 5681 equation 4.
void tcp_congestion_halve(struct conn *c)
{
	c->ssthresh = most_u32((c->snd_max - c->snd_una) / 2, 2 * tcp_payload_max(c));
}

// RFC 5681 section 4.1: after silence longer than the time-out, start over.
void tcp_congestion_idle(struct tcp *t, struct conn *c)
{
	uint32_t silent_ms = (uint32_t)(t->now_us / 1000) - c->sent_ms;

	if (c->snd_una == c->snd_max && silent_ms > c->rto_us / 1000)
		c->cwnd = least_u32(c->cwnd, tcp_initial_window(c));
}
