// Control's end of what is said of the network.
#include "control/link/net_client.h"

#include "control/config/config_net.h"
#include "control/main/log.h"

#include <stdio.h>
#include <stdlib.h>

// --- questions -----------------------------------------------------------------------------------

static void question_home(struct shard *home, struct shard_task *task)
{
	struct net_question *q = (struct net_question *)task;

	q->done(home, q);
}

static void question_finish(struct shard *there, struct net_question *q, enum status status)
{
	q->status = status;
	q->task.run = question_home;
	if (there == q->home)
		q->done(there, q);
	else
		shard_post(q->home, &q->task);
}

static bool question_send(struct shard *h, uint32_t name, const struct net_question *q)
{
	struct data_ask body = {.ask = q->ask, .cursor = q->cursor};
	struct link_cell cell = {.kind = DATA_NET_ASK,
	                         .slot = name,
	                         .life = h->net_life,
	                         .buffer = LINK_NO_BUFFER};

	memcpy(cell.body, &body, sizeof(body));
	if (q->len > 0)
		return link_send(h->data, &cell, span_of(q->parameters, q->len));
	return link_post(h->data, &cell);
}

static void question_there(struct shard *there, struct shard_task *task)
{
	struct net_question *q = (struct net_question *)task;
	uint32_t name = 0;

	if (there->data == NULL) {
		question_finish(there, q, STATUS_SHUTDOWN);
		return;
	}
	while (name < NET_ASKS_MAX && there->net_asks[name].question != NULL)
		name++;
	there->net_life++;
	if (name == NET_ASKS_MAX || !question_send(there, name, q)) {
		question_finish(there, q, STATUS_TOO_MANY);
		return;
	}
	there->net_asks[name].question = q;
	there->net_asks[name].life = there->net_life;
}

void net_question_post(struct net_question *q, uint32_t worker)
{
	struct shard *home = q->home;

	q->task.run = question_there;
	if (worker == home->index)
		question_there(home, &q->task);
	else
		shard_post(home->control->shards[worker], &q->task);
}

static struct net_question *question_take(struct shard *h, const struct link_cell *cell)
{
	struct net_question *q;

	if (cell->slot >= NET_ASKS_MAX || h->net_asks[cell->slot].question == NULL ||
	    h->net_asks[cell->slot].life != cell->life) {
		COUNT(h, data_stale);
		return NULL;
	}
	q = h->net_asks[cell->slot].question;
	h->net_asks[cell->slot].question = NULL;
	return q;
}

void net_on_answer(struct shard *h, const struct link_cell *cell, struct span payload)
{
	struct net_question *q = question_take(h, cell);
	struct data_answer body;
	enum status status;

	if (q == NULL)
		return;
	memcpy(&body, cell->body, sizeof(body));
	status = body.status < STATUS_COUNT ? (enum status)body.status : STATUS_INTERNAL;
	if (payload.len > SHARD_PAGE) {
		COUNT(h, data_bad);
		status = STATUS_INTERNAL;
	} else if (payload.len > 0) {
		q->rows = blob_copy(payload);
		if (q->rows.data == NULL)
			status = STATUS_NO_MEMORY;
	}
	q->more = body.more != 0;
	q->next_cursor = body.cursor;
	question_finish(h, q, status);
}

void net_client_lost(struct shard *h, bool silent)
{
	for (uint32_t name = 0; name < NET_ASKS_MAX; name++) {
		struct net_question *q = h->net_asks[name].question;

		if (q == NULL)
			continue;
		h->net_asks[name].question = NULL;
		if (silent)
			free(q);
		else
			question_finish(h, q, STATUS_SHUTDOWN);
	}
	for (unsigned i = 0; i < NET_MESSAGES; i++)
		blob_fini(&h->net_sent[i]);
	h->net_stale = true;
}

// --- told unasked --------------------------------------------------------------------------------

void net_on_refused(struct shard *h, const struct link_cell *cell)
{
	char address[LOG_ADDRESS_MAX], rule[32] = "default rule", more[64] = "";
	struct data_refused body;

	memcpy(&body, cell->body, sizeof(body));
	if (!body.logged && !atomic_load(&h->control->config.acl_deny_log))
		return;
	if (body.number != UINT32_MAX)
		snprintf(rule, sizeof(rule), "rule ID=%u", body.number);
	if (body.untold > 0)
		snprintf(more, sizeof(more), " %u more were denied before it.", body.untold);
	log_control(LOG_NOTICE, "SSHS_ACL_DENY",
	            "The SSH connection request from %s was denied by ACL %u (%s).%s",
	            log_address(address, body.remote), body.list, rule, more);
}

// --- settings ------------------------------------------------------------------------------------

static bool message_send(struct shard *h, enum net_message which, struct span bytes)
{
	struct link_cell cell = {.kind = which == NET_MESSAGE_SETTINGS ? DATA_NET_SETTINGS
	                                                               : DATA_NET_RULES};
	struct blob *sent = &h->net_sent[which];

	if (sent->len == bytes.len && memcmp(sent->data, bytes.data, bytes.len) == 0)
		return true;
	if (!link_send(h->data, &cell, bytes))
		return false;
	blob_fini(sent);
	*sent = blob_copy(bytes); // without memory it is merely sent again
	return true;
}

static bool rules_send(struct shard *h, const struct settings *s, enum net_family family)
{
	static _Thread_local struct net_rules rules;
	struct builder b = builder_over(h->scratch, sizeof(h->scratch));

	config_net_rules(s, family, &rules);
	net_rules_emit(&b, family, &rules);
	return message_send(h, NET_MESSAGE_RULES4 + family, builder_span(&b));
}

static bool settings_send(struct shard *h, const struct settings *s)
{
	struct builder b = builder_over(h->scratch, sizeof(h->scratch));
	struct net_settings settings;

	config_net_settings(s, h->control->shard_count, &settings);
	net_settings_emit(&b, &settings);
	return message_send(h, NET_MESSAGE_SETTINGS, builder_span(&b));
}

bool net_settings_send(struct shard *h)
{
	const struct settings *s;

	if (!h->net_stale || h->data == NULL)
		return true;
	s = config_hold(&h->control->config);
	h->net_stale = !(settings_send(h, s) && rules_send(h, s, NET_IPV4) &&
	                 rules_send(h, s, NET_IPV6));
	config_give(&h->control->config);
	return !h->net_stale;
}
