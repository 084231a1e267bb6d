// Cut a command line into words: blanks separate, double quotes join, \" and \\ escape inside
// quotes. What says where the output of a display command goes (| include ..., > file) is cut off
// first.
#pragma once

#include "cli/term/text.h"

#define COMMAND_LINE_MAX 511  // bytes that can be typed
#define WORDS_TEXT_MAX   1023 // bytes of a line in a file
#define WORDS_MAX        32

struct word {
	uint16_t at, end;      // columns in the line as typed
	uint16_t from, length; // in `text`, without quotes
};

struct words {
	uint32_t count;
	bool too_many;   // more than WORDS_MAX; the rest is not here
	bool open_quote; // the line ends inside quotes
	uint16_t end;    // column where the words end
	uint16_t filter; // column of the first bar or > behind them, or 0
	struct word word[WORDS_MAX];
	char text[WORDS_TEXT_MAX + 1];
};

// A longer line is cut; callers refuse it before.
void words_parse(struct words *w, struct span line);
struct span words_at(const struct words *w, uint32_t index);

// The line that an alias stands for: $1 to $9 are the words after it, further words go to the end.
// False when it asks for more words than there are; `out` then is too short to run.
bool alias_expand(struct span command, struct span line, struct text *out); // alias.c

// Would a byte typed at the end of this line be inside quotes?
bool words_open_quote(struct span line);
