// A story on a real tap and by the real clock: what the peer sends goes as a frame through the
// kernel's interface into the stack, and back. In a network namespace of its own, as root.
#pragma once

#include "tests/unit/tcp_peer.h"

// Further behind the story's time than this, and a run proves nothing.
#define WIRE_LATE_US 5000u

void wire_open(struct peer *p); // complains and ends the program if there is no tap
bool wire_was_late(void);
