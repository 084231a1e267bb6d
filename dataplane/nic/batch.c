// Transmit batches.
#include "dataplane/nic/batch.h"

#include <rte_ethdev.h>
#include <rte_ring.h>

#include "dataplane/base/trace.h"

void batch_add(struct batch *b, struct rte_mbuf *frame)
{
	if (b->frames == BATCH_FRAMES)
		batch_flush(b);
	b->count[COUNTER_frame_bytes_out] += frame->pkt_len;
	if (b->own != NULL)
		b->own[PORT_BYTES_OUT] += frame->pkt_len;
	b->frame[b->frames++] = frame;
}

// How many went; the port is given a few tries.
static unsigned frames_send(const struct batch *b, struct rte_mbuf **frames, unsigned n)
{
	unsigned sent = 0;

	for (unsigned i = 0; i < BATCH_TRIES && sent < n; i++)
		sent += rte_eth_tx_burst(b->port, b->queue, frames + sent,
		                         (uint16_t)(n - sent));
	return sent;
}

static void frames_drop(const struct batch *b, struct rte_mbuf **frames, unsigned n)
{
	b->count[COUNTER_transmit_full] += n;
	if (b->own != NULL)
		b->own[PORT_ERRORS_OUT] += n;
	if (n > 0)
		rte_pktmbuf_free_bulk(frames, n);
}

void batch_flush(struct batch *b)
{
	unsigned sent;

	if (b->frames == 0)
		return;
	TRACE_STEP(UINT32_MAX, 0);
	sent = b->through != NULL ? rte_ring_sp_enqueue_burst(b->through, (void **)b->frame,
	                                                      b->frames, NULL)
	                          : frames_send(b, b->frame, b->frames);
	b->count[COUNTER_frames_out] += sent;
	if (b->own != NULL)
		b->own[PORT_FRAMES_OUT] += sent;
	frames_drop(b, b->frame + sent, b->frames - sent);
	b->frames = 0;
}

void batch_pass(struct batch *b, struct rte_mbuf **frames, unsigned n)
{
	unsigned sent = frames_send(b, frames, n);

	frames_drop(b, frames + sent, n - sent);
}
