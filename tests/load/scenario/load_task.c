// Filling in what was not said.
#include "tests/load/scenario/load_task.h"

#include <stdlib.h>

#include "tests/load/scenario/engine.h"
#include "tests/load/scenario/load_values.h"

#define FULL_WINDOW   (2u << 20)
#define SLOW_WINDOW   8192u
#define HELD          100u // sessions
#define HELD_PARALLEL 16u  // logging in
#define CLOSED_PLACES 16u
#define OPEN_BOUND    4096u // sessions of an open loop
#define SECONDS       10.0

static bool arrivals_find(struct load_task *t)
{
	if (t->arrivals_text == NULL)
		return true;
	if (t->arrivals == ARRIVAL_CLOSED)
		return load_complain("--arrivals needs --rate");
	if (strcmp(t->arrivals_text, "constant") == 0 && t->arrivals == ARRIVAL_CONSTANT)
		return true;
	if (strcmp(t->arrivals_text, "poisson") != 0)
		return load_complain(
		        "--arrivals constant or poisson; a ramp is --rate FROM..TO");
	if (t->arrivals == ARRIVAL_RAMP)
		return load_complain("a ramp is even: --arrivals poisson takes one --rate");
	t->arrivals = ARRIVAL_POISSON;
	return true;
}

static bool numbers_find(struct load_task *t)
{
	bool closed;

	if (!arrivals_find(t))
		return false;
	closed = t->arrivals == ARRIVAL_CLOSED;
	if (t->to_s > 0)
		t->duration_s = t->to_s - t->from_s;
	else if (t->duration_s == 0 && (t->count == UINT64_MAX || t->scenario->holds))
		t->duration_s = SECONDS;
	if (t->arrivals == ARRIVAL_RAMP && t->duration_s == 0)
		return load_complain("a ramp needs --duration");
	if (t->sessions == 0)
		t->sessions = t->scenario->holds ? HELD : closed ? CLOSED_PLACES : OPEN_BOUND;
	if (t->parallel == 0)
		t->parallel = t->scenario->holds && closed ? HELD_PARALLEL : t->sessions;
	if (t->window == 0)
		t->window = t->scenario->small_window ? SLOW_WINDOW : FULL_WINDOW;
	return true;
}

static bool lines_make(struct load_task *t)
{
	size_t line = strlen(t->line), bytes = TASK_CHUNK + TASK_LINE_MAX;

	t->lines = malloc(bytes);
	if (t->lines == NULL)
		return load_complain("out of memory");
	for (size_t i = 0; i < bytes; i++)
		t->lines[i] = (uint8_t)t->line[i % line];
	return true;
}

static bool transcript_read(struct load_task *t)
{
	struct blob text;
	bool good;

	if (!t->scenario->needs_transcript)
		return true;
	if (t->transcript_path == NULL)
		return load_complain("%s needs --transcript", t->scenario->name);
	if (!value_file(t->transcript_path, &text))
		return false;
	good = transcript_parse(span_blob(&text), &t->transcript);
	blob_fini(&text);
	return good || load_complain("%s, %s", t->transcript_path, load_complaint());
}

static bool program_check(const struct load_task *t)
{
	if (t->sftp != NULL && !t->scenario->takes_sftp)
		return load_complain("%s does not go through SFTP", t->scenario->name);
	if (t->scenario->needs_command && t->command == NULL && !t->shell && t->sftp == NULL)
		return load_complain("%s needs --command", t->scenario->name);
	return true;
}

bool load_task_finish(struct load_task *t, const struct client_config *client)
{
	const char *const lists[] = {t->kex, t->host_keys, t->ciphers, t->macs};
	struct client_config like = *client;

	if (!program_check(t) || !numbers_find(t) || !lines_make(t) || !transcript_read(t))
		return false;
	like.window = t->window;
	return t->scenario->tcp_only || offers_make(&t->offers, lists, &like);
}

void load_task_fini(struct load_task *t)
{
	offers_fini(&t->offers);
	transcript_fini(&t->transcript);
	free(t->lines);
	t->lines = NULL;
}
