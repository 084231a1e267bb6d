// From addresses and ports to an index: linear hashing over records that begin with a tcp_key.
// The bucket array is reserved at the start for the most records there can be, but grows into it
// one bucket an insertion, so that the memory touched follows the peak in use; nothing ever stops
// to rehash, and removal leaves nothing behind.
#pragma once

#include "dataplane/tcp/tcp.h"

#define TABLE_NONE UINT32_MAX

struct tcp_key {
	uint32_t next; // index + 1, or 0
	uint32_t hash;
	struct tcp_tuple tuple;
};

struct tcp_table {
	uint32_t *head; // index + 1, or 0
	uint32_t buckets, limit, count;
	uint8_t *records;
	size_t stride;
};

// False when memory ran out.
bool table_init(struct tcp_table *table, void *records, size_t stride, uint32_t most);
void table_fini(struct tcp_table *table);
void table_add(struct tcp_table *table, uint32_t index, uint32_t hash,
               const struct tcp_tuple *tuple);
void table_remove(struct tcp_table *table, uint32_t index);
uint32_t table_find(const struct tcp_table *table, uint32_t hash,
                    const struct tcp_tuple *tuple);
// Fetch the bucket of a hash, and when that has come, the first record in it.
void table_prefetch(const struct tcp_table *table, uint32_t hash);
void table_prefetch_record(const struct tcp_table *table, uint32_t hash);
