// Another role for this session, against its password.
#include "cli/commands/commands.h"
#include "control/api/api_role.h"
#include "crypto/core/secret.h"

#include <stdio.h>

#define SUPER_TRIES 3u

struct super_try {
	char role[ROLE_NAME_MAX + 1];
	bool by_level; // the old words, the old answer
	uint32_t level, failed;
};

// Levels 0 to 3 of old: visit, monitor, system, manage.
static const char *const old_levels[] = {"level-0", "level-1", "level-9", API_ROLE_ADMIN_NAME};

const char *level_role(uint32_t level, char out[ROLE_NAME_MAX + 1])
{
	snprintf(out, ROLE_NAME_MAX + 1, "level-%u", level);
	return level < 4 ? old_levels[level] : out;
}

// The role that the command line names.
static void role_named(const struct task *t, char out[ROLE_NAME_MAX + 1])
{
	struct span level = task_arg(t, ARG_OLDLEVEL_WORD),
	            role = task_arg(t, ARG_ROLENAME_WORD);
	char made[ROLE_NAME_MAX + 1];

	if (level.len > 0)
		snprintf(out, ROLE_NAME_MAX + 1, "%s", level_role(arg_number(level), made));
	else if (role.len > 0)
		snprintf(out, ROLE_NAME_MAX + 1, "%.*s", (int)role.len,
		         (const char *)role.data);
	else
		snprintf(out, ROLE_NAME_MAX + 1, "%s", API_ROLE_ADMIN_NAME);
}

// --- super -------------------------------------------------------------------------------------

static enum turn super_asked(struct task *t);

static enum turn super_granted(struct task *t, const struct super_try *s)
{
	if (!dialogue_roles(t->dialogue, span_text(s->role)))
		return task_fail(t, "The user role does not exist.");
	if (s->by_level)
		task_print(t,
		           "User privilege level is %u, and only those commands can be used\n"
		           "whose level is equal or less than this.\n"
		           "Privilege note: 0-VISIT, 1-MONITOR, 2-SYSTEM, 3-MANAGE\n",
		           s->level);
	else
		task_print(t,
		           "User privilege role is %s, and only those commands can be used "
		           "that authorized to the role.\n",
		           s->role);
	return TURN_DONE;
}

static enum turn super_answered(struct task *t)
{
	struct super_try *s = t->own;

	if (t->status == STATUS_OK)
		return super_granted(t, s);
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "Password is not set.");
	if (t->status == STATUS_UNSUPPORTED)
		return task_fail(t, "The user role does not exist.");
	if (t->status == STATUS_DENIED && ++s->failed < SUPER_TRIES)
		return task_question(t, true, super_asked, "Password:");
	if (t->status == STATUS_DENIED)
		return task_fail(t, "Authenticate failed.");
	return task_fail_status(t, t->status);
}

static enum turn super_ask(struct task *t, struct span password)
{
	const struct super_try *s = t->own;
	struct builder b = task_request(t);

	builder_text(&b, s->role);
	builder_string(&b, password);
	t->ask_cursor = 0;
	return task_ask(t, API_SUPER, &b, super_answered);
}

static enum turn super_asked(struct task *t)
{
	if (t->answer_ended)
		return task_fail(t, "Authenticate failed.");
	return super_ask(t, text_span(&t->answer));
}

static enum turn run_super(struct task *t)
{
	struct super_try *s = task_own(t, sizeof(*s), NULL);

	if (s == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	role_named(t, s->role);
	s->by_level = task_arg(t, ARG_OLDLEVEL_WORD).len > 0;
	s->level = s->by_level ? arg_number(task_arg(t, ARG_OLDLEVEL_WORD)) : 0;
	if (t->dialogue->role == API_ROLE_ADMIN)
		return super_ask(t, span_text(""));
	return task_question(t, true, super_asked, "Password:");
}

// --- super password ----------------------------------------------------------------------------

static enum turn password_set(struct task *t, struct span password)
{
	char role[ROLE_NAME_MAX + 1];
	struct builder b;

	if (!password_fits(t, password))
		return TURN_DONE;
	role_named(t, role);
	b = task_request(t);
	builder_text(&b, role);
	builder_string(&b, password);
	t->ask_cursor = 0;
	return task_ask(t, API_SET_SUPER, &b, task_end);
}

static enum turn run_password(struct task *t)
{
	return password_question(t, password_set);
}

static enum turn hash_set(struct task *t, struct span hash)
{
	char role[ROLE_NAME_MAX + 1];
	struct api_record r = {.class = API_CLASS_SUPER};

	if (hash.data[0] != '$')
		return task_fail(t, "The hash is not in a form that this device knows.");
	role_named(t, role);
	r.key = span_text(role);
	record_add_text(&r, API_SUPER_HASH, hash);
	return task_put(t, &r, task_end);
}

static enum turn run_password_given(struct task *t)
{
	struct span password = task_arg(t, ARG_PASSWORD_WORD),
	            hash = task_arg(t, ARG_HASH_WORD);

	return hash.len > 0 ? hash_set(t, hash) : password_set(t, password);
}

static enum turn undo_done(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "Password is not set.");
	return task_end(t);
}

static enum turn run_undo_password(struct task *t)
{
	char role[ROLE_NAME_MAX + 1];

	role_named(t, role);
	return task_delete(t, API_CLASS_SUPER, span_text(role), undo_done);
}

static void emit_password(struct config_out *out, const struct command *row,
                          const struct api_record *record)
{
	struct span hash = record_text(record, API_SUPER_HASH);
	char role[CONFIG_WORD_MAX], word[CONFIG_WORD_MAX];

	if (hash.len > 0)
		config_line(out, 1, "super password role %s hash %s",
		            config_word(record->key, role), config_word(hash, word));
}

// clang-format off
static const struct command super[] = {
	{ "super password [ role ROLENAME ] simple PASSWORD", run_password_given, API_ROLE_ADMIN, "In clear text", .flags = COMMAND_SECRET },
	{ "super password [ role ROLENAME ] hash HASH", run_password_given, API_ROLE_ADMIN, "In hashed form", API_CLASS_SUPER, API_SUPER_HASH, 0, emit_password, COMMAND_SECRET },
	{ "super password [ role ROLENAME ]", run_password, API_ROLE_ADMIN, "Specify the password for another role" },
	{ "super password level OLDLEVEL simple PASSWORD", run_password_given, API_ROLE_ADMIN, "In clear text", .flags = COMMAND_SECRET | COMMAND_HIDDEN },
	{ "super password level OLDLEVEL cipher HASH", run_password_given, API_ROLE_ADMIN, "In hashed form", .flags = COMMAND_SECRET | COMMAND_HIDDEN },
	{ "undo super password [ role ROLENAME ]", run_undo_password, API_ROLE_ADMIN, "Delete the password for another role" },
	{ "undo super password level OLDLEVEL", run_undo_password, API_ROLE_ADMIN, "Delete the password for a level", .flags = COMMAND_HIDDEN },
};

static const struct command super_user[] = {
	{ "super [ OLDLEVEL | ROLENAME ]", run_super, API_ROLE_VISITOR, "Take on another user role" },
};
// clang-format on

TABLE(super);
TABLE(super_user);
