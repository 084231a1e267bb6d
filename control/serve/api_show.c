// Calls that show what the process counts and holds.
#include "control/serve/api_call.h"

#include "control/main/crypto_pool.h"
#include "control/session/session_algorithms.h"
#include "crypto/wire/cursor.h"
#include "dataplane/base/counters_page.h"

#include <stdio.h>
#include <unistd.h>

// --- counters ------------------------------------------------------------------------------------

static uint64_t control_count(const struct control *c, unsigned row)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < c->shard_count; i++)
		sum += atomic_load_explicit(&c->shards[i]->count[row], memory_order_relaxed);
	return sum;
}

static uint64_t dataplane_count(const struct control *c, unsigned row)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < c->shard_count; i++) {
		if (c->pages[i] != NULL && counters_page_ok(c->pages[i]))
			sum += counters_read(&c->pages[i]->count[row]);
	}
	return sum;
}

// A worker that was started anew counts from zero: then its baseline means nothing.
static uint64_t since(uint64_t now, uint64_t base)
{
	return now >= base ? now - base : now;
}

static void counter_emit(struct api_ask *a, uint64_t i)
{
	const struct control *c = a->h->control;

	if (i < COUNTERS) {
		builder_text(&a->out, counters_row((unsigned)i).name);
		builder_text(&a->out, counters_row((unsigned)i).text);
		builder_u64(&a->out,
		            since(dataplane_count(c, (unsigned)i), c->base_dataplane[i]));
		return;
	}
	i -= COUNTERS;
	builder_text(&a->out, control_counter_row((unsigned)i).name);
	builder_text(&a->out, control_counter_row((unsigned)i).text);
	builder_u64(&a->out, since(control_count(c, (unsigned)i), c->base_control[i]));
}

enum status api_counters(struct api_ask *a, struct cursor *c)
{
	struct control *control = a->h->control;

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	pthread_mutex_lock(&control->counters_lock);
	for (uint64_t i = a->head.cursor; i < (uint64_t)COUNTERS + CONTROL_COUNTERS; i++) {
		size_t before = a->out.len;

		counter_emit(a, i);
		if (!api_row_done(a, before, i))
			break;
	}
	pthread_mutex_unlock(&control->counters_lock);
	return STATUS_OK;
}

// The rows of the dataplane that a reset of this kind is about.
static void rows_of(enum api_counters which, unsigned *from, unsigned *end)
{
	*from = which == API_COUNTERS_TCP ? COUNTER_TCP_FIRST : 0;
	*end = which == API_COUNTERS_INTERFACE ? COUNTERS_FRAME_END : COUNTERS;
}

enum status api_reset_counters(struct api_ask *a, struct cursor *c)
{
	struct control *control = a->h->control;
	uint8_t which = cursor_left(c) > 0 ? cursor_u8(c) : API_COUNTERS_ALL;
	unsigned from, end;

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	if (which > API_COUNTERS_TCP)
		return STATUS_MALFORMED;
	rows_of((enum api_counters)which, &from, &end);
	pthread_mutex_lock(&control->counters_lock);
	for (unsigned i = from; i < end; i++)
		control->base_dataplane[i] = dataplane_count(control, i);
	for (unsigned i = 0; i < CONTROL_COUNTERS && which == API_COUNTERS_ALL; i++)
		control->base_control[i] = control_count(control, i);
	pthread_mutex_unlock(&control->counters_lock);
	return STATUS_OK;
}

// --- the state table -----------------------------------------------------------------------------

// The last number of the run that begins with `first`: one message, so one answer.
static unsigned run_end(unsigned state, unsigned first)
{
	unsigned last = first;

	while (last < 255 && session_event_in(state, (uint8_t)(last + 1)) ==
	                             session_event_in(state, (uint8_t)first))
		last++;
	return last;
}

static void state_emit(struct api_ask *a, unsigned state, unsigned first, unsigned last)
{
	enum session_event event = session_event_in(state, (uint8_t)first);
	unsigned next = session_next_of(state, event);

	builder_text(&a->out, session_state_name(state));
	builder_u8(&a->out, (uint8_t)first);
	builder_u8(&a->out, (uint8_t)last);
	builder_text(&a->out, session_event_name(event));
	builder_text(&a->out, session_answer_text(session_answer_to(state, event)));
	builder_text(&a->out, next != SESSION_FREE ? session_state_name(next) : "");
}

// A row is named by its state and first number.
enum status api_states(struct api_ask *a, struct cursor *c)
{
	uint64_t row = a->head.cursor;

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	while (row >> 8 < SESSION_STATES) {
		unsigned first = row & 255, last = run_end((unsigned)(row >> 8), first);
		size_t before = a->out.len;

		state_emit(a, (unsigned)(row >> 8), first, last);
		if (!api_row_done(a, before, row))
			break;
		row += last + 1 - first;
	}
	return STATUS_OK;
}

// --- status --------------------------------------------------------------------------------------

enum status api_status(struct api_ask *a, struct cursor *c)
{
	struct control *control = a->h->control;
	struct api_status_row row = {.started = control->started_at,
	                             .workers = control->shard_count,
	                             .sessions = atomic_load(&control->sessions),
	                             .listening = atomic_load(&control->listening)};

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	for (uint32_t i = 0; i < control->shard_count; i++) {
		const struct shard_gauges *g = &control->shards[i]->gauges;

		row.established += g->established;
		row.dialogues += g->dialogues;
	}
	row.revision = config_revision(&control->config);
	row.logins = control_count(control, COUNT_logins);
	row.refused = control_count(control, COUNT_sessions_limited) +
	              control_count(control, COUNT_logins_limited);
	api_status_emit(&a->out, &row);
	return builder_end(&a->out);
}

