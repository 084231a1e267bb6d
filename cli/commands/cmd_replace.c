// configuration replace: go back to a saved or archived configuration without a restart.
#include "cli/commands/commands.h"
#include "cli/files/jail.h"

#include <stdio.h>

static enum turn replace_done(struct task *t)
{
	struct config_load *load = t->own;
	struct span file = task_arg(t, ARG_CFG_WORD);

	if (load->failed[0] != 0)
		return task_fail(t, "%s Nothing of it is in force.", load->failed);
	task_print(t, "Succeeded in replacing current configuration with the file %.*s.\n",
	           (int)file.len, (const char *)file.data);
	return TURN_DONE;
}

static enum turn replace_begin(struct task *t)
{
	struct span file = task_arg(t, ARG_CFG_WORD);
	struct jail_path path;

	if (file.len >= 6 && memcmp(file.data, "flash:", 6) == 0)
		file = span_of(file.data + 6, file.len - 6);
	if (!jail_path(file, &path))
		return task_fail(t, "The file name is invalid.");
	task_print(t, "Now replacing the current configuration. Please wait...\n");
	return config_replace(t, &path, replace_done);
}

static enum turn replace_saved(struct task *t)
{
	if (t->status != STATUS_OK)
		return task_fail(t, "The file was not written: %s.", status_text(t->status));
	task_print(t, "Configuration is saved to device successfully.\n");
	return replace_begin(t);
}

static enum turn replace_printed(struct task *t)
{
	struct startup startup;

	startup_read(task_shell(t)->flash, &startup);
	return task_file_write(t, startup.main[0] != 0 ? startup.main : CONFIG_FILE, &t->file,
	                       replace_saved);
}

static enum turn replace_answered(struct task *t)
{
	if (t->answer_ended)
		return TURN_DONE;
	return task_said_yes(t) ? config_print(t, CONFIG_ALL, &t->file, replace_printed)
	                        : replace_begin(t);
}

static enum turn run_replace(struct task *t)
{
	return task_question(
	        t, false, replace_answered,
	        "Current configuration will be lost, save current configuration? [Y/N]:");
}

// clang-format off
static const struct command replace[] = {
	{ "configuration replace file CFG", run_replace, API_ROLE_ADMIN, "Put a configuration file in the place of what is configured" },
};
// clang-format on

TABLE(replace);
