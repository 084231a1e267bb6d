// The launcher: the only process that forks for a session. It runs the command lines of others
// (`ssh user ... exec COMMAND`) as the system user that --exec-user names, without capabilities and
// without ever gaining any; it sees no byte that they read or show: the terminal's descriptor goes
// to cli.
#pragma once

#include "control/launcher/launch_spawn.h"

#define LAUNCHED_MAX      512u
#define LAUNCHED_GRACE_MS 2000u // between hanging up and killing

struct launched {
	pid_t pid; // 0: free
	uint32_t id;
	uint64_t kill_at_ms; // 0: it may live
};

struct launcher {
	int cli;    // -1: nobody is there
	int offers; // of the supervisor; -1: none will come
	int signals;
	struct launched programs[LAUNCHED_MAX];
};

[[nodiscard]] bool launcher_init(struct launcher *l, int offers, int cli);
// Until told to stop, or cli and supervisor are both gone. Returns the exit status.
int launcher_serve(struct launcher *l);
