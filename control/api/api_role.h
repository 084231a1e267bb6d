// Roles by name, for both sides: what a predefined one may do, and who has which.
#pragma once

#include "control/api/api.h"
#include "crypto/core/span.h"

// The rank of a predefined role. NONE for any other name.
enum api_role api_role_predefined(struct span name);

// "level-7": its number. Negative for any other name.
int api_role_level(struct span name);

// The highest rank among the predefined roles of a comma-separated list.
enum api_role api_role_highest(struct span names);
