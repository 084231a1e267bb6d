// Who may open a connection: limits for all, and for each source in keyed counters, so that new
// work is refused before old work suffers.
#include "dataplane/tcp/tcp_conn.h"

#define SOURCE_HALF_OPEN_LEAST 64u

static uint32_t or_else(uint32_t configured, uint32_t usual)
{
	return configured != 0 ? configured : usual;
}

// A source is an IPv4 address or an IPv6 /64, unless another prefix is configured. Each is counted in two places, and is over a limit
// when both are: strangers that share one place with it do not suffer.
static void source_places(const struct tcp *t, const struct ip_addr *from, uint32_t at[2])
{
	unsigned bits = ip_is_ipv4(from) ? IPV4_MAPPED_BITS + or_else(t->config.source_bits, 32)
	                                 : or_else(t->config.source6_bits, 64);
	struct ip_addr source = ip_prefix_of(from, bits);
	uint64_t hash = keyed_hash(&t->isn_key, source.bytes, sizeof(source.bytes));

	at[0] = (uint32_t)hash % TCP_SOURCES;
	at[1] = (uint32_t)(hash >> 32) % TCP_SOURCES;
}

void tcp_source_half_open(struct tcp *t, const struct tcp_tuple *tuple, int32_t more)
{
	uint32_t at[2];

	source_places(t, &tuple->remote, at);
	for (int i = 0; i < 2; i++)
		t->sources[at[i]].half_open += (uint32_t)more;
}

void tcp_source_open(struct tcp *t, const struct tcp_tuple *tuple, int32_t more)
{
	uint32_t at[2];

	source_places(t, &tuple->remote, at);
	for (int i = 0; i < 2; i++)
		t->sources[at[i]].open += (uint32_t)more;
}

static bool memory_is_short(const struct tcp *t)
{
	struct slab_gauges g = slab_gauges(t->slab);

	return g.used_bytes > g.limit_bytes / 4 * 3;
}

enum tcp_admission tcp_admit(struct tcp *t, const struct tcp_tuple *tuple)
{
	const struct tcp_config *config = &t->config;
	uint32_t most =
	        least_u32(or_else(config->connections_most, config->slots), config->slots);
	uint32_t half_open = most_u32(SOURCE_HALF_OPEN_LEAST, config->syn_slots / 8);
	const struct tcp_source *a, *b;
	uint32_t at[2];

	source_places(t, &tuple->remote, at);
	a = &t->sources[at[0]];
	b = &t->sources[at[1]];
	if (t->conn_pool.used >= most) {
		TCP_COUNT(t, tcp_slots_full);
		return TCP_REFUSE;
	}
	if (memory_is_short(t)) {
		TCP_COUNT(t, tcp_memory_short);
		return TCP_REFUSE;
	}
	if (config->source_connections != 0 &&
	    least_u32(a->open, b->open) >= config->source_connections) {
		TCP_COUNT(t, tcp_source_full);
		return TCP_REFUSE;
	}
	if (config->cookies ||
	    least_u32(a->half_open, b->half_open) >=
	            or_else(config->source_half_open, half_open) ||
	    t->syn_pool.used >=
	            or_else(config->syn_high_water, config->syn_slots - config->syn_slots / 4))
		return TCP_ADMIT_COOKIE;
	return TCP_ADMIT;
}
