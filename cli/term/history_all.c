// Commands of all dialogues.
#include "cli/term/history.h"

#include <stdlib.h>

const struct history_entry *history_all_at(const struct history_all *h, uint32_t nth)
{
	return nth < h->count ? &h->ring[(h->oldest + nth) % HISTORY_ALL_MAX] : NULL;
}

static bool repeats_last(const struct history_all *h, const struct history_entry *entry)
{
	const struct history_entry *last = history_all_at(h, h->count - 1);

	return last != NULL && strcmp(last->terminal, entry->terminal) == 0 &&
	       strcmp(last->user, entry->user) == 0 &&
	       strcmp(last->command, entry->command) == 0;
}

void history_all_add(struct history_all *h, const struct history_entry *entry)
{
	struct history_entry *place;
	char *command;

	if (h->ring == NULL)
		h->ring = calloc(HISTORY_ALL_MAX, sizeof(*h->ring));
	if (h->ring == NULL || (h->count > 0 && repeats_last(h, entry)))
		return;
	command = strdup(entry->command);
	if (command == NULL)
		return;
	if (h->count == HISTORY_ALL_MAX) {
		free(h->ring[h->oldest].command);
		h->oldest = (h->oldest + 1) % HISTORY_ALL_MAX;
		h->count--;
	}
	place = &h->ring[(h->oldest + h->count++) % HISTORY_ALL_MAX];
	*place = *entry;
	place->command = command;
}

void history_all_fini(struct history_all *h)
{
	for (uint32_t i = 0; i < h->count; i++)
		free(h->ring[(h->oldest + i) % HISTORY_ALL_MAX].command);
	free(h->ring);
	*h = (struct history_all){0};
}
