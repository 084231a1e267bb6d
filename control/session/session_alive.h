// Is anybody there? Questions to clients that have been silent, and an end to connections that were
// opened and are not used. Both as configured, and off by default.
#pragma once

#include "control/session/session.h"

// The earlier of `due_us` and what is to be asked or ended here. An open session only.
uint64_t alive_due_us(struct shard *h, const struct session *s, uint64_t due_us);

// That time has come. The session may be CLOSING afterwards.
void alive_consider(struct shard *h, struct session *s);

// Its last channel has closed, or it has just logged in: from now on it is unused.
void alive_unused(struct shard *h, struct session *s);
