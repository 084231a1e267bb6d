// What leaves: data under both windows, repeats, acknowledgements, probes.
#include "dataplane/tcp/tcp_conn.h"

#define CHALLENGE_LEAST_MS 100

void tcp_want_output(struct tcp *t, struct conn *c)
{
	uint32_t slot = conn_slot(t, c);

	if (c->flags & CONN_QUEUED)
		return;
	c->flags |= CONN_QUEUED;
	c->work_prev = 0;
	c->work_next = t->work;
	if (t->work != 0)
		t->conns[t->work - 1].work_prev = slot + 1;
	t->work = slot + 1;
}

void tcp_unqueue(struct tcp *t, struct conn *c)
{
	if (!(c->flags & CONN_QUEUED))
		return;
	c->flags &= (uint32_t)~CONN_QUEUED;
	if (c->work_next != 0)
		t->conns[c->work_next - 1].work_prev = c->work_prev;
	if (c->work_prev != 0)
		t->conns[c->work_prev - 1].work_next = c->work_next;
	else
		t->work = c->work_next;
}

void tcp_want_ack(struct tcp *t, struct conn *c)
{
	c->flags |= CONN_ACK_NOW;
	tcp_want_output(t, c);
}

// RFC 5961: answer what may be an attack, seldom enough that it is no amplifier and that two of us
// do not answer each other for ever.
void tcp_challenge(struct tcp *t, struct conn *c)
{
	uint32_t now_ms = (uint32_t)(t->now_us / 1000);

	if (now_ms - c->challenge_ms < CHALLENGE_LEAST_MS || !tcp_challenge_allowed(t))
		return;
	c->challenge_ms = now_ms;
	TCP_COUNT(t, tcp_challenge_ack);
	tcp_want_ack(t, c);
}

uint32_t tcp_window_edge(const struct tcp *t, const struct conn *c)
{
	uint32_t unread = c->recv.bytes + (t->hand_conn == c ? (uint32_t)t->hand.len : 0);
	uint32_t most = t->config.receive_window;

	return c->rcv_nxt + (unread < most ? most - unread : 0);
}

// The window to advertise, scaled; moves the right edge, by worthwhile steps only (RFC 9293
// section 3.8.6.2.2) and never back.
static uint16_t window_offer(const struct tcp *t, struct conn *c)
{
	uint32_t step = least_u32(tcp_payload_max(c), t->config.receive_window / 2);
	uint32_t edge = tcp_window_edge(t, c);
	uint32_t window, field;

	if (seq_before(edge, c->rcv_adv + step))
		edge = c->rcv_adv;
	window = edge - c->rcv_nxt;
	field = (window + (1u << c->rcv_scale) - 1) >> c->rcv_scale;
	field = least_u32(field, UINT16_MAX);
	edge = c->rcv_nxt + (field << c->rcv_scale);
	if (seq_before(c->rcv_adv, edge))
		c->rcv_adv = edge;
	return (uint16_t)field;
}

static void options_fill(const struct tcp *t, const struct conn *c, struct tcp_options *o)
{
	if (c->flags & CONN_TIMESTAMPS) {
		o->has_timestamp = true;
		o->ts_value = tcp_ts_clock(t, c->ts_offset);
		o->ts_echo = c->ts_recent;
	}
	if (c->flags & CONN_DSACK)
		o->sack[o->sacks++] = c->dsack;
	if ((c->flags & CONN_SACK) && c->far.head != SLAB_NONE)
		o->sacks = (uint8_t)(o->sacks + tcp_far_blocks(t, c, o->sack + o->sacks,
		                                               TCP_SACKS_SENT - o->sacks));
}

