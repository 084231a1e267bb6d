// Transmit batches.
#include "dataplane/nic/batch.h"

#include <rte_ethdev.h>

#include "dataplane/base/trace.h"

void batch_add(struct batch *b, struct rte_mbuf *frame)
{
	if (b->frames == BATCH_FRAMES)
		batch_flush(b);
	b->count[COUNTER_frame_bytes_out] += frame->pkt_len;
	b->frame[b->frames++] = frame;
}

void batch_flush(struct batch *b)
{
	uint16_t sent = 0;

	if (b->frames == 0)
		return;
	TRACE_STEP(UINT32_MAX, 0);
	for (unsigned i = 0; i < BATCH_TRIES && sent < b->frames; i++)
		sent += rte_eth_tx_burst(b->port, b->queue, b->frame + sent, b->frames - sent);
	b->count[COUNTER_frames_out] += sent;
	b->count[COUNTER_transmit_full] += b->frames - sent;
	if (sent < b->frames)
		rte_pktmbuf_free_bulk(b->frame + sent, b->frames - sent);
	b->frames = 0;
}
