// Segment headers, and the answers that need no connection.
#include "dataplane/tcp/tcp_conn.h"

#include <endian.h>

static void put_u16(uint8_t *at, uint16_t v)
{
	v = htobe16(v);
	memcpy(at, &v, sizeof(v));
}

static void put_u32(uint8_t *at, uint32_t v)
{
	v = htobe32(v);
	memcpy(at, &v, sizeof(v));
}

void tcp_emission_init(struct tcp_emission *out, const struct tcp_outline *o)
{
	size_t bytes = 20 + tcp_options_emit(&o->options, out->header + 20);

	out->from = *o->tuple;
	out->header_bytes = (uint16_t)bytes;
	out->payload_bytes = 0;
	out->pieces = 0;
	out->ecn = 0;
	put_u16(out->header, o->tuple->local_port);
	put_u16(out->header + 2, o->tuple->remote_port);
	put_u32(out->header + 4, o->seq);
	put_u32(out->header + 8, o->ack);
	out->header[12] = (uint8_t)(bytes / 4 << 4);
	out->header[13] = o->flags;
	put_u16(out->header + 14, o->window);
	put_u32(out->header + 16, 0); // checksum, urgent pointer
}

void tcp_emit(struct tcp *t, struct tcp_emission *out)
{
	TCP_COUNT(t, tcp_segments_out);
	TCP_COUNT_BY(t, tcp_bytes_out, out->payload_bytes);
	t->config.emit(t->config.out, out);
}

// A budget a second; `fresh` is what a new second brings.
static bool budget_take(struct answer_budget *b, uint64_t now_us, uint32_t fresh)
{
	if (b->from_us == 0 || now_us - b->from_us >= TCP_SECOND_US) {
		b->from_us = now_us;
		b->left = fresh;
	}
	if (b->left == 0)
		return false;
	b->left--;
	return true;
}

// Budgets are random so that nobody learns from their end what others do (CVE-2016-5696).
static uint32_t budget_fresh(struct tcp *t)
{
	return TCP_ANSWERS_A_SECOND + tcp_random(t) % TCP_ANSWERS_A_SECOND;
}

bool tcp_challenge_allowed(struct tcp *t)
{
	return budget_take(&t->challenges, t->now_us, budget_fresh(t));
}

void tcp_reject(struct tcp *t, const struct tcp_tuple *tuple, const struct tcp_header *h)
{
	struct tcp_outline o = {.tuple = tuple, .flags = TCP_RST};
	struct tcp_emission out;

	if (h->flags & TCP_RST)
		return;
	if (!budget_take(&t->resets, t->now_us, budget_fresh(t)))
		return;
	if (h->flags & TCP_ACK) {
		o.seq = h->ack;
	} else {
		o.flags |= TCP_ACK;
		o.ack = h->seq + (uint32_t)h->payload.len + !!(h->flags & TCP_SYN) +
		        !!(h->flags & TCP_FIN);
	}
	TCP_COUNT(t, tcp_reset_out);
	tcp_emission_init(&out, &o);
	tcp_emit(t, &out);
}
