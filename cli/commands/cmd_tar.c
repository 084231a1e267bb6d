// Archives of files: made, listed, taken apart.
#include "cli/commands/file_work.h"

#include <stdio.h>

static void work_fini(void *own)
{
	file_work_drop(own);
}

static enum turn interrupted(struct task *t)
{
	task_print(t, "\n");
	return task_fail(t, "Interrupted%s.",
	                 task_has(t, "extract") ? "; what was extracted so far stays" : "");
}

static enum turn tar_more(struct task *t)
{
	struct file_work *w = t->own;
	bool quiet = task_has(t, "create") || task_has(t, "extract");

	if (!file_work_print(t))
		return TURN_AGAIN;
	if (t->break_wanted)
		return interrupted(t);
	if (w->more)
		return file_work_begin(t, file_tar, tar_more);
	if (tar_error(w->tar)[0] != 0) {
		task_print(t, quiet ? "\n" : "");
		return task_fail(t, "%s.", tar_error(w->tar));
	}
	if (!quiet || task_has(t, "screen"))
		return TURN_DONE;
	task_print(t, task_has(t, "verbose") ? "Done.\n" : " Done.\n");
	shell_log(task_shell(t), "%s: archive flash:%s %s",
	          t->dialogue->user != NULL ? t->dialogue->user : "?", w->from.text,
	          task_has(t, "create") ? "created" : "extracted");
	return TURN_DONE;
}

static enum turn tar_begin(struct task *t)
{
	struct file_work *w = t->own;

	if (t->break_wanted)
		return interrupted(t);
	if (!task_has(t, "screen") && (task_has(t, "create") || task_has(t, "extract"))) {
		task_print(t, "%s archive %s",
		           task_has(t, "create") ? "Creating" : "Extracting", w->from.text + 1);
		task_print(t, task_has(t, "verbose") ? "\n" : "");
	}
	return file_work_begin(t, file_tar, tar_more);
}

// The names of an archive's command: the archive, then where to, or what of.
static bool names_take(struct task *t, struct tar_setup *setup, struct jail_path *names)
{
	for (uint32_t i = 0; i <= TAR_SOURCES; i++) {
		if (match_arg(&t->match, ARG_FILE_WORD, i).len == 0)
			break;
		if (!file_path_take(t, i, &names[i]))
			return false;
		if (i > 0)
			setup->from[setup->from_count++] = &names[i];
	}
	setup->archive = &names[0];
	setup->into = &names[1];
	return true;
}

static struct file_work *work_take(struct task *t, enum tar_kind kind)
{
	struct file_work *w = task_own(t, sizeof(*w), work_fini);
	struct jail_path names[TAR_SOURCES + 1] = {0};
	struct tar_setup setup = {.kind = kind,
	                          .root = task_shell(t)->flash,
	                          .gz = task_has(t, "gz"),
	                          .verbose = task_has(t, "verbose"),
	                          .read_only = t->dialogue->role < API_ROLE_ADMIN};

	if (w == NULL || !names_take(t, &setup, names))
		return NULL;
	w->root = setup.root;
	w->shell = task_shell(t);
	w->from = *setup.archive;
	w->tar = tar_new(&setup);
	return w->tar != NULL ? w : NULL;
}

static enum turn tar_run(struct task *t, enum tar_kind kind)
{
	if (work_take(t, kind) == NULL)
		return task_fail(t, "The file name is invalid.");
	return tar_begin(t);
}

static enum turn run_list(struct task *t)
{
	return tar_run(t, TAR_LIST);
}

static enum turn run_extract(struct task *t)
{
	return tar_run(t, task_has(t, "screen") ? TAR_SHOW : TAR_EXTRACT);
}

// --- making one ----------------------------------------------------------------------------------

static enum turn overwrite_answered(struct task *t)
{
	return task_said_yes(t) ? tar_begin(t) : TURN_DONE;
}

static enum turn probed(struct task *t)
{
	struct file_work *w = t->own;
	char text[JAIL_PATH_MAX + 64];

	if (w->error != 0)
		return tar_begin(t);
	snprintf(text, sizeof(text),
	         "flash:%s already exists. Overwrite it? [Y/N]:", w->from.text);
	return task_question(t, false, overwrite_answered, text);
}

static enum turn run_create(struct task *t)
{
	if (work_take(t, TAR_CREATE) == NULL)
		return task_fail(t, "The file name is invalid.");
	return file_work_begin(t, file_there, probed);
}

// clang-format off
static const struct command tar_commands[] = {
	{ "tar list archive-file FILE",    run_list,    API_ROLE_OPERATOR, "List what is in an archive" },
	{ "tar create [ gz ] archive-file FILE [ verbose ] source FILE [ FILE ] [ FILE ] [ FILE ] [ FILE ]", run_create, API_ROLE_ADMIN, "Put files and directories into an archive" },
	{ "tar extract archive-file FILE [ verbose ] [ screen | to FILE ]", run_extract, API_ROLE_ADMIN, "Take an archive apart" },
};
// clang-format on

TABLE(tar_commands);
