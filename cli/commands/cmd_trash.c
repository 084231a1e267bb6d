// The recycle bin: what was deleted and can be brought back, until it is emptied.
#include "cli/commands/file_work.h"

#include <stdio.h>

static enum turn bin_next(struct task *t);

static enum turn bin_erased(struct task *t)
{
	struct file_work *w = t->own;

	if (w->error != 0)
		return task_fail(t, "%s.", strerrordesc_np(w->error));
	task_print(t, "Clearing file flash:%s... Done.\n", w->from.text);
	shell_log(task_shell(t), "%s: flash:%s is gone from the recycle bin",
	          t->dialogue->user != NULL ? t->dialogue->user : "?", w->from.text);
	return bin_next(t);
}

static enum turn bin_answered(struct task *t)
{
	if (t->answer_ended)
		return TURN_DONE;
	return task_said_yes(t) ? file_work_begin(t, file_trash_erase, bin_erased)
	                        : bin_next(t);
}

// t->file: the paths that are left, a line each.
static enum turn bin_next(struct task *t)
{
	struct file_work *w = t->own;
	struct span rest = text_span(&t->file);
	const uint8_t *lf = rest.len > 0 ? memchr(rest.data, '\n', rest.len) : NULL;
	char question[JAIL_PATH_MAX + 40];

	if (lf == NULL || !jail_path(span_of(rest.data, (size_t)(lf - rest.data)), &w->from))
		return TURN_DONE;
	text_take(&t->file, (size_t)(lf - rest.data) + 1);
	if (task_has(t, "/force"))
		return file_work_begin(t, file_trash_erase, bin_erased);
	snprintf(question, sizeof(question), "Clear flash:%s? [Y/N]:", w->from.text);
	return task_question(t, false, bin_answered, question);
}

static enum turn bin_listed(struct task *t)
{
	struct file_work *w = t->own;

	text_fini(&t->file);
	t->file = w->out;
	w->out = (struct text){0};
	return bin_next(t);
}

static void work_fini(void *own)
{
	text_fini(&((struct file_work *)own)->out);
}

static enum turn run_reset_bin(struct task *t)
{
	struct file_work *w = task_own(t, sizeof(*w), work_fini);

	if (w == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	w->root = task_shell(t)->flash;
	return file_work_begin(t, file_trash_list, bin_listed);
}

// clang-format off
static const struct command trash_commands[] = {
	{ "reset recycle-bin [ /force ]", run_reset_bin, API_ROLE_ADMIN, "Erase deleted files for good" },
};
// clang-format on

TABLE(trash_commands);