// The header of any segment of an open connection: it acknowledges all there is.
static void segment_init(struct tcp *t, struct conn *c, struct tcp_emission *out, uint32_t seq,
                         uint8_t flags)
{
	struct tcp_outline o = {.tuple = &c->key.tuple,
	                        .seq = seq,
	                        .ack = c->rcv_nxt,
	                        .flags = flags | TCP_ACK | (c->flags & CONN_ECE ? TCP_ECE : 0),
	                        .window = window_offer(t, c)};

	options_fill(t, c, &o.options);
	tcp_emission_init(out, &o);
	c->flags &= (uint32_t) ~(CONN_ACK_NOW | CONN_DSACK);
	c->ack_segments = 0;
	c->ack_us = 0;
	c->acked_to = c->rcv_nxt;
}

// From snd_max: a peer that has everything would refuse an older number and never learn what we
// acknowledge.
void tcp_emit_ack(struct tcp *t, struct conn *c)
{
	struct tcp_emission out;

	segment_init(t, c, &out, c->snd_max, 0);
	tcp_emit(t, &out);
}

void tcp_emit_reset(struct tcp *t, struct conn *c)
{
	struct tcp_outline o = {.tuple = &c->key.tuple,
	                        .seq = c->snd_max,
	                        .ack = c->rcv_nxt,
	                        .flags = TCP_RST | TCP_ACK};
	struct tcp_emission out;

	if (c->state == TCP_SYN_SENT || c->state == TCP_CLOSED)
		return;
	TCP_COUNT(t, tcp_reset_out);
	tcp_emission_init(&out, &o);
	tcp_emit(t, &out);
}

// Point at `len` queued bytes from `seq` on; fewer when they lie in too many pieces.
static void gather(struct tcp *t, struct conn *c, uint32_t seq, uint32_t len,
                   struct tcp_emission *out)
{
	uint32_t ref = c->at_ref;
	uint32_t at = c->at_seq;
	struct chunk *k;

	if (ref == SLAB_NONE || seq_before(seq, at) || seq_before(at, c->snd_una)) {
		ref = c->send.head;
		at = c->snd_una;
	}
	while (len > 0 && out->pieces < TCP_PIECES_MAX) {
		uint32_t held, n;

		assert(ref != SLAB_NONE);
		k = slab_at(t->slab, ref);
		held = (uint32_t)(k->end - k->start);
		if (seq - at >= held) {
			at += held;
			ref = k->next;
			continue;
		}
		c->at_ref = ref;
		c->at_seq = at;
		n = least_u32(len, held - (seq - at));
		out->piece[out->pieces++] = span_of(k->data + k->start + (seq - at), n);
		out->payload_bytes = (uint16_t)(out->payload_bytes + n);
		seq += n;
		len -= n;
	}
}

// Most payload of the next segment, selective acknowledgements included.
static uint32_t segment_max(const struct conn *c)
{
	bool any =
	        (c->flags & CONN_DSACK) || ((c->flags & CONN_SACK) && c->far.head != SLAB_NONE);
	uint32_t sacks = any ? TCP_SACKS_BYTES : 0;

	return tcp_payload_max(c) - sacks;
}

static uint32_t queue_end(const struct conn *c)
{
	return c->snd_una + c->send.bytes;
}

// New data may be marked by routers; the first after a reduction says so.
static void ecn_fill(struct conn *c, struct tcp_emission *out)
{
	if (!(c->flags & CONN_ECN) || out->payload_bytes == 0)
		return;
	out->ecn = IP_ECT;
	if (c->flags & CONN_CWR_NOW)
		out->header[13] |= TCP_CWR;
	c->flags &= (uint32_t)~CONN_CWR_NOW;
}

