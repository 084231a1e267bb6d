// Finding a connection: the keyed table, the pools its records come from, and names.
#include "dataplane/tcp/tcp_conn.h"

#include <sys/mman.h>

#define BUCKETS_FIRST 64u

static struct tcp_key *key_at(const struct tcp_table *table, uint32_t index)
{
	return (struct tcp_key *)(table->records + (size_t)index * table->stride);
}

bool table_init(struct tcp_table *table, void *records, size_t stride, uint32_t most)
{
	uint32_t limit = BUCKETS_FIRST;
	void *head;

	while (limit < most)
		limit *= 2;
	head = mmap(NULL, limit * sizeof(uint32_t), PROT_READ | PROT_WRITE,
	            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (head == MAP_FAILED)
		return false;
	*table = (struct tcp_table){.head = head,
	                            .buckets = BUCKETS_FIRST,
	                            .limit = limit,
	                            .records = records,
	                            .stride = stride};
	return true;
}

void table_fini(struct tcp_table *table)
{
	if (table->head != NULL)
		munmap(table->head, table->limit * sizeof(uint32_t));
	table->head = NULL;
}

// The largest power of two not above the number of buckets.
static uint32_t table_base(const struct tcp_table *table)
{
	return 1u << (31 - __builtin_clz(table->buckets));
}

static uint32_t *bucket_of(const struct tcp_table *table, uint32_t hash)
{
	uint32_t base = table_base(table);
	uint32_t bucket = hash & (2 * base - 1);

	if (bucket >= table->buckets)
		bucket = hash & (base - 1);
	return &table->head[bucket];
}

// Add the next bucket and move to it what hashes there, all from one older bucket.
static void table_split(struct tcp_table *table)
{
	uint32_t base = table_base(table);
	uint32_t to = table->buckets;
	uint32_t *at = &table->head[to - base];

	while (*at != 0) {
		struct tcp_key *key = key_at(table, *at - 1);
		uint32_t moved = *at;

		if ((key->hash & (2 * base - 1)) != to) {
			at = &key->next;
			continue;
		}
		*at = key->next;
		key->next = table->head[to];
		table->head[to] = moved;
	}
	table->buckets++;
}

void table_add(struct tcp_table *table, uint32_t index, uint32_t hash,
               const struct tcp_tuple *tuple)
{
	struct tcp_key *key = key_at(table, index);
	uint32_t *head;

	if (table->count >= table->buckets && table->buckets < table->limit)
		table_split(table);
	head = bucket_of(table, hash);
	*key = (struct tcp_key){*head, hash, *tuple};
	*head = index + 1;
	table->count++;
}

void table_remove(struct tcp_table *table, uint32_t index)
{
	struct tcp_key *key = key_at(table, index);
	uint32_t *at = bucket_of(table, key->hash);

	while (*at != index + 1)
		at = &key_at(table, *at - 1)->next;
	*at = key->next;
	key->next = 0;
	table->count--;
}

uint32_t table_find(const struct tcp_table *table, uint32_t hash, const struct tcp_tuple *tuple)
{
	for (uint32_t at = *bucket_of(table, hash); at != 0;) {
		const struct tcp_key *key = key_at(table, at - 1);

		if (key->hash == hash && memcmp(&key->tuple, tuple, sizeof(*tuple)) == 0)
			return at - 1;
		at = key->next;
	}
	return TABLE_NONE;
}

void table_prefetch(const struct tcp_table *table, uint32_t hash)
{
	__builtin_prefetch(bucket_of(table, hash));
}

void table_prefetch_record(const struct tcp_table *table, uint32_t hash)
{
	uint32_t first = *bucket_of(table, hash);

	if (first == 0)
		return;
	for (size_t line = 0; line < table->stride; line += 64)
		__builtin_prefetch((const uint8_t *)key_at(table, first - 1) + line);
}

void tcp_prefetch(const struct tcp *t, struct tcp_segment *segments, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		segments[i].hash = tcp_hash(t, &segments[i].to);
		table_prefetch(&t->conn_table, segments[i].hash);
	}
	for (unsigned i = 0; i < count; i++)
		table_prefetch_record(&t->conn_table, segments[i].hash);
}

static_assert(sizeof(struct tcp_tuple) == 36, "no padding: compared and hashed as bytes");

uint32_t tcp_hash(const struct tcp *t, const struct tcp_tuple *tuple)
{
	return (uint32_t)keyed_hash(&t->table_key, tuple, sizeof(*tuple));
}

uint32_t pool_take(struct record_pool *p, void *base, size_t stride)
{
	uint32_t index;

	if (p->free != 0) {
		index = p->free - 1;
		p->free = ((struct tcp_key *)((uint8_t *)base + index * stride))->next;
	} else if (p->touched < p->limit) {
		index = p->touched++;
	} else {
		return TABLE_NONE;
	}
	p->used++;
	return index;
}

void pool_give(struct record_pool *p, void *base, size_t stride, uint32_t index)
{
	((struct tcp_key *)((uint8_t *)base + index * stride))->next = p->free;
	p->free = index + 1;
	p->used--;
}

struct conn *tcp_conn_take(struct tcp *t, const struct tcp_tuple *tuple)
{
	uint32_t slot = pool_take(&t->conn_pool, t->conns, sizeof(struct conn));
	struct conn *c;
	uint32_t life;

	if (slot == TABLE_NONE)
		return NULL;
	c = &t->conns[slot];
	life = c->life != 0 ? c->life : 1;
	*c = (struct conn){.life = life};
	table_add(&t->conn_table, slot, tcp_hash(t, tuple), tuple);
	tcp_source_open(t, tuple, 1);
	return c;
}

void tcp_conn_give(struct tcp *t, struct conn *c)
{
	tcp_source_open(t, &c->key.tuple, -1);
	if (++c->life == 0)
		c->life = 1;
	pool_give(&t->conn_pool, t->conns, sizeof(struct conn), conn_slot(t, c));
}

struct conn *tcp_conn_of(const struct tcp *t, struct conn_id id)
{
	struct conn *c;

	if (id.slot >= t->conn_pool.touched)
		return NULL;
	c = &t->conns[id.slot];
	return c->life == id.life && c->state != TCP_CLOSED ? c : NULL;
}
