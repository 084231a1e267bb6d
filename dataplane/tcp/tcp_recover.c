// Acknowledgements and what they tell of losses: recovery by RACK and PRR with selective
// acknowledgements, by RFC 6582 without; the time-out (RFC 6298) and its undoing (RFC 3522).
#include "dataplane/tcp/tcp_conn.h"

#define DUPLICATES_LOST 3

// What a recovery that proves needless gives back: RFC 3522 tells, RFC 4015 answers.
static void undo_keep(struct tcp *t, struct conn *c)
{
	struct flight *f = tcp_flight(t, c);

	if (f == NULL || f->undo_cwnd != 0)
		return;
	f->undo_cwnd = c->cwnd;
	f->undo_ssthresh = c->ssthresh;
	f->undo_most = c->cubic_most;
	f->undo_ts = tcp_ts_clock(t, c->ts_offset);
}

// The acknowledgement answers the first sending, so nothing was lost.
static void undo_if_needless(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	struct flight *f = tcp_flight(t, c);

	if (f == NULL || f->undo_cwnd == 0 || !(c->flags & CONN_TIMESTAMPS) ||
	    h->options.ts_echo == 0 || !seq_before(h->options.ts_echo, f->undo_ts))
		return;
	TCP_COUNT(t, tcp_needless);
	c->cwnd = most_u32(c->cwnd, f->undo_cwnd);
	c->ssthresh = f->undo_ssthresh;
	c->cubic_most = f->undo_most;
	c->cubic_from_ms = 0;
	c->recover = c->snd_una;
	c->flags &= (uint32_t) ~(CONN_RECOVERING | CONN_LOSS | CONN_RESEND);
	tcp_flight_lose_none(t, c);
	f->undo_cwnd = 0;
}

static void recovery_enter(struct tcp *t, struct conn *c)
{
	struct flight *f = tcp_flight(t, c);

	TCP_COUNT(t, tcp_fast_retransmit);
	undo_keep(t, c);
	if (!seq_before(c->snd_una, c->recover))
		tcp_congestion_lost(t, c);
	if (!(c->flags & CONN_SACK)) { // the duplicates have left the network
		c->cwnd = c->ssthresh + DUPLICATES_LOST * tcp_payload_max(c);
		tcp_flight_lose_first(t, c);
		c->flags |= CONN_RESEND;
	} else if (f != NULL) {
		f->prr_from = c->snd_max - c->snd_una;
		f->prr_delivered = f->prr_out = 0;
	}
	c->recover = c->snd_max;
	c->flags |= CONN_RECOVERING;
	c->flags &= (uint32_t) ~(CONN_TAIL_NOW | CONN_TAIL_SENT | CONN_TAIL_AGAIN);
	if (!(c->flags & CONN_REORDER_WAIT))
		c->tail_us = 0;
	c->timer_us = t->now_us + tcp_timeout_us(c);
	tcp_timer_update(t, c);
	tcp_want_output(t, c);
}

void tcp_loss_seen(struct tcp *t, struct conn *c)
{
	if (!(c->flags & (CONN_RECOVERING | CONN_LOSS)))
		recovery_enter(t, c);
	tcp_want_output(t, c);
}

// Proportional rate reduction, RFC 6937 with the bound of RFC 9937: what leaves follows what
// arrives, until the pipe has shrunk to the threshold.
static void prr_update(struct tcp *t, struct conn *c, uint32_t delivered, bool safe)
{
	struct flight *f = tcp_flight(t, c);
	uint32_t pipe = tcp_flight_pipe(t, c);
	uint32_t mss = tcp_payload_max(c);
	uint32_t owed, more;

	if (f == NULL)
		return;
	f->prr_delivered += delivered;
	owed = f->prr_delivered > f->prr_out ? f->prr_delivered - f->prr_out : 0;
	if (pipe > c->ssthresh) {
		uint64_t due = ((uint64_t)f->prr_delivered * c->ssthresh + f->prr_from) /
		               (f->prr_from + 1);

		more = due > f->prr_out ? (uint32_t)due - f->prr_out : 0;
	} else {
		more = most_u32(owed, delivered) + (safe ? mss : 0);
		more = least_u32(more, c->ssthresh - pipe);
	}
	if (f->prr_out == 0)
		more = most_u32(more, mss);
	c->cwnd = most_u32(pipe + more, mss);
}

static void recovery_exit(struct tcp *t, struct conn *c)
{
	struct flight *f = tcp_flight(t, c);
	uint32_t mss = tcp_payload_max(c);

	if (!(c->flags & CONN_LOSS)) {
		c->cwnd = c->ssthresh;
		if (!(c->flags & CONN_SACK))
			c->cwnd = least_u32(c->ssthresh,
			                    most_u32(c->snd_max - c->snd_una, mss) + mss);
	}
	c->flags &= (uint32_t) ~(CONN_RECOVERING | CONN_LOSS | CONN_RESEND);
	tcp_rack_recovered(c);
	if (f != NULL)
		f->undo_cwnd = 0;
}

// A new acknowledgement of `bytes` without selective ones: the next segment is lost too.
static void partial_ack(struct tcp *t, struct conn *c, uint32_t bytes)
{
	uint32_t mss = tcp_payload_max(c);

	c->cwnd -= least_u32(c->cwnd - mss, bytes);
	c->cwnd += bytes >= mss ? mss : 0;
	tcp_flight_lose_first(t, c);
	c->flags |= CONN_RESEND;
}

