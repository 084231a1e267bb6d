// Programs as processes: begin one at the far end of a terminal or a socket, and end all that
// belongs to one. Each leads a session of its own, by whose number its processes are found.
#pragma once

#include "control/launcher/launch_exec.h"

#include <sys/types.h>

// Our end, which does not block, is the caller's. 0 with errno: nothing runs.
[[nodiscard]] pid_t launch_spawn(const struct launch_msg *m, int *end);

// Every process of the session, stopped ones too. Its leader must not have been waited for.
void launch_signal_session(pid_t leader, int number);
// Those in the foreground of its terminal; without one, the leader's group.
void launch_signal_foreground(pid_t leader, int number);