// Send queued bytes, and the FIN when it follows them directly; returns the sequence space used.
static uint32_t send_segment(struct tcp *t, struct conn *c, uint32_t seq, uint32_t len,
                             bool fin)
{
	bool again = seq_before(seq, c->snd_max);
	struct tcp_emission out;
	struct flight *f;
	uint32_t used;

	segment_init(t, c, &out, seq, 0);
	gather(t, c, seq, len, &out);
	if (seq + out.payload_bytes == queue_end(c))
		out.header[13] |= (out.payload_bytes > 0 ? TCP_PSH : 0) | (fin ? TCP_FIN : 0);
	else
		fin = false;
	used = out.payload_bytes + fin;
	if (again) {
		TCP_COUNT(t, tcp_retransmit);
		c->retransmits++;
		tcp_flight_again(t, c, seq, seq + used);
	} else {
		tcp_flight_sent(t, c, seq + used);
		ecn_fill(c, &out);
	}
	f = tcp_flight(t, c);
	if (f != NULL && (c->flags & CONN_RECOVERING))
		f->prr_out += used;
	if (c->timer_us == 0 || c->snd_una == c->snd_max)
		c->timer_us = t->now_us + tcp_timeout_us(c);
	if (seq_before(c->snd_max, seq + used))
		c->snd_max = seq + used;
	if (!again)
		tcp_tail_arm(t, c);
	c->sent_ms = (uint32_t)(t->now_us / 1000);
	tcp_emit(t, &out);
	return used;
}

// Send a part of what was sent before; returns the sequence space used.
static uint32_t send_again(struct tcp *t, struct conn *c, uint32_t seq, uint32_t len)
{
	uint32_t end = queue_end(c);
	bool fin = seq_before(end, c->snd_max);

	if (!seq_before(seq, c->snd_max))
		return 0;
	len = least_u32(len, seq_before(seq, end) ? end - seq : 0);
	len = least_u32(len, c->snd_max - seq);
	return send_segment(t, c, seq, least_u32(len, segment_max(c)), fin);
}

static void send_repeats(struct tcp *t, struct conn *c)
{
	uint32_t seq, len;

	if (c->flags & CONN_RESEND) {
		c->flags &= (uint32_t)~CONN_RESEND;
		send_again(t, c, c->snd_una, UINT32_MAX);
	}
	if (!(c->flags & (CONN_RECOVERING | CONN_LOSS)))
		return;
	while (tcp_flight_lost(t, c, &seq, &len) &&
	       tcp_flight_pipe(t, c) + least_u32(len, tcp_payload_max(c)) <= c->cwnd)
		if (send_again(t, c, seq, len) == 0)
			return;
}

// RFC 8985 section 7.3: a probe goes out; new data if there was any, else the last segment again.
static void send_tail(struct tcp *t, struct conn *c, bool again)
{
	uint32_t last = least_u32(c->snd_max - c->snd_una, segment_max(c));
	struct flight *f = tcp_flight(t, c);

	TCP_COUNT(t, tcp_tail_probe);
	c->flags &= (uint32_t)~CONN_TAIL_NOW;
	c->flags |= CONN_TAIL_SENT | (again ? CONN_TAIL_AGAIN : 0);
	if (again)
		send_again(t, c, c->snd_max - last, last);
	if (f != NULL)
		f->tail_end = c->snd_max;
}

// Bytes that the congestion window allows beyond snd_max.
static uint32_t congestion_room(const struct tcp *t, const struct conn *c)
{
	bool recovering = c->flags & CONN_RECOVERING;
	uint32_t flight = c->snd_max - c->snd_una;
	uint32_t window = c->cwnd;

	if ((c->flags & CONN_LOSS) || (c->flags & CONN_SACK && recovering))
		flight = tcp_flight_pipe(t, c);
	else if (!recovering) // RFC 3042
		window += least_u32(c->duplicates, 2) * tcp_payload_max(c);
	if (c->flags & CONN_TAIL_NOW)
		window += tcp_payload_max(c);
	return window > flight ? window - flight : 0;
}

