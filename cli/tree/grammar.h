// The rows of a view, compiled once into one program: a step per word, with forks. A command line
// is matched by walking all rows at once.
#pragma once

#include "cli/tree/command.h"

enum step_kind { STEP_WORD, STEP_ARG, STEP_FORK, STEP_END };

struct step {
	uint8_t kind;    // enum step_kind
	uint8_t arg;     // STEP_ARG: enum arg_id
	uint16_t row;    // of the tree
	uint16_t next;   // where to go on
	uint16_t other;  // STEP_FORK: the second way
	uint16_t length; // STEP_WORD: of the word
	const char *word;
};

struct tree {
	const struct view *view;
	const struct command **rows; // owned
	uint32_t row_count;
	uint16_t *starts;   // owned; first step of each row
	struct step *steps; // owned
	uint32_t step_count;
};

#define TREE_STEPS_MAX 4096

// Compile a view. UNSUPPORTED for a grammar that does not parse: our own mistake, which a unit
// test finds; `bad` then names the row.
[[nodiscard]] enum status tree_init(struct tree *tree, const struct view *view,
                                    const char **bad);
void tree_fini(struct tree *tree);
