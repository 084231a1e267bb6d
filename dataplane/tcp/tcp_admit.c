// Who may open a connection: limits for all, and for each source in keyed counters, so that new
// work is refused before old work suffers.
#include "dataplane/tcp/tcp_conn.h"

#include <stdatomic.h>

#define SOURCE_HALF_OPEN_LEAST 64u

static uint32_t or_else(uint32_t configured, uint32_t usual)
{
	return configured != 0 ? configured : usual;
}

// A source is an IPv4 address or an IPv6 /64, unless another prefix is configured. Each is counted
// in two places, and is over a limit when both are: strangers that share one place with it do not
// suffer.
struct places {
	uint32_t at[2];
};

static struct places source_places(const struct tcp *t, const struct ip_addr *from)
{
	unsigned bits = ip_is_ipv4(from) ? IPV4_MAPPED_BITS + or_else(t->config.source_bits, 32)
	                                 : or_else(t->config.source6_bits, 64);
	struct ip_addr source = ip_prefix_of(from, bits);
	uint64_t hash = keyed_hash(&t->source_key, source.bytes, sizeof(source.bytes));

	return (struct places){
	        {(uint32_t)hash % TCP_SOURCES, (uint32_t)(hash >> 32) % TCP_SOURCES}};
}

// Its core alone writes a counter: no need for the bus to be locked.
static void count(_Atomic uint32_t *counter, int32_t more)
{
	uint32_t now = atomic_load_explicit(counter, memory_order_relaxed);

	atomic_store_explicit(counter, now + (uint32_t)more, memory_order_relaxed);
}

void tcp_source_half_open(struct tcp *t, const struct tcp_tuple *tuple, int32_t more)
{
	struct places p = source_places(t, &tuple->remote);

	count(&t->total.half_open, more);
	for (int i = 0; i < 2; i++)
		count(&t->sources[p.at[i]].half_open, more);
}

void tcp_source_open(struct tcp *t, const struct tcp_tuple *tuple, int32_t more)
{
	struct places p = source_places(t, &tuple->remote);

	count(&t->total.open, more);
	for (int i = 0; i < 2; i++)
		count(&t->sources[p.at[i]].open, more);
}

void tcp_sources_recount(struct tcp *t)
{
	memset(&t->total, 0, sizeof(t->total));
	memset(t->sources, 0, sizeof(t->sources));
	for (uint32_t i = 0; i < t->conn_pool.touched; i++) {
		if (t->conns[i].state != TCP_CLOSED)
			tcp_source_open(t, &t->conns[i].key.tuple, 1);
	}
	for (uint32_t i = 0; i < t->syn_pool.touched; i++) {
		if (wheel_is_armed(&t->syn_wheel, i))
			tcp_source_half_open(t, &t->syns[i].key.tuple, 1);
	}
}

void tcp_share(struct tcp *const *all, uint32_t count)
{
	for (uint32_t i = 0; i < count && i < TCP_SHARERS; i++) {
		struct tcp *t = all[i];

		t->source_key = all[0]->source_key;
		t->sharer_count = 0;
		for (uint32_t k = 0; k < count && k < TCP_SHARERS; k++)
			t->sharers[t->sharer_count++] = all[k];
		tcp_sources_recount(t);
	}
}

// --- over all workers ----------------------------------------------------------------------------

struct counts {
	uint32_t half_open, open;
};

static void add(struct counts *sum, const struct tcp_source *s)
{
	sum->half_open += atomic_load_explicit(&s->half_open, memory_order_relaxed);
	sum->open += atomic_load_explicit(&s->open, memory_order_relaxed);
}

static struct counts of_all(const struct tcp *t)
{
	struct counts sum = {0};

	for (uint32_t i = 0; i < t->sharer_count; i++)
		add(&sum, &t->sharers[i]->total);
	return sum;
}

static struct counts of_source(const struct tcp *t, const struct places *p)
{
	struct counts sum[2] = {0};

	for (uint32_t i = 0; i < t->sharer_count; i++) {
		add(&sum[0], &t->sharers[i]->sources[p->at[0]]);
		add(&sum[1], &t->sharers[i]->sources[p->at[1]]);
	}
	return (struct counts){least_u32(sum[0].half_open, sum[1].half_open),
	                       least_u32(sum[0].open, sum[1].open)};
}

// --- admission -----------------------------------------------------------------------------------

static bool memory_is_short(const struct tcp *t)
{
	struct slab_gauges g = slab_gauges(t->slab);

	return g.used_bytes > g.limit_bytes / 4 * 3;
}

static bool is_full(const struct tcp *t)
{
	uint32_t most = t->config.connections_most;

	return t->conn_pool.used >= t->config.slots || (most != 0 && of_all(t).open >= most);
}

static bool source_is_full(const struct tcp *t, const struct tcp_tuple *tuple)
{
	uint32_t most = t->config.source_connections;
	struct places p;

	if (most == 0)
		return false;
	p = source_places(t, &tuple->remote);
	return of_source(t, &p).open >= most;
}

bool tcp_admits_open(struct tcp *t, const struct tcp_tuple *tuple)
{
	if (is_full(t)) {
		TCP_COUNT(t, tcp_slots_full);
		return false;
	}
	if (source_is_full(t, tuple)) {
		TCP_COUNT(t, tcp_source_full);
		return false;
	}
	return true;
}

static bool is_half_full(const struct tcp *t)
{
	const struct tcp_config *config = &t->config;

	if (config->syn_high_water != 0)
		return of_all(t).half_open >= config->syn_high_water;
	return t->syn_pool.used >= config->syn_slots - config->syn_slots / 4;
}

static bool source_is_half_full(const struct tcp *t, const struct tcp_tuple *tuple)
{
	struct places p = source_places(t, &tuple->remote);
	uint32_t usual = most_u32(SOURCE_HALF_OPEN_LEAST, t->config.syn_slots / 8);

	if (t->config.source_half_open != 0)
		return of_source(t, &p).half_open >= t->config.source_half_open;
	return least_u32(t->sources[p.at[0]].half_open, t->sources[p.at[1]].half_open) >= usual;
}

enum tcp_admission tcp_admit(struct tcp *t, const struct tcp_tuple *tuple)
{
	if (!tcp_admits_open(t, tuple))
		return TCP_REFUSE;
	if (memory_is_short(t)) {
		TCP_COUNT(t, tcp_memory_short);
		return TCP_REFUSE;
	}
	if (t->config.cookies || source_is_half_full(t, tuple) || is_half_full(t))
		return TCP_ADMIT_COOKIE;
	return TCP_ADMIT;
}
