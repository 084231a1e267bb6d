// A configuration file: run as at start. Whatever it holds, the device prints a configuration, and
// that one makes the same device again.
#include "tests/unit/cli_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct dialogue *script_open(struct fixture *f, const uint8_t *data, size_t size)
{
	struct dialogue *d = fixture_open(f, DIALOGUE_EXEC, false, API_ROLE_ADMIN, "");

	free(d->script->text);
	d->script->text = malloc(size + 1);
	if (d->script->text == NULL)
		abort();
	memcpy(d->script->text, data, size);
	d->script->len = size;
	d->loading = true;
	d->view = VIEW_SYSTEM;
	dialogue_credit(d, UINT32_MAX);
	settle(f);
	return d;
}

static char *printed(struct fixture *f)
{
	return strdup(fixture_exec(f, "display current-configuration"));
}

static void reset(struct fixture *f)
{
	shown_clear(f);
	text_fini(&f->log);
	config_fini(&f->control);
	config_init(&f->control);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fixture *f;
	char *first, *second;

	if (f == NULL)
		f = fixture_new();
	reset(f);
	script_open(f, data, size);
	first = printed(f);
	reset(f);
	script_open(f, (const uint8_t *)first, strlen(first));
	if (f->shell.open != 0 || f->shell.tasks != 0)
		abort();
	second = printed(f);
	if (strcmp(first, second) != 0)
		abort();
	free(first);
	free(second);
	reset(f);
	return 0;
}
