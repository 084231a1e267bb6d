// Calls about the network: a question for one worker, and the next page perhaps from the next.
#include "control/link/net_client.h"
#include "control/serve/api_call.h"

#include "crypto/wire/cursor.h"

#include <stdlib.h>

enum net_scope { NET_REFUSED, NET_FIRST_WORKER, NET_EACH_WORKER };

// Who is asked, and by which call.
static const struct {
	enum net_scope scope;
	uint16_t call;
} questions[NET_ASKS] = {
        [NET_ASK_CONNECTIONS] = {NET_EACH_WORKER, API_NET_SHOW},
        [NET_ASK_NEIGHBORS] = {NET_EACH_WORKER, API_NET_SHOW},
        [NET_ASK_ROUTES] = {NET_FIRST_WORKER, API_NET_SHOW},
        [NET_ASK_PORT] = {NET_FIRST_WORKER, API_NET_SHOW},
        [NET_ASK_HITS] = {NET_EACH_WORKER, API_NET_SHOW},
        [NET_ASK_PROBE] = {NET_FIRST_WORKER, API_NET_SHOW},
        [NET_ASK_FORGET_NEIGHBORS] = {NET_EACH_WORKER, API_NET_DO},
        [NET_ASK_FORGET_HITS] = {NET_EACH_WORKER, API_NET_DO},
};

struct net_call {
	struct net_question question; // first
	struct api_ask ask;
};

// Further on with this worker, or from the start with the next one.
static void page_end(struct api_ask *a, const struct net_question *q)
{
	uint64_t worker = a->head.cursor >> 32;

	if (q->more) {
		a->head.more = 1;
		a->head.cursor = worker << 32 | (uint32_t)q->next_cursor;
	} else if (questions[q->ask].scope == NET_EACH_WORKER &&
	           worker + 1 < a->h->control->shard_count) {
		a->head.more = 1;
		a->head.cursor = (worker + 1) << 32;
	}
}

static void net_done(struct shard *home, struct net_question *q)
{
	struct net_call *call = (struct net_call *)q;

	if (q->status == STATUS_OK)
		page_end(&call->ask, q);
	api_reply(home, &call->ask, q->status, span_blob(&q->rows));
	blob_fini(&q->rows);
	free(call);
}

enum status api_net(struct api_ask *a, struct cursor *c)
{
	uint32_t worker = (uint32_t)(a->head.cursor >> 32);
	uint8_t ask = cursor_u8(c);
	struct span parameters = cursor_rest(c);
	struct net_call *call;

	if (!cursor_ok(c) || parameters.len > NET_PARAMETERS_MAX)
		return STATUS_MALFORMED;
	if (ask >= NET_ASKS || questions[ask].call != a->head.call)
		return STATUS_UNSUPPORTED;
	if (worker >= a->h->control->shard_count ||
	    (worker > 0 && questions[ask].scope == NET_FIRST_WORKER))
		return STATUS_NOT_FOUND;
	call = calloc(1, sizeof(*call));
	if (call == NULL)
		return STATUS_NO_MEMORY;
	call->ask = *a;
	call->question = (struct net_question){
	        .home = a->h,
	        .ask = ask,
	        .cursor = (uint32_t)a->head.cursor,
	        .len = (uint8_t)parameters.len,
	        .done = net_done,
	};
	if (parameters.len > 0)
		memcpy(call->question.parameters, parameters.data, parameters.len);
	net_question_post(&call->question, worker);
	return API_LATER;
}
