// What is in flight, segment by segment: when each was last sent and what the peer said of it. It
// lives in a chunk while bytes are queued. RFC 2018, RFC 2883, and the bookkeeping of RFC 8985.
#include "dataplane/tcp/tcp_conn.h"

#define FLIGHT_FIRST 256u

struct flight *tcp_flight(const struct tcp *t, const struct conn *c)
{
	return c->flight == SLAB_NONE ? NULL : slab_at(t->slab, c->flight);
}

bool tcp_flight_start(struct tcp *t, struct conn *c)
{
	if (c->flight != SLAB_NONE)
		return true;
	c->flight = slab_take(t->slab, FLIGHT_FIRST, &c->chunks);
	if (c->flight == SLAB_NONE)
		return false;
	*tcp_flight(t, c) = (struct flight){.fack = c->snd_una};
	return true;
}

void tcp_flight_end(struct tcp *t, struct conn *c)
{
	if (c->flight != SLAB_NONE)
		slab_give(t->slab, c->flight, &c->chunks);
	c->flight = SLAB_NONE;
}

uint32_t flight_from(const struct conn *c, const struct flight *f, uint32_t i)
{
	return i > 0 ? f->seg[i - 1].end : c->snd_una;
}

static uint32_t flight_limit(const struct tcp *t, const struct conn *c)
{
	return (uint32_t)((slab_size(t->slab, c->flight) - sizeof(struct flight)) /
	                  sizeof(struct sent));
}

// Room for one more; may move the record. False: it is as large as it gets.
static bool flight_grow(struct tcp *t, struct conn *c)
{
	struct flight *f = tcp_flight(t, c);
	size_t size = slab_size(t->slab, c->flight);
	uint32_t larger;

	if (f->count < flight_limit(t, c))
		return true;
	if (size >= SLAB_CHUNK_MAX)
		return false;
	larger = slab_take(t->slab, size + 1, &c->chunks);
	if (larger == SLAB_NONE)
		return false;
	memcpy(slab_at(t->slab, larger), f, size);
	slab_give(t->slab, c->flight, &c->chunks);
	c->flight = larger;
	return true;
}

void tcp_flight_sent(struct tcp *t, struct conn *c, uint32_t end)
{
	struct sent new = {.end = end, .at_us = (uint32_t)t->now_us};
	struct flight *f;

	if (c->flight == SLAB_NONE)
		return; // a FIN alone
	if (flight_grow(t, c)) {
		f = tcp_flight(t, c);
		f->seg[f->count++] = new;
	} else {
		f = tcp_flight(t, c);
		f->seg[f->count - 1] = new; // two as one: what was known of the first is unsaid
	}
}

// Make `seq` a border between segments where it lies within one. False: no room for that.
static bool flight_split(struct tcp *t, struct conn *c, uint32_t i, uint32_t seq)
{
	struct flight *f;

	if (!flight_grow(t, c))
		return false;
	f = tcp_flight(t, c);
	memmove(&f->seg[i + 1], &f->seg[i], (f->count - i) * sizeof(f->seg[0]));
	f->seg[i].end = seq;
	f->count++;
	return true;
}

void tcp_flight_again(struct tcp *t, struct conn *c, uint32_t seq, uint32_t end)
{
	struct flight *f = tcp_flight(t, c);

	for (uint32_t i = 0; f != NULL && i < f->count; i++) {
		if (seq_upto(f->seg[i].end, seq))
			continue;
		if (!seq_before(flight_from(c, f, i), end))
			return;
		if (seq_before(flight_from(c, f, i), seq)) {
			if (!flight_split(t, c, i, seq))
				return;
			f = tcp_flight(t, c);
			continue;
		}
		if (seq_before(end, f->seg[i].end) && flight_split(t, c, i, end))
			f = tcp_flight(t, c);
		f->seg[i].flags = (uint8_t)((f->seg[i].flags & SENT_SACKED) | SENT_AGAIN);
		f->seg[i].at_us = (uint32_t)t->now_us;
	}
}

uint32_t tcp_flight_pipe(const struct tcp *t, const struct conn *c)
{
	const struct flight *f = tcp_flight(t, c);
	uint32_t pipe = 0;

	if (f == NULL)
		return c->snd_max - c->snd_una;
	for (uint32_t i = 0; i < f->count; i++)
		if ((f->seg[i].flags & (SENT_SACKED | SENT_LOST)) == 0)
			pipe += f->seg[i].end - flight_from(c, f, i);
	return pipe;
}

bool tcp_flight_lost(const struct tcp *t, const struct conn *c, uint32_t *seq, uint32_t *len)
{
	const struct flight *f = tcp_flight(t, c);

	for (uint32_t i = 0; f != NULL && i < f->count; i++) {
		if ((f->seg[i].flags & SENT_LOST) == 0)
			continue;
		*seq = flight_from(c, f, i);
		*len = f->seg[i].end - *seq;
		return true;
	}
	return false;
}

