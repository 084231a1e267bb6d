// The client's side of the tap: a dataplane that stops takes the interface down with it.
#pragma once

#include <stdbool.h>

// Bring sp0 up with its addresses again. False when any step failed (it says so on stderr).
bool supervisor_tap_up(void);
