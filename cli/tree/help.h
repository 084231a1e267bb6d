// What may come next: the answers to `?` and Tab.
#pragma once

#include "cli/term/text.h"
#include "cli/tree/match.h"

#define HELP_ENTRIES_MAX 160
#define HELP_NAME_MAX    48

struct help_entry {
	char name[HELP_NAME_MAX]; // keyword, "<1-120>", or "<cr>"
	const char *text;
	bool is_keyword;
};

struct help {
	enum match_result result; // OK, or what is wrong with the words before
	uint16_t caret;
	uint32_t count;
	struct help_entry entry[HELP_ENTRIES_MAX];
};

// The words that can stand where the line ends: after a blank the next ones, else those that the
// last word begins. Sorted; only what he may run.
void help_find(struct help *h, const struct tree *tree, struct span line,
               const struct access *access);

// Names padded to a column, then the sentences; two blanks in front.
void help_print(const struct help *h, struct text *out);

// Tab: keywords that the last word of the line begins. Returns how many, and the nth of them in
// `out`; `from` becomes the column where that word starts.
uint32_t complete_find(const struct tree *tree, struct span line, const struct access *access,
                       uint32_t nth, char out[HELP_NAME_MAX], uint16_t *from);

// One sentence for a keyword that leads to several commands; NULL when the row says it.
const char *keyword_help(struct span word);
