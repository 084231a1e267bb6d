// Control's end of the joints to its worker and to cli: copy a cell, check it, act. What comes from
// the dataplane is hostile.
#pragma once

#include "control/main/shard.h"

// Take one cell; false when there is none.
bool data_client_drain(struct shard *h);
bool dialogue_client_drain(struct shard *h);
