// All scenarios.
#pragma once

#include "tests/load/scenario/engine.h"
#include "tests/load/scenario/load_options.h"

extern const struct scenario scenario_login;
extern const struct scenario scenario_exec;
extern const struct scenario scenario_hold;
