// Which files the device starts with: two names in a small file beside them.
#include "cli/config/config_text.h"

#include <stdio.h>
#include <stdlib.h>

#define STARTUP_MAX 1024

static void name_take(struct span line, const char *key, char out[256])
{
	size_t len = strlen(key);
	char name[256];

	if (line.len <= len || memcmp(line.data, key, len) != 0)
		return;
	if (flash_name(span_of(line.data + len, line.len - len), name) != NULL)
		snprintf(out, 256, "%s", name);
}

void startup_read(int flash, struct startup *out)
{
	struct blob file;
	struct span left;

	*out = (struct startup){.main = CONFIG_FILE};
	if (flash < 0 || file_read(flash, STARTUP_FILE, STARTUP_MAX, &file) != STATUS_OK)
		return;
	*out = (struct startup){.chosen = true};
	left = span_blob(&file);
	while (left.len > 0) {
		const uint8_t *lf = memchr(left.data, '\n', left.len);
		size_t len = lf != NULL ? (size_t)(lf - left.data) : left.len;

		name_take(span_of(left.data, len), "main ", out->main);
		name_take(span_of(left.data, len), "backup ", out->backup);
		len += lf != NULL;
		left = span_of(left.data + len, left.len - len);
	}
	blob_fini(&file);
}

enum turn startup_choose(struct task *t, const struct startup *s,
                         enum turn (*next)(struct task *t))
{
	struct text text = {0};

	if (s->main[0] != 0)
		text_format(&text, "main %s\n", s->main);
	if (s->backup[0] != 0)
		text_format(&text, "backup %s\n", s->backup);
	text_puts(&text, "\n");
	return task_file_write(t, STARTUP_FILE, &text, next);
}

const char *startup_text(const char *name, char out[STARTUP_TEXT_MAX])
{
	snprintf(out, STARTUP_TEXT_MAX, "%s%s", name[0] != 0 ? "flash:/" : "NULL", name);
	return out;
}
