// An Ethernet port: any DPDK device, opened with a queue pair for each worker. What it can do
// is read from it, never assumed; the software path for the rest is always there.
#pragma once

#include <rte_mbuf.h>

#include "dataplane/nic/frame.h"

#define PORT_WORKERS_MAX 16u

struct port {
	uint16_t id;
	uint16_t queues; // pairs: one a worker, or fewer
	struct ether_addr ether;
	bool is_tap;
	bool partial_sums; // finishes TCP checksums of what we send
	bool checks_sums;  // says whether those of what arrives are good
	bool can_segment;  // could cut long TCP segments; ours are cut already
	bool can_strip;    // could take VLAN tags off; frame_parse does
	bool can_spread;   // has flow hashes for several queues; ours decides all the same
	bool spreads;      // ... and its table names every queue of ours
	bool is_kernel;    // an interface of this machine's kernel: sums may be partial
	bool is_virtio;    // its "no checksum" means: from this machine, not damaged
	bool interrupts;   // can wake a sleeper
	char driver[32];
	// A tap is looked at by a system call only once this has been called: see port_look.
	void (*tap_look)(int number);
	int tap_signal;
};

// Open and start the port of this device (NULL: the first that EAL found), with `queues` queue pairs or as many as it has, for packets of up to `mtu` bytes, which buffers of
// `pools` hold in one piece. What it says it can do is tried: what fails is left to software.
// Complains on stderr.
[[nodiscard]] bool port_open(struct port *port, const char *device, uint16_t mtu,
                             uint16_t queues, struct rte_mempool *const *pools);
void port_close(struct port *port);

// Make the next receive call look at the device. net_tap waits for a real-time signal an arrival
// before it does; a signal costs more than the look, so we keep them off and say so ourselves.
static inline void port_look(const struct port *port)
{
	if (port->tap_look != NULL)
		port->tap_look(port->tap_signal);
}

// Does the device say that its link is up? Any core.
bool port_is_up(const struct port *port);

// Descriptor that becomes readable when frames arrive on a queue, or -1.
int port_receive_fd(const struct port *port, uint16_t queue);
// Ask for one interrupt; frames may have come meanwhile, so poll once more.
void port_arm(const struct port *port, uint16_t queue);
void port_disarm(const struct port *port, uint16_t queue);

// What the port says about the checksums of a frame.
enum frame_checksum port_checksum(const struct port *port, const struct rte_mbuf *frame);
