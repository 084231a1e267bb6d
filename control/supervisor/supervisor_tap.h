// The client's side of taps: a dataplane that stops takes the interface down with it.
#pragma once

#include "control/supervisor/supervisor_options.h"

// Bring the interface of every port that is a tap up again, sp0 with its addresses. False when any
// step failed (it says so on stderr).
bool supervisor_taps_up(const struct supervisor_options *o);
