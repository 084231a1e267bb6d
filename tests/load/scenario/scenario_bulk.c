// Moving bytes through a command or a shell: down what it prints, up what it swallows, both what it
// echoes. And reading slowly on purpose.
#include <stdlib.h>

#include "tests/load/scenario/scenarios.h"

#define QUEUE_BYTES (256u * 1024) // kept ready for the network

static bool goes_up(const struct load_task *t)
{
	return t->direction != LOAD_DOWN;
}

static bool comes_down(const struct load_task *t)
{
	return t->direction != LOAD_UP;
}

static void channel_ask(struct engine *e, struct load_session *s)
{
	session_channel(e, s, task_of(e, s)->shell ? CLIENT_SHELL : CLIENT_EXEC,
	                task_of(e, s)->command);
}

static void bulk_open(struct engine *e, struct load_session *s)
{
	s->step_us = load_now_us();
	s->moving = (struct moving){0};
	if (task_of(e, s)->sftp != NULL)
		sftp_begin(e, s);
	else
		channel_ask(e, s);
}

// The line again and again, from where it stopped.
static struct span piece_of(const struct load_task *t, uint64_t from)
{
	uint64_t left = t->bytes - from;

	return span_of(t->lines + from % strlen(t->line),
	               left < TASK_CHUNK ? left : TASK_CHUNK);
}

static void bulk_write(struct engine *e, struct load_session *s)
{
	const struct load_task *t = task_of(e, s);
	struct moving *m = &s->moving;
	uint32_t slot = session_slot(e, s);

	if (t->sftp != NULL) {
		sftp_write(e, s);
		return;
	}
	if (!goes_up(t) || s->client.channel != CHANNEL_READY)
		return;
	while (m->sent < t->bytes && e->link->ops->queued(e->link, slot) < QUEUE_BYTES) {
		size_t n = client_write(&e->env, &s->client, piece_of(t, m->sent));

		if (n == 0)
			return;
		m->sent += n;
		results_count(&e->results, TALLY_BYTES_UP, n);
	}
	if (m->sent == t->bytes)
		client_write_eof(&e->env, &s->client);
}

static void bulk_data(struct engine *e, struct load_session *s, struct span bytes)
{
	if (s->moving.sftp != NULL)
		sftp_data(e, s, bytes);
	else
		s->moving.received += bytes.len;
}

static void bulk_over(struct engine *e, struct load_session *s)
{
	const struct load_task *t = task_of(e, s);

	if (t->sftp != NULL) {
		session_fail(e, s, "transfer cut short", span_text("SFTP ended by the server"));
		return;
	}
	session_step(e, s, METRIC_EXEC);
	results_count(&e->results, TALLY_EXECS, 1);
	if (goes_up(t) && s->moving.sent < t->bytes)
		session_fail(e, s, "transfer cut short", span_text("before all was sent"));
	else if (comes_down(t) && s->moving.received < t->bytes)
		session_fail(e, s, "transfer cut short", span_text("before all was received"));
	else
		session_finish(e, s);
}

static void bulk_end(struct engine *e, struct load_session *s)
{
	free(s->moving.sftp);
	s->moving.sftp = NULL;
}

const struct scenario scenario_bulk = {
        .name = "bulk",
        .needs_command = true,
        .takes_sftp = true,
        .text = "move --bytes --direction up, down or both through --command, --shell, --sftp",
        .end = bulk_end,
        .open = bulk_open,
        .ready = bulk_write,
        .writable = bulk_write,
        .data = bulk_data,
        .channel_over = bulk_over,
};

// --- slow: grants its window at --read-rate ------------------------------------------------------

static void slow_arm(struct engine *e, struct load_session *s)
{
	double half = task_of(e, s)->window / 2.0;

	session_arm(e, s, load_now_us() + (uint64_t)(half / task_of(e, s)->read_rate * 1e6));
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
