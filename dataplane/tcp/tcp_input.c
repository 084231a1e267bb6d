// One arriving segment: parsed, matched with what we know of its addresses, and judged.
#include "crypto/wire/cursor.h"
#include "dataplane/base/trace.h"
#include "dataplane/tcp/tcp_conn.h"

#define HEADER_LEAST 20

static bool header_parse(struct span bytes, struct tcp_header *h)
{
	struct cursor c = cursor_over(bytes);
	size_t header_bytes;
	struct span list;

	cursor_u32(&c); // ports: the caller has them in the tuple
	h->seq = cursor_u32(&c);
	h->ack = cursor_u32(&c);
	header_bytes = (size_t)(cursor_u8(&c) >> 4) * 4;
	h->flags = cursor_u8(&c);
	h->window = cursor_u16(&c);
	cursor_u32(&c); // checksum: verified; urgent pointer: its data is ordinary (RFC 6093)
	if (!cursor_ok(&c) || header_bytes < HEADER_LEAST || header_bytes > bytes.len)
		return false;
	list = cursor_bytes(&c, header_bytes - HEADER_LEAST);
	h->payload = cursor_rest(&c);
	if ((h->flags & TCP_SYN) && (h->flags & (TCP_FIN | TCP_RST)))
		return false;
	return h->payload.len <= UINT16_MAX && tcp_options_parse(list, &h->options);
}

// RFC 7323 section 5.3. A timestamp older than 24 days says nothing.
static bool is_old_incarnation(const struct tcp *t, const struct conn *c,
                               const struct tcp_header *h)
{
	uint32_t now_s = (uint32_t)(t->now_us / TCP_SECOND_US);

	if (!(c->flags & CONN_TIMESTAMPS))
		return false;
	if (!h->options.has_timestamp)
		return true;
	return seq_before(h->options.ts_value, c->ts_recent) &&
	       now_s - c->ts_recent_s <= TCP_PAWS_IDLE_S;
}

// RFC 9293 section 3.10.7.4, first step, with the latitude that a segment touching the window on
// either side may still acknowledge. What is refused is answered.
static bool is_acceptable(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	uint32_t len = (uint32_t)h->payload.len + !!(h->flags & TCP_FIN);
	bool old = is_old_incarnation(t, c, h);

	if (old)
		TCP_COUNT(t, tcp_paws);
	else if (seq_before(c->rcv_adv, h->seq) || seq_before(h->seq + len, c->rcv_nxt))
		TCP_COUNT(t, tcp_outside_window);
	else
		return true;
	if (len > 0)
		tcp_want_ack(t, c);
	else
		tcp_challenge(t, c);
	return false;
}

// RFC 5961 section 3.2: an off-path attacker must hit the exact number.
static void reset_input(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	if (c->state == TCP_TIME_WAIT) { // RFC 1337; and the application is still reading
		TCP_COUNT(t, tcp_reset_ignored);
	} else if (h->seq == c->rcv_nxt) {
		TCP_COUNT(t, tcp_reset_in);
		tcp_conn_end(t, c, TCP_END_RESET);
	} else if (h->seq - c->rcv_nxt < c->rcv_adv - c->rcv_nxt) {
		tcp_challenge(t, c);
	} else {
		TCP_COUNT(t, tcp_reset_ignored);
	}
}

static void timestamp_take(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	if (!(c->flags & CONN_TIMESTAMPS) || seq_before(c->acked_to, h->seq))
		return;
	c->ts_recent = h->options.ts_value;
	c->ts_recent_s = (uint32_t)(t->now_us / TCP_SECOND_US);
}

// False: the application refused it.
static bool tell_opened(struct tcp *t, struct conn *c)
{
	uint32_t life = c->life;

	TCP_COUNT(t, tcp_opened);
	t->config.app_ops->opened(t->config.app, conn_id_of(t, c), &c->key.tuple);
	return c->life == life;
}

// The acknowledgement of our SYN in a simultaneous open. False: not one.
static bool syn_acked(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	if (h->ack != c->snd_max) {
		tcp_reject(t, &c->key.tuple, h);
		return false;
	}
	c->snd_una = h->ack;
	c->timer_us = 0;
	c->backoff = 0;
	c->unanswered_ms = 0;
	tcp_step(t, c, TCP_GOT_ACK_OF_SYN);
	tcp_want_output(t, c);
	if (!tell_opened(t, c))
		return false;
	if (c->flags & CONN_CLOSING)
		tcp_close(t, conn_id_of(t, c));
	return true;
}

// What a segment says behind its SYN.
static struct tcp_header behind_syn(const struct tcp_header *h)
{
	struct tcp_header rest = *h;

	rest.flags &= (uint8_t)~TCP_SYN;
	rest.seq++;
	return rest;
}

// The other side's answer to our request where both asked at once (RFC 9293 section 3.5, figure 7):
// it acknowledges our SYN and repeats the one that we have.
static bool is_crossed_answer(const struct conn *c, const struct tcp_header *h)
{
	return c->state == TCP_SYN_RECEIVED && (h->flags & TCP_ACK) &&
	       h->seq + 1 == c->rcv_nxt && h->ack == c->snd_max && h->payload.len == 0;
}

