// Time: the round-trip estimator (RFC 6298) and the one wheel timer of a connection.
#include "dataplane/tcp/tcp_conn.h"

void tcp_rtt_sample(struct conn *c, uint32_t rtt_us)
{
	uint32_t error;
	uint64_t rto;

	if (rtt_us > TCP_RTO_MOST_US)
		return;
	if (rtt_us == 0)
		rtt_us = 1;
	if (c->srtt_us == 0) {
		c->srtt_us = rtt_us;
		c->rttvar_us = rtt_us / 2;
	} else {
		error = c->srtt_us > rtt_us ? c->srtt_us - rtt_us : rtt_us - c->srtt_us;
		c->rttvar_us += error / 4 - c->rttvar_us / 4;
		c->srtt_us += rtt_us / 8 - c->srtt_us / 8;
	}
	rto = c->srtt_us + most_u32(TCP_TICK_US, 4 * c->rttvar_us);
	c->rto_us = rto < TCP_RTO_LEAST_US  ? TCP_RTO_LEAST_US
	            : rto > TCP_RTO_MOST_US ? TCP_RTO_MOST_US
	                                    : (uint32_t)rto;
}

uint32_t tcp_timeout_us(const struct conn *c)
{
	uint64_t rto = (uint64_t)c->rto_us << (c->backoff < 16 ? c->backoff : 16);

	return rto > TCP_RTO_MOST_US ? TCP_RTO_MOST_US : (uint32_t)rto;
}

// When an idle connection is to be probed, RFC 1122 section 4.2.3.6; 0: never.
static uint64_t alive_due_us(const struct tcp *t, const struct conn *c)
{
	const struct tcp_config *config = &t->config;
	uint32_t silent_ms = (uint32_t)(t->now_us / 1000) - c->heard_ms;

	if (config->alive_idle_us == 0 || c->timer_us != 0 ||
	    (c->state != TCP_ESTABLISHED && c->state != TCP_CLOSE_WAIT))
		return 0;
	return t->now_us - silent_ms * 1000ull + config->alive_idle_us +
	       c->alive_probes * config->alive_every_us;
}

static void alive_probe(struct tcp *t, struct conn *c)
{
	if (c->alive_probes >= t->config.alive_probes) {
		TCP_COUNT(t, tcp_timeout);
		tcp_emit_reset(t, c);
		tcp_conn_end(t, c, TCP_END_TIMEOUT);
		return;
	}
	c->alive_probes++;
	TCP_COUNT(t, tcp_alive_probe);
	tcp_emit_probe(t, c);
}

// A later deadline leaves the wheel as it is: the timer comes early and is armed again.
void tcp_timer_update(struct tcp *t, struct conn *c)
{
	uint64_t due = c->timer_us;

	if (due == 0 || (c->ack_us != 0 && c->ack_us < due))
		due = c->ack_us;
	if (due == 0 || (c->tail_us != 0 && c->tail_us < due))
		due = c->tail_us;
	if (due == 0)
		due = alive_due_us(t, c);
	if (due == 0 || (c->armed_us != 0 && c->armed_us <= due))
		return;
	wheel_arm(&t->wheel, conn_slot(t, c), due);
	c->armed_us = due;
}

// The window stayed closed or too small for a while: ask (RFC 9293 section 3.8.6.1).
static void persist(struct tcp *t, struct conn *c)
{
	uint32_t flight = c->snd_max - c->snd_una;

	c->flags |= c->snd_wnd > flight ? CONN_PUSH : CONN_PROBE;
	if (c->backoff < UINT8_MAX)
		c->backoff++;
	c->timer_us = t->now_us + tcp_timeout_us(c);
	tcp_want_output(t, c);
}

// False: nobody has answered for so long that the connection is over.
static bool still_hopeful(struct tcp *t, struct conn *c)
{
	uint64_t most = c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED
	                        ? TCP_SYN_GIVE_UP_US
	                : t->config.user_timeout_us != 0 ? t->config.user_timeout_us
	                                                 : TCP_GIVE_UP_US;
	uint32_t now_ms = (uint32_t)(t->now_us / 1000);

	if (c->unanswered_ms == 0)
		c->unanswered_ms = now_ms != 0 ? now_ms : UINT32_MAX;
	return (now_ms - c->unanswered_ms) * 1000ull < most;
}

static void timer_ran_out(struct tcp *t, struct conn *c)
{
	c->timer_us = 0;
	if (c->state == TCP_TIME_WAIT) {
		tcp_conn_finish(t, c);
	} else if (c->state == TCP_FIN_WAIT_2 || !still_hopeful(t, c)) {
		TCP_COUNT(t, tcp_timeout);
		tcp_emit_reset(t, c);
		tcp_conn_end(t, c, TCP_END_TIMEOUT);
	} else if (c->snd_una != c->snd_max) {
		tcp_lost_timer(t, c);
	} else {
		persist(t, c);
	}
}

void tcp_conn_timer(void *owner, uint32_t index, uint64_t now_us)
{
	struct tcp *t = owner;
	struct conn *c = &t->conns[index];
	uint32_t life = c->life;
	uint64_t alive_us;

	c->armed_us = 0;
	if (c->ack_us != 0 && c->ack_us <= now_us) {
		c->ack_us = 0;
		c->quick_acks = (uint8_t)(c->quick_acks - (c->quick_acks > 0));
		tcp_want_ack(t, c);
	}
	if (c->tail_us != 0 && c->tail_us <= now_us) {
		c->tail_us = 0;
		tcp_tail_timer(t, c);
	}
	alive_us = alive_due_us(t, c);
	if (c->timer_us != 0 && c->timer_us <= now_us)
		timer_ran_out(t, c);
	else if (alive_us != 0 && alive_us <= now_us)
		alive_probe(t, c);
	if (c->life == life)
		tcp_timer_update(t, c);
}

// Time never goes back; the first call sets the wheels.
void tcp_clock(struct tcp *t, uint64_t now_us)
{
	if (t->now_us == 0) {
		wheel_init(&t->wheel, &t->conns->timer, sizeof(struct conn), TCP_TICK_US,
		           now_us);
		wheel_init(&t->syn_wheel, &t->syns->timer, sizeof(struct syn_entry),
		           TCP_TICK_US, now_us);
	}
	if (now_us > t->now_us)
		t->now_us = now_us;
}

uint64_t tcp_next_us(const struct tcp *t)
{
	uint64_t next = UINT64_MAX;
	uint64_t other;

	if (t->now_us == 0)
		return next;
	next = wheel_next_us(&t->wheel);
	other = wheel_next_us(&t->syn_wheel);
	if (other < next)
		next = other;
	if (t->wait_oldest != 0 && t->waits[t->wait_oldest - 1].due_us < next)
		next = t->waits[t->wait_oldest - 1].due_us;
	return next;
}

uint64_t tcp_timers(struct tcp *t, uint64_t now_us)
{
	tcp_clock(t, now_us);
	wheel_advance(&t->wheel, t->now_us, tcp_conn_timer, t);
	wheel_advance(&t->syn_wheel, t->now_us, tcp_syn_timer, t);
	tcp_wait_expire(t);
	return tcp_next_us(t);
}
