// What a stack expects next of a peer, so that fuzzed segments get past the handshake.
#pragma once

#include "dataplane/tcp/tcp_conn.h"

static inline void tcp_numbers(const struct tcp *t, const struct tcp_tuple *tuple,
                               uint32_t *seq, uint32_t *ack)
{
	uint32_t hash = tcp_hash(t, tuple);
	uint32_t at = table_find(&t->conn_table, hash, tuple);

	*seq = 1000;
	*ack = 0;
	if (at != TABLE_NONE) {
		*seq = t->conns[at].rcv_nxt;
		*ack = t->conns[at].snd_una;
		if (t->conns[at].state == TCP_SYN_SENT)
			*ack += 1;
		return;
	}
	at = table_find(&t->syn_table, hash, tuple);
	if (at != TABLE_NONE) {
		*seq = t->syns[at].irs + 1;
		*ack = t->syns[at].iss + 1;
		return;
	}
	at = table_find(&t->wait_table, hash, tuple);
	if (at != TABLE_NONE) {
		*seq = t->waits[at].rcv_nxt;
		*ack = t->waits[at].snd_nxt;
	}
}
