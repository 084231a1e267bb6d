// Callbacks of the port's queues that write each frame down.
#include "tests/load/link/load_capture.h"

#include <errno.h>
#include <rte_ethdev.h>
#include <stdlib.h>
#include <time.h>

#include "dataplane/main/pcapng.h"

#define KEPT_BYTES   400u // of a frame: headers, and what is said before encryption
#define BUFFER_BYTES (64u * 1024 * 1024)

static void frames_keep(struct load_capture *c, struct rte_mbuf **frames, uint16_t n,
                        enum capture_direction which)
{
	struct timespec now;
	uint64_t unix_ns;

	clock_gettime(CLOCK_REALTIME, &now);
	unix_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	for (uint16_t i = 0; i < n; i++) {
		uint32_t have = rte_pktmbuf_data_len(frames[i]);
		struct span kept = span_of(rte_pktmbuf_mtod(frames[i], const uint8_t *),
		                           have < KEPT_BYTES ? have : KEPT_BYTES);

		pcapng_frame(c->out, 0, unix_ns, which, kept, rte_pktmbuf_pkt_len(frames[i]));
	}
}

static uint16_t on_in(uint16_t port, uint16_t queue, struct rte_mbuf **frames, uint16_t n,
                      uint16_t most, void *capture)
{
	frames_keep(capture, frames, n, CAPTURE_IN);
	return n;
}

static uint16_t on_out(uint16_t port, uint16_t queue, struct rte_mbuf **frames, uint16_t n,
                       void *capture)
{
	frames_keep(capture, frames, n, CAPTURE_OUT);
	return n;
}

static bool callbacks_add(struct load_capture *c)
{
	for (uint16_t queue = 0; queue < c->queues; queue++) {
		c->in[queue] = rte_eth_add_rx_callback(c->port, queue, on_in, c);
		c->left[queue] = rte_eth_add_tx_callback(c->port, queue, on_out, c);
		if (c->in[queue] == NULL || c->left[queue] == NULL)
			return false;
	}
	return true;
}

static bool complain(const char *what)
{
	fprintf(stderr, "sallyport-load: capture: %s\n", what);
	return false;
}

bool load_capture_start(struct load_capture *c, uint16_t port, uint16_t queues,
                        const char *path)
{
	*c = (struct load_capture){.port = port, .queues = queues, .out = fopen(path, "we")};
	if (c->out == NULL)
		return complain(strerror(errno));
	c->buffer = malloc(BUFFER_BYTES);
	if (c->buffer == NULL || setvbuf(c->out, c->buffer, _IOFBF, BUFFER_BYTES) != 0)
		return complain("no memory");
	pcapng_begin(c->out, 1);
	return callbacks_add(c) || complain("the port does not take callbacks");
}

void load_capture_end(struct load_capture *c)
{
	if (c->out == NULL)
		return;
	for (uint16_t queue = 0; queue < c->queues; queue++) {
		rte_eth_remove_rx_callback(c->port, queue, c->in[queue]);
		rte_eth_remove_tx_callback(c->port, queue, c->left[queue]);
	}
	if (fclose(c->out) != 0)
		complain(strerror(errno));
	free(c->buffer);
	c->out = NULL;
}
