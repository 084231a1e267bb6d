// Acknowledgements and what they tell of losses: fast retransmit and recovery (RFC 6582, RFC 6675
// with selective acknowledgements), limited transmit (RFC 3042) and the time-out (RFC 6298).
#include "dataplane/tcp/tcp_conn.h"

#define DUPLICATES_LOST 3

static void recovery_enter(struct tcp *t, struct conn *c)
{
	TCP_COUNT(t, tcp_fast_retransmit);
	tcp_congestion_halve(c);
	c->cwnd = c->ssthresh;
	if (!(c->flags & CONN_SACK)) // the duplicates have left the network
		c->cwnd += DUPLICATES_LOST * tcp_payload_max(c);
	c->recover = c->snd_max;
	c->snd_nxt = c->snd_max;
	c->resend_nxt = c->snd_una;
	c->flags |= CONN_RECOVERING | CONN_RESEND;
	c->flags &= (uint16_t) ~(CONN_RTT_TIMED | CONN_TAIL_NOW | CONN_TAIL_SENT);
	c->tail_us = 0;
	c->timer_us = t->now_us + tcp_timeout_us(c);
	tcp_timer_update(t, c);
	tcp_want_output(t, c);
}

// Two round trips after the last segment something should have been heard of it; a lone one may
// wait for the peer's delayed acknowledgement. Peers without selective acknowledgements would
// learn nothing from the probe.
void tcp_tail_arm(struct tcp *t, struct conn *c)
{
	uint32_t wait_us = most_u32(2 * c->srtt_us, TCP_TAIL_LEAST_US);

	c->tail_us = 0;
	if (!(c->flags & CONN_SACK) || (c->flags & (CONN_RECOVERING | CONN_TAIL_SENT)) ||
	    c->backoff > 0 || c->srtt_us == 0 || c->snd_una == c->snd_max)
		return;
	if (c->snd_max - c->snd_una <= tcp_payload_max(c))
		wait_us += TCP_ACK_DELAY_US + TCP_TAIL_LEAST_US;
	if (wait_us < c->rto_us)
		c->tail_us = t->now_us + wait_us;
}

// Known holes are lost by now; else send the end again to hear where the holes are.
void tcp_tail_timer(struct tcp *t, struct conn *c)
{
	if (c->snd_una == c->snd_max || (c->flags & CONN_RECOVERING) || c->backoff > 0)
		return;
	if (c->board != SLAB_NONE && !seq_before(c->snd_una, c->recover)) {
		recovery_enter(t, c);
		return;
	}
	c->flags |= CONN_TAIL_NOW;
	c->timer_us = t->now_us + tcp_timeout_us(c);
	tcp_want_output(t, c);
}

// A new acknowledgement of `bytes` while recovering.
static void recovery_acked(struct conn *c, uint32_t bytes)
{
	uint32_t mss = tcp_payload_max(c);
	uint32_t flight = c->snd_max - c->snd_una;

	if (!seq_before(c->snd_una, c->recover)) {
		c->flags &= (uint16_t) ~(CONN_RECOVERING | CONN_RESEND);
		c->cwnd = least_u32(c->ssthresh, most_u32(flight, mss) + mss);
		return;
	}
	// A partial one: the next segment is lost too. With a scoreboard the holes say so.
	if (!(c->flags & CONN_SACK)) {
		c->cwnd -= least_u32(c->cwnd - mss, bytes);
		c->cwnd += bytes >= mss ? mss : 0;
	}
	if (!(c->flags & CONN_SACK) || c->board == SLAB_NONE)
		c->flags |= CONN_RESEND;
	if (seq_before(c->resend_nxt, c->snd_una))
		c->resend_nxt = c->snd_una;
}

static void duplicate(struct tcp *t, struct conn *c, bool news)
{
	TCP_COUNT(t, tcp_ack_duplicate);
	if ((c->flags & CONN_SACK) && !news)
		return;
	if (c->duplicates < UINT8_MAX)
		c->duplicates++;
	if (c->flags & CONN_RECOVERING) {
		if (!(c->flags & CONN_SACK))
			c->cwnd = least_u32(c->cwnd + tcp_payload_max(c), TCP_WINDOW_MOST);
	} else if (!seq_before(c->snd_una, c->recover) &&
	           (c->duplicates >= DUPLICATES_LOST || (c->flags & CONN_TAIL_SENT) ||
	            tcp_board_lost(t, c))) {
		recovery_enter(t, c);
	}
	tcp_want_output(t, c);
}

// RFC 7323 section 4 where the timed segment gives nothing; RFC 6298 section 3 (Karn) otherwise.
static void rtt_take(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	if (c->flags & CONN_RTT_TIMED) {
		if (seq_before(c->rtt_seq, h->ack)) {
			tcp_rtt_sample(c, (uint32_t)t->now_us - c->rtt_from_us);
			c->flags &= (uint16_t)~CONN_RTT_TIMED;
		}
	} else if ((c->flags & CONN_TIMESTAMPS) && h->options.ts_echo != 0) {
		uint32_t rtt_ms = tcp_ts_clock(t, c->ts_offset) - h->options.ts_echo;
		uint32_t most = c->backoff > 0 ? 2 * c->rto_us : TCP_RTO_MOST_US;

		// After a time-out the echo may be of a repeat whose acknowledgements were lost: a
		// longer path is learned in steps.
		if (rtt_ms < TCP_RTO_MOST_US / 1000)
			tcp_rtt_sample(c, least_u32(rtt_ms * 1000, most));
	}
}

