// A line being typed: between the unread input and the command that it becomes.
#pragma once

#include "cli/main/dialogue.h"

// The line buffer, allocated on first use; NULL when memory ran out (the dialogue then ends).
struct line *line_take(struct dialogue *d, bool plain, bool hidden);
void line_drop(struct dialogue *d);

// Run a line; the prompt is shown when it was answered at once.
void line_run(struct dialogue *d, struct span text);
// The same for the line in the buffer, which is given up.
void line_enter(struct dialogue *d);

// The second half of CR LF, or CR NUL.
bool is_line_rest(struct dialogue *d, uint8_t key);

// Edit with what has been typed; true when it did something.
bool keys_step(struct dialogue *d);
