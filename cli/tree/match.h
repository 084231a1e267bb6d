// Which command a line means: unique prefixes, any case, and where it went wrong if it did.
#pragma once

#include "cli/tree/access.h"
#include "cli/tree/grammar.h"
#include "cli/tree/words.h"

// clang-format off
#define MATCH_LIST(X)                                                                  \
	X(OK,           "")                                                            \
	X(EMPTY,        "")                                                            \
	X(UNRECOGNIZED, " % Unrecognized command found at '^' position.")              \
	X(INCOMPLETE,   " % Incomplete command found at '^' position.")                \
	X(AMBIGUOUS,    " % Ambiguous command found at '^' position.")                 \
	X(TOO_MANY,     " % Too many parameters found at '^' position.")               \
	X(WRONG,        " % Wrong parameter found at '^' position.")                   \
	X(DENIED,       "Permission denied.")
// clang-format on

enum match_result {
#define X(name, text) MATCH_##name,
	MATCH_LIST(X)
#undef X
	        MATCH_RESULTS
};

#define NOT_AN_ARG 0xff

// What each word turned out to be.
struct bound {
	const char *literal; // keyword (not terminated), or NULL for a typed word
	uint8_t literal_length;
	uint8_t arg; // enum arg_id, or NOT_AN_ARG
};

struct match {
	enum match_result result;
	uint16_t caret; // column of the offence
	uint16_t good;  // words understood before it: tells which of two views came further
	const struct command *row;
	struct bound bound[WORDS_MAX];
	struct words words;
};

// Parse into words and match. A command that he may not run: DENIED.
void match_line(struct match *m, const struct tree *tree, struct span line,
                const struct access *access);

// The same for words that are parsed already.
void match_words(struct match *m, const struct tree *tree, const struct access *access);

const char *match_text(enum match_result result);

// The nth typed word of this kind; an empty span when it was left out.
struct span match_arg(const struct match *m, uint8_t arg, uint32_t nth);
// The keyword that word `i` was; an empty span when it is a typed word.
struct span match_literal(const struct match *m, uint32_t i);
// The keyword typed right after this keyword; an empty span when there is none.
struct span match_after(const struct match *m, const char *literal);
bool match_has(const struct match *m, const char *literal);

// --- for help and completion -------------------------------------------------------------------

// Steps reachable after the words so far, none of them forks.
struct walk {
	const struct tree *tree;
	uint32_t count;
	uint16_t step[TREE_STEPS_MAX];
	uint8_t seen[TREE_STEPS_MAX / 8];
};
void walk_start(struct walk *w, const struct tree *tree);

// Take word `index`. OK, or how it failed; `chosen` says what it was. `next` receives the steps
// after it.
enum match_result walk_word(const struct walk *w, struct span word, struct walk *next,
                            struct bound *chosen);

// A keyword's built-in alias resolved (no = undo), at the places where one may stand.
struct span words_keyword(const struct words *words, uint32_t index);
// The nth of them; false when there is none.
bool words_alias(uint32_t nth, const char **alias, const char **keyword);
