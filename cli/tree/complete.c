// Tab.
#include "cli/tree/help.h"

#include <stdlib.h>

uint32_t complete_find(const struct tree *tree, struct span line, const struct access *access,
                       uint32_t nth, char out[HELP_NAME_MAX], uint16_t *from)
{
	struct help *h = malloc(sizeof(*h));
	uint32_t found = 0;
	struct words words;

	words_parse(&words, line);
	*from = (uint16_t)line.len;
	if (h == NULL || words.count == 0 || words.filter != 0 ||
	    words.word[words.count - 1].end != line.len || words.open_quote) {
		free(h);
		return 0;
	}
	*from = words.word[words.count - 1].at;
	help_find(h, tree, line, access);
	for (uint32_t i = 0; h->result == MATCH_OK && i < h->count; i++)
		if (h->entry[i].is_keyword && found++ == nth)
			memcpy(out, h->entry[i].name, HELP_NAME_MAX);
	free(h);
	return found;
}
