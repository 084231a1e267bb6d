// Commands typed in one dialogue.
#include "cli/term/history.h"

#include <stdlib.h>

static void forget_oldest(struct history *h)
{
	size_t len = strlen(h->text) + 1;

	memmove(h->text, h->text + len, h->len - len);
	h->len = (uint16_t)(h->len - len);
	h->count--;
}

void history_add(struct history *h, struct span command, uint32_t most)
{
	struct span last;
	char *text;

	if (command.len == 0 || command.len >= HISTORY_BYTES_MAX ||
	    memchr(command.data, 0, command.len) != NULL)
		return;
	if (history_at(h, 0, &last) && span_equal(last, command))
		return;
	while (h->count > 0 &&
	       (h->count >= most || h->len + command.len + 1 > HISTORY_BYTES_MAX))
		forget_oldest(h);
	if (most == 0) {
		history_fini(h);
		return;
	}
	text = realloc(h->text, h->len + command.len + 1);
	if (text == NULL)
		return;
	memcpy(text + h->len, command.data, command.len);
	text[h->len + command.len] = 0;
	h->text = text;
	h->len = (uint16_t)(h->len + command.len + 1);
	h->count++;
}

bool history_at(const struct history *h, uint32_t nth, struct span *out)
{
	const char *at = h->text;

	if (nth >= h->count)
		return false;
	for (uint32_t skip = h->count - 1 - nth; skip > 0; skip--)
		at += strlen(at) + 1;
	*out = span_text(at);
	return true;
}

void history_fini(struct history *h)
{
	free(h->text);
	*h = (struct history){0};
}
