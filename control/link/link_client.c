// Cells of the dataplane and of cli, one at a time.
#include "control/link/link_client.h"
#include "control/link/net_client.h"

#include "control/serve/api_serve.h"
#include "control/main/log.h"
#include "control/session/session.h"
#include "control/session/session_channel.h"
#include "crypto/core/secret.h"
#include "dataplane/base/trace.h"

#define DATA_HEAD 9u // CHANNEL_DATA: number, channel, length

// --- cells of the dataplane ----------------------------------------------------------------------

static void on_opened(struct shard *h, const struct link_cell *cell)
{
	struct data_opened body;

	memcpy(&body, cell->body, sizeof(body));
	if (cell->slot >= h->sessions_max || cell->life == 0) {
		COUNT(h, data_bad);
		return;
	}
	session_open(h, cell->slot, cell->life, &body);
}

// A private copy of what will be parsed: all of it, but of channel data only the head, since the
// bytes go on unread.
static bool message_copy(struct shard *h, struct span payload, struct message *m)
{
	size_t copied = payload.len;

	if (payload.len == 0 || payload.len > sizeof(h->scratch))
		return false;
	h->scratch[0] = *(const volatile uint8_t *)payload.data;
	m->number = h->scratch[0];
	if (m->number == SSH_MSG_CHANNEL_DATA &&
	    payload.len > DATA_HEAD) { // no number of SSH-1
		copied = DATA_HEAD;
		m->bulk = span_of(payload.data + DATA_HEAD, payload.len - DATA_HEAD);
	}
	memcpy(h->scratch + 1, payload.data + 1, copied - 1);
	m->whole = span_of(h->scratch, copied);
	m->body = span_of(h->scratch + 1, copied - 1);
	return true;
}

static void on_ident(struct shard *h, struct session *s, struct span payload)
{
	struct message m = {0};

	if (payload.len > SSH_IDENT_MAX) {
		COUNT(h, data_bad);
		session_refuse(h, s, STATUS_BAD_VERSION, "identification is too long");
		return;
	}
	if (payload.len > 0)
		memcpy(h->scratch, payload.data, payload.len);
	m.whole = m.body = span_of(h->scratch, payload.len);
	session_step(h, s, GOT_IDENT, &m);
}

static void on_message(struct shard *h, struct session *s, const struct link_cell *cell,
                       struct span payload)
{
	struct data_message body;
	struct message m = {0};
	enum session_event event;

	memcpy(&body, cell->body, sizeof(body));
	COUNT(h, messages_in);
	if (!message_copy(h, payload, &m)) {
		COUNT(h, data_bad);
		session_refuse(h, s, STATUS_TOO_LONG, "message is too long");
		return;
	}
	m.sequence = body.sequence;
	s->up_bytes += payload.len;
	s->heard_us = h->now_us;
	s->unanswered = 0;
	s->key_bytes[0] += body.wire_bytes < SESSION_REKEY_BYTES ? body.wire_bytes : 0;
	s->key_packets[0]++;
	event = session_event_in(s->state, m.number);
	session_step(h, s, event, &m);
	// It may have held a password: neither copy stays.
	if (event == GOT_AUTH_REQUEST || event == GOT_AUTH_ANSWERS ||
	    event == GOT_V1_PASSWORD) {
		secret_wipe(h->scratch, payload.len);
		secret_wipe((void *)payload.data, payload.len);
	}
}

static void on_sent(struct shard *h, struct session *s, const struct link_cell *cell)
{
	struct data_sent body;

	memcpy(&body, cell->body, sizeof(body));
	if (body.progress < s->progress || body.progress > s->posted) {
		COUNT(h, data_bad);
		return;
	}
	s->progress = body.progress;
	session_pump(h, s);
}

static void on_closed(struct shard *h, struct session *s, const struct link_cell *cell)
{
	struct data_closed body;

	memcpy(&body, cell->body, sizeof(body));
	if (body.status != STATUS_OK)
		log_session(h, s, LOG_INFO, "SSHS_LOG", "Connection closed: %s.",
		            status_text((enum status)body.status));
	session_gone(h, s);
}

static void data_take(struct shard *h, const struct link_cell *cell, struct span payload)
{
	struct session *s;

	TRACE_STEP(cell->slot, cell->life);
	if (cell->kind == DATA_CONN_OPENED) {
		on_opened(h, cell);
		return;
	}
	if (cell->kind == DATA_NET_ANSWER) {
		net_on_answer(h, cell, payload);
		return;
	}
	if (cell->kind == DATA_NET_REFUSED) {
		net_on_refused(h, cell);
		return;
	}
	s = session_find(h, cell->slot, cell->life);
	if (s == NULL) {
		COUNT(h, data_stale);
		return;
	}
	switch (cell->kind) {
	case DATA_IDENT_UP:
		on_ident(h, s, payload);
		break;
	case DATA_MESSAGE_UP:
		on_message(h, s, cell, payload);
		break;
	case DATA_SENT:
		on_sent(h, s, cell);
		break;
	case DATA_CONN_CLOSED:
		on_closed(h, s, cell);
		break;
	default:
		COUNT(h, data_bad);
	}
}

bool data_client_drain(struct shard *h)
{
	struct link_cell cell;
	struct span payload;

	if (h->data == NULL || !link_next(h->data, &cell, &payload))
		return false;
	data_take(h, &cell, payload);
	link_done(h->data);
	return true;
}

// --- cells of cli --------------------------------------------------------------------------------

bool dialogue_client_drain(struct shard *h)
{
	struct link_cell cell;
	struct span payload;

	if (h->dialogue == NULL || !link_next(h->dialogue, &cell, &payload))
		return false;
	if (cell.kind == DIALOGUE_REQUEST)
		api_on_request(h, &cell, payload);
	else
		shell_on_cell(h, &cell, payload);
	link_done(h->dialogue);
	return true;
}