static void open_input(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	struct tcp_header rest;

	TRACE_STEP(conn_slot(t, c), c->life);
	if (h->flags & TCP_RST) {
		reset_input(t, c, h);
		return;
	}
	if (h->flags & TCP_SYN) { // RFC 5961 section 4.2
		if (!is_crossed_answer(c, h)) {
			tcp_challenge(t, c);
			return;
		}
		rest = behind_syn(h);
		h = &rest;
	}
	if (!is_acceptable(t, c, h) || !(h->flags & TCP_ACK))
		return;
	if (c->state == TCP_SYN_RECEIVED && !syn_acked(t, c, h))
		return;
	c->heard_ms = (uint32_t)(t->now_us / 1000);
	c->alive_probes = 0;
	timestamp_take(t, c, h);
	tcp_ecn_input(t, c, h);
	if (tcp_ack_input(t, c, h))
		tcp_deliver(t, c, h);
}

// RFC 9293 section 3.10.7.3.
static void syn_sent_input(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	uint32_t syn_us = c->syn_us;
	struct syn_entry peer;

	if ((h->flags & TCP_ACK) && h->ack != c->snd_una + 1) {
		tcp_reject(t, &c->key.tuple, h);
		return;
	}
	if (h->flags & TCP_RST) {
		if (h->flags & TCP_ACK) {
			TCP_COUNT(t, tcp_reset_in);
			tcp_conn_end(t, c, TCP_END_RESET);
		}
		return;
	}
	if (!(h->flags & TCP_SYN))
		return;
	peer = tcp_syn_entry(t, &c->key.tuple, h);
	peer.iss = c->snd_una;
	c->flags &= (uint32_t) ~(CONN_TIMESTAMPS | CONN_SACK | CONN_SYN_NOW);
	tcp_conn_open(t, c, &peer);
	if (!(h->flags & TCP_ACK)) {
		c->snd_una--;
		c->flags |= CONN_SYN_NOW;
		tcp_step(t, c, TCP_GOT_SYN);
		tcp_want_output(t, c);
		return;
	}
	if (c->backoff == 0)
		tcp_rtt_sample(c, (uint32_t)t->now_us - syn_us);
	c->timer_us = 0;
	c->backoff = 0;
	c->unanswered_ms = 0;
	tcp_step(t, c, TCP_GOT_SYN_ACK);
	tcp_want_ack(t, c);
	if (tell_opened(t, c) && h->payload.len > 0) {
		struct tcp_header rest = behind_syn(h);

		tcp_deliver(t, c, &rest);
	}
}

static void conn_input(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	if (c->state == TCP_SYN_SENT)
		syn_sent_input(t, c, h);
	else
		open_input(t, c, h);
}

// No connection: half open, waiting, or a request. In this order, so that a new SYN may take over
// an address pair that waits.
static void stranger_input(struct tcp *t, const struct tcp_tuple *tuple, uint32_t hash,
                           const struct tcp_header *h)
{
	uint32_t index = table_find(&t->syn_table, hash, tuple);
	uint32_t iss_floor = 0;
	struct conn *c;

	if (index != TABLE_NONE) {
		c = tcp_half_open_input(t, index, h);
		if (c != NULL && tell_opened(t, c))
			conn_input(t, c, h);
		return;
	}
	index = table_find(&t->wait_table, hash, tuple);
	if (index != TABLE_NONE && !tcp_wait_input(t, index, h, &iss_floor))
		return;
	if ((h->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_ACK && tcp_cookie_expected(t) &&
	    tcp_is_listening(t, tuple->local_port)) {
		c = tcp_cookie_input(t, tuple, h);
		if (c != NULL && tell_opened(t, c))
			conn_input(t, c, h);
		return; // no reset: it may be the second segment of one whose first was lost
	}
	if ((h->flags & (TCP_SYN | TCP_ACK)) != TCP_SYN) {
		TCP_COUNT(t, tcp_no_connection);
		// RFC 9293 section 3.10.7.2: a listener has no answer to the rest.
		if ((h->flags & (TCP_SYN | TCP_ACK)) == 0 &&
		    tcp_is_listening(t, tuple->local_port))
			return;
	} else if (!tcp_is_listening(t, tuple->local_port)) {
		TCP_COUNT(t, tcp_no_listener);
	} else {
		tcp_syn_input(t, tuple, hash, h, iss_floor);
		return;
	}
	tcp_reject(t, tuple, h);
}

void tcp_input(struct tcp *t, uint64_t now_us, const struct tcp_segment *segment)
{
	struct tcp_header h;
	uint32_t hash, slot;

	tcp_clock(t, now_us);
	TCP_COUNT(t, tcp_segments_in);
	if (!header_parse(segment->bytes, &h)) {
		TCP_COUNT(t, tcp_header_bad);
		return;
	}
	h.ecn = segment->ecn;
	hash = segment->hash != 0 ? segment->hash : tcp_hash(t, &segment->to);
	slot = table_find(&t->conn_table, hash, &segment->to);
	TRACE_STEP(slot, 0);
	if (slot != TABLE_NONE)
		conn_input(t, &t->conns[slot], &h);
	else
		stranger_input(t, &segment->to, hash, &h);
}
