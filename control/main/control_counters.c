// Names and sentences of the counters.
#include "control/main/control_counters.h"

static const struct control_counter_row rows[CONTROL_COUNTERS] = {
#define X(name, text) [COUNT_##name] = {#name, text},
        CONTROL_COUNTER_LIST(X)
#undef X
#define X(name, lower, stage, text)                                                            \
	[COUNT_refused_##lower] = {"refused_" #lower,                                          \
	                           "sessions ended: message not allowed, awaiting " text},
                SESSION_STATE_LIST(X)
#undef X
};

struct control_counter_row control_counter_row(unsigned i)
{
	return i < CONTROL_COUNTERS ? rows[i] : (struct control_counter_row){"?", "?"};
}
