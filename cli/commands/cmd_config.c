// The configuration: showing it, saving it.
#include "cli/commands/commands.h"

#include <stdio.h>
#include <fcntl.h>
#include <sys/stat.h>

// --- showing -----------------------------------------------------------------------------------

static enum turn run_current(struct task *t)
{
	return config_print(t, CONFIG_ALL, NULL, NULL);
}

static enum turn this_end(struct task *t)
{
	struct config_out out = {
	        .text = &t->pending, .fresh = true, .roles = &task_shell(t)->roles};
	struct api_record record;

	if (t->status == STATUS_NOT_FOUND) // a key whose code is still being typed
		return TURN_DONE;
	if (!task_record(t, &record))
		return task_fail_status(t,
		                        t->status != STATUS_OK ? t->status : STATUS_MALFORMED);
	config_emit(&out, &record);
	task_print(t, "#\nreturn\n");
	return TURN_DONE;
}

static enum turn run_this(struct task *t)
{
	struct span name = span_text(t->dialogue->name != NULL ? t->dialogue->name : "");

	switch (t->dialogue->view) {
	case VIEW_SYSTEM:
		return config_print(t, CONFIG_TOP, NULL, NULL);
	case VIEW_LINE:
	case VIEW_LINE_CLASS:
		return task_get(t, API_CLASS_VTY, span_text(""), this_end);
	case VIEW_LOCAL_USER:
		return task_get(t, API_CLASS_LOCAL_USER, name, this_end);
	case VIEW_ROLE:
		return task_get(t, API_CLASS_ROLE, name, this_end);
	case VIEW_RADIUS:
		return task_get(t, API_CLASS_RADIUS, name, this_end);
	case VIEW_DOMAIN:
		return task_get(t, API_CLASS_DOMAIN, name, this_end);
	case VIEW_PUBLIC_KEY:
	case VIEW_KEY_CODE:
		return task_get(t, API_CLASS_PEER_KEY, name, this_end);
	case VIEW_INTERFACE:
		return task_get(t, API_CLASS_INTERFACE, name, this_end);
	case VIEW_ACL:
		return acl_this(t);
	default:
		return TURN_DONE;
	}
}

struct saved {
	struct blob file;
	size_t at;
};

static void saved_fini(void *own)
{
	blob_wipe(&((struct saved *)own)->file);
}

// Lines as the file has them; hashes only for those who may change them (the row's role).
static enum turn saved_more(struct task *t)
{
	struct saved *s = t->own;

	while (s->at < s->file.len && task_room(t)) {
		const char *from = (const char *)s->file.data + s->at;
		const char *lf = memchr(from, '\n', s->file.len - s->at);
		size_t len = lf != NULL ? (size_t)(lf - from) : s->file.len - s->at;

		text_add(&t->pending, from, len);
		text_puts(&t->pending, "\n");
		s->at += len + (lf != NULL);
	}
	return s->at < s->file.len ? TURN_AGAIN : TURN_DONE;
}

static enum turn run_saved(struct task *t)
{
	struct saved *s = task_own(t, sizeof(*s), saved_fini);
	struct startup startup;
	enum status status;

	if (s == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	startup_read(task_shell(t)->flash, &startup);
	status = file_read(task_shell(t)->flash, startup.main, CONFIG_FILE_MAX, &s->file);
	if (status == STATUS_NOT_FOUND && startup.backup[0] != 0)
		status = file_read(task_shell(t)->flash, startup.backup, CONFIG_FILE_MAX,
		                   &s->file);
	if (status == STATUS_NOT_FOUND)
		return TURN_DONE;
	if (status != STATUS_OK)
		return task_fail_status(t, status);
	t->next = saved_more;
	return saved_more(t);
}

// What a device is that nobody has configured; the administrator's secrets for administrators.
static enum turn run_factory(struct task *t)
{
	struct saved *s = task_own(t, sizeof(*s), saved_fini);
	struct text text = {0};

	if (s == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	factory_configuration(&text,
	                      t->dialogue->role == API_ROLE_ADMIN ? task_shell(t)->state : -1);
	s->file = blob_copy(text_span(&text));
	text_fini(&text);
	t->next = saved_more;
	return saved_more(t);
}

// --- saving ------------------------------------------------------------------------------------

static enum turn save_written(struct task *t)
{
	if (t->status != STATUS_OK)
		return task_fail(t, "The file was not written: %s.", status_text(t->status));
	task_print(t, "Configuration is saved to device successfully.\n");
	return TURN_DONE;
}

static enum turn save_write(struct task *t)
{
	char name[256];

