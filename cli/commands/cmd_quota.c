// What users may keep beneath their work directories.
#include "cli/commands/file_work.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

// --- display -------------------------------------------------------------------------------------

static const struct column quota_columns[] = {{"Username", 21, 0},
                                              {"Work directory", 21, 0},
                                              {"Used KB", 12, COLUMN_NUMBER | COLUMN_RIGHT},
                                              {"Limit KB", 12, COLUMN_RIGHT},
                                              {"Files", 9, COLUMN_NUMBER | COLUMN_RIGHT},
                                              {"Limit", 9, COLUMN_RIGHT, "File limit"}};
static TABLE_OF(quota, "", false);

// The next of several texts, each with a NUL behind it; "" when there is none.
static const char *text_next(struct text *from, char out[JAIL_PATH_MAX + 2])
{
	struct span s = text_span(from);
	size_t len = s.len > 0 ? strnlen((const char *)s.data, s.len - 1) : 0;

	snprintf(out, JAIL_PATH_MAX + 2, "%.*s", (int)len, len > 0 ? (const char *)s.data : "");
	if (s.len > 0)
		text_take(from, len + 1);
	return out;
}

static void text_put(struct text *to, const char *text)
{
	text_add(to, text, strlen(text) + 1);
}

// Of `in`, user by user: name, megabytes, files, directory. To `out`: bytes and files there are.
static bool file_quota(struct file_work *w)
{
	char text[JAIL_PATH_MAX + 2], use[48];
	struct text names = {0};
	struct quota_use found;
	int fd;

	text_add(&names, text_span(&w->in).data, text_left(&w->in));
	while (text_left(&names) > 0) {
		for (int i = 0; i < 4; i++)
			text_next(&names, text);
		found = (struct quota_use){0};
		fd = jail_open(w->root, text, O_PATH | O_DIRECTORY, 0);
		if (fd >= 0)
			(void)jail_close(fd, quota_count(fd, &found));
		snprintf(use, sizeof(use), "%llu",
		         (unsigned long long)(found.bytes + 1023) / 1024);
		text_put(&w->out, use);
		snprintf(use, sizeof(use), "%llu", (unsigned long long)found.files);
		text_put(&w->out, use);
	}
	text_fini(&names);
	return true;
}

static void limit_value(struct task *t, uint64_t limit)
{
	if (limit == 0)
		table_value(&t->table, "-");
	else
		table_value(&t->table, "%llu", (unsigned long long)limit);
}

static enum turn quota_rows(struct task *t)
{
	struct file_work *w = t->own;
	char name[JAIL_PATH_MAX + 2], size[JAIL_PATH_MAX + 2], files[JAIL_PATH_MAX + 2],
	        text[JAIL_PATH_MAX + 2];

	while (text_left(&w->in) > 0 && task_room(t)) {
		table_value(&t->table, "%s", text_next(&w->in, name));
		text_next(&w->in, size);
		text_next(&w->in, files);
		table_value(&t->table, "flash:%s", text_next(&w->in, text));
		table_value(&t->table, "%s", text_next(&w->out, text));
		limit_value(t, strtoull(size, NULL, 10) * 1024);
		table_value(&t->table, "%s", text_next(&w->out, text));
		limit_value(t, strtoull(files, NULL, 10));
	}
	return text_left(&w->in) > 0 ? TURN_AGAIN : task_table_end(t);
}

static void work_fini(void *own)
{
	file_work_drop(own);
}

static void user_add(struct text *to, const struct shell *shell, const char *user)
{
	const struct blob *place = shell_entry(&shell->work_directories, span_text(user));
	struct quota_limits limits = shell_quota(shell, span_text(user));
	char digits[24];

	text_put(to, user);
	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)(limits.bytes >> 20));
	text_put(to, digits);
	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)limits.files);
	text_put(to, digits);
	text_put(to, place != NULL ? (const char *)place->data : "/");
}

static enum turn run_show(struct task *t)
{
	struct file_work *w = task_own(t, sizeof(*w), work_fini);
	const struct shell *shell = task_shell(t);

	if (w == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	w->root = shell->flash;
	for (uint32_t i = 0; i < shell->quota_sizes.count; i++)
		user_add(&w->in, shell, shell->quota_sizes.entries[i].key);
	for (uint32_t i = 0; i < shell->quota_files.count; i++)
		if (shell_entry(&shell->quota_sizes,
		                span_text(shell->quota_files.entries[i].key)) == NULL)
			user_add(&w->in, shell, shell->quota_files.entries[i].key);
	task_table(t, &quota);
	return file_work_begin(t, file_quota, quota_rows);
}

// clang-format off
#define USER(name) API_CLASS_LOCAL_USER, API_LOCAL_USER_##name
static const struct command quota_view[] = {
	{ "file-quota size QUOTAMB",     run_setting, API_ROLE_ADMIN, "Limit the bytes beneath the work directory, in megabytes", USER(QUOTA_SIZE), 0, emit_setting },
	{ "undo file-quota size",        run_default, API_ROLE_ADMIN, "As many bytes as there is room for", USER(QUOTA_SIZE) },
	{ "file-quota files QUOTAFILES", run_setting, API_ROLE_ADMIN, "Limit the files beneath the work directory", USER(QUOTA_FILES), 0, emit_setting },
	{ "undo file-quota files",       run_default, API_ROLE_ADMIN, "As many files as there is room for", USER(QUOTA_FILES) },
};

static const struct command quota_show[] = {
	{ "display file-quota", run_show, API_ROLE_OPERATOR, "Display what users keep and may keep", .flags = COMMAND_TABLE },
};
// clang-format on

TABLE(quota_view);
TABLE(quota_show);
