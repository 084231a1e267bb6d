// A port that takes whatever comes, drops it, and ends when the peer does (RFC 863), without
// control: what TCP alone costs can be measured there. Off unless --discard-port asks for it.
#pragma once

#include "dataplane/main/data_serve.h"

// data_serve_ops for every other port; `app` is the struct data_serve, its discard_port set.
extern const struct tcp_app discard_ops;
