// From control to the stream: one function a kind of cell, found by table.
#include "dataplane/main/data_inner.h"
#include "dataplane/main/net_serve.h"

#include "crypto/core/secret.h"

#define DRAIN_SLICE 256u

bool data_send(struct data_serve *s, struct data_conn *c, struct conn_id id,
               struct span message)
{
	struct span record;
	enum status status = record_seal(s->record, &c->record, id, message, &record);

	if (status == STATUS_OK)
		status = tcp_send(s->tcp, id, record);
	if (status == STATUS_OK) {
		c->unacked += (uint32_t)record.len;
		c->cost_sealed += message.len + DATA_MESSAGE_COST;
		return true;
	}
	data_count(s, status == STATUS_NO_MEMORY ? COUNTER_joint_no_memory : COUNTER_joint_bad);
	c->status = (uint8_t)status;
	tcp_abort(s->tcp, id);
	return false;
}

// --- one function a kind -------------------------------------------------------------------------

static void on_message_down(struct data_serve *s, struct data_conn *c, struct conn_id id,
                            const struct link_cell *cell, struct span payload)
{
	enum status status;

	if (payload.len == 0) {
		data_count(s, COUNTER_joint_bad);
		return;
	}
	status = record_gate_out(s->record, &c->record, payload.data[0]);
	if (status != STATUS_OK) {
		data_refuse(s, c, id, STATUS_INTERNAL);
		return;
	}
	if (data_send(s, c, id, payload))
		data_progress(s, c, id);
}

static void on_keys_install(struct data_serve *s, struct data_conn *c, struct conn_id id,
                            const struct link_cell *cell, struct span payload)
{
	struct data_keys body;
	struct suite_keys keys;
	enum status status;

	memcpy(&body, cell->body, sizeof(body));
	if (payload.len != sizeof(keys)) {
		data_count(s, COUNTER_joint_bad);
		return;
	}
	memcpy(&keys, payload.data, sizeof(keys));
	status = record_keys_install(s->record, &c->record, body.suite, body.sending != 0,
	                             body.strict != 0, &keys);
	secret_wipe(&keys, sizeof(keys));
	if (status == STATUS_OK)
		return;
	if (status == STATUS_NO_ROOM)
		data_count(s, COUNTER_joint_keys_full);
	else if (status != STATUS_UNEXPECTED)
		data_count(s, COUNTER_joint_bad);
	data_refuse(s, c, id,
	            status == STATUS_UNEXPECTED || status == STATUS_NO_ROOM ? status
	                                                                    : STATUS_INTERNAL);
}

static void on_phase(struct data_serve *s, struct data_conn *c, struct conn_id id,
                     const struct link_cell *cell, struct span payload)
{
	struct data_phase body;

	memcpy(&body, cell->body, sizeof(body));
	if (body.phase != DATA_PHASE_LOGIN && body.phase != DATA_PHASE_OPEN) {
		data_count(s, COUNTER_joint_bad);
		return;
	}
	c->record.phase =
	        body.phase == DATA_PHASE_OPEN ? RECORD_PHASE_OPEN : RECORD_PHASE_LOGIN;
	c->record.talks = body.talks != 0;
}

static void on_conn_close(struct data_serve *s, struct data_conn *c, struct conn_id id,
                          const struct link_cell *cell, struct span payload)
{
	struct data_close body;

	memcpy(&body, cell->body, sizeof(body));
	if (body.abort != 0) {
		tcp_abort(s->tcp, id);
		return;
	}
	c->state = DATA_CLOSING;
	tcp_close(s->tcp, id);
	tcp_consume(s->tcp, id, tcp_readable(s->tcp, id));
}

static void on_hold(struct data_serve *s, struct data_conn *c, struct conn_id id,
                    const struct link_cell *cell, struct span payload)
{
	struct data_hold body;

	memcpy(&body, cell->body, sizeof(body));
	c->held = body.on != 0;
	if (!c->held)
		data_read(s, c, id);
}

static void listen_set(struct data_serve *s, uint16_t port, bool on)
{
	uint32_t i = 0;

	while (i < s->ports && s->port[i] != port)
		i++;
	if (on && i == s->ports) {
		if (s->ports == DATA_PORTS_MAX) {
			data_count(s, COUNTER_joint_bad);
			return;
		}
		s->port[s->ports++] = port;
	} else if (!on && i < s->ports) {
		s->port[i] = s->port[--s->ports];
	}
	tcp_listen(s->tcp, port, on);
}

static void listen_cell(struct data_serve *s, const struct link_cell *cell)
{
	struct data_listen body;

	memcpy(&body, cell->body, sizeof(body));
	s->offers_v1 = body.offers_v1 != 0;
	if (!s->stopping)
		listen_set(s, body.port, body.on != 0);
}

// --- dispatch ------------------------------------------------------------------------------------

static void (*const handlers[DATA_KINDS])(struct data_serve *s, struct data_conn *c,
                                          struct conn_id id, const struct link_cell *cell,
                                          struct span payload) = {
        [DATA_MESSAGE_DOWN] = on_message_down,
        [DATA_KEYS_INSTALL] = on_keys_install,
        [DATA_PHASE] = on_phase,
        [DATA_CONN_CLOSE] = on_conn_close,
        [DATA_HOLD] = on_hold,
};

static void dispatch(struct data_serve *s, uint64_t now_us, const struct link_cell *cell,
                     struct span payload)
{
	struct conn_id id = {cell->slot, cell->life};
	struct data_conn *c;

	if (cell->kind == DATA_LISTEN) {
		listen_cell(s, cell);
		return;
	}
	if (s->net != NULL && net_cell(s->net, now_us, cell, payload))
		return;
	if (cell->kind >= DATA_KINDS || handlers[cell->kind] == NULL || id.slot >= s->slots) {
		data_count(s, COUNTER_joint_bad);
		return;
	}
	c = data_find(s, id);
	if (c == NULL || c->joint != s->joint) {
		data_count(s, COUNTER_joint_stale);
		return;
	}
	if (c->state == DATA_CLOSING && cell->kind != DATA_CONN_CLOSE) {
		data_count(s, COUNTER_joint_late);
		return;
	}
	handlers[cell->kind](s, c, id, cell, payload);
}

bool data_drain(struct data_serve *s, uint64_t now_us)
{
	struct link_cell cell;
	struct span payload;
	unsigned n;

	if (s->link == NULL)
		return false;
	for (n = 0; n < DRAIN_SLICE && link_next(s->link, &cell, &payload); n++) {
		dispatch(s, now_us, &cell, payload);
		// Keys cross once, whatever became of them: the buffer is reused for other things.
		if (cell.kind == DATA_KEYS_INSTALL)
			secret_wipe((uint8_t *)(uintptr_t)payload.data, payload.len);
		link_done(s->link);
	}
	return n == DRAIN_SLICE;
}
