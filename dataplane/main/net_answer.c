// Answers about one worker's network, in pages.
#include "dataplane/main/net_serve.h"

#include "dataplane/main/data_inner.h"

#define SLOTS_AT_ONCE 4096u // looked at for one answer, so that packets do not wait

static const struct ip_addr any4 = {{[10] = 0xff, [11] = 0xff}};
static const struct ip_addr any6;

// After a row: false when it did not fit; then it is taken back, and the next page begins with it.
static bool row_done(struct builder *b, size_t before, uint64_t row, struct data_answer *answer)
{
	if (builder_ok(b))
		return true;
	b->len = before;
	b->status = STATUS_OK;
	answer->more = 1;
	answer->cursor = row;
	return false;
}

// --- connections ---------------------------------------------------------------------------------

static enum net_family family_of(const struct ip_addr *a)
{
	return ip_is_ipv4(a) ? NET_IPV4 : NET_IPV6;
}

static void connection_emit(struct net_serve *n, struct conn_id id,
                            const struct tcp_tuple *tuple, struct builder *b)
{
	struct net_connection row = {
	        .local = tuple->local,
	        .remote = tuple->remote,
	        .local_port = tuple->local_port,
	        .remote_port = tuple->remote_port,
	        .slot = id.slot,
	};
	struct tcp_info info;

	if (!tcp_info(n->data->tcp, id, &info))
		return;
	memcpy(row.state, info.state, strnlen(info.state, sizeof(row.state) - 1));
	row.mss = info.mss;
	row.send_window = info.send_window;
	row.receive_window = info.receive_window;
	row.congestion_window = info.congestion_window;
	row.srtt_us = info.srtt_us;
	row.rto_us = info.rto_us;
	row.send_queue = info.send_queue;
	row.receive_queue = info.receive_queue;
	row.retransmits = info.retransmits;
	row.bytes_in = info.bytes_in;
	row.bytes_out = info.bytes_out;
	net_connection_emit(b, &row);
}

// Ports listened on stand in front, once for each family.
static void listeners_emit(struct net_serve *n, const struct net_filter *f, struct builder *b)
{
	for (uint32_t i = 0; i < n->data->ports; i++) {
		struct net_connection row = {.local_port = n->data->port[i], .state = "LISTEN"};

		for (unsigned family = 0; family < NET_FAMILIES; family++) {
			row.local = row.remote = family == NET_IPV4 ? any4 : any6;
			if (f->families & 1u << family)
				net_connection_emit(b, &row);
		}
	}
}

static void slot_emit(struct net_serve *n, const struct net_filter *f, uint32_t slot,
                      struct builder *b)
{
	struct conn_id id;
	const struct tcp_tuple *tuple = tcp_at(n->data->tcp, slot, &id);

	if (tuple != NULL && (f->families & 1u << family_of(&tuple->remote)) != 0)
		connection_emit(n, id, tuple, b);
}

// Of all that the peer's end could be connected to, each of our addresses and ports.
static void peer_emit(struct net_serve *n, const struct net_filter *f, struct builder *b)
{
	struct tcp_tuple tuple = {.remote = f->remote, .remote_port = f->remote_port};

	for (unsigned a = 0; a < n->interfaces->count * HOST_ADDRESSES; a++) {
		const struct host *host = &n->interfaces->at[a / HOST_ADDRESSES].host;

		tuple.local = host->address[a % HOST_ADDRESSES].ip;
		for (uint32_t i = 0; !ip_is_none(&tuple.local) && i < n->data->ports; i++) {
			struct conn_id id;

			tuple.local_port = n->data->port[i];
			if (tcp_find(n->data->tcp, &tuple, &id))
				connection_emit(n, id, &tuple, b);
		}
	}
}

static void connections_answer(struct net_serve *n, uint64_t now_us,
                               const struct net_question *q, struct data_answer *answer,
                               struct builder *b)
{
	struct cursor c = cursor_over(span_of(q->parameters, q->len));
	uint64_t at = q->body.cursor, end = at + SLOTS_AT_ONCE;
	struct tcp_gauges g;
	struct net_filter f;

	net_filter_parse(&c, &f);
	answer->status = cursor_end(&c);
	if (answer->status != STATUS_OK)
		return;
	if (f.kind == NET_BY_SLOT)
		slot_emit(n, &f, f.slot, b);
	else if (f.kind == NET_BY_PEER)
		peer_emit(n, &f, b);
	if (f.kind != NET_ALL)
		return;
	if (at == 0)
		listeners_emit(n, &f, b);
	tcp_gauges(n->data->tcp, &g);
	for (; at < g.slots_touched && at < end; at++) {
		size_t before = b->len;

		slot_emit(n, &f, (uint32_t)at, b);
		if (!row_done(b, before, at, answer))
			return;
	}
	answer->more = at < g.slots_touched;
	answer->cursor = at;
}

// --- neighbours and routes -----------------------------------------------------------------------

static_assert(NET_INCOMPLETE == (int)NEIGHBOR_INCOMPLETE &&
                      NET_PROBING == (int)NEIGHBOR_PROBING,
              "states are told as they are");

static void neighbors_answer(struct net_serve *n, uint64_t now_us, const struct net_question *q,
                             struct data_answer *answer, struct builder *b)
{
	uint64_t end = (uint64_t)n->interfaces->count * NEIGHBORS;

