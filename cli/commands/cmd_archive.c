// Archives of the running configuration, to go back to.
#include "cli/commands/file_work.h"
#include "cli/main/chore.h"

#include <errno.h>
#include <stdio.h>

// --- where they are ------------------------------------------------------------------------------

static void work_fini(void *own)
{
	struct file_work *w = own;

	text_fini(&w->in);
	text_fini(&w->out);
}

// The task's file work from the settings in its reply. False: no place has been set.
static bool work_take(struct task *t)
{
	struct api_record r;
	struct file_work *w;
	struct span prefix;

	if (!task_record(t, &r) || record_text(&r, API_ARCHIVE_LOCATION).len == 0)
		return false;
	w = task_own(t, sizeof(*w), work_fini);
	if (w == NULL)
		return false;
	w->root = task_shell(t)->flash;
	prefix = record_text(&r, API_ARCHIVE_PREFIX);
	snprintf(w->name, sizeof(w->name), "%.*s", (int)prefix.len, (const char *)prefix.data);
	w->most = record_number(&r, API_ARCHIVE_MOST);
	return jail_path(record_text(&r, API_ARCHIVE_LOCATION), &w->from);
}

static enum turn fail(struct task *t, int error)
{
	if (error == ENOENT)
		return task_fail(t, "The archive directory does not exist.");
	return task_fail(t, "The archive was not written: %s.", strerrordesc_np(error));
}

// --- saving one ----------------------------------------------------------------------------------

static enum turn archive_saved(struct task *t)
{
	struct file_work *w = t->own;

	if (w->error != 0)
		return fail(t, w->error);
	task_print(t, "The archive configuration file %.*s is saved.\n",
	           (int)text_left(&w->out), w->out.data);
	shell_log(task_shell(t), "archive: %.*s is saved", (int)text_left(&w->out),
	          w->out.data);
	return TURN_DONE;
}

static enum turn archive_placed(struct task *t)
{
	struct file_work *w;

	if (!work_take(t))
		return task_fail(t, "Specify the place of archives first: "
		                    "archive configuration location.");
	w = t->own;
	w->in = t->file;
	t->file = (struct text){0};
	return file_work_begin(t, archive_write, archive_saved);
}

static enum turn archive_printed(struct task *t)
{
	return task_get(t, API_CLASS_ARCHIVE, span_text(""), archive_placed);
}

static enum turn archive_begin(struct task *t)
{
	text_fini(&t->file);
	return config_print(t, CONFIG_ALL, &t->file, archive_printed);
}

static enum turn archive_confirmed(struct task *t)
{
	return task_said_yes(t) ? archive_begin(t) : TURN_DONE;
}

static enum turn run_archive(struct task *t)
{
	return task_question(
	        t, false, archive_confirmed,
	        "Save the running configuration to an archive file. Continue? [Y/N]:");
}

// Each time anew, as long as there is an interval.
enum turn archive_scheduled(struct task *t)
{
	struct shell *shell = task_shell(t);

	t->close = true;
	if (shell->archive_minutes > 0)
		chore_set(shell, CHORE_ARCHIVE,
		          shell->now_us + shell->archive_minutes * 60000000ull);
	return archive_begin(t);
}

// --- showing -------------------------------------------------------------------------------------

static enum turn show_listed(struct task *t)
{
	struct file_work *w = t->own;

	if (w->error != 0)
		return fail(t, w->error);
	task_print(t, "%.*s", (int)text_left(&w->out), w->out.data);
	return TURN_DONE;
}

static enum turn show_placed(struct task *t)
{
	struct api_record r;
	struct span place, prefix;

