// What a program is executed with: words and environment, made from a START and nothing else.
#pragma once

#include "dataplane/link/launch_msg.h"

#define LAUNCH_WORDS_MAX 32u
#define LAUNCH_PATH      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct launch_exec {
	char *argv[LAUNCH_WORDS_MAX +
	           3]; // the words, then -c and the request when there is one
	char *env[8];
	char bytes[LAUNCH_BYTES_MAX + 512]; // of both
	size_t used;
};

// False: no word, or too many.
[[nodiscard]] bool launch_exec_make(struct launch_exec *x, const struct launch_msg *m);

// A name as SSH says it (RFC 4254 section 6.10); 0: none of those.
int launch_signal_number(struct span name);

// Of the text of /proc/PID/stat. False: it is none.
struct launch_stat {
	int session, foreground; // process groups; foreground -1: no terminal
};
[[nodiscard]] bool launch_stat_read(const char *text, struct launch_stat *out);
