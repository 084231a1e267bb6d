// Moving bytes through a command or a shell: down what it prints, up what it swallows, both what it
// echoes. And reading slowly on purpose.
#include "tests/load/scenario/scenarios.h"

#define QUEUE_BYTES (256u * 1024) // kept ready for the network
#define CHUNK       32768u

static bool goes_up(const struct engine *e)
{
	return e->options->direction != LOAD_DOWN;
}

static bool comes_down(const struct engine *e)
{
	return e->options->direction != LOAD_UP;
}

static void channel_ask(struct engine *e, struct load_session *s)
{
	session_channel(e, s, e->options->shell ? CLIENT_SHELL : CLIENT_EXEC,
	                e->options->command);
}

static void bulk_open(struct engine *e, struct load_session *s)
{
	s->step_us = load_now_us();
	s->moving = (struct moving){0};
	channel_ask(e, s);
}

// The line again and again, from where it stopped.
static struct span piece_of(const struct engine *e, uint64_t from, uint64_t most)
{
	static _Thread_local uint8_t text[CHUNK + sizeof(e->options->line)];
	static _Thread_local bool filled;
	size_t line = strlen(e->options->line);

	for (size_t i = 0; !filled && i < sizeof(text); i++)
		text[i] = (uint8_t)e->options->line[i % line];
	filled = true;
	return span_of(text + from % line, most < CHUNK ? most : CHUNK);
}

static void bulk_write(struct engine *e, struct load_session *s)
{
	const struct load_options *o = e->options;
	struct moving *m = &s->moving;
	uint32_t slot = session_slot(e, s);

	if (!goes_up(e) || s->client.channel != CHANNEL_READY)
		return;
	while (m->sent < o->bytes && e->link->ops->queued(e->link, slot) < QUEUE_BYTES) {
		size_t n = client_write(&e->env, &s->client,
		                        piece_of(e, m->sent, o->bytes - m->sent));

		if (n == 0)
			return;
		m->sent += n;
		results_count(&e->results, TALLY_BYTES_UP, n);
	}
	if (m->sent == o->bytes)
		client_write_eof(&e->env, &s->client);
}

static void bulk_data(struct engine *e, struct load_session *s, struct span bytes)
{
	s->moving.received += bytes.len;
}

static void bulk_over(struct engine *e, struct load_session *s)
{
	const struct load_options *o = e->options;

	results_latency(&e->results, METRIC_EXEC, load_now_us() - s->step_us);
	results_count(&e->results, TALLY_EXECS, 1);
	if (goes_up(e) && s->moving.sent < o->bytes)
		session_fail(e, s, "transfer cut short", span_text("before all was sent"));
	else if (comes_down(e) && s->moving.received < o->bytes)
		session_fail(e, s, "transfer cut short", span_text("before all was received"));
	else
		session_finish(e, s);
}

const struct scenario scenario_bulk = {
        .name = "bulk",
        .needs_command = true,
        .text = "move --bytes --direction up, down or both through --command or --shell",
        .open = bulk_open,
        .ready = bulk_write,
        .writable = bulk_write,
        .data = bulk_data,
        .channel_over = bulk_over,
};

// --- slow: grants its window at --read-rate ------------------------------------------------------

static void slow_arm(struct engine *e, struct load_session *s)
{
	double half = e->options->client.window / 2.0;

	session_arm(e, s, load_now_us() + (uint64_t)(half / e->options->read_rate * 1e6));
}

static void slow_open(struct engine *e, struct load_session *s)
{
	channel_ask(e, s);
	slow_arm(e, s);
}

static void slow_ready(struct engine *e, struct load_session *s)
{
	client_pause(&e->env, &s->client, true);
	results_count(&e->results, TALLY_EXECS, 1);
}

static void slow_timer(struct engine *e, struct load_session *s, uint64_t now_us)
{
	if (s->client.channel == CHANNEL_NONE)
		channel_ask(e, s);
	client_pause(&e->env, &s->client, false);
	client_pause(&e->env, &s->client, s->client.channel == CHANNEL_READY);
	slow_arm(e, s);
}

const struct scenario scenario_slow = {
        .name = "slow",
        .needs_command = true,
        .small_window = true,
        .text = "--sessions readers that take --read-rate bytes a second of --command's output",
        .holds = true,
        .open = slow_open,
        .ready = slow_ready,
        .timer = slow_timer,
};