	if (!task_record(t, &r))
		return task_fail_status(t, STATUS_MALFORMED);
	place = record_text(&r, API_ARCHIVE_LOCATION);
	prefix = record_text(&r, API_ARCHIVE_PREFIX);
	task_print(t, "Location: %s%.*s\nFilename prefix: %.*s\n",
	           place.len > 0 ? "flash:" : "", (int)place.len, (const char *)place.data,
	           (int)prefix.len, (const char *)prefix.data);
	task_print(t, "Archive interval in minutes: %u\nMaximum number of archive files: %u\n",
	           record_number(&r, API_ARCHIVE_MINUTES), record_number(&r, API_ARCHIVE_MOST));
	return work_take(t) ? file_work_begin(t, archive_list, show_listed) : TURN_DONE;
}

static enum turn run_show(struct task *t)
{
	return task_get(t, API_CLASS_ARCHIVE, span_text(""), show_placed);
}

// --- settings ------------------------------------------------------------------------------------

static bool prefix_fits(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-",
		           s.data[i]) == NULL)
			return false;
	return true;
}

static enum turn run_location(struct task *t)
{
	struct api_record r = {.class = API_CLASS_ARCHIVE};
	struct span place = task_arg(t, ARG_FILE_WORD), prefix = task_arg(t, ARG_PREFIX_WORD);
	struct jail_path path;

	if (place.len >= 6 && memcmp(place.data, "flash:", 6) == 0)
		place = span_of(place.data + 6, place.len - 6);
	if (!jail_path(place, &path) || !prefix_fits(prefix))
		return task_fail(t, "The directory or the prefix is invalid.");
	record_add_text(&r, API_ARCHIVE_LOCATION, span_text(path.text));
	record_add_text(&r, API_ARCHIVE_PREFIX, prefix);
	return task_put(t, &r, task_end);
}

static enum turn run_undo_location(struct task *t)
{
	struct api_record r = {.class = API_CLASS_ARCHIVE};

	record_add_text(&r, API_ARCHIVE_LOCATION, span_text(""));
	record_add_text(&r, API_ARCHIVE_PREFIX, span_text(""));
	return task_put(t, &r, task_end);
}

static void emit_location(struct config_out *out, const struct command *row,
                          const struct api_record *record)
{
	char place[CONFIG_WORD_MAX], prefix[CONFIG_WORD_MAX];

	if (record_text(record, API_ARCHIVE_LOCATION).len > 0)
		config_line(out, 1, "archive configuration location %s filename-prefix %s",
		            config_word(record_text(record, API_ARCHIVE_LOCATION), place),
		            config_word(record_text(record, API_ARCHIVE_PREFIX), prefix));
}

// clang-format off
#define ARCHIVE(name) API_CLASS_ARCHIVE, API_ARCHIVE_##name
static const struct command archive[] = {
	{ "archive configuration location FILE filename-prefix PREFIX", run_location, API_ROLE_ADMIN, "Specify where archives are and how they are called", ARCHIVE(LOCATION), 0, emit_location },
	{ "undo archive configuration location",      run_undo_location, API_ROLE_ADMIN, "Keep no archives", ARCHIVE(LOCATION) },
	{ "archive configuration interval ARCHIVEMIN", run_setting, API_ROLE_ADMIN, "Save an archive each so many minutes", ARCHIVE(MINUTES), 0, emit_setting },
	{ "undo archive configuration interval",      run_default, API_ROLE_ADMIN, "Save archives when told to", ARCHIVE(MINUTES) },
	{ "archive configuration max ARCHIVES",       run_setting, API_ROLE_ADMIN, "Specify how many archives are kept", ARCHIVE(MOST), 0, emit_setting },
	{ "undo archive configuration max",           run_default, API_ROLE_ADMIN, "Restore how many archives are kept", ARCHIVE(MOST) },
};

static const struct command archive_user[] = {
	{ "archive configuration", run_archive, API_ROLE_ADMIN, "Save the running configuration to an archive" },
};

static const struct command archive_show[] = {
	{ "display archive configuration", run_show, API_ROLE_OPERATOR, "Display the archives of the configuration" },
};
// clang-format on

TABLE(archive);
TABLE(archive_user);
TABLE(archive_show);
