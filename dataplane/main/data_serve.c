// Connections come and go; what is owed to control; joints come and go.
#include "dataplane/main/data_inner.h"
#include "dataplane/main/net_serve.h"

#include <sys/mman.h>

#include "crypto/core/secret.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/ssh1.h"

#define SWEEP_SLICE 256u
#define RETRY_SLICE 256u

static const char ident_line[] = DATA_IDENT "\r\n", ident_line_v1[] = DATA_IDENT_V1 "\r\n";

struct data_conn *data_find(struct data_serve *s, struct conn_id id)
{
	struct data_conn *c;

	if (id.slot >= s->slots || id.life == 0)
		return NULL;
	c = &s->conns[id.slot];
	return c->life == id.life ? c : NULL;
}

void data_count(struct data_serve *s, enum counter row)
{
	s->count[row]++;
}

bool data_has_room(struct data_serve *s)
{
	if (s->link == NULL)
		return false;
	if (link_room(s->link) > s->reserve)
		return true;
	link_want_room(s->link);
	return false;
}

// --- the list of those that wait -----------------------------------------------------------------

void data_wait(struct data_serve *s, struct data_conn *c)
{
	uint32_t slot = (uint32_t)(c - s->conns);

	if (c->waits)
		return;
	c->waits = true;
	c->wait_next = DATA_NO_SLOT;
	c->wait_prev = s->wait_last;
	if (s->wait_last != DATA_NO_SLOT)
		s->conns[s->wait_last].wait_next = slot;
	else
		s->wait_first = slot;
	s->wait_last = slot;
	s->waiting++;
}

void data_unwait(struct data_serve *s, struct data_conn *c)
{
	if (!c->waits)
		return;
	if (c->wait_prev != DATA_NO_SLOT)
		s->conns[c->wait_prev].wait_next = c->wait_next;
	else
		s->wait_first = c->wait_next;
	if (c->wait_next != DATA_NO_SLOT)
		s->conns[c->wait_next].wait_prev = c->wait_prev;
	else
		s->wait_last = c->wait_prev;
	c->waits = false;
	s->waiting--;
}

// --- ends that are owed --------------------------------------------------------------------------

static bool owed_tell(struct data_serve *s)
{
	while (s->owed_head != s->owed_tail) {
		const struct data_owed *o = &s->owed[s->owed_head & s->owed_mask];
		struct data_closed body = {o->end, o->status};
		struct link_cell cell = {
		        .kind = DATA_CONN_CLOSED,
		        .slot = o->slot,
		        .life = o->life,
		        .buffer = LINK_NO_BUFFER,
		};

		memcpy(cell.body, &body, sizeof(body));
		if (s->link == NULL || !link_post(s->link, &cell))
			return false;
		s->owed_head++;
	}
	return true;
}

// Cannot overflow: no connection opens while an end is owed, so no slot is owed twice.
static void owed_push(struct data_serve *s, struct conn_id id, enum tcp_end end, uint8_t status)
{
	s->owed[s->owed_tail++ & s->owed_mask] =
	        (struct data_owed){id.slot, id.life, (uint32_t)end, status};
	owed_tell(s);
}

// --- what TCP tells ------------------------------------------------------------------------------

static bool opened_tell(struct data_serve *s, struct conn_id id, const struct tcp_tuple *tuple)
{
	struct data_opened body = {.remote_port = tuple->remote_port,
	                           .local_port = tuple->local_port,
	                           .offers_v1 = s->offers_v1};
	struct link_cell cell = {
	        .kind = DATA_CONN_OPENED,
	        .slot = id.slot,
	        .life = id.life,
	        .buffer = LINK_NO_BUFFER,
	};

	if (s->stopping || !owed_tell(s) || !data_has_room(s))
		return false;
	memcpy(body.remote, tuple->remote.bytes, sizeof(body.remote));
	memcpy(cell.body, &body, sizeof(body));
	return link_post(s->link, &cell);
}

