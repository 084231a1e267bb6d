// Settings, rules and questions of the operator, as one worker takes them.
#include "dataplane/main/net_serve.h"

#include "dataplane/main/data_inner.h"

#define SWEEP_SLICE   256u
#define REFUSED_BURST 10u
#define REFUSED_US    1000000u // one a second

void net_init(struct net_serve *n, const struct net_config *config)
{
	*n = (struct net_serve){
	        .interfaces = config->interfaces,
	        .data = config->data,
	        .out = config->out,
	        .count = config->count,
	};
	probe_init(&n->probes, config->probe_id);
}

void net_attached(struct net_serve *n)
{
	n->question_head = n->question_tail;
	for (uint32_t i = 0; i < PROBES_MAX; i++) {
		if (n->probes.row[i].state != PROBE_FREE)
			probe_end(&n->probes, &n->probes.row[i]);
	}
}

// --- settings ------------------------------------------------------------------------------------

static void limits_apply(struct net_serve *n, const struct net_limits *l)
{
	uint32_t mss = interfaces_mtu(n->interfaces) - FRAME_IPV4_BYTES - 20u;
	struct tcp_limits limits = {
	        .mss = (uint16_t)(l->mss != 0 && l->mss < mss ? l->mss : mss),
	        .receive_window = l->receive_window,
	        .cookies = l->cookies,
	        .half_open = l->half_open,
	        .source_half_open = l->source_half_open,
	        .connections = l->connections,
	        .source_connections = l->source_connections,
	        .source_bits = l->source_bits,
	        .source6_bits = l->source6_bits,
	        .syn_us = l->syn_seconds * 1000000ull,
	        .fin_wait_us = l->fin_seconds * 1000000ull,
	        .alive_idle_us = l->alive_seconds * 1000000ull,
	        .alive_every_us = l->alive_interval * 1000000ull,
	        .alive_probes = (uint8_t)l->alive_probes,
	};

	tcp_limits_set(n->data->tcp, &limits);
}

static bool addresses_equal(const struct host *a, const struct host *b)
{
	for (unsigned i = 0; i < HOST_ADDRESSES; i++) {
		if (!ip_equal(&a->address[i].ip, &b->address[i].ip) ||
		    a->address[i].bits != b->address[i].bits)
			return false;
	}
	return true;
}

static void sweep_start(struct net_serve *n)
{
	struct tcp_gauges g;

	tcp_gauges(n->data->tcp, &g);
	n->sweep_at = 0;
	n->sweep_end = g.slots_touched;
}

// Those whose addresses are others than `old` say so. Answers whether there was any.
static bool changes_tell(struct net_serve *n, uint64_t now_us, const struct host *old)
{
	bool any = false;

	for (uint32_t i = 0; i < n->interfaces->count; i++) {
		struct interface *one = &n->interfaces->at[i];

		if (addresses_equal(&old[i], &one->host))
			continue;
		presence_changed(&one->presence, &one->host, &one->out, now_us);
		any = true;
	}
	return any;
}

static void settings_take(struct net_serve *n, uint64_t now_us, struct span payload)
{
	uint16_t old_mtu = interfaces_mtu(n->interfaces);
	struct host old[NET_PORTS_MAX];
	struct net_settings s;

	if (net_settings_parse(payload, &s) != STATUS_OK) {
		n->count[COUNTER_joint_bad]++;
		return;
	}
	for (uint32_t i = 0; i < n->interfaces->count; i++)
		old[i] = n->interfaces->at[i].host;
	interfaces_apply(n->interfaces, &s);
	limits_apply(n, &s.limits);
	if (changes_tell(n, now_us, old) || old_mtu != interfaces_mtu(n->interfaces))
		sweep_start(n);
}

static void rules_take(struct net_serve *n, struct span payload)
{
	struct net_rules rules;
	enum net_family family;

	if (net_rules_parse(payload, &family, &rules) == STATUS_OK)
		acl_set(&n->acl, family, &rules);
	else
		n->count[COUNTER_joint_bad]++;
}

// Connections to an address that is ours no more end; those with segments too long for the MTU of
// now send shorter ones.
static bool sweep_slice(struct net_serve *n)
{
	struct tcp *tcp = n->data->tcp;

	for (uint32_t i = 0; i < SWEEP_SLICE && n->sweep_at < n->sweep_end;
	     i++, n->sweep_at++) {
		struct conn_id id;
		const struct tcp_tuple *tuple = tcp_at(tcp, n->sweep_at, &id);

		if (tuple == NULL)
			continue;
		if (interface_of(n->interfaces, &tuple->local) != NULL) {
			tcp_shorten(tcp, id);
			continue;
		}
		n->count[COUNTER_address_gone]++;
		tcp_abort(tcp, id);
	}
	return n->sweep_at < n->sweep_end;
}

// --- refusing requests ---------------------------------------------------------------------------

