// What an operator sets and asks of one worker's network: control's settings and rules take
// effect here, its questions are answered here, its probes run here. No DPDK. Owner core only;
// nothing is allocated.
#pragma once

#include "dataplane/link/data_msg.h"
#include "dataplane/nic/acl.h"
#include "dataplane/nic/interface.h"
#include "dataplane/nic/probe.h"

struct data_serve;

// What the worker does for it.
struct net_out {
	void *owner;
	enum net_echo_kind (*probe)(void *owner, const struct probe *p);
	// What the device says: link and driver.
	void (*port)(void *owner, uint32_t i, struct net_port *row);
};

// A question that was taken from the ring and is not answered yet.
struct net_question {
	struct data_ask body;
	uint32_t slot, life;
	uint16_t len;
	uint8_t parameters[NET_PARAMETERS_MAX];
};

struct net_serve {
	const struct interfaces *interfaces; // this core's
	struct data_serve *data;
	struct net_out out;
	uint64_t *count;
	struct acl acl;
	struct probe_table probes;
	struct net_question question[NET_ASKS_MAX]; // a ring
	uint32_t question_head, question_tail;
	struct limit refusals; // cells that tell of refused requests
	uint32_t untold;
	uint32_t sweep_at,
	        sweep_end; // connections to look at: their address or MTU may be gone
};

struct net_config {
	const struct interfaces *interfaces;
	struct data_serve *data;
	struct net_out out;
	uint64_t *count;
	uint16_t probe_id;
};
void net_init(struct net_serve *n, const struct net_config *config);

// A cell of control that is about no connection; false: it is none of ours.
bool net_cell(struct net_serve *n, uint64_t now_us, const struct link_cell *cell,
              struct span payload);
// The joint is another: who asked is gone.
void net_attached(struct net_serve *n);

// May this segment go on to TCP?
bool net_admits(struct net_serve *n, uint64_t now_us, const struct tcp_segment *segment);

// Once per loop: probes that are due, answers for which there was no room. True: there is more to
// do at once.
bool net_step(struct net_serve *n, uint64_t now_us);
// The next deadline, or UINT64_MAX.
uint64_t net_next_us(const struct net_serve *n);

// net_answer.c: write the answer to one question; the rows that fit.
#define NET_PAGE 14336u // of an answer: cli's pages are a little longer
void net_answer(struct net_serve *n, uint64_t now_us, const struct net_question *q,
                struct data_answer *answer, struct builder *b);
