// What the commands about the network share.
#pragma once

#include "cli/commands/commands.h"
#include "dataplane/base/counters_page.h"
#include "dataplane/link/net_msg.h"

// The interface of a port, in full (its number follows) and as tables have it.
#define NET_INTERFACE       API_INTERFACE_NAME
#define NET_INTERFACE_SHORT "MGE0/0/"

// The address of an accepted word.
struct ip_addr arg_ip(struct span word);
// A mask, dotted or a length, of an accepted word: the length.
unsigned arg_mask(struct span word);
// Words of this kind joined as they would be typed; cut at `size`.
void arg_text(const struct task *t, uint8_t arg, char *out, size_t size);

// 0200-0000-0001
#define ETHER_TEXT_MAX 16
const char *ether_text(const uint8_t ether[6], char out[ETHER_TEXT_MAX]);

// The dataplane's counters, gathered from the rows of API_COUNTERS into t->own, which begins with
// this struct; then `end`.
struct net_counts {
	uint64_t value[COUNTERS];
	enum turn (*end)(struct task *t);
};
enum turn task_counts(struct task *t, enum turn (*end)(struct task *t));
#define NET_COUNT(counts, name) ((unsigned long long)(counts)->value[COUNTER_##name])

// Ask all workers to do something; no rows come back.
enum turn task_net_do(struct task *t, enum net_ask ask, uint32_t list,
                      enum turn (*end)(struct task *t));
