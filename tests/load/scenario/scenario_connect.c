// TCP alone: connections without SSH.
#include "tests/load/scenario/scenarios.h"

static void connect_open(struct engine *e, struct load_session *s)
{
	session_finish(e, s);
}

const struct scenario scenario_connect = {
        .name = "connect",
        .text = "open a TCP connection and close it: no SSH",
        .tcp_only = true,
        .open = connect_open,
};

const struct scenario scenario_idle = {
        .name = "idle",
        .text = "hold --sessions TCP connections open, silent: no SSH",
        .holds = true,
        .tcp_only = true,
};
