// The old copy protocol of `scp -O`, as a program: `scp -t PATH` takes files, `scp -f PATH...`
// gives them. Lines of text, a byte of status for each, and the bytes of files between.
#pragma once

#include "cli/files/program.h"

// `command` is the whole command line, quoted as for a shell. NULL: not one of ours, or no memory.
struct program *scp_new(const struct program_setup *setup, struct span command);