	snprintf(name, sizeof(name), "%.*s", (int)text_left(&t->name), t->name.data);
	return task_file_write(t, name, &t->file, save_written);
}

enum turn save_print(struct task *t)
{
	task_print(t, "Validating file. Please wait...\n");
	return config_print(t, CONFIG_ALL, &t->file, save_write);
}

static enum turn save_overwrite(struct task *t)
{
	if (!task_said_yes(t))
		return TURN_DONE;
	return save_print(t);
}

// Which of the next start-up files a save without a name is for.
static char *startup_place(struct task *t, struct startup *startup)
{
	return task_has(t, "backup") ? startup->backup : startup->main;
}

// Where it goes.
static void startup_name(struct task *t, char name[256])
{
	struct startup startup;
	const char *place;

	startup_read(task_shell(t)->flash, &startup);
	place = startup_place(t, &startup);
	snprintf(name, 256, "%s",
	         place[0] != 0           ? place
	         : task_has(t, "backup") ? CONFIG_BACKUP
	                                 : CONFIG_FILE);
}

static bool save_name(struct task *t, struct span file)
{
	char name[256];

	if (file.len > 0 && (flash_name(file, name) == NULL || strlen(name) < 5 ||
	                     strcmp(name + strlen(name) - 4, ".cfg") != 0))
		return false;
	text_fini(&t->name);
	if (file.len == 0)
		startup_name(t, name);
	text_puts(&t->name, name);
	return true;
}

static bool file_is_there(struct task *t, char name[256])
{
	struct stat st;

	snprintf(name, 256, "%.*s", (int)text_left(&t->name), t->name.data);
	return fstatat(task_shell(t)->flash, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

// Its file becomes the next main or backup start-up file.
static enum turn save_chosen(struct task *t)
{
	struct startup startup;
	char name[256];

	if (t->status != STATUS_OK)
		return save_written(t);
	snprintf(name, sizeof(name), "%.*s", (int)text_left(&t->name), t->name.data);
	startup_read(task_shell(t)->flash, &startup);
	if (strcmp(startup_place(t, &startup), name) == 0)
		return save_written(t);
	snprintf(startup_place(t, &startup), sizeof(startup.main), "%s", name);
	return startup_choose(t, &startup, save_written);
}

static enum turn save_write_main(struct task *t)
{
	char name[256];

	snprintf(name, sizeof(name), "%.*s", (int)text_left(&t->name), t->name.data);
	return task_file_write(t, name, &t->file, save_chosen);
}

static enum turn save_print_main(struct task *t)
{
	task_print(t, "Validating file. Please wait...\n");
	return config_print(t, CONFIG_ALL, &t->file, save_write_main);
}

static enum turn save_overwrite_main(struct task *t)
{
	return task_said_yes(t) ? save_print_main(t) : TURN_DONE;
}

static enum turn save_named(struct task *t)
{
	char name[256], question[320];

	if (t->answer_ended || !save_name(t, text_span(&t->answer)))
		return task_fail(t, "The file name is invalid.");
	if (!file_is_there(t, name))
		return save_print_main(t);
	snprintf(question, sizeof(question), "flash:/%s exists, overwrite? [Y/N]:", name);
	return task_question(t, false, save_overwrite_main, question);
}

static enum turn save_confirmed(struct task *t)
{
	char name[256], question[480];

	if (!task_said_yes(t))
		return TURN_DONE;
	startup_name(t, name);
	snprintf(question, sizeof(question),
	         "Please input the file name(*.cfg)[flash:/%s]\n"
	         "(To leave the existing filename unchanged, press the enter key):",
	         name);
	return task_question(t, false, save_named, question);
}

static enum turn run_save(struct task *t)
{
	if (task_has(t, "force"))
		return save_name(t, span_text("")) ? save_print_main(t) : TURN_DONE;
	return task_question(t, false, save_confirmed,
	                     "The current configuration will be written to the device. "
	                     "Are you sure? [Y/N]:");
}

static enum turn run_save_file(struct task *t)
{
	char name[256], question[320];

	if (!save_name(t, task_arg(t, ARG_CFG_WORD)))
		return task_fail(t, "The file name is invalid.");
	if (!file_is_there(t, name))
		return save_print(t);
	snprintf(question, sizeof(question), "flash:/%s exists, overwrite? [Y/N]:", name);
	return task_question(t, false, save_overwrite, question);
}

// clang-format off
static const struct command show_config[] = {
	{ "display current-configuration", run_current, API_ROLE_OPERATOR, "Display the configuration in force" },
	{ "display saved-configuration",   run_saved,   API_ROLE_ADMIN,    "Display the start-up file" },
	{ "display default-configuration", run_factory, API_ROLE_OPERATOR, "Display what a device is that nobody has configured" },
	{ "display this",                  run_this,    API_ROLE_OPERATOR, "Display what is configured in this view" },
};

static const struct command save_commands[] = {
	{ "save [ safely ] [ main | backup ] [ force ]", run_save, API_ROLE_ADMIN, "Save the configuration for the next start; force asks nothing" },
	{ "save CFG [ all ]", run_save_file, API_ROLE_ADMIN, "Save to a file" },
};
// clang-format on

TABLE(show_config);
TABLE(save_commands);
