// Which configuration files the device starts with.
#include "cli/commands/commands.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static enum turn run_startup_show(struct task *t)
{
	char current[STARTUP_TEXT_MAX], main[STARTUP_TEXT_MAX], backup[STARTUP_TEXT_MAX];
	struct startup s;

	startup_read(task_shell(t)->flash, &s);
	task_print(t,
	           " Current startup saved-configuration file: %s\n"
	           " Next main startup saved-configuration file: %s\n"
	           " Next backup startup saved-configuration file: %s\n",
	           startup_text(task_shell(t)->started_from, current),
	           startup_text(s.main, main), startup_text(s.backup, backup));
	return TURN_DONE;
}

static enum turn startup_done(struct task *t)
{
	if (t->status != STATUS_OK)
		return task_fail(t, "The file was not written: %s.", status_text(t->status));
	task_print(t, "... Done!\n");
	return TURN_DONE;
}

static bool is_file(struct task *t, const char *name)
{
	struct stat st;

	return fstatat(task_shell(t)->flash, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(st.st_mode);
}

static enum turn run_startup_set(struct task *t)
{
	struct startup s;
	char name[256];

	if (flash_name(task_arg(t, ARG_CFG_WORD), name) == NULL)
		return task_fail(t, "The file name is invalid.");
	if (!is_file(t, name))
		return task_fail(t, "The file does not exist.");
	startup_read(task_shell(t)->flash, &s);
	snprintf(task_has(t, "backup") ? s.backup : s.main, sizeof(s.main), "%s", name);
	task_print(t, "Please wait ....\n");
	return startup_choose(t, &s, startup_done);
}

static enum turn run_startup_undo(struct task *t)
{
	static const struct startup none = {.chosen = true};

	task_print(t, "Please wait ....\n");
	return startup_choose(t, &none, startup_done);
}

static enum turn reset_confirmed(struct task *t)
{
	struct startup s;
	const char *name;

	if (!task_said_yes(t))
		return TURN_DONE;
	startup_read(task_shell(t)->flash, &s);
	name = task_has(t, "backup") ? s.backup : s.main;
	task_print(t, "Configuration file in flash: is being cleared.\n"
	              "Please wait ...\n");
	if (name[0] == 0 || unlinkat(task_shell(t)->flash, name, 0) != 0)
		return task_fail(t, "The file does not exist.");
	shell_log(task_shell(t), "%s: erased by %s", name,
	          t->dialogue->user != NULL ? t->dialogue->user : "?");
	task_print(t, "Configuration file is cleared.\n");
	return TURN_DONE;
}

static enum turn run_reset(struct task *t)
{
	return task_question(t, false, reset_confirmed,
	                     "The saved configuration file will be erased. Are you sure? "
	                     "[Y/N]:");
}

// clang-format off
static const struct command startup_show[] = {
	{ "display startup", run_startup_show, API_ROLE_OPERATOR, "Display the start-up files" },
};

static const struct command startup_user[] = {
	{ "startup saved-configuration CFG [ main | backup ]", run_startup_set, API_ROLE_ADMIN, "Specify a configuration file for the next start" },
	{ "undo startup saved-configuration", run_startup_undo, API_ROLE_ADMIN, "Start with the factory configuration" },
	{ "reset saved-configuration [ main | backup ]", run_reset, API_ROLE_ADMIN, "Erase a saved configuration file" },
};
// clang-format on

TABLE(startup_show);
TABLE(startup_user);
