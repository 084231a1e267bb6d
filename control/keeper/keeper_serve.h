// The keeper as a service: joints on one side, lanes on the other, one thread between them.
#pragma once

#include "control/keeper/keeper_answer.h"

// Serve until the supervisor says stop or goes away; returns the exit status.
int keeper_serve(struct keeper *k);
