// The options, one row each: the command line takes all of them, a line of a plan some.
#pragma once

#include "tests/load/scenario/load_options.h"

enum option_place {
	PLACE_RUN,  // of the whole run: struct load_options
	PLACE_TASK, // of the command line's scenario: struct load_task
	PLACE_LINE  // the same, and a line of a plan may say it
};

enum value_kind { VALUE_FLAG, VALUE_TEXT, VALUE_NUMBER, VALUE_U32, VALUE_U64, VALUE_OWN };

struct option_row {
	const char *name;
	enum option_place place;
	enum value_kind kind;
	size_t at; // of its field
	double least, most;
	bool (*take_run)(const char *value, struct load_options *o); // VALUE_OWN
	bool (*take_task)(const char *value, struct load_task *t);
};

const struct option_row *option_row_at(unsigned i); // NULL: no more
const struct option_row *option_row_find(const char *name);

// Into a struct load_options or a struct load_task, as its place says. False with
// load_complaint().
[[nodiscard]] bool option_take(const struct option_row *row, const char *value, void *into);
