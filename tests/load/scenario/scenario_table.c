// The rows.
#include "tests/load/scenario/scenarios.h"

static const struct scenario *const rows[] = {
        &scenario_login,  &scenario_hold, &scenario_shell,   &scenario_type,
        &scenario_replay, &scenario_exec, &scenario_bulk,    &scenario_rekey,
        &scenario_abort,  &scenario_slow, &scenario_connect, &scenario_idle,
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

const struct scenario *scenario_at(unsigned i)
{
	return i < ROWS ? rows[i] : NULL;
}

const struct scenario *scenario_find(const char *name)
{
	for (unsigned i = 0; i < ROWS; i++) {
		if (strcmp(rows[i]->name, name) == 0)
			return rows[i];
	}
	return NULL;
}
