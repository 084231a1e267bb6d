// The protocol as a table of state and event, and the only writer of a connection's state.
#include "dataplane/tcp/tcp_conn.h"

static const char *const names[TCP_STATES] = {
        "CLOSED",     "SYN-SENT",   "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
        "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",      "LAST-ACK",    "TIME-WAIT"};

// RFC 9293 figure 5. TCP_STATES marks what may not happen; CLOSED is a legal target.
#define NO TCP_STATES
// clang-format off
static const uint8_t steps[TCP_STATES][TCP_EVENTS] = {
	//                    cache ack        connect       SYN               SYN-ACK          ack of SYN       close           FIN              ack of FIN      same, unread    end
	[TCP_CLOSED]       = {TCP_ESTABLISHED,  TCP_SYN_SENT,  NO,                NO,               NO,               NO,              NO,               NO,              NO,              NO},
	[TCP_SYN_SENT]     = {NO,               NO,            TCP_SYN_RECEIVED,  TCP_ESTABLISHED,  NO,               NO,              NO,               NO,              NO,              TCP_CLOSED},
	[TCP_SYN_RECEIVED] = {NO,               NO,            NO,                NO,               TCP_ESTABLISHED,  NO,              NO,               NO,              NO,              TCP_CLOSED},
	[TCP_ESTABLISHED]  = {NO,               NO,            NO,                NO,               NO,               TCP_FIN_WAIT_1,  TCP_CLOSE_WAIT,   NO,              NO,              TCP_CLOSED},
	[TCP_FIN_WAIT_1]   = {NO,               NO,            NO,                NO,               NO,               NO,              TCP_CLOSING,      TCP_FIN_WAIT_2,  TCP_FIN_WAIT_2,  TCP_CLOSED},
	[TCP_FIN_WAIT_2]   = {NO,               NO,            NO,                NO,               NO,               NO,              TCP_TIME_WAIT,    NO,              NO,              TCP_CLOSED},
	[TCP_CLOSE_WAIT]   = {NO,               NO,            NO,                NO,               NO,               TCP_LAST_ACK,    NO,               NO,              NO,              TCP_CLOSED},
	[TCP_CLOSING]      = {NO,               NO,            NO,                NO,               NO,               NO,              NO,               TCP_TIME_WAIT,   TCP_TIME_WAIT,   TCP_CLOSED},
	[TCP_LAST_ACK]     = {NO,               NO,            NO,                NO,               NO,               NO,              NO,               TCP_CLOSED,      TCP_TIME_WAIT,   TCP_CLOSED},
	[TCP_TIME_WAIT]    = {NO,               NO,            NO,                NO,               NO,               NO,              NO,               NO,              NO,              TCP_CLOSED},
};
// clang-format on

const char *tcp_state_name(unsigned state)
{
	return state < TCP_STATES ? names[state] : "?";
}

// The only writer of c->state.
static void tcp_enter(struct tcp *t, struct conn *c, enum tcp_state next)
{
	t->closing -= conn_is_closing(c);
	c->state = (uint8_t)next;
	t->closing += conn_is_closing(c);
	if (next == TCP_FIN_WAIT_2) {
		c->timer_us = t->now_us + tcp_fin_wait_us(t);
		tcp_timer_update(t, c);
	} else if (next == TCP_ESTABLISHED) {
		tcp_timer_update(t, c); // keepalive
	} else if (next == TCP_TIME_WAIT) {
		c->timer_us = t->now_us + t->config.time_wait_us;
		tcp_timer_update(t, c);
	}
}

bool tcp_step(struct tcp *t, struct conn *c, enum tcp_event event)
{
	enum tcp_state next = steps[c->state][event];

	if (next == NO)
		return false;
	tcp_enter(t, c, next);
	return true;
}

void tcp_conn_end(struct tcp *t, struct conn *c, enum tcp_end why)
{
	struct conn_id id = conn_id_of(t, c);

	if (c->state != TCP_CLOSED)
		tcp_step(t, c, TCP_END);
	chain_fini(t, c, &c->send);
	chain_fini(t, c, &c->recv);
	chain_fini(t, c, &c->far);
	tcp_flight_end(t, c);
	assert(c->chunks == 0);
	if (t->hand_conn == c)
		t->hand = (struct span){NULL, 0};
	wheel_cancel(&t->wheel, id.slot);
	tcp_unqueue(t, c);
	table_remove(&t->conn_table, id.slot);
	TCP_COUNT(t, tcp_closed);
	t->config.app_ops->closed(t->config.app, id, why);
	tcp_conn_give(t, c);
}

void tcp_conn_finish(struct tcp *t, struct conn *c)
{
	if (c->flags & CONN_ACK_NOW)
		tcp_emit_ack(t, c);
	tcp_wait_add(t, c);
	tcp_conn_end(t, c, TCP_END_CLOSED);
}
