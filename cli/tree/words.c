// Cutting a command line into words.
#include "cli/tree/words.h"

#include <strings.h>

static bool is_blank(uint8_t b)
{
	return b == ' ' || b == '\t';
}

static void word_copy(struct words *w, struct word *word, uint8_t b)
{
	size_t at = (size_t)word->from + word->length;

	if (at < WORDS_TEXT_MAX) {
		w->text[at] = (char)b;
		word->length++;
	}
}

// One word from `at`; returns the column after it.
static size_t word_parse(struct words *w, struct word *word, struct span line, size_t at)
{
	bool quoted = false;

	for (; at < line.len; at++) {
		uint8_t b = line.data[at];

		if (b == '"') {
			quoted = !quoted;
		} else if (quoted && b == '\\' && at + 1 < line.len &&
		           (line.data[at + 1] == '"' || line.data[at + 1] == '\\')) {
			word_copy(w, word, line.data[++at]);
		} else if (!quoted && is_blank(b)) {
			break;
		} else {
			word_copy(w, word, b);
		}
	}
	w->open_quote = quoted;
	return at;
}

struct span words_at(const struct words *w, uint32_t index)
{
	return span_of(w->text + w->word[index].from, w->word[index].length);
}

// Only what shows something can be filtered; elsewhere a bar is an ordinary byte.
static bool can_filter(struct span first)
{
	return first.len > 0 &&
	       ((first.len <= 7 &&
	         strncasecmp("display", (const char *)first.data, first.len) == 0) ||
	        (first.len <= 4 &&
	         strncasecmp("show", (const char *)first.data, first.len) == 0));
}

void words_parse(struct words *w, struct span line)
{
	uint16_t used = 0;
	size_t at = 0;

	w->count = 0;
	w->too_many = w->open_quote = false;
	w->filter = 0;
	if (line.len > WORDS_TEXT_MAX)
		line.len = WORDS_TEXT_MAX;
	w->end = (uint16_t)line.len;
	for (;;) {
		while (at < line.len && is_blank(line.data[at]))
			at++;
		if (at == line.len)
			break;
		if ((line.data[at] == '|' || line.data[at] == '>') && w->count > 0 &&
		    can_filter(words_at(w, 0))) {
			w->filter = w->end = (uint16_t)at;
			break;
		}
		if (w->count == WORDS_MAX) {
			w->too_many = true;
			w->end = (uint16_t)at;
			break;
		}
		struct word *word = &w->word[w->count];

		*word = (struct word){.at = (uint16_t)at, .from = used};
		at = word_parse(w, word, line, at);
		word->end = (uint16_t)at;
		used = (uint16_t)(used + word->length);
		w->count++;
	}
}

bool words_open_quote(struct span line)
{
	bool quoted = false;

	for (size_t i = 0; i < line.len; i++) {
		if (line.data[i] == '"')
			quoted = !quoted;
		else if (quoted && line.data[i] == '\\')
			i++;
	}
	return quoted;
}
