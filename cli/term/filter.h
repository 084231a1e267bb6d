// The filters of a display command: | [by-linenum] { begin | exclude | include } REGEX, chained.
#pragma once

#include "cli/term/text.h"

#define FILTER_REGEX_MAX 256
#define FILTER_CHAIN_MAX 128

struct filter;

enum filter_result {
	FILTER_OK,
	FILTER_NONE,
	FILTER_UNRECOGNIZED,
	FILTER_INCOMPLETE,
	FILTER_WRONG
};

// Parse "| include X | exclude Y" (from the first bar). On failure `caret` is the column within
// `text` of the offence.
enum filter_result filter_parse(struct span text, struct filter **out, uint16_t *caret);
void filter_free(struct filter *chain); // NULL is fine

// Should this line (without its end) be shown? `prefix` receives the line number when asked for.
#define FILTER_PREFIX_MAX 16
bool filter_line(struct filter *chain, const char *line, char prefix[FILTER_PREFIX_MAX]);
