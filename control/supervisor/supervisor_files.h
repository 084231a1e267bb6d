// The directories and files of an appliance.
//
//	STATE/           0711 root   keys/ 0700 keeper, flash/ 0700 cli, log/ 0755 root, admin_*
//	RUN/             0755 root   pids, ready, console.sock, capture.K, trace/PROCESS
#pragma once

#include "control/supervisor/supervisor_child.h"

// Make what is absent, set owners and modes, install --config. False after a complaint on stderr.
[[nodiscard]] bool files_prepare(const struct supervisor_options *o);

// Hold the run directory against a second supervisor; the descriptor, or -1 with errno.
int files_lock(const struct supervisor_options *o);

// STATE/log/NAME.log for appending; a long one is first moved to NAME.log.1. -1 with errno.
int files_log(const struct supervisor_options *o, const char *name);

// Descriptors, or -1 with errno.
int files_capture(const struct supervisor_options *o, uint32_t worker, uint64_t bytes);
int files_trace(const struct supervisor_options *o, const char *process);
int files_console(const struct supervisor_options *o);

// RUN/pids: "name pid" lines, replaced as a whole.
bool files_pids(const struct supervisor_options *o, const struct child children[CHILDREN]);

// RUN/ready: there while the listener is open.
void files_ready(const struct supervisor_options *o, bool ready);

// Remove from RUN what was made here.
void files_remove(const struct supervisor_options *o);
