// Limits that change while connections are open, and looking connections up from outside.
#include "dataplane/tcp/tcp_conn.h"

void tcp_limits_set(struct tcp *t, const struct tcp_limits *limits)
{
	struct tcp_config *c = &t->config;
	bool recount = c->source_bits != limits->source_bits ||
	               c->source6_bits != limits->source6_bits;

	c->mss = limits->mss;
	c->receive_window =
	        limits->receive_window != 0 ? limits->receive_window : t->usual_window;
	c->cookies = limits->cookies;
	c->syn_high_water = limits->half_open;
	c->source_half_open = limits->source_half_open;
	c->connections_most = limits->connections;
	c->source_connections = limits->source_connections;
	c->source_bits = limits->source_bits;
	c->source6_bits = limits->source6_bits;
	c->syn_us = limits->syn_us;
	c->fin_wait_us = limits->fin_wait_us;
	c->alive_idle_us = limits->alive_idle_us;
	c->alive_every_us = limits->alive_every_us;
	c->alive_probes = limits->alive_probes;
	if (recount)
		tcp_sources_recount(t);
}

const struct tcp_tuple *tcp_at(const struct tcp *t, uint32_t slot, struct conn_id *id)
{
	const struct conn *c = slot < t->conn_pool.touched ? &t->conns[slot] : NULL;

	if (c == NULL || c->state == TCP_CLOSED)
		return NULL;
	*id = conn_id_of(t, c);
	return &c->key.tuple;
}

bool tcp_find(const struct tcp *t, const struct tcp_tuple *tuple, struct conn_id *id)
{
	uint32_t slot = table_find(&t->conn_table, tcp_hash(t, tuple), tuple);

	if (slot == TABLE_NONE)
		return false;
	*id = conn_id_of(t, &t->conns[slot]);
	return true;
}

void tcp_shorten(struct tcp *t, struct conn_id id)
{
	struct conn *c = tcp_conn_of(t, id);

	if (c != NULL && c->state != TCP_SYN_SENT && c->state != TCP_SYN_RECEIVED)
		tcp_path_shrink(t, c, tcp_mss_ours(t, &c->key.tuple));
}
