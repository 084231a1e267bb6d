// The scoreboard of selective acknowledgements: which stretches above snd_una the peer holds. It
// lives in a chunk while there are any. RFC 2018, RFC 6675.
#include "dataplane/tcp/tcp_conn.h"

#define BOARD_RANGES 30

// Sorted, disjoint, not adjacent; all within snd_una and snd_max.
struct board {
	uint32_t count;
	struct sack_block range[BOARD_RANGES];
};
static_assert(sizeof(struct board) <= 256, "the smallest chunk");

static struct board *board_of(const struct tcp *t, const struct conn *c)
{
	return c->board == SLAB_NONE ? NULL : slab_at(t->slab, c->board);
}

void tcp_board_clear(struct tcp *t, struct conn *c)
{
	if (c->board != SLAB_NONE)
		slab_give(t->slab, c->board, &c->chunks);
	c->board = SLAB_NONE;
}

static void range_remove(struct board *b, uint32_t at, uint32_t count)
{
	b->count -= count;
	memmove(&b->range[at], &b->range[at + count], (b->count - at) * sizeof(b->range[0]));
}

// Merge one stretch; true when it told us anything.
static bool board_put(struct board *b, struct sack_block s)
{
	uint32_t at = 0;
	uint32_t last;

	while (at < b->count && seq_before(b->range[at].end, s.start))
		at++;
	for (last = at; last < b->count && seq_upto(b->range[last].start, s.end); last++)
		;
	if (last == at) { // touches none
		if (b->count == BOARD_RANGES)
			return false;
		memmove(&b->range[at + 1], &b->range[at], (b->count - at) * sizeof(s));
		b->range[at] = s;
		b->count++;
		return true;
	}
	if (last == at + 1 && seq_upto(b->range[at].start, s.start) &&
	    seq_upto(s.end, b->range[at].end))
		return false;
	if (seq_before(b->range[at].start, s.start))
		s.start = b->range[at].start;
	if (seq_before(s.end, b->range[last - 1].end))
		s.end = b->range[last - 1].end;
	b->range[at] = s;
	range_remove(b, at + 1, last - at - 1);
	return true;
}

bool tcp_board_add(struct tcp *t, struct conn *c, const struct tcp_header *h)
{
	bool news = false;

	for (unsigned i = 0; i < h->options.sacks; i++) {
		struct sack_block s = h->options.sack[i];

		// Below the acknowledgement it reports a duplicate (RFC 2883): nothing to learn.
		if (!seq_before(s.start, s.end) || seq_before(s.start, c->snd_una) ||
		    seq_before(s.start, h->ack) || seq_before(c->snd_max, s.end))
			continue;
		if (c->board == SLAB_NONE) {
			c->board = slab_take(t->slab, sizeof(struct board), &c->chunks);
			if (c->board == SLAB_NONE)
				return news;
			board_of(t, c)->count = 0;
		}
		news |= board_put(board_of(t, c), s);
	}
	return news;
}

void tcp_board_trim(struct tcp *t, struct conn *c)
{
	struct board *b = board_of(t, c);
	uint32_t gone = 0;

	if (b == NULL)
		return;
	while (gone < b->count && seq_upto(b->range[gone].end, c->snd_una))
		gone++;
	range_remove(b, 0, gone);
	if (b->count > 0 && seq_before(b->range[0].start, c->snd_una))
		b->range[0].start = c->snd_una;
	if (b->count == 0)
		tcp_board_clear(t, c);
}

uint32_t tcp_board_pipe(const struct tcp *t, const struct conn *c)
{
	const struct board *b = board_of(t, c);
	uint32_t at = c->snd_una;
	uint32_t pipe = 0;

	for (uint32_t i = 0; b != NULL && i < b->count; i++) {
		uint32_t end = b->range[i].start; // of the hole before this stretch

		if (seq_before(c->resend_nxt, end))
			end = c->resend_nxt;
		if (seq_before(at, end))
			pipe += end - at; // lost, but sent again
		at = b->range[i].end;
	}
	return pipe + (c->snd_max - at);
}

bool tcp_board_hole(const struct tcp *t, const struct conn *c, uint32_t from, uint32_t *seq,
                    uint32_t *len)
{
	const struct board *b = board_of(t, c);
	uint32_t at = seq_before(from, c->snd_una) ? c->snd_una : from;

	for (uint32_t i = 0; b != NULL && i < b->count; i++) {
		if (seq_before(at, b->range[i].start)) {
			*seq = at;
			*len = b->range[i].start - at;
			return true;
		}
		if (seq_before(at, b->range[i].end))
			at = b->range[i].end;
	}
	return false;
}

// RFC 6675 IsLost(snd_una): more than two segments' worth arrived beyond it.
bool tcp_board_lost(const struct tcp *t, const struct conn *c)
{
	const struct board *b = board_of(t, c);
	uint32_t bytes = 0;

	for (uint32_t i = 0; b != NULL && i < b->count; i++)
		bytes += b->range[i].end - b->range[i].start;
	return bytes > 2 * tcp_payload_max(c);
}

uint32_t tcp_board_skip(const struct tcp *t, const struct conn *c, uint32_t seq, uint32_t *room)
{
	const struct board *b = board_of(t, c);

	*room = UINT32_MAX;
	for (uint32_t i = 0; b != NULL && i < b->count; i++) {
		if (seq_before(seq, b->range[i].start)) {
			*room = b->range[i].start - seq;
			break;
		}
		if (seq_before(seq, b->range[i].end))
			seq = b->range[i].end;
	}
	return seq;
}