static void on_opened(void *app, struct conn_id id, const struct tcp_tuple *tuple)
{
	struct data_serve *s = app;
	struct data_conn *c = &s->conns[id.slot];
	struct span ident = s->offers_v1 ? span_of(ident_line_v1, sizeof(ident_line_v1) - 1)
	                                 : span_of(ident_line, sizeof(ident_line) - 1);

	if (!opened_tell(s, id, tuple)) {
		data_count(s, COUNTER_joint_refused);
		tcp_abort(s->tcp, id);
		return;
	}
	*c = (struct data_conn){.life = id.life,
	                        .state = DATA_EXPECT_IDENT,
	                        .joint = s->joint,
	                        .offers_v1 = s->offers_v1};
	record_init(&c->record);
	if (tcp_send(s->tcp, id, ident) != STATUS_OK) {
		data_count(s, COUNTER_joint_no_memory);
		tcp_abort(s->tcp, id);
		return;
	}
	c->unacked = c->ident_unacked = (uint32_t)ident.len;
}

static void on_readable(void *app, struct conn_id id)
{
	struct data_conn *c = data_find(app, id);

	if (c != NULL)
		data_read(app, c, id);
}

static void on_acked(void *app, struct conn_id id, uint32_t bytes)
{
	struct data_conn *c = data_find(app, id);
	uint32_t ident;

	if (c == NULL)
		return;
	ident = bytes < c->ident_unacked ? bytes : c->ident_unacked;
	c->ident_unacked -= ident;
	c->unacked -= bytes < c->unacked ? bytes : c->unacked;
	data_progress(app, c, id);
}

static void on_closed(void *app, struct conn_id id, enum tcp_end why)
{
	struct data_serve *s = app;
	struct data_conn *c = data_find(s, id);

	if (c == NULL)
		return;
	data_unwait(s, c);
	record_fini(s->record, &c->record, id);
	c->life = 0;
	c->state = DATA_FREE;
	if (c->joint == s->joint && s->link != NULL)
		owed_push(s, id, why, c->status);
}

const struct tcp_app data_serve_ops = {on_opened, on_readable, on_acked, on_closed};

// --- progress ------------------------------------------------------------------------------------

// What the peer has not acknowledged of our records does not count yet.
static uint64_t progress_of(const struct data_conn *c)
{
	return c->cost_sealed - (c->unacked - c->ident_unacked);
}

void data_progress(struct data_serve *s, struct data_conn *c, struct conn_id id)
{
	struct data_sent body = {progress_of(c)};
	struct link_cell cell = {
	        .kind = DATA_SENT,
	        .slot = id.slot,
	        .life = id.life,
	        .buffer = LINK_NO_BUFFER,
	};

	c->owes_sent = false;
	if (c->state == DATA_CLOSING || c->joint != s->joint ||
	    body.progress - c->progress_told < DATA_SEND_REPORT)
		return;
	memcpy(cell.body, &body, sizeof(body));
	if (s->link != NULL && link_post(s->link, &cell)) {
		c->progress_told = body.progress;
		return;
	}
	c->owes_sent = true;
	data_wait(s, c);
}

// --- ending connections --------------------------------------------------------------------------

void data_disconnect(struct data_serve *s, struct data_conn *c, struct conn_id id,
                     unsigned reason, const char *text)
{
	uint8_t message[256];
	struct builder b = builder_over(message, sizeof(message));

	if (c->state == DATA_CLOSING)
		return;
	static_assert(SSH1_MSG_DISCONNECT == SSH_MSG_DISCONNECT, "the same in both");
	builder_u8(&b, SSH_MSG_DISCONNECT);
	if (!c->record.v1)
		builder_u32(&b, reason);
	builder_text(&b, text);
	if (!c->record.v1)
		builder_text(&b, ""); // language
	if (!data_send(s, c, id, builder_span(&b)))
		return;
	c->state = DATA_CLOSING;
	tcp_close(s->tcp, id);
	tcp_consume(s->tcp, id, tcp_readable(s->tcp, id));
}

void data_refuse(struct data_serve *s, struct data_conn *c, struct conn_id id,
                 enum status status)
{
	c->status = (uint8_t)status;
	data_disconnect(s, c, id, status_reason(status), status_text(status));
}