enum status api_algorithms(struct api_ask *a, struct cursor *c)
{
	struct algorithms now;

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	algorithms_copy(&a->h->control->config, &now);
	for (int i = 0; i < ALGORITHMS_LISTS; i++)
		builder_string(&a->out, algorithms_list(&now, (enum algorithms_list)i));
	return builder_end(&a->out);
}

// --- memory --------------------------------------------------------------------------------------

static void bytes_row(struct api_ask *a, const char *what, uint64_t bytes)
{
	builder_text(&a->out, what);
	builder_u64(&a->out, bytes);
}

static uint64_t resident_bytes(void)
{
	unsigned long total = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL)
		return 0;
	if (fscanf(f, "%lu %lu", &total, &resident) != 2)
		resident = 0;
	fclose(f);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

enum status api_memory(struct api_ask *a, struct cursor *c)
{
	static const char *const keys[] = {"stats.allocated", "stats.active", "stats.metadata",
	                                   "stats.resident",  "stats.mapped", "stats.retained"};
	struct control *control = a->h->control;
	uint64_t sessions = 0, chunks = 0;

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	bytes_row(a, "control resident", resident_bytes());
	for (size_t i = 0; control->memory != NULL && i < sizeof(keys) / sizeof(keys[0]); i++) {
		char what[64];

		snprintf(what, sizeof(what), "control jemalloc %s", keys[i] + strlen("stats."));
		bytes_row(a, what, control->memory(keys[i]));
	}
	for (uint32_t i = 0; i < control->shard_count; i++) {
		sessions += control->shards[i]->gauges.sessions;
		chunks += control->shards[i]->gauges.chunk_bytes;
	}
	bytes_row(a, "control session records", sessions * sizeof(struct session));
	bytes_row(a, "control chunks", chunks);
	return builder_end(&a->out);
}

// --- pools ---------------------------------------------------------------------------------------

static void pool_row(struct api_ask *a, const char *name, uint64_t in_use, uint64_t peak,
                     uint64_t capacity)
{
	builder_text(&a->out, name);
	builder_u64(&a->out, in_use);
	builder_u64(&a->out, peak);
	builder_u64(&a->out, capacity);
}

static void control_pools(struct api_ask *a)
{
	struct control *c = a->h->control;
	struct crypto_pool_gauges crypto = crypto_pool_gauges(c->crypto);
	uint64_t limit = atomic_load(&c->config.session_limit);
	uint64_t n[16] = {0};

	for (uint32_t i = 0; i < c->shard_count; i++) {
		const struct shard_gauges *g = &c->shards[i]->gauges;
		const uint64_t one[16] = {
		        g->sessions,      g->sessions_peak, g->unauthenticated, g->channels,
		        g->channels_peak, g->dialogues,     g->dialogues_peak,  g->kex,
		        g->kex_peak,      g->auth,          g->auth_peak,       g->asks,
		        g->data_out,      g->dialogue_out,  g->keeper_out,      g->replies};

		for (int k = 0; k < 16; k++)
			n[k] += one[k];
	}
	pool_row(a, "control sessions", n[0], n[1], limit);
	pool_row(a, "control logins under way", n[2], n[2],
	         atomic_load(&a->h->control->config.startups_full));
	pool_row(a, "control channels", n[3], n[4], 0);
	pool_row(a, "control dialogues", n[5], n[6], 0);
	pool_row(a, "control key exchanges", n[7], n[8], 0);
	pool_row(a, "control authentications", n[9], n[10], 0);
	pool_row(a, "control crypto jobs", crypto.waiting, crypto.peak,
	         CRYPTO_QUEUE_MAX + CRYPTO_URGENT_MAX);
	pool_row(a, "control questions to the keeper", n[11], n[11], 0);
	pool_row(a, "control buffers with dataplane", n[12], n[12], 0);
	pool_row(a, "control buffers with cli", n[13], n[13], 0);
	pool_row(a, "control buffers with keeper", n[14], n[14], 0);
	pool_row(a, "control replies waiting", n[15], n[15], 0);
}

static void chunk_pool(struct api_ask *a)
{
	const struct control *c = a->h->control;
	uint64_t used = 0, peak = 0, limit = 0;

	for (uint32_t i = 0; i < c->shard_count; i++) {
		used += c->shards[i]->gauges.chunk_bytes;
		peak += c->shards[i]->gauges.chunk_peak;
		limit += c->shards[i]->gauges.chunk_limit;
	}
	pool_row(a, "control chunk bytes", used, peak, limit);
}

static void dataplane_pools(struct api_ask *a)
{
	struct control *c = a->h->control;

	pthread_mutex_lock(&c->counters_lock);
	for (unsigned g = 0; g < GAUGES; g++) {
		struct gauge_value sum = {0};
		char name[64];

		for (uint32_t i = 0; i < c->shard_count; i++) {
			const struct counters_page *page = c->pages[i];

			if (page == NULL || !counters_page_ok(page))
				continue;
			sum.in_use += counters_read(&page->gauge[g].in_use);
			sum.peak += counters_read(&page->gauge[g].peak);
			sum.capacity += counters_read(&page->gauge[g].capacity);
		}
		snprintf(name, sizeof(name), "dataplane %s", gauges_row(g).text);
		pool_row(a, name, sum.in_use, sum.peak, sum.capacity);
	}
	pthread_mutex_unlock(&c->counters_lock);
}

enum status api_pools(struct api_ask *a, struct cursor *c)
{
	if (cursor_end(c) != STATUS_OK)
		return c->status;
	shard_gauges_update(a->h);
	control_pools(a);
	chunk_pool(a);
	dataplane_pools(a);
	return builder_end(&a->out);
}
