// Answers to what cli asks: one row a call, with the least role that may make it.
#pragma once

#include "control/main/shard.h"

// A reply that waits for room towards cli.
struct api_reply {
	struct api_reply *next;
	struct link_cell cell;
	size_t len;
	uint8_t bytes[];
};

// A REQUEST cell. The reply may come later.
void api_on_request(struct shard *h, const struct link_cell *cell, struct span payload);

// Post replies that wait.
void api_pump(struct shard *h);

// A dialogue has ended: its transaction is gone.
void api_dialogue_over(struct shard *h, uint32_t slot, uint32_t life);

// cli is gone: all transactions and waiting replies are.
void api_lost(struct shard *h);
