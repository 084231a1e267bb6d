// The device's files: list, show, copy, move, delete and bring back.
#include "cli/commands/file_work.h"

#include <errno.h>
#include <stdio.h>

// --- arguments ---------------------------------------------------------------------------------

static void work_fini(void *own)
{
	file_work_drop(own);
}

bool file_path_take(struct task *t, unsigned n, struct jail_path *out)
{
	static const char prefix[] = "flash:";
	struct span s = match_arg(&t->match, ARG_FILE_WORD, n);

	if (s.len >= sizeof(prefix) - 1 && memcmp(s.data, prefix, sizeof(prefix) - 1) == 0)
		s = span_of(s.data + sizeof(prefix) - 1, s.len - sizeof(prefix) + 1);
	return jail_path(s, out);
}

static struct file_work *work_take(struct task *t)
{
	struct file_work *w = task_own(t, sizeof(*w), work_fini);

	if (w == NULL)
		return NULL;
	w->root = task_shell(t)->flash;
	w->read_only = t->dialogue->role < API_ROLE_ADMIN;
	w->all = task_has(t, "/all");
	return file_path_take(t, 0, &w->from) && file_path_take(t, 1, &w->to) ? w : NULL;
}

static enum turn fail(struct task *t, int error)
{
	if (error == ENOENT)
		return task_fail(t, "The file or directory does not exist.");
	if (error == EEXIST)
		return task_fail(t, "The file or directory already exists.");
	return task_fail(t, "%s.", strerrordesc_np(error));
}

static enum turn bad_name(struct task *t)
{
	return task_fail(t, "The file name is invalid.");
}

// --- printing ----------------------------------------------------------------------------------

bool file_work_print(struct task *t)
{
	struct file_work *w = t->own;

	while (text_left(&w->out) > 0 && task_room(t)) {
		struct span s = text_span(&w->out);
		size_t len = s.len < 1024 ? s.len : 1024;

		text_add(&t->pending, s.data, len);
		text_take(&w->out, len);
	}
	return text_left(&w->out) == 0;
}

static enum turn print_more(struct task *t)
{
	struct file_work *w = t->own;

	if (w->error != 0)
		return fail(t, w->error);
	if (!file_work_print(t))
		return TURN_AGAIN;
	if (w->more)
		return file_work_begin(t, w->run, print_more);
	if (w->run == file_show && w->at > 0)
		task_print(t, "\n");
	return TURN_DONE;
}

static enum turn print_with(struct task *t, bool (*run)(struct file_work *w))
{
	struct file_work *w = work_take(t);

	if (w == NULL)
		return bad_name(t);
	w->run = run;
	return file_work_begin(t, run, print_more);
}

static enum turn run_dir(struct task *t)
{
	return print_with(t, file_list);
}

static enum turn run_more(struct task *t)
{
	return print_with(t, file_show);
}

static enum turn run_md5sum(struct task *t)
{
	return print_with(t, file_md5);
}

static enum turn run_sha256sum(struct task *t)
{
	return print_with(t, file_sha256);
}

// --- changing ----------------------------------------------------------------------------------

// What is asked, what is said while it is done, and what is done.
struct change {
	const char *command; // its first word
	const char *question, *progress;
	bool (*run)(struct file_work *w);
	bool two; // names
};

// clang-format off
static const struct change changes[] = {
	{ "copy",     "Copy flash:%s to flash:%s? [Y/N]:",     "Copying file flash:%s to flash:%s...", file_copy, true },
	{ "move",     "Move flash:%s to flash:%s? [Y/N]:",     "Moving file flash:%s to flash:%s...",  file_move, true },
	{ "rename",   "Rename flash:%s as flash:%s? [Y/N]:",   "Renaming flash:%s as flash:%s...",     file_move, true },
	{ "/unreserved", "The file cannot be restored. Delete flash:%s? [Y/N]:", "Deleting file flash:%s...", file_erase, false },
	{ "delete",   "Delete flash:%s? [Y/N]:",               "Deleting file flash:%s...",            file_delete, false },
	{ "undelete", "Undelete flash:%s? [Y/N]:",             "Undeleting file flash:%s...",          file_undelete, false },
	{ "rmdir",    "Remove directory flash:%s? [Y/N]:",     "Removing directory flash:%s...",       file_rmdir, false },
	{ "mkdir",    NULL,                                    "Creating directory flash:%s...",       file_mkdir, false },
};
// clang-format on

