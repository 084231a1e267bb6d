// Archives: what making and taking apart share.
#include "cli/files/tar_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct tar *tar_new(const struct tar_setup *setup)
{
	struct tar *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->kind = setup->kind;
	t->root = setup->root;
	t->gz = setup->gz;
	t->verbose = setup->verbose;
	t->read_only = setup->read_only;
	t->fd = t->target = t->file = t->upload.fd = t->upload.directory = -1;
	t->place = *setup->archive;
	if (setup->into != NULL)
		t->into = *setup->into;
	t->from = calloc(setup->from_count + 1, sizeof(*t->from));
	if (t->from == NULL) {
		tar_free(t);
		return NULL;
	}
	for (; t->from_count < setup->from_count; t->from_count++)
		t->from[t->from_count] = *setup->from[t->from_count];
	return t;
}

bool tar_step(struct tar *t, struct text *out)
{
	return t->kind == TAR_CREATE ? tar_create_step(t, out) : tar_extract_step(t, out);
}

bool tar_fail(struct tar *t, const char *what, const char *why)
{
	snprintf(t->error, sizeof(t->error), "%.60s%s%.90s", what, *what != 0 ? ": " : "", why);
	for (char *at = t->error; *at != 0; at++)
		*at = (unsigned char)*at < ' ' || *at == 0x7f ? '?' : *at;
	return false;
}

const char *tar_error(const struct tar *t)
{
	return t->error;
}

void tar_print_name(struct text *out, const char *name)
{
	for (; *name != 0; name++)
		text_repeat(out, (unsigned char)*name < ' ' || *name == 0x7f ? '?' : *name, 1);
	text_puts(out, "\n");
}

void tar_free(struct tar *t)
{
	if (t == NULL)
		return;
	while (t->depth > 0)
		closedir(t->levels[--t->depth].list);
	// The writer flushes when it is freed: into a file that will have no name.
	if (t->archive != NULL)
		archive_free(t->archive);
	archive_entry_free(t->entry);
	upload_abandon(&t->upload);
	for (const int *fd = (const int[]){t->fd, t->target, t->file, -2}; *fd != -2; fd++)
		if (*fd >= 0)
			close(*fd);
	free(t->from);
	free(t);
}
