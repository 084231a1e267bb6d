// Keys at a terminal, in cuts that the first byte chooses: everything is consumed, nothing stays.
#include "tests/unit/cli_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fixture *f;
	struct dialogue *d;
	size_t cut = size > 0 ? data[0] % 64 + 1u : 1;

	if (f == NULL)
		f = fixture_new();
	d = fixture_open(f, DIALOGUE_SHELL, true, API_ROLE_ADMIN, "");
	dialogue_credit(d, UINT32_MAX);
	for (size_t at = 0; at < size && d->table != NULL; at += cut) {
		dialogue_input(d, span_of(data + at, size - at < cut ? size - at : cut));
		settle(f);
	}
	if (d->table != NULL) {
		if (d->line != NULL &&
		    (d->line->at > d->line->len || d->line->len > COMMAND_LINE_MAX))
			abort();
		dialogue_input_end(d);
		settle(f);
	}
	if (d->table != NULL)
		dialogue_hangup(d);
	settle(f);
	if (f->shell.open != 0 || f->shell.tasks != 0 || f->shell.input_bytes != 0)
		abort();
	shown_clear(f);
	text_fini(&f->log);
	config_fini(&f->control);
	config_init(&f->control);
	return 0;
}