void tcp_flight_lose_first(struct tcp *t, struct conn *c)
{
	struct flight *f = tcp_flight(t, c);

	if (f != NULL && f->count > 0 && (f->seg[0].flags & SENT_SACKED) == 0)
		f->seg[0].flags |= SENT_LOST;
}

void tcp_flight_lose_larger(struct tcp *t, struct conn *c, uint32_t bytes)
{
	struct flight *f = tcp_flight(t, c);

	for (uint32_t i = 0; f != NULL && i < f->count; i++)
		if (!(f->seg[i].flags & SENT_SACKED) &&
		    f->seg[i].end - flight_from(c, f, i) > bytes)
			f->seg[i].flags |= SENT_LOST;
}

// The peer may have changed its mind about what it holds: RFC 2018 section 8.
void tcp_flight_lose_all(struct tcp *t, struct conn *c)
{
	struct flight *f = tcp_flight(t, c);

	for (uint32_t i = 0; f != NULL && i < f->count; i++)
		f->seg[i].flags = (f->seg[i].flags & SENT_AGAIN) | SENT_LOST;
}

void tcp_flight_lose_none(struct tcp *t, struct conn *c)
{
	struct flight *f = tcp_flight(t, c);

	for (uint32_t i = 0; f != NULL && i < f->count; i++)
		f->seg[i].flags &= (uint8_t)~SENT_LOST;
}

// Below the acknowledgement, or within the second block, it reports a duplicate: RFC 2883.
bool tcp_is_dsack(const struct tcp_header *h)
{
	const struct sack_block *s = h->options.sack;

	if (h->options.sacks == 0 || !seq_before(s[0].start, s[0].end))
		return false;
	if (seq_upto(s[0].end, h->ack))
		return true;
	return h->options.sacks > 1 && seq_upto(s[1].start, s[0].start) &&
	       seq_upto(s[0].end, s[1].end);
}

// One block; the bytes it newly tells of.
static uint32_t flight_sack(struct tcp *t, struct conn *c, const struct tcp_header *h,
                            struct sack_block s)
{
	struct flight *f = tcp_flight(t, c);
	uint32_t news = 0;

	for (uint32_t i = 0; i < f->count && seq_before(flight_from(c, f, i), s.end); i++) {
		uint32_t from = flight_from(c, f, i);

		if (seq_upto(f->seg[i].end, s.start) || (f->seg[i].flags & SENT_SACKED))
			continue;
		if (seq_before(from, s.start)) {
			if (!flight_split(t, c, i, s.start))
				continue;
			f = tcp_flight(t, c);
			continue;
		}
		if (seq_before(s.end, f->seg[i].end)) {
			if (!flight_split(t, c, i, s.end))
				continue;
			f = tcp_flight(t, c);
		}
		news += f->seg[i].end - from;
		tcp_rack_heard(t, c, f, &f->seg[i], h);
		f->seg[i].flags = SENT_SACKED;
	}
	return news;
}

uint32_t tcp_flight_sacked(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	uint32_t news = 0;

	for (unsigned i = 0; c->flight != SLAB_NONE && i < h->options.sacks; i++) {
		struct sack_block s = h->options.sack[i];

		if (!seq_before(s.start, s.end) || seq_before(s.start, c->snd_una) ||
		    seq_before(s.start, h->ack) || seq_before(c->snd_max, s.end))
			continue;
		news += flight_sack(t, c, h, s);
	}
	return news;
}

// Forget what `ack` covers. Returns the bytes that had not been reported before; *timed is the
// time of sending of the oldest of them, when it is known which sending was acknowledged.
uint32_t tcp_flight_acked(struct tcp *t, struct conn *c, const struct tcp_header *h,
                          bool *may_time, uint32_t *sent_us)
{
	struct flight *f = tcp_flight(t, c);
	uint32_t news = 0, gone = 0;
	bool again = false;

	*may_time = false;
	if (f == NULL)
		return 0;
	for (; gone < f->count && seq_upto(f->seg[gone].end, h->ack); gone++) {
		struct sent *s = &f->seg[gone];

		if (s->flags & SENT_SACKED)
			continue;
		news += s->end - flight_from(c, f, gone);
		if (!*may_time && !(s->flags & SENT_AGAIN)) {
			*may_time = true;
			*sent_us = s->at_us;
		}
		again |= (s->flags & SENT_AGAIN) != 0;
		tcp_rack_heard(t, c, f, s, h);
	}
	*may_time &= !again;
	if (gone < f->count && seq_before(flight_from(c, f, gone), h->ack) &&
	    !(f->seg[gone].flags & SENT_SACKED))
		news += h->ack - flight_from(c, f, gone);
	f->count -= gone;
	memmove(f->seg, f->seg + gone, f->count * sizeof(f->seg[0]));
	return news;
}
