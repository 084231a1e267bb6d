// A dialogue that is handed to another command line (`ssh user ... exec COMMAND`): bytes go to and
// fro between the client and the program's terminal, as they are.
//
// Nothing is taken from the client that the program has not room for, and nothing from the program
// while the client has much to read still; so nothing is lost, and neither backlog grows.
#pragma once

#include "cli/guest/guests.h"
#include "cli/main/dialogue.h"

#define GUEST_DRAIN_US 2000000u // what a program leaves to be read, once it has ended

// The command that the user of this dialogue is to have instead of ours, or NULL.
const struct blob *guest_command(const struct dialogue *d);
// Ask the launcher for it. False: the dialogue shows why, and is closing.
bool guest_open(struct dialogue *d, const struct blob *command,
                const struct dialogue_start *start);
// Move what can move; true when something did.
bool guest_step(struct dialogue *d);
// The size of the client's window has changed.
void guest_resize(struct dialogue *d);
// "INT", "TERM", ...: to those in the foreground.
void guest_signal(struct dialogue *d, struct span name);
// The dialogue is ending: the program is hung up, and soon killed. NULL is fine.
void guest_leave(struct guest *g);