	for (uint64_t i = q->body.cursor; i < end; i++) {
		uint8_t port = (uint8_t)(i / NEIGHBORS);
		const struct neighbor *e =
		        &n->interfaces->at[port].neighbors.entry[i % NEIGHBORS];
		struct net_neighbor row = {.ip = e->address, .reach = e->state, .port = port};
		size_t before = b->len;

		if (e->state == NEIGHBOR_FREE)
			continue;
		memcpy(row.ether, e->ether.bytes, 6);
		row.seconds =
		        e->heard_us < now_us ? (uint32_t)((now_us - e->heard_us) / 1000000) : 0;
		net_neighbor_emit(b, &row);
		if (!row_done(b, before, i, answer))
			return;
	}
}

static void routes_answer(struct net_serve *n, uint64_t now_us, const struct net_question *q,
                          struct data_answer *answer, struct builder *b)
{
	uint64_t end = (uint64_t)n->interfaces->count * ROUTES_MAX;

	for (uint64_t i = q->body.cursor; i < end; i++) {
		uint8_t port = (uint8_t)(i / ROUTES_MAX);
		const struct host *host = &n->interfaces->at[port].host;
		const struct route *r = &host->routes.row[i % ROUTES_MAX];
		struct net_route_row row = {.prefix = ip_prefix_of(&r->prefix, r->bits),
		                            .hop = r->hop,
		                            .bits = r->bits,
		                            .port = port};
		size_t before = b->len;

		if (i % ROUTES_MAX >= host->routes.routes || host->down)
			continue;
		net_route_emit(b, &row);
		if (!row_done(b, before, i, answer))
			return;
	}
}

static void forget_neighbors(struct net_serve *n, uint64_t now_us, const struct net_question *q,
                             struct data_answer *answer, struct builder *b)
{
	for (uint32_t i = 0; i < n->interfaces->count; i++)
		neighbor_reset(&n->interfaces->at[i].neighbors, &n->interfaces->at[i].out);
}

// --- the ports -----------------------------------------------------------------------------------

static void port_emit(struct net_serve *n, uint32_t port, struct builder *b)
{
	const struct interface *one = &n->interfaces->at[port];
	const struct host *host = &one->host;
	struct net_port row = {
	        .port = (uint8_t)port,
	        .down = host->down,
	        .mtu = host->mtu,
	        .mtu_most = n->interfaces->start[port].mtu,
	        .vlan = host->vlan,
	};

	n->out.port(n->out.owner, port, &row);
	memcpy(row.ether, host->ether.bytes, 6);
	for (unsigned i = 0; i < HOST_ADDRESSES; i++) {
		row.address[i].ip = host->address[i].ip;
		row.address[i].bits = host->address[i].bits;
		row.address[i].state = one->presence.lost[i]   ? NET_DUPLICATE
		                       : host->address[i].used ? NET_PREFERRED
		                                               : NET_TENTATIVE;
	}
	net_port_emit(b, &row);
}

static void ports_answer(struct net_serve *n, uint64_t now_us, const struct net_question *q,
                         struct data_answer *answer, struct builder *b)
{
	for (uint32_t i = 0; i < n->interfaces->count; i++)
		port_emit(n, i, b);
}

// --- rules ---------------------------------------------------------------------------------------

static void hits_answer(struct net_serve *n, uint64_t now_us, const struct net_question *q,
                        struct data_answer *answer, struct builder *b)
{
	for (uint64_t i = q->body.cursor; i < (uint64_t)NET_FAMILIES * NET_RULES_MAX; i++) {
		uint8_t family = (uint8_t)(i / NET_RULES_MAX);
		uint32_t at = (uint32_t)(i % NET_RULES_MAX);
		const struct net_rules *rules = &n->acl.rules[family];
		struct net_hits row = {.family = family, .list = rules->list};
		size_t before = b->len;

		if (at >= rules->count)
			continue;
		row.number = rules->rule[at].number;
		row.hits = n->acl.hits[family][at];
		net_hits_emit(b, &row);
		if (!row_done(b, before, i, answer))
			return;
	}
}

static void forget_hits(struct net_serve *n, uint64_t now_us, const struct net_question *q,
                        struct data_answer *answer, struct builder *b)
{
	struct cursor c = cursor_over(span_of(q->parameters, q->len));
	uint32_t list = cursor_u32(&c);

	answer->status = cursor_end(&c);
	if (answer->status == STATUS_OK)
		acl_forget_hits(&n->acl, list);
}

// --- dispatch ------------------------------------------------------------------------------------

typedef void answerer(struct net_serve *n, uint64_t now_us, const struct net_question *q,
                      struct data_answer *answer, struct builder *b);

static answerer *const answerers[NET_ASKS] = {
        [NET_ASK_CONNECTIONS] = connections_answer,
        [NET_ASK_NEIGHBORS] = neighbors_answer,
        [NET_ASK_ROUTES] = routes_answer,
        [NET_ASK_PORT] = ports_answer,
        [NET_ASK_HITS] = hits_answer,
        [NET_ASK_FORGET_NEIGHBORS] = forget_neighbors,
        [NET_ASK_FORGET_HITS] = forget_hits,
};

void net_answer(struct net_serve *n, uint64_t now_us, const struct net_question *q,
                struct data_answer *answer, struct builder *b)
{
	if (q->body.ask >= NET_ASKS || answerers[q->body.ask] == NULL)
		answer->status = STATUS_UNSUPPORTED;
	else
		answerers[q->body.ask](n, now_us, q, answer, b);
}