static const struct change *change_of(const struct task *t)
{
	const struct change *c = changes;

	while (!task_has(t, c->command))
		c++;
	return c;
}

// The formats above have one or two names; the second is not looked at by those with one.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void change_text(const struct file_work *w, const char *format, char *out, size_t size)
{
	snprintf(out, size, format, w->from.text, w->to.text);
}
#pragma GCC diagnostic pop

static enum turn change_done(struct task *t)
{
	struct file_work *w = t->own;
	char text[2 * JAIL_PATH_MAX + 64];

	if (w->error != 0) {
		task_print(t, "\n");
		return fail(t, w->error);
	}
	task_print(t, " Done.\n");
	change_text(w, change_of(t)->progress, text, sizeof(text));
	shell_log(task_shell(t), "%s: %s done",
	          t->dialogue->user != NULL ? t->dialogue->user : "?", text);
	return TURN_DONE;
}

static enum turn change_begin(struct task *t)
{
	const struct change *c = change_of(t);
	char text[2 * JAIL_PATH_MAX + 64];

	change_text(t->own, c->progress, text, sizeof(text));
	task_print(t, "%s", text);
	return file_work_begin(t, c->run, change_done);
}

static enum turn overwrite_answered(struct task *t)
{
	return task_said_yes(t) ? change_begin(t) : TURN_DONE;
}

static enum turn change_answered(struct task *t)
{
	struct file_work *w = t->own;
	char text[JAIL_PATH_MAX + 64];

	if (!task_said_yes(t))
		return TURN_DONE;
	if (!w->there)
		return change_begin(t);
	if (task_has(t, "rename"))
		return fail(t, EEXIST);
	snprintf(text, sizeof(text),
	         "flash:%s already exists. Overwrite it? [Y/N]:", w->to.text);
	return task_question(t, false, overwrite_answered, text);
}

static enum turn change_ask(struct task *t)
{
	struct file_work *w = t->own;
	char text[2 * JAIL_PATH_MAX + 64];

	if (w->error != 0)
		return fail(t, w->error);
	change_text(w, change_of(t)->question, text, sizeof(text));
	return task_question(t, false, change_answered, text);
}

static enum turn run_change(struct task *t)
{
	const struct change *c = change_of(t);

	if (work_take(t) == NULL)
		return bad_name(t);
	if (c->two)
		return file_work_begin(t, file_probe, change_ask);
	return c->question != NULL ? change_ask(t) : change_begin(t);
}

// clang-format off
static const struct command file_commands[] = {
	{ "dir [ /all ] [ FILE ]",       run_dir,       API_ROLE_OPERATOR, "Display files and directories" },
	{ "more FILE",                   run_more,      API_ROLE_OPERATOR, "Display the contents of a file" },
	{ "md5sum FILE",                 run_md5sum,    API_ROLE_OPERATOR, "Calculate the MD5 digest of a file" },
	{ "sha256sum FILE",              run_sha256sum, API_ROLE_OPERATOR, "Calculate the SHA-256 digest of a file" },
	{ "copy FILE FILE",              run_change,    API_ROLE_ADMIN,    "Copy a file" },
	{ "move FILE FILE",              run_change,    API_ROLE_ADMIN,    "Move a file" },
	{ "rename FILE FILE",            run_change,    API_ROLE_ADMIN,    "Rename a file or directory" },
	{ "delete [ /unreserved ] FILE", run_change,    API_ROLE_ADMIN,    "Delete a file; without /unreserved it can be brought back" },
	{ "undelete FILE",               run_change,    API_ROLE_ADMIN,    "Bring a deleted file back" },
	{ "mkdir FILE",                  run_change,    API_ROLE_ADMIN,    "Create a directory" },
	{ "rmdir FILE",                  run_change,    API_ROLE_ADMIN,    "Remove an empty directory" },
};
// clang-format on

TABLE(file_commands);
