// One way to show rows: aligned columns, a line for each value, or JSON. A display says what its
// columns are and gives the cells of each row in their order; how they look is decided here.
#pragma once

#include "cli/term/text.h"

struct column {
	const char *name; // as printed; JSON leaves out blanks and colons at its ends
	uint8_t width;    // bytes with the blank behind them; 0: as long as it is
	uint8_t flags;
	const char *json; // its name there, or NULL: the same
};
#define COLUMN_NUMBER  1u // JSON without quotes
#define COLUMN_RIGHT   2u // aligned to the right
#define COLUMN_JSON    4u // in JSON only
#define COLUMN_UNNAMED 8u // nothing in the heading

// `lines`: no heading, each value on a line of its own behind its name.
struct table {
	const char *indent;
	const struct column *columns;
	uint8_t count;
	bool lines;
};

struct table_out {
	struct text *text; // borrowed
	const struct table *table;
	bool json;
	uint8_t cell;
	uint32_t rows; // begun
};

#define TABLE_OF(name, before, as_lines)                                                       \
	const struct table name = {before, name##_columns,                                     \
	                           sizeof(name##_columns) / sizeof(name##_columns[0]),         \
	                           as_lines}

// The heading. `json` holds until the end.
void table_begin(struct table_out *o, const struct table *table, struct text *text, bool json);
void table_value(struct table_out *o, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
// Prose between values: not in JSON.
void table_note(struct table_out *o, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
void table_end(struct table_out *o);
