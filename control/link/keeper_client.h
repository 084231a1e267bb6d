// Questions to the keeper. Two lanes, each with a bounded number under way; the rest waits here in
// order. Every question is answered once, by SHUTDOWN when the keeper is lost.
#pragma once

#include "control/main/shard.h"
#include "dataplane/link/keeper_msg.h"

// With the keeper at once.
#define ASKS_SIGN_MAX 256u
#define ASKS_REST_MAX 16u // a password costs it 15 ms and 16 MiB

struct keeper_ask {
	enum keeper_kind kind;
	struct keeper_body body;
	uint32_t slot, life; // of the session or dialogue that asks
	uint32_t number;     // its job
	uint64_t cookie;     // whatever else the asker wants back
	// The answer. `payload` is private to us for the call.
	void (*done)(struct shard *h, const struct keeper_ask *ask, enum status status,
	             struct span payload);

	// Private to keeper_client.c.
	struct blob payload; // until it is posted
	uint32_t next, ask_life, lane;
};

// Ask. `done` is called later, unless the status is not OK: then never.
[[nodiscard]] enum status keeper_ask(struct shard *h, const struct keeper_ask *ask,
                                     struct span payload);

// Post what waits, as far as lanes and ring have room.
void keeper_client_pump(struct shard *h);

// Take one answer; false when there is none.
bool keeper_client_drain(struct shard *h);

// The joint is gone: answer everything with SHUTDOWN.
void keeper_client_lost(struct shard *h);