static void sweep_start(struct data_serve *s, const char *text)
{
	struct tcp_gauges g;

	tcp_gauges(s->tcp, &g);
	s->sweep_at = 0;
	s->sweep_end = g.slots_touched < s->slots ? g.slots_touched : s->slots;
	s->sweep_text = text;
}

// Those of the joint attached now stay, unless the device goes down.
static bool sweep_slice(struct data_serve *s)
{
	for (uint32_t i = 0; i < SWEEP_SLICE && s->sweep_at < s->sweep_end;
	     i++, s->sweep_at++) {
		struct data_conn *c = &s->conns[s->sweep_at];
		struct conn_id id = {s->sweep_at, c->life};

		if (c->life == 0 || (c->joint == s->joint && !s->stopping))
			continue;
		c->status = STATUS_SHUTDOWN;
		data_disconnect(s, c, id, SSH_DISCONNECT_BY_APPLICATION, s->sweep_text);
		s->count[COUNTER_joint_orphaned] += !s->stopping;
	}
	return s->sweep_at < s->sweep_end;
}

static void listeners_stop(struct data_serve *s)
{
	for (uint32_t i = 0; i < s->ports; i++)
		tcp_listen(s->tcp, s->port[i], false);
	s->ports = 0;
}

struct link *data_attach(struct data_serve *s, struct link *link)
{
	struct link *old = s->link;

	listeners_stop(s);
	s->owed_head = s->owed_tail;
	s->link = link;
	s->joint = s->joint == UINT8_MAX ? 1 : s->joint + 1;
	s->reserve = link_room(link) / 8;
	if (s->net != NULL)
		net_attached(s->net);
	if (old != NULL)
		sweep_start(s, "the device is restarting");
	return old;
}

void data_stop(struct data_serve *s)
{
	listeners_stop(s);
	s->stopping = true;
	sweep_start(s, status_text(STATUS_SHUTDOWN));
}

// --- once per loop -------------------------------------------------------------------------------

static void serve_waiting(struct data_serve *s)
{
	struct data_conn *c = &s->conns[s->wait_first];
	struct conn_id id = {s->wait_first, c->life};
	bool read = c->wants_read;

	data_unwait(s, c);
	c->wants_read = false;
	if (c->owes_sent)
		data_progress(s, c, id);
	if (read)
		data_read(s, c, id);
}

bool data_retry(struct data_serve *s)
{
	bool more = sweep_slice(s);
	uint32_t turns = s->waiting < RETRY_SLICE ? s->waiting : RETRY_SLICE;

	if (s->owed_head != s->owed_tail && !owed_tell(s))
		return more;
	for (; turns > 0 && s->waiting > 0 && data_has_room(s); turns--)
		serve_waiting(s);
	return more;
}

void data_flush(struct data_serve *s)
{
	if (s->link != NULL)
		link_flush(s->link);
}

bool data_is_idle(const struct data_serve *s)
{
	return s->sweep_at >= s->sweep_end;
}

// --- life ----------------------------------------------------------------------------------------

enum status data_init(struct data_serve *s, const struct data_config *config)
{
	uint32_t places = 1;

	while (places < config->slots)
		places *= 2;
	*s = (struct data_serve){
	        .conns = config->conns,
	        .slots = config->slots,
	        .count = config->count,
	        .owed_mask = places - 1,
	        .wait_first = DATA_NO_SLOT,
	        .wait_last = DATA_NO_SLOT,
	};
	s->record = record_core_new(config->count, config->pending_keys);
	s->owed = mmap(NULL, places * sizeof(*s->owed), PROT_READ | PROT_WRITE,
	               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (s->owed == MAP_FAILED)
		s->owed = NULL;
	if (s->record == NULL || s->owed == NULL) {
		data_fini(s);
		return STATUS_NO_MEMORY;
	}
	return STATUS_OK;
}

void data_fini(struct data_serve *s)
{
	record_core_free(s->record);
	if (s->owed != NULL)
		munmap(s->owed, ((size_t)s->owed_mask + 1) * sizeof(*s->owed));
	s->record = NULL;
	s->owed = NULL;
}