// One new segment. False: nothing may be sent.
static bool send_next(struct tcp *t, struct conn *c)
{
	uint32_t congestion = congestion_room(t, c);
	uint32_t flight = c->snd_max - c->snd_una;
	uint32_t peer = c->snd_wnd > flight ? c->snd_wnd - flight : 0;
	uint32_t queued = seq_before(c->snd_max, queue_end(c)) ? queue_end(c) - c->snd_max : 0;
	uint32_t len = least_u32(queued, segment_max(c));
	bool fin = conn_fin_queued(c) && seq_upto(c->snd_max, queue_end(c)) && peer > queued;

	if (len == 0)
		return fin && send_segment(t, c, c->snd_max, 0, true) > 0;
	if (len > congestion || peer == 0)
		return false;
	if (len > peer) { // SWS avoidance of the sender, RFC 9293 section 3.8.6.2.1
		if (!(c->flags & CONN_PUSH) && 2 * (uint64_t)peer < c->snd_wnd_most)
			return false;
		len = peer;
	}
	c->flags &= (uint32_t)~CONN_PUSH;
	return send_segment(t, c, c->snd_max, len, fin) > 0;
}

// A probe carries an old sequence number and no data: every stack answers with its window.
void tcp_emit_probe(struct tcp *t, struct conn *c)
{
	struct tcp_emission out;

	segment_init(t, c, &out, c->snd_una - 1, 0);
	tcp_emit(t, &out);
}

static void send_probe(struct tcp *t, struct conn *c)
{
	c->flags &= (uint32_t)~CONN_PROBE;
	if (c->snd_wnd > c->snd_max - c->snd_una)
		return;
	TCP_COUNT(t, tcp_probe);
	tcp_emit_probe(t, c);
}

static void send_syn(struct tcp *t, struct conn *c)
{
	struct tcp_outline o = {.tuple = &c->key.tuple, .seq = c->snd_una, .flags = TCP_SYN};
	struct tcp_emission out;

	c->flags &= (uint32_t)~CONN_SYN_NOW;
	if (c->state == TCP_SYN_RECEIVED) {
		o.flags |= TCP_ACK;
		o.ack = c->rcv_nxt;
	}
	if (c->snd_max != c->snd_una) {
		TCP_COUNT(t, tcp_retransmit);
		c->retransmits++;
	} else {
		c->timer_us = t->now_us + tcp_timeout_us(c);
	}
	c->snd_max = c->snd_una + 1;
	o.window = (uint16_t)least_u32(t->config.receive_window, UINT16_MAX);
	o.options.has_mss = true;
	o.options.mss = tcp_mss_ours(t, &c->key.tuple);
	o.options.has_scale = c->state == TCP_SYN_SENT || c->rcv_scale != 0;
	o.options.scale = tcp_scale_ours(t);
	o.options.sack_permitted = !!(c->flags & CONN_SACK);
	options_fill(t, c, &o.options);
	tcp_emission_init(&out, &o);
	tcp_emit(t, &out);
}

void tcp_output(struct tcp *t, struct conn *c)
{
	bool lost, fresh = false;

	if (c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED) {
		if (c->flags & CONN_SYN_NOW)
			send_syn(t, c);
		else if (c->state == TCP_SYN_RECEIVED && (c->flags & CONN_ACK_NOW))
			tcp_emit_ack(t, c);
		tcp_timer_update(t, c);
		return;
	}
	tcp_congestion_idle(t, c);
	send_repeats(t, c);
	lost = (c->flags & (CONN_RECOVERING | CONN_LOSS)) &&
	       tcp_flight_lost(t, c, &(uint32_t){0}, &(uint32_t){0});
	while (!lost && send_next(t, c))
		fresh = true;
	if (c->flags & CONN_TAIL_NOW)
		send_tail(t, c, !fresh);
	if (c->flags & CONN_PROBE)
		send_probe(t, c);
	if (c->flags & CONN_ACK_NOW)
		tcp_emit_ack(t, c);
	if (c->timer_us == 0 && c->snd_una == c->snd_max &&
	    (c->send.bytes > 0 || conn_fin_queued(c)))
		c->timer_us = t->now_us + tcp_timeout_us(c); // the window is closed: persist
	tcp_timer_update(t, c);
}

void tcp_flush(struct tcp *t, uint64_t now_us)
{
	tcp_clock(t, now_us);
	while (t->work != 0) {
		struct conn *c = &t->conns[t->work - 1];

		tcp_unqueue(t, c);
		tcp_output(t, c);
	}
}
