// Control's end of the joint to the keeper.
#include "control/link/keeper_client.h"

#include "crypto/core/secret.h"

enum lane { LANE_SIGN, LANE_REST };

static const uint32_t posted_max[2] = {
        [LANE_SIGN] = ASKS_SIGN_MAX, [LANE_REST] = ASKS_REST_MAX};

static enum lane lane_of(const struct keeper_ask *ask)
{
	return ask->kind == KEEPER_SIGN || ask->kind == KEEPER_PROVE ? LANE_SIGN : LANE_REST;
}

enum status keeper_ask(struct shard *h, const struct keeper_ask *ask, struct span payload)
{
	enum lane lane = lane_of(ask);
	struct keeper_ask *kept;
	uint32_t name;

	kept = pool_take(&h->asks, &name);
	if (kept == NULL)
		return STATUS_NO_MEMORY;
	*kept = *ask;
	kept->payload = blob_copy(payload);
	kept->lane = lane;
	kept->next = 0;
	kept->ask_life = ++h->ask_life;
	if (kept->payload.data == NULL) {
		pool_give(&h->asks, &name);
		return STATUS_NO_MEMORY;
	}
	// Signatures of established sessions go before those of logins.
	if (ask->body.urgent && h->asks_first[lane] != 0) {
		kept->next = h->asks_first[lane];
		h->asks_first[lane] = name;
		return STATUS_OK;
	}
	if (h->asks_first[lane] == 0)
		h->asks_first[lane] = name;
	else
		((struct keeper_ask *)pool_at(&h->asks, h->asks_last[lane]))->next = name;
	h->asks_last[lane] = name;
	return STATUS_OK;
}

static bool ask_post(struct shard *h, uint32_t name, struct keeper_ask *ask)
{
	struct link_cell cell = {
	        .kind = (uint16_t)ask->kind, .slot = name, .life = ask->ask_life};

	memcpy(cell.body, &ask->body, sizeof(ask->body));
	if (!link_send(h->keeper, &cell, span_blob(&ask->payload)))
		return false;
	blob_wipe(&ask->payload);
	return true;
}

void keeper_client_pump(struct shard *h)
{
	if (h->keeper == NULL)
		return;
	for (int lane = 0; lane < 2; lane++) {
		while (h->asks_first[lane] != 0 && h->asks_posted[lane] < posted_max[lane]) {
			uint32_t name = h->asks_first[lane];
			struct keeper_ask *ask = pool_at(&h->asks, name);

			if (!ask_post(h, name, ask))
				return;
			h->asks_first[lane] = ask->next;
			h->asks_posted[lane]++;
		}
	}
}

// Let go of a question and tell who asked.
static void ask_finish(struct shard *h, uint32_t name, enum status status, struct span payload)
{
	struct keeper_ask *kept = pool_at(&h->asks, name);
	struct keeper_ask ask = *kept;

	blob_wipe(&kept->payload);
	pool_give(&h->asks, &name);
	ask.payload = (struct blob){NULL, 0};
	ask.done(h, &ask, status, payload);
}

static void answer_take(struct shard *h, const struct link_cell *cell, struct span payload)
{
	struct keeper_ask *ask = pool_at(&h->asks, cell->slot);
	struct keeper_body body;
	struct blob copy;

	memcpy(&body, cell->body, sizeof(body));
	if (cell->kind != KEEPER_ANSWER || body.status >= STATUS_COUNT) {
		COUNT(h, keeper_bad);
		return;
	}
	if (ask == NULL || ask->ask_life != cell->life || ask->payload.data != NULL ||
	    body.asked != (uint32_t)ask->kind) {
		COUNT(h, keeper_stale);
		return;
	}
	h->asks_posted[ask->lane]--;
	copy = blob_copy(payload);
	if (payload.len > 0)
		secret_wipe((void *)payload.data, payload.len); // it may be a session key
	if (copy.data == NULL)
		body.status = STATUS_NO_MEMORY;
	ask_finish(h, cell->slot, (enum status)body.status, span_blob(&copy));
	blob_wipe(&copy);
}

bool keeper_client_drain(struct shard *h)
{
	struct link_cell cell;
	struct span payload;

	if (h->keeper == NULL || !link_next(h->keeper, &cell, &payload))
		return false;
	answer_take(h, &cell, payload);
	link_done(h->keeper);
	return true;
}

void keeper_client_lost(struct shard *h)
{
	h->asks_first[0] = h->asks_first[1] = 0;
	h->asks_posted[0] = h->asks_posted[1] = 0;
	// Those that `done` adds come behind and are meant for the next keeper.
	for (uint32_t name = 1, last = h->asks.names; name < last; name++) {
		struct keeper_ask *ask = pool_at(&h->asks, name);

		if (ask == NULL)
			continue;
		COUNT(h, keeper_lost);
		ask_finish(h, name, STATUS_SHUTDOWN, span_of(NULL, 0));
	}
}
