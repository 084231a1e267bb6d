// What an alias stands for.
#include "cli/tree/words.h"

#include <ctype.h>

// A word as it was typed, with its quotes.
static struct span word_typed(const struct words *w, struct span line, uint32_t index)
{
	return span_of(line.data + w->word[index].at,
	               (size_t)(w->word[index].end - w->word[index].at));
}

bool alias_expand(struct span command, struct span line, struct text *out)
{
	struct words words;
	uint32_t used = 0, given;
	size_t rest;

	words_parse(&words, line);
	given = words.count - 1;
	for (size_t i = 0; i < command.len; i++) {
		uint32_t nth = i + 1 < command.len && isdigit(command.data[i + 1])
		                       ? command.data[i + 1] - '0'
		                       : 0;

		if (command.data[i] != '$' || nth == 0) {
			text_add(out, &command.data[i], 1);
			continue;
		}
		i++;
		if (nth > given)
			return false;
		struct span word = word_typed(&words, line, nth);
		text_add(out, word.data, word.len);
		used = nth > used ? nth : used;
	}
	rest = words.word[used].end;
	text_add(out, line.data + rest, line.len - rest);
	return true;
}
