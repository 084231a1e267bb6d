// One line a fact, with the time in UTC.
#pragma once

#include <stdbool.h>

// Where lines go: a descriptor (the log), and standard error as well while somebody reads it.
// Before the first call: standard error only.
void supervisor_log_to(int log, bool also_stderr);

__attribute__((format(printf, 1, 2))) void supervisor_say(const char *format, ...);
