// Counters and pools: what happened, and whether all that was taken has come back.
#include "cli/commands/commands.h"
#include "cli/main/cli_memory.h"

#include <stdio.h>

static const struct column counters_columns[] = {
        {"Counter", 32, 0}, {"Value", 21, COLUMN_NUMBER | COLUMN_RIGHT}, {" Meaning", 0, 0}};
static TABLE_OF(counters, "", false);

static void counter_line(struct task *t, const char *name, uint64_t value, const char *text)
{
	table_value(&t->table, "%s", name);
	table_value(&t->table, "%llu", (unsigned long long)value);
	table_value(&t->table, t->json ? "%s" : " %s", text);
}

static void counter_row(struct task *t, struct cursor *c)
{
	struct span name = cursor_string_max(c, 64), text = cursor_string_max(c, 200);
	uint64_t value = cursor_u64(c);
	char a[65], b[201];

	if (!cursor_ok(c) || (value == 0 && task_has(t, "non-zero")))
		return;
	snprintf(a, sizeof(a), "%.*s", (int)name.len, (const char *)name.data);
	snprintf(b, sizeof(b), "%.*s", (int)text.len, (const char *)text.data);
	counter_line(t, a, value, b);
}

static const struct listing counter_rows = {API_COUNTERS, 0, counter_row, task_table_end};

static enum turn run_counters(struct task *t)
{
	const struct shell *shell = task_shell(t);

	task_table(t, &counters);
	for (enum shell_counter i = 0; i < SHELL_COUNTERS; i++)
		if (shell->count[i] > 0 || !task_has(t, "non-zero"))
			counter_line(t, shell_counter_name(i), shell->count[i],
			             shell_counter_text(i));
	return task_list(t, &counter_rows);
}

static enum turn run_reset(struct task *t)
{
	memset(task_shell(t)->count, 0, sizeof(task_shell(t)->count));
	return task_ask_plain(t, API_RESET_COUNTERS, task_end);
}

static const struct column pools_columns[] = {{"Pool", 64, 0},
                                              {"In use", 15, COLUMN_NUMBER | COLUMN_RIGHT},
                                              {"Peak", 15, COLUMN_NUMBER | COLUMN_RIGHT},
                                              {"Capacity", 15, COLUMN_NUMBER | COLUMN_RIGHT}};
static TABLE_OF(pools, "", false);

static void pool_line(struct task *t, const char *name, uint64_t used, uint64_t peak,
                      uint64_t capacity)
{
	table_value(&t->table, "%s", name);
	table_value(&t->table, "%llu", (unsigned long long)used);
	table_value(&t->table, "%llu", (unsigned long long)peak);
	table_value(&t->table, "%llu", (unsigned long long)capacity);
}

static void pool_row(struct task *t, struct cursor *c)
{
	struct span name = cursor_string_max(c, 64);
	uint64_t used = cursor_u64(c), peak = cursor_u64(c), capacity = cursor_u64(c);
	char text[65];

	if (!cursor_ok(c))
		return;
	snprintf(text, sizeof(text), "%.*s", (int)name.len, (const char *)name.data);
	pool_line(t, text, used, peak, capacity);
}

static const struct listing pool_rows = {API_POOLS, 0, pool_row, task_table_end};

static enum turn run_pools(struct task *t)
{
	const struct shell *shell = task_shell(t);

	task_table(t, &pools);
	pool_line(t, "cli dialogues", shell->open, shell->open_peak, DIALOGUE_SLOTS);
	pool_line(t, "cli commands running", shell->tasks, shell->tasks_peak, DIALOGUE_SLOTS);
	pool_line(t, "cli input held (bytes)", shell->input_bytes, shell->input_peak,
	          (uint64_t)DIALOGUE_SLOTS * DIALOGUE_INPUT_WINDOW);
	return task_list(t, &pool_rows);
}

// clang-format off
static const struct command counter[] = {
	{ "display counters",            run_counters, API_ROLE_OPERATOR, "Display all counters", .flags = COMMAND_TABLE },
	{ "display counters non-zero",   run_counters, API_ROLE_OPERATOR, "Only those that have counted", .flags = COMMAND_TABLE },
	{ "reset counters",              run_reset,    API_ROLE_ADMIN,    "Set all counters to zero" },
	{ "display sessions resources",  run_pools,    API_ROLE_OPERATOR, "Display the pools that sessions draw from", .flags = COMMAND_TABLE },
};
// clang-format on

TABLE(counter);
