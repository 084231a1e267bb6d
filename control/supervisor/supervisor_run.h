// The life of an appliance: start all, watch, restart what dies, stop all in order.
#pragma once

#include "control/supervisor/supervisor_options.h"

// Until SIGTERM or SIGINT, which must be blocked together with SIGCHLD; returns the exit status.
// `started` is called once when every process has been started.
int supervisor_run(const struct supervisor_options *o, void (*started)(void *arg), void *arg);
