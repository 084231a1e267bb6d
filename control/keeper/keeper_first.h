// The first start: host keys and the account `admin`, created once each.
#pragma once

// Create what is absent under `state` and leave the rest alone. As root the keys become the
// keeper's, and admin.hash readable by cli's group. Prints what failed; returns the exit status.
int keeper_first_start(const char *state);
