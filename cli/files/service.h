// A dialogue that runs a program (SFTP, SCP) instead of the command line: carries bytes between
// the two, and has the program's calls run off the loop, so that a slow disk holds nobody else.
//
// Input is taken from the dialogue only as the program can hold it, and no call is begun while the
// client has much to read still; so what a client has in flight is bounded both ways.
#pragma once

#include "cli/main/dialogue.h"

#define SERVICES_MAX 1024u // at a time

// Begin what `command` names. False: nothing known, not permitted, too many, or no memory.
[[nodiscard]] bool service_open(struct dialogue *d, struct span command, struct span peer);
// Move what can move; true when something did.
bool service_step(struct dialogue *d);
// The dialogue is ending. The program ends by itself, after the call under way; NULL is fine.
void service_leave(struct service *v);