static void refusal_tell(struct net_serve *n, uint64_t now_us,
                         const struct tcp_segment *segment, const struct acl_verdict *v)
{
	struct data_refused body = {
	        .list = v->list->list,
	        .number = v->rule != NULL ? v->rule->number : UINT32_MAX,
	        .untold = n->untold,
	        .remote_port = segment->to.remote_port,
	        .logged = v->rule != NULL && v->rule->log,
	};
	struct link_cell cell = {.kind = DATA_NET_REFUSED, .buffer = LINK_NO_BUFFER};

	memcpy(body.remote, segment->to.remote.bytes, 16);
	memcpy(cell.body, &body, sizeof(body));
	if (!limit_take(&n->refusals, now_us, REFUSED_BURST, REFUSED_US) ||
	    !data_has_room(n->data) || !link_post(n->data->link, &cell))
		n->untold++;
	else
		n->untold = 0;
}

bool net_admits(struct net_serve *n, uint64_t now_us, const struct tcp_segment *segment)
{
	struct acl_verdict v;

	if (!acl_concerns(segment))
		return true;
	v = acl_judge(&n->acl, &segment->to);
	if (!v.refused)
		return true;
	n->count[COUNTER_acl_refused]++;
	refusal_tell(n, now_us, segment, &v);
	return false;
}

// --- questions -----------------------------------------------------------------------------------

static void question_take(struct net_serve *n, const struct link_cell *cell,
                          struct span payload)
{
	struct net_question *q = &n->question[n->question_tail % NET_ASKS_MAX];

	if (n->question_tail - n->question_head == NET_ASKS_MAX ||
	    payload.len > NET_PARAMETERS_MAX) {
		n->count[COUNTER_joint_bad]++;
		return;
	}
	memcpy(&q->body, cell->body, sizeof(q->body));
	q->slot = cell->slot;
	q->life = cell->life;
	q->len = (uint16_t)payload.len;
	if (payload.len > 0)
		memcpy(q->parameters, payload.data, payload.len);
	n->question_tail++;
}

bool net_cell(struct net_serve *n, uint64_t now_us, const struct link_cell *cell,
              struct span payload)
{
	switch (cell->kind) {
	case DATA_NET_SETTINGS:
		settings_take(n, now_us, payload);
		return true;
	case DATA_NET_RULES:
		rules_take(n, payload);
		return true;
	case DATA_NET_ASK:
		question_take(n, cell, payload);
		return true;
	default:
		return false;
	}
}

static bool answer_post(struct net_serve *n, uint32_t slot, uint32_t life,
                        const struct data_answer *answer, struct span rows)
{
	struct link_cell cell = {
	        .kind = DATA_NET_ANSWER, .slot = slot, .life = life, .buffer = LINK_NO_BUFFER};

	memcpy(cell.body, answer, sizeof(*answer));
	if (rows.len > 0)
		return link_send(n->data->link, &cell, rows);
	return link_post(n->data->link, &cell);
}

// A probe's answer comes later.
static bool probe_begin(struct net_serve *n, uint64_t now_us, const struct net_question *q)
{
	struct data_answer answer = {.status = STATUS_OK};
	struct net_probe ask;

	answer.status = net_probe_parse(span_of(q->parameters, q->len), &ask);
	if (answer.status == STATUS_OK &&
	    probe_start(&n->probes, now_us, &ask, q->slot, q->life) == NULL)
		answer.status = STATUS_TOO_MANY;
	return answer.status == STATUS_OK ||
	       answer_post(n, q->slot, q->life, &answer, span_of(NULL, 0));
}

static bool question_answer(struct net_serve *n, uint64_t now_us, const struct net_question *q)
{
	uint8_t page[NET_PAGE];
	struct builder b = builder_over(page, sizeof(page));
	struct data_answer answer = {.status = STATUS_OK};

	if (q->body.ask == NET_ASK_PROBE)
		return probe_begin(n, now_us, q);
	net_answer(n, now_us, q, &answer, &b);
	return answer_post(n, q->slot, q->life, &answer, builder_span(&b));
}

static bool echo_tell(struct net_serve *n, struct probe *p)
{
	struct data_answer answer = {.status = STATUS_OK};
	uint8_t row[64];
	struct builder b = builder_over(row, sizeof(row));

	net_echo_emit(&b, &p->echo);
	if (!answer_post(n, p->slot, p->life, &answer, builder_span(&b)))
		return false;
	probe_end(&n->probes, p);
	return true;
}

bool net_step(struct net_serve *n, uint64_t now_us)
{
	struct probe_out out = {n->out.owner, n->out.probe};
	struct probe *p;

	probe_timers(&n->probes, &out, now_us);
	while (n->probes.done > 0 && data_has_room(n->data)) {
		p = probe_done(&n->probes);
		if (p == NULL || !echo_tell(n, p))
			break;
	}
	if (n->question_head != n->question_tail && data_has_room(n->data) &&
	    question_answer(n, now_us, &n->question[n->question_head % NET_ASKS_MAX]))
		n->question_head++;
	return sweep_slice(n) ||
	       (n->question_head != n->question_tail && data_has_room(n->data));
}

uint64_t net_next_us(const struct net_serve *n)
{
	return n->probes.in_use > n->probes.done ? n->probes.next_us : UINT64_MAX;
}
