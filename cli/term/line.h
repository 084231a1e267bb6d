// The line editor: keys in, bytes to show out. A byte typed at the end of the line is echoed as it
// is and nothing else; everything else uses backspaces and blanks, never an escape sequence, so
// that scripts which do not know terminals read what they expect.
#pragma once

#include "cli/term/text.h"
#include "cli/tree/words.h"

enum line_event {
	LINE_NONE,
	LINE_ENTER,
	LINE_TAB,
	LINE_HELP,
	LINE_INTERRUPT,  // Ctrl+C
	LINE_LEAVE,      // Ctrl+Z: to user view
	LINE_OLDER,      // history
	LINE_NEWER,      //
	LINE_REDRAW,     // Ctrl+R
	LINE_DISCONNECT, // Ctrl+]
	LINE_HOTKEY,     // a key that types a command: line.hotkey says which
};

struct line {
	uint16_t len, at; // bytes; the cursor stands before text[at]
	uint8_t escape;   // how much of an escape sequence has come
	uint8_t argument; // its digit
	char hotkey;      // letter of the last LINE_HOTKEY
	bool hidden;      // a password: no echo, no help, no history
	bool plain;       // an answer: no help, no history, no completion
	bool too_long;    // more was typed than fits: must not be run
	uint16_t
	        tab_len; // bytes typed when Tab was first pressed; completion goes on from there
	uint16_t tab_count; // Tabs since then
	char text[COMMAND_LINE_MAX + 1];
};

// One byte typed. What to show is added to `out`; CR and LF are told to the caller as they come
// (he knows that LF after CR is one line end).
enum line_event line_key(struct line *l, uint8_t key, struct text *out);

// Show another text instead (history): erases and writes with backspaces and blanks.
void line_replace(struct line *l, struct span text, struct text *out);

// Print the line where the cursor now is, and leave the cursor where it belongs.
void line_redraw(const struct line *l, struct text *out);

void line_clear(struct line *l);

static inline struct span line_span(const struct line *l)
{
	return span_of(l->text, l->len);
}
