// Questions about the network to the workers, and what they tell unasked. A question travels to
// the shard whose worker has the answer and comes home; each is answered once, by SHUTDOWN when
// the worker is lost.
#pragma once

#include "control/main/shard.h"
#include "dataplane/link/data_msg.h"

struct net_question {
	struct shard_task task; // first
	struct shard *home;     // who asks
	uint32_t ask;           // enum net_ask
	uint64_t cursor;
	uint8_t len;
	uint8_t parameters[NET_PARAMETERS_MAX];
	// On `home`, which frees it: the answer stands below.
	void (*done)(struct shard *home, struct net_question *q);
	enum status status;
	bool more;
	uint64_t next_cursor;
	struct blob rows; // owned
};

// Any worker of ours; the question is malloc'd and taken over.
void net_question_post(struct net_question *q, uint32_t worker);

// Cells of the worker.
void net_on_answer(struct shard *h, const struct link_cell *cell, struct span payload);
void net_on_refused(struct shard *h, const struct link_cell *cell);

// The worker is gone; with `silent` nobody is told, since all end.
void net_client_lost(struct shard *h, bool silent);

// Send the settings and rules of now, if they are not what was sent last. False: there was no room,
// it is tried again by the next turn.
bool net_settings_send(struct shard *h);
