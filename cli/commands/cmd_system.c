// The device as a whole: name, version, clock, memory, restart.
#include "cli/commands/commands.h"
#include "cli/main/cli_memory.h"

#include <stdio.h>
#include <time.h>

// --- rows of configuration ---------------------------------------------------------------------

static void emit_version(struct config_out *out, const struct command *row,
                         const struct api_record *record)
{
	config_line(out, 1, "version " CONFIG_VERSION ", Release " SALLYPORT_VERSION);
	out->fresh = true;
}

// --- display version ---------------------------------------------------------------------------

static void print_uptime(struct task *t, uint64_t seconds)
{
	uint64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24,
	         weeks = days / 7;

	task_print(t,
	           "Sallyport uptime is %llu week%s, %llu day%s, %llu hour%s, %llu minute%s\n",
	           (unsigned long long)weeks, weeks == 1 ? "" : "s",
	           (unsigned long long)(days % 7), days % 7 == 1 ? "" : "s",
	           (unsigned long long)(hours % 24), hours % 24 == 1 ? "" : "s",
	           (unsigned long long)(minutes % 60), minutes % 60 == 1 ? "" : "s");
}

static enum turn version_end(struct task *t)
{
	struct cursor c = cursor_over(span_blob(&t->reply));
	struct api_status_row row;
	time_t now = time(NULL);

	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	api_status_parse(&c, &row);
	if (cursor_end(&c) != STATUS_OK)
		return task_fail_status(t, STATUS_MALFORMED);
	if (task_shell(t)->vendor[0] != 0)
		task_print(t, "%s ", task_shell(t)->vendor);
	task_print(t,
	           "Comware Software, Version " CONFIG_VERSION ", Sallyport " SALLYPORT_VERSION
	           "\nCopyright (c) the Sallyport authors. Apache License, Version 2.0.\n");
	print_uptime(t, (uint64_t)now > row.started ? (uint64_t)now - row.started : 0);
	task_print(t, "Last reboot reason : User reboot\n\n");
	task_print(t,
	           "Boot image: flash:/sallyport.bin\n"
	           "Boot image version: " CONFIG_VERSION ", Release " SALLYPORT_VERSION "\n\n");
	task_print(t, "Workers: %u, sessions: %u, logins since start: %llu\n", row.workers,
	           row.sessions, (unsigned long long)row.logins);
	return TURN_DONE;
}

static enum turn run_version(struct task *t)
{
	return task_ask_plain(t, API_STATUS, version_end);
}

// --- display memory ----------------------------------------------------------------------------

static const struct column memories_columns[] = {{"Memory", 44, 0},
                                                 {"bytes", 15, COLUMN_NUMBER | COLUMN_RIGHT}};
static TABLE_OF(memories, "", false);

static void memory_line(struct task *t, const char *what, uint64_t bytes)
{
	table_value(&t->table, "%s", what);
	table_value(&t->table, "%llu", (unsigned long long)bytes);
}

static void memory_row(struct task *t, struct cursor *c)
{
	struct span what = cursor_string_max(c, 200);
	uint64_t bytes = cursor_u64(c);
	char name[201];

	snprintf(name, sizeof(name), "%.*s", (int)what.len, (const char *)what.data);
	if (cursor_ok(c))
		memory_line(t, name, bytes);
}

static const struct listing memory_rows = {API_MEMORY, 0, memory_row, task_table_end};

static enum turn run_memory(struct task *t)
{
	struct memory_row rows[MEMORY_ROWS];
	size_t count = memory_read(rows);

	task_table(t, &memories);
	for (size_t i = 0; i < count; i++)
		memory_line(t, rows[i].what, rows[i].bytes);
	return task_list(t, &memory_rows);
}

// --- reboot ------------------------------------------------------------------------------------

static enum turn reboot_asked(struct task *t)
{
	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	return TURN_DONE;
}

static enum turn reboot_now(struct task *t)
{
	task_print(t, "Now rebooting, please wait...\n");
	return task_ask_plain(t, API_REBOOT, reboot_asked);
}

static enum turn reboot_confirmed(struct task *t)
{
	return task_said_yes(t) ? reboot_now(t) : TURN_DONE;
}

static enum turn reboot_compared(struct task *t);

static enum turn run_reboot(struct task *t)
{
	task_print(t, "Start to check configuration with next startup configuration file, "
	              "please wait.........DONE!\n");
	text_fini(&t->file);
	return config_print(t, CONFIG_ALL, &t->file, reboot_compared);
}

static enum turn reboot_ask(struct task *t)
{
	return task_question(t, false, reboot_confirmed,
	                     "This command will reboot the device. Continue? [Y/N]:");
}

static enum turn reboot_saved(struct task *t)
{
	if (t->status != STATUS_OK)
		return task_fail(t, "The file was not written: %s.", status_text(t->status));
	task_print(t, "Configuration is saved to device successfully.\n");
	return reboot_ask(t);
}

static enum turn reboot_save(struct task *t)
{
	struct startup startup;

	if (t->answer_ended)
		return TURN_DONE;
	if (!task_said_yes(t))
		return reboot_ask(t);
	startup_read(task_shell(t)->flash, &startup);
	return task_file_write(t, startup.main[0] != 0 ? startup.main : CONFIG_FILE, &t->file,
	                       reboot_saved);
}

static enum turn reboot_compared(struct task *t)
{
	struct startup startup;
	struct blob file;
	bool same = false;

	startup_read(task_shell(t)->flash, &startup);
	if (startup.main[0] != 0 && file_read(task_shell(t)->flash, startup.main,
	                                      CONFIG_FILE_MAX, &file) == STATUS_OK) {
		same = span_equal(span_blob(&file), text_span(&t->file));
		blob_wipe(&file);
	}
	if (same)
		return reboot_ask(t);
	return task_question(
	        t, false, reboot_save,
	        "Current configuration will be lost after the reboot, save current "
	        "configuration? [Y/N]:");
}

// clang-format off
#define SYSTEM(name) API_CLASS_SYSTEM, API_SYSTEM_##name
static const struct command system_commands[] = {
	{ "version WORD release WORD", run_nothing, API_ROLE_ADMIN, "As a saved configuration begins", SYSTEM(NAME), 0, emit_version, COMMAND_HIDDEN },
	{ "sysname SYSNAME", run_setting, API_ROLE_ADMIN, "Specify the host name", SYSTEM(NAME), 0, emit_setting },
	{ "undo sysname",    run_default, API_ROLE_ADMIN, "Restore the host name", SYSTEM(NAME) },
};

static const struct command device_commands[] = {
	{ "display version", run_version, API_ROLE_OPERATOR, "Display software version and uptime" },
	{ "display memory",  run_memory,  API_ROLE_OPERATOR, "Display memory by process and use", .flags = COMMAND_TABLE },
	{ "reboot",          run_reboot,  API_ROLE_ADMIN,    "Restart the device" },
	{ "reboot force",    reboot_now,  API_ROLE_ADMIN,    "Restart the device without asking" },
};
// clang-format on

TABLE(system_commands);
TABLE(device_commands);
