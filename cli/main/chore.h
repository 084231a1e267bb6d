// What the device does by itself at a time that was set: each chore is a handler that runs in a
// local dialogue of network-admin, as if somebody had typed it.
#pragma once

#include "cli/main/shell.h"

// Do it then; 0: not at all.
void chore_set(struct shell *shell, enum chore chore, uint64_t due_us);
// When the next one is due, or UINT64_MAX.
uint64_t chore_next_us(const struct shell *shell);
// A reboot that was scheduled is kept in flash over a restart of this process alone (cmd_schedule.c):
// it is taken up again, or, after a start of the whole device, forgotten.
void schedule_restore(struct shell *shell);
void schedule_forget(struct shell *shell);
// Begin those that are due.
void chore_run(struct shell *shell);
