// What the path says: errors that ICMP reports, believed as far as a blind attacker could not have
// made them (RFC 5927); its largest packet (RFC 1191, 8201, 8899); congestion (RFC 3168).
#include "dataplane/tcp/tcp_conn.h"

#define MTU_LEAST_V4 576u
#define MTU_LEAST_V6 1280u
#define HEADERS_V4   40u
#define HEADERS_V6   60u

static bool is_ipv4(const struct tcp_tuple *tuple)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(tuple->local.bytes, mapped, sizeof(mapped)) == 0;
}

// The connection that sent `seq` and has heard nothing of it yet, or NULL.
static struct conn *conn_of_error(struct tcp *t, uint64_t now_us, const struct tcp_tuple *tuple,
                                  uint32_t seq)
{
	uint32_t slot = table_find(&t->conn_table, tcp_hash(t, tuple), tuple);
	struct conn *c;

	tcp_clock(t, now_us);
	TCP_COUNT(t, tcp_icmp_in);
	if (slot != TABLE_NONE) {
		c = &t->conns[slot];
		if (seq - c->snd_una < c->snd_max - c->snd_una)
			return c;
	}
	TCP_COUNT(t, tcp_icmp_ignored);
	return NULL;
}

void tcp_path_shrink(struct tcp *t, struct conn *c, uint32_t mss)
{
	if (mss >= c->mss)
		return;
	c->mss = (uint16_t)mss;
	tcp_flight_lose_larger(t, c, tcp_payload_max(c));
	c->recover = c->snd_max;
	c->flags &= (uint32_t) ~(CONN_RECOVERING | CONN_REORDER_WAIT);
	c->flags |= CONN_LOSS; // nothing was lost by congestion: the window stays
	tcp_want_output(t, c);
}

void tcp_icmp_packet_too_big(struct tcp *t, uint64_t now_us, const struct tcp_tuple *tuple,
                             uint32_t seq, uint32_t mtu)
{
	struct conn *c = conn_of_error(t, now_us, tuple, seq);
	bool v4 = is_ipv4(tuple);

	if (c == NULL || c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED)
		return;
	mtu = most_u32(mtu, v4 ? MTU_LEAST_V4 : MTU_LEAST_V6);
	TCP_COUNT(t, tcp_packet_too_big);
	tcp_path_shrink(t, c, mtu - (v4 ? HEADERS_V4 : HEADERS_V6));
}

void tcp_icmp_unreachable(struct tcp *t, uint64_t now_us, const struct tcp_tuple *tuple,
                          uint32_t seq, bool hard)
{
	struct conn *c = conn_of_error(t, now_us, tuple, seq);

	// Section 4.2 of RFC 5927: only what was never answered may be given up for it.
	if (c != NULL && hard && c->state == TCP_SYN_SENT)
		tcp_conn_end(t, c, TCP_END_RESET);
}

void tcp_path_suspect(struct tcp *t, struct conn *c)
{
	static const uint16_t smaller[] = {1360, 1220, 1024, 536};
	uint32_t least = is_ipv4(&c->key.tuple) ? 536 : 1220;
	const struct flight *f = tcp_flight(t, c);

	if (f == NULL || f->count == 0 ||
	    f->seg[0].end - c->snd_una + TCP_SACKS_BYTES < tcp_payload_max(c))
		return;
	for (unsigned i = 0; i < sizeof(smaller) / sizeof(smaller[0]); i++) {
		if (smaller[i] >= c->mss || smaller[i] < least)
			continue;
		TCP_COUNT(t, tcp_black_hole);
		tcp_path_shrink(t, c, smaller[i]);
		return;
	}
}

// Section 6.1: as a receiver, echo until the peer has slowed down; as a sender, slow down.
void tcp_ecn_input(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	if (!(c->flags & CONN_ECN))
		return;
	if (h->flags & TCP_CWR)
		c->flags &= (uint32_t)~CONN_ECE;
	if (h->ecn == IP_CE) {
		TCP_COUNT(t, tcp_congested_in);
		c->flags |= CONN_ECE;
	}
	if (!(h->flags & TCP_ECE) || (c->flags & (CONN_RECOVERING | CONN_LOSS)) ||
	    seq_before(c->snd_una, c->recover) || c->snd_una == c->snd_max)
		return;
	TCP_COUNT(t, tcp_congested_out);
	tcp_congestion_reduce(t, c);
	c->flags |= CONN_CWR_NOW;
}
