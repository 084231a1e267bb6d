// The table of calls, and how replies travel.
#include "control/serve/api_call.h"

#include "control/session/session_channel.h"
#include "crypto/wire/cursor.h"

#include <stdlib.h>

static api_handler *const handlers[API_CALLS] = {
        [API_BEGIN] = api_begin,
        [API_COMMIT] = api_commit,
        [API_ABORT] = api_abort,
        [API_CLEAR] = api_clear,
        [API_PUT] = api_put,
        [API_DELETE] = api_delete,
        [API_GET] = api_get,
        [API_LIST] = api_list,
        [API_LIST_WHOLE] = api_list_whole,
        [API_BLACKLIST] = api_blacklist,
        [API_BLACKLIST_RESET] = api_blacklist_reset,
        [API_EXCEPTIONS] = api_exceptions,
        [API_USER_SESSIONS] = api_user_sessions,
        [API_SET_PASSWORD] = api_set_password,
        [API_SET_TOTP] = api_set_totp,
        [API_DROP_TOTP] = api_drop_totp,
        [API_SUPER] = api_super,
        [API_SET_SUPER] = api_set_super,
        [API_SET_LINE_PASSWORD] = api_set_line_password,
        [API_SESSIONS] = api_sessions,
        [API_DIALOGUES] = api_dialogues,
        [API_COUNTERS] = api_counters,
        [API_PENALTIES] = api_penalties,
        [API_RESET_PENALTIES] = api_reset_penalties,
        [API_RESET_COUNTERS] = api_reset_counters,
        [API_STATUS] = api_status,
        [API_MEMORY] = api_memory,
        [API_POOLS] = api_pools,
        [API_ALGORITHMS] = api_algorithms,
        [API_HOST_KEYS] = api_host_keys,
        [API_GENERATE_KEY] = api_generate_key,
        [API_HOST_CERTIFICATE] = api_host_certificate,
        [API_DROP_HOST_CERT] = api_drop_host_cert,
        [API_HOST_CERTS] = api_host_certs,
        [API_DESTROY_KEY] = api_destroy_key,
        [API_FREE_SESSION] = api_free_session,
        [API_STARTED] = api_started,
        [API_REBOOT] = api_reboot,
        [API_LOG] = api_log,
        [API_LOG_WATCH] = api_log_watch,
        [API_DEBUGGING] = api_debugging,
        [API_SET_DEBUGGING] = api_set_debugging,
        [API_LOG_STATE] = api_log_state,
        [API_LOG_RESET] = api_log_reset,
        [API_LOG_ADD] = api_log_add,
        [API_STATES] = api_states,
        [API_NET_SHOW] = api_net,
        [API_NET_DO] = api_net,
};

static const enum api_role roles[API_CALLS] = {
#define X(name, role, text) [API_##name] = API_ROLE_##role,
        API_CALL_LIST(X)
#undef X
};

// --- replies -------------------------------------------------------------------------------------

static bool reply_room(struct shard *h)
{
	return link_room(h->dialogue) > SHARD_RESERVE_CELLS / 2;
}

static void reply_keep(struct shard *h, const struct link_cell *cell, struct span payload)
{
	struct api_reply *r = malloc(sizeof(*r) + payload.len);

	if (r == NULL)
		return; // cli asks again
	*r = (struct api_reply){.cell = *cell, .len = payload.len};
	if (payload.len > 0)
		memcpy(r->bytes, payload.data, payload.len);
	if (h->replies_first == NULL)
		h->replies_first = r;
	else
		h->replies_last->next = r;
	h->replies_last = r;
	GAUGE_ADD(h, replies, 1);
}

void api_reply(struct shard *h, const struct api_ask *a, enum status status,
               struct span payload)
{
	struct dialogue_request body = a->head;
	struct link_cell cell = {.kind = DIALOGUE_REPLY, .slot = a->slot, .life = a->life};

	body.status = status;
	if (status != STATUS_OK)
		payload.len = 0;
	memcpy(cell.body, &body, sizeof(body));
	if (h->dialogue == NULL)
		return;
	if (h->replies_first != NULL || !reply_room(h) ||
	    !link_send(h->dialogue, &cell, payload))
		reply_keep(h, &cell, payload);
}

void api_pump(struct shard *h)
{
	while (h->replies_first != NULL && h->dialogue != NULL && reply_room(h)) {
		struct api_reply *r = h->replies_first;

		if (!link_send(h->dialogue, &r->cell, span_of(r->bytes, r->len)))
			return;
		h->replies_first = r->next;
		GAUGE_ADD(h, replies, -1);
		free(r);
	}
}

bool api_row_done(struct api_ask *a, size_t before, uint64_t row)
{
	if (builder_ok(&a->out))
		return true;
	a->out.len = before;
	a->out.status = STATUS_OK;
	a->head.more = 1;
	a->head.cursor = row;
	return false;
}

// --- calls ---------------------------------------------------------------------------------------

// Who asks: cli itself is the operator at the console; a dialogue is whoever logged in.
static enum api_role role_of(struct shard *h, const struct link_cell *cell)
{
	struct dialogue *d;

	if (cell->slot >= DIALOGUE_LOCAL)
		return API_ROLE_ADMIN;
	d = dialogue_find(h, cell->slot, cell->life);
	if (d == NULL || d->state != DIALOGUE_OPENED)
		return API_ROLE_NONE;
	if (d->role != API_ROLE_NONE)
		return d->role;
	return users_role(&h->control->config, span_text(h->sessions[d->session].role));
}

static enum status call_run(struct api_ask *a, struct span payload)
{
	struct cursor c = cursor_over(payload);
	uint16_t call = a->head.call;

	if (call == API_CALL_NONE || call >= API_CALLS)
		return STATUS_UNSUPPORTED;
	if (a->role < roles[call] && a->role != API_ROLE_CUSTOM) {
		COUNT(a->h, api_denied);
		return STATUS_DENIED;
	}
	return handlers[call](a, &c);
}

void api_on_request(struct shard *h, const struct link_cell *cell, struct span payload)
{
	struct api_ask a = {.h = h, .slot = cell->slot, .life = cell->life};
	enum status status;

	memcpy(&a.head, cell->body, sizeof(a.head));
	a.head.more = 0;
	a.role = role_of(h, cell);
	a.out = builder_over(h->page, sizeof(h->page));
	if (a.role == API_ROLE_NONE) {
		COUNT(h, dialogue_stale);
		return;
	}
	COUNT(h, api_calls);
	if (payload.len > sizeof(h->scratch)) {
		api_reply(h, &a, STATUS_TOO_LONG, span_of(NULL, 0));
		return;
	}
	if (payload.len > 0)
		memcpy(h->scratch, payload.data, payload.len);
	status = call_run(&a, span_of(h->scratch, payload.len));
	if (status == STATUS_TRUNCATED || status == STATUS_TRAILING ||
	    status == STATUS_MALFORMED || status == STATUS_TOO_LONG)
		COUNT(h, api_malformed);
	if (status != API_LATER)
		api_reply(h, &a, status, builder_span(&a.out));
}
