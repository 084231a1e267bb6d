// Print what all processes traced.
#pragma once

// Merge the files of RUN/trace by time into lines "ns process slot.life function" on stdout; exit status.
int supervisor_trace_dump(const char *run);
