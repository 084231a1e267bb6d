// What the configuration says about requests of channels: which environment variables are taken,
// which subsystems there are.
#pragma once

#include "control/config/config.h"

#define POLICY_COMMAND_MAX 256u // with its NUL

// LANG and LC_* always, others by the patterns of the configuration. Taken means answered with
// success: no program sees a variable.
bool policy_takes_variable(struct config *c, struct span name);

// The subsystem of that name: "" in `command` for the file service, else what is run. False: there
// is none.
bool policy_subsystem(struct config *c, struct span name, char command[POLICY_COMMAND_MAX]);
