// RFC 8985: losses by time. A segment is lost when one that was sent later has arrived and a
// reordering window has passed since; the tail is probed when nothing is heard of it.
#include "dataplane/tcp/tcp_conn.h"

#define REORDER_STEPS_MOST 20
#define REORDER_RECOVERIES 16 // after that many the window shrinks again
#define MIN_RTT_FORGET     64 // the least round trip drifts up by this part of the difference
#define SACKED_PROVE       3

static bool sent_before(uint32_t at_us, uint32_t end, uint32_t than_us, uint32_t than_end)
{
	return seq_before(at_us, than_us) || (at_us == than_us && seq_before(end, than_end));
}

static void least_rtt(struct conn *c, uint32_t rtt_us)
{
	rtt_us = most_u32(rtt_us, 1);
	if (c->min_rtt_us == 0 || rtt_us < c->min_rtt_us)
		c->min_rtt_us = rtt_us;
	else
		c->min_rtt_us += (rtt_us - c->min_rtt_us) / MIN_RTT_FORGET;
}

// The timestamp says that an earlier sending has arrived than the one `ago_us` ago.
static bool is_of_first(const struct tcp *t, const struct conn *c, uint32_t ago_us,
                        const struct tcp_header *h)
{
	uint32_t sent_ts = (uint32_t)((t->now_us - ago_us) / 1000) + c->ts_offset;

	return (c->flags & CONN_TIMESTAMPS) && h->options.ts_echo != 0 &&
	       seq_before(h->options.ts_echo, sent_ts);
}

// Section 6.2, steps 1 to 3: a segment has arrived. What comes too soon after a repeat is of an
// earlier sending.
void tcp_rack_heard(struct tcp *t, struct conn *c, struct flight *f, const struct sent *s,
                    const struct tcp_header *h)
{
	uint32_t rtt_us = (uint32_t)t->now_us - s->at_us;

	if (s->flags & SENT_AGAIN) {
		if (rtt_us < c->min_rtt_us || is_of_first(t, c, rtt_us, h))
			return;
	} else {
		least_rtt(c, rtt_us);
		if (seq_before(s->end, f->fack))
			c->flags |= CONN_REORDERED;
	}
	if (seq_before(f->fack, s->end))
		f->fack = s->end;
	if (!f->rack_known || sent_before(f->rack_us, f->rack_end, s->at_us, s->end)) {
		f->rack_known = true;
		f->rack_us = s->at_us;
		f->rack_end = s->end;
		f->rack_rtt_us = rtt_us;
	}
}

// Section 6.2, step 4: a duplicate means that we waited too little; once a round trip.
void tcp_rack_duplicate(struct tcp *t, struct conn *c)
{
	struct flight *f = tcp_flight(t, c);

	if (f == NULL || (f->dsack_known && seq_before(c->snd_una, f->dsack_round)))
		return;
	f->dsack_known = true;
	f->dsack_round = c->snd_max;
	if (c->reorder_steps < REORDER_STEPS_MOST)
		c->reorder_steps++;
	c->reorder_left = REORDER_RECOVERIES;
	c->flags |= CONN_REORDERED;
}

void tcp_rack_recovered(struct conn *c)
{
	if (c->reorder_left > 0 && --c->reorder_left == 0)
		c->reorder_steps = 0;
}

static uint32_t reorder_window_us(const struct conn *c, uint32_t sacked)
{
	uint64_t window = (uint64_t)c->min_rtt_us / 4 * (c->reorder_steps + 1u);

	if (!(c->flags & CONN_REORDERED) &&
	    ((c->flags & (CONN_RECOVERING | CONN_LOSS)) || sacked >= SACKED_PROVE))
		return 0;
	return window < c->srtt_us ? (uint32_t)window : c->srtt_us;
}

// Section 6.2, step 5. What is not lost yet is looked at again by the timer.
bool tcp_rack_mark(struct tcp *t, struct conn *c)
{
	struct flight *f = tcp_flight(t, c);
	uint32_t sacked = 0, window, wait_us = 0;
	bool lost = false;

	c->flags &= (uint32_t)~CONN_REORDER_WAIT;
	if (f == NULL || !f->rack_known || !(c->flags & CONN_SACK))
		return false;
	for (uint32_t i = 0; i < f->count; i++)
		sacked += (f->seg[i].flags & SENT_SACKED) != 0;
	window = reorder_window_us(c, sacked);
	for (uint32_t i = 0; i < f->count; i++) {
		struct sent *s = &f->seg[i];
		uint32_t due = s->at_us + f->rack_rtt_us + window;

		if ((s->flags & (SENT_SACKED | SENT_LOST)) ||
		    !sent_before(s->at_us, s->end, f->rack_us, f->rack_end))
			continue;
		if (seq_upto(due, (uint32_t)t->now_us)) {
			s->flags |= SENT_LOST;
			lost = true;
		} else {
			wait_us = most_u32(wait_us, due - (uint32_t)t->now_us);
		}
	}
	if (wait_us > 0) {
		c->flags |= CONN_REORDER_WAIT;
		c->tail_us = t->now_us + wait_us;
	}
	return lost;
}

// Two round trips after the last segment something should have been heard of it; a lone one may
// wait for the peer's delayed acknowledgement. Peers without selective acknowledgements would
// learn nothing from the probe.
void tcp_tail_arm(struct tcp *t, struct conn *c)
{
	uint32_t wait_us = most_u32(2 * c->srtt_us, TCP_TAIL_LEAST_US);

	if (c->flags & CONN_REORDER_WAIT)
		return;
	c->tail_us = 0;
	if (!(c->flags & CONN_SACK) ||
	    (c->flags & (CONN_RECOVERING | CONN_LOSS | CONN_TAIL_SENT)) || c->backoff > 0 ||
	    c->srtt_us == 0 || c->snd_una == c->snd_max)
		return;
	if (c->snd_max - c->snd_una <= tcp_payload_max(c))
		wait_us += TCP_ACK_DELAY_US + TCP_TAIL_LEAST_US;
	if (wait_us < c->rto_us)
		c->tail_us = t->now_us + wait_us;
}

// Send the end again to hear where the holes are; or the reordering window has passed.
void tcp_tail_timer(struct tcp *t, struct conn *c)
{
	if (c->snd_una == c->snd_max)
		return;
	if (c->flags & CONN_REORDER_WAIT) {
		if (tcp_rack_mark(t, c))
			tcp_loss_seen(t, c);
		return;
	}
	if ((c->flags & (CONN_RECOVERING | CONN_LOSS)) || c->backoff > 0)
		return;
	c->flags |= CONN_TAIL_NOW;
	c->timer_us = t->now_us + tcp_timeout_us(c);
	tcp_want_output(t, c);
}

// Section 7.4. The probe's loss was a loss like any other, unless the peer got it twice.
void tcp_tail_acked(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	struct flight *f = tcp_flight(t, c);
	bool again = c->flags & CONN_TAIL_AGAIN;

	if (!(c->flags & CONN_TAIL_SENT) || f == NULL || seq_before(h->ack, f->tail_end))
		return;
	c->flags &= (uint32_t) ~(CONN_TAIL_SENT | CONN_TAIL_AGAIN);
	if (!again || tcp_is_dsack(h) || (c->flags & (CONN_RECOVERING | CONN_LOSS)))
		return;
	if (seq_before(f->tail_end, h->ack))
		tcp_congestion_reduce(t, c);
}