// Our FIN is acknowledged. False: the connection is gone.
static bool fin_acked(struct tcp *t, struct conn *c)
{
	bool unread = c->recv.bytes > 0;

	tcp_step(t, c, unread ? TCP_GOT_ACK_OF_FIN_UNREAD : TCP_GOT_ACK_OF_FIN);
	if (c->state == TCP_CLOSED) {
		tcp_conn_end(t, c, TCP_END_CLOSED);
		return false;
	}
	if (c->state == TCP_TIME_WAIT && !unread) {
		tcp_conn_finish(t, c);
		return false;
	}
	return true;
}

static bool ack_new(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	uint32_t flight = c->snd_max - c->snd_una;
	uint32_t acked = h->ack - c->snd_una;
	uint32_t bytes = least_u32(acked, c->send.bytes);
	uint32_t life = c->life;

	chain_drop(t, c, &c->send, bytes);
	c->snd_una = h->ack;
	if (seq_before(c->snd_nxt, c->snd_una))
		c->snd_nxt = c->snd_una;
	rtt_take(t, c, h);
	c->backoff = 0;
	c->duplicates = 0;
	c->unanswered_us = 0;
	c->bytes_out += bytes;
	tcp_board_trim(t, c);
	if (c->flags & CONN_RECOVERING)
		recovery_acked(c, bytes);
	else
		tcp_congestion_acked(c, bytes, flight);
	if (!(c->flags & CONN_RECOVERING) && seq_before(c->recover, c->snd_una))
		c->recover = c->snd_una; // keep up, or comparisons wrap after 2 GiB
	c->timer_us = c->snd_una == c->snd_max ? 0 : t->now_us + tcp_timeout_us(c);
	c->flags &= (uint16_t) ~(CONN_TAIL_NOW | CONN_TAIL_SENT);
	tcp_tail_arm(t, c);
	if (c->send.bytes > 0 || conn_fin_queued(c))
		tcp_want_output(t, c);
	tcp_timer_update(t, c);
	if (bytes > 0)
		t->config.app_ops->acked(t->config.app, conn_id_of(t, c), bytes);
	if (c->life != life)
		return false;
	return acked > bytes ? fin_acked(t, c) : true;
}

// RFC 9293 section 3.10.7.4: from segments not older than the last that told us. True: changed.
static bool window_take(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	uint32_t window = (uint32_t)h->window << c->snd_scale;
	uint32_t before = c->snd_wnd;

	if (!seq_before(c->snd_wl1, h->seq) &&
	    (c->snd_wl1 != h->seq || seq_before(h->ack, c->snd_wl2)))
		return false;
	c->snd_wl1 = h->seq;
	c->snd_wl2 = h->ack;
	c->snd_wnd = window;
	c->snd_wnd_most = most_u32(c->snd_wnd_most, window);
	if (window <= before)
		return window != before;
	if (c->snd_una == c->snd_max && c->state != TCP_FIN_WAIT_2 &&
	    c->state != TCP_TIME_WAIT) {
		c->timer_us = 0; // of the closed window
		c->backoff = 0;
		c->unanswered_us = 0;
	}
	tcp_want_output(t, c);
	return true;
}

bool tcp_ack_input(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	bool news, changed;

	if (seq_before(c->snd_max, h->ack)) {
		TCP_COUNT(t, tcp_ack_future);
		tcp_challenge(t, c);
		return false;
	}
	if (seq_before(h->ack, c->snd_una - c->snd_wnd_most)) { // RFC 5961 section 5.2
		tcp_challenge(t, c);
		return false;
	}
	if (seq_before(h->ack, c->snd_una))
		return true;
	if (!conn_is_closing(c))
		c->unanswered_us = 0;
	news = (c->flags & CONN_SACK) && tcp_board_add(t, c, h);
	changed = window_take(t, c, h);
	if (h->ack != c->snd_una)
		return ack_new(t, c, h);
	if (c->snd_una != c->snd_max && h->payload.len == 0 && !(h->flags & TCP_FIN) &&
	    !changed)
		duplicate(t, c, news);
	return true;
}

void tcp_lost_timer(struct tcp *t, struct conn *c)
{
	TCP_COUNT(t, tcp_rto);
	if (c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED) {
		c->flags |= CONN_SYN_NOW;
	} else {
		if (c->backoff == 0)
			tcp_congestion_halve(c);
		c->cwnd = tcp_payload_max(c);
		c->recover = c->snd_max;
		c->snd_nxt = c->snd_una;
		c->duplicates = 0;
		c->flags &= (uint16_t)~CONN_RECOVERING;
		c->flags |= CONN_RESEND;
		tcp_board_clear(t, c); // the peer may have changed its mind: RFC 2018 section 8
	}
	c->flags &= (uint16_t) ~(CONN_RTT_TIMED | CONN_TAIL_NOW | CONN_TAIL_SENT);
	c->tail_us = 0;
	if (c->backoff < UINT8_MAX)
		c->backoff++;
	c->timer_us = t->now_us + tcp_timeout_us(c);
	tcp_want_output(t, c);
}
