// The processes: what each is called, runs as and may hold, and how one is started.
#pragma once

#include "control/supervisor/supervisor_options.h"

#include <stdint.h>
#include <sys/types.h>

// In the order in which they are stopped: a session hears why before its connection goes.
enum child_name {
	CHILD_CLI,
	CHILD_LAUNCHER, // only with --exec-user
	CHILD_CONTROL,
	CHILD_DATAPLANE,
	CHILD_KEEPER,
	CHILDREN
};

struct child {
	pid_t pid;                    // 0: not running
	int socket;                   // our end of its offers, or -1
	bool ready;                   // it has said so
	bool told;                    // to stop
	uint64_t started, restart_at; // ms
	uint64_t delay;               // ms before the next restart
};

const char *child_text(enum child_name name); // "cli"
uint32_t child_uid(enum child_name name);     // 0: stays root
bool child_is_wanted(enum child_name name, const struct supervisor_options *o);

// Start one, its messages going to `log`. False with errno: nothing runs. The caller sees pid and
// socket in `c`.
[[nodiscard]] bool child_start(struct child *c, enum child_name name,
                               const struct supervisor_options *o, int log);