static void duplicate(struct tcp *t, struct conn *c, bool news)
{
	TCP_COUNT(t, tcp_ack_duplicate);
	if ((c->flags & CONN_SACK) && !news)
		return;
	if (c->duplicates < UINT8_MAX)
		c->duplicates++;
	tcp_want_output(t, c);
	if (c->flags & CONN_SACK)
		return;
	if (c->flags & CONN_RECOVERING)
		c->cwnd = least_u32(c->cwnd + tcp_payload_max(c), TCP_WINDOW_MOST);
	else if (!(c->flags & CONN_LOSS) && c->duplicates >= DUPLICATES_LOST)
		recovery_enter(t, c);
}

// The timed segment (RFC 6298 section 3, Karn), or where repeats leave it in doubt the timestamp
// (RFC 7323 section 4).
static void rtt_take(struct tcp *t, struct conn *c, const struct tcp_header *h, bool timed,
                     uint32_t sent_us)
{
	if (timed) {
		tcp_rtt_sample(c, (uint32_t)t->now_us - sent_us);
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

// What an acknowledgement that tells of `delivered` bytes means for the window and the holes.
static void losses_judge(struct tcp *t, struct conn *c, uint32_t delivered, bool advanced)
{
	bool was = c->flags & CONN_RECOVERING;
	bool lost;

	if ((c->flags & (CONN_RECOVERING | CONN_LOSS)) && !seq_before(c->snd_una, c->recover))
		recovery_exit(t, c);
	if (!(c->flags & CONN_SACK))
		return;
	lost = delivered > 0 && tcp_rack_mark(t, c);
	if (lost)
		tcp_loss_seen(t, c);
	if (c->flags & CONN_RECOVERING && (delivered > 0 || !was))
		prr_update(t, c, delivered, advanced && !lost);
}

static bool ack_new(struct tcp *t, struct conn *c, const struct tcp_header *h, uint32_t sacked)
{
	uint32_t flight = c->snd_max - c->snd_una;
	uint32_t acked = h->ack - c->snd_una;
	uint32_t bytes = least_u32(acked, c->send.bytes);
	uint32_t life = c->life;
	uint32_t sent_us = 0, delivered;
	bool timed;

	delivered = sacked + tcp_flight_acked(t, c, h, &timed, &sent_us);
	rtt_take(t, c, h, timed, sent_us);
	undo_if_needless(t, c, h);
	tcp_tail_acked(t, c, h);
	chain_drop(t, c, &c->send, bytes);
	c->snd_una = h->ack;
	c->backoff = 0;
	c->duplicates = 0;
	c->unanswered_ms = 0;
	c->bytes_out += bytes;
	if (!(c->flags & CONN_RECOVERING))
		tcp_congestion_acked(t, c, bytes, flight);
	else if (!(c->flags & CONN_SACK) && seq_before(c->snd_una, c->recover))
		partial_ack(t, c, bytes);
	losses_judge(t, c, delivered, true);
	if (!(c->flags & (CONN_RECOVERING | CONN_LOSS)) && seq_before(c->recover, c->snd_una))
		c->recover = c->snd_una; // keep up, or comparisons wrap after 2 GiB
	if (c->send.bytes == 0)
		tcp_flight_end(t, c);
	c->timer_us = c->snd_una == c->snd_max ? 0 : t->now_us + tcp_timeout_us(c);
	c->flags &= (uint32_t)~CONN_TAIL_NOW;
	if (c->snd_una == c->snd_max)
		c->flags &= (uint32_t) ~(CONN_TAIL_SENT | CONN_TAIL_AGAIN | CONN_REORDER_WAIT);
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
		c->unanswered_ms = 0;
	}
	tcp_want_output(t, c);
	return true;
}

bool tcp_ack_input(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	uint32_t sacked = 0;
	bool changed;

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
		c->unanswered_ms = 0;
	if (c->flags & CONN_SACK) {
		if (tcp_is_dsack(h)) {
			TCP_COUNT(t, tcp_dsack_in);
			tcp_rack_duplicate(t, c);
		}
		sacked = tcp_flight_sacked(t, c, h);
	}
	changed = window_take(t, c, h);
	if (h->ack != c->snd_una)
		return ack_new(t, c, h, sacked);
	if (sacked > 0) {
		losses_judge(t, c, sacked, false);
		tcp_timer_update(t, c);
	}
	if (c->snd_una != c->snd_max && h->payload.len == 0 && !(h->flags & TCP_FIN) &&
	    !changed)
		duplicate(t, c, sacked > 0);
	return true;
}

void tcp_lost_timer(struct tcp *t, struct conn *c)
{
	TCP_COUNT(t, tcp_rto);
	if (c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED) {
		c->flags |= CONN_SYN_NOW;
	} else {
		undo_keep(t, c);
		if (c->backoff == 0 && !(c->flags & CONN_LOSS))
			tcp_congestion_lost(t, c);
		c->cwnd = tcp_payload_max(c);
		c->recover = c->snd_max;
		c->duplicates = 0;
		c->flags &= (uint32_t) ~(CONN_RECOVERING | CONN_REORDER_WAIT);
		c->flags |= CONN_RESEND | CONN_LOSS;
		if (c->backoff >= TCP_SUSPECT_AFTER)
			tcp_path_suspect(t, c);
		tcp_flight_lose_all(t, c);
	}
	c->flags &= (uint32_t) ~(CONN_TAIL_NOW | CONN_TAIL_SENT | CONN_TAIL_AGAIN);
	c->tail_us = 0;
	if (c->backoff < UINT8_MAX)
		c->backoff++;
	c->timer_us = t->now_us + tcp_timeout_us(c);
	tcp_want_output(t, c);
}
