// VTY lines: who may come in, by what, with which roles.
#include "cli/commands/commands.h"
#include "control/api/api_role.h"
#include "crypto/wire/names.h"

#include <stdio.h>

static const char *const modes[] = {[API_LINE_NONE] = "none",
                                    [API_LINE_SCHEME] = "scheme",
                                    [API_LINE_PASSWORD] = "password"};
static const char *const protocols[] = {[API_INBOUND_ALL] = "all",
                                        [API_INBOUND_SSH] = "ssh",
                                        [API_INBOUND_TELNET] = "telnet",
                                        [API_INBOUND_PAD] = "pad"};
#define WORDS(list) (uint32_t)(sizeof(list) / sizeof(list[0]))

// Which of the words was typed.
static uint32_t word_of(const struct task *t, const char *const *words, uint32_t count)
{
	uint32_t i = 0;

	while (i + 1 < count && !task_has(t, words[i]))
		i++;
	return i;
}

// --- how they prove who they are, and what they come with --------------------------------------

static enum turn put_number(struct task *t, uint32_t number)
{
	struct api_record r = {.class = API_CLASS_VTY};

	record_add(&r, t->row->field, number);
	return task_put(t, &r, task_end);
}

static enum turn mode_checked(struct task *t)
{
	struct api_record old;

	if (!task_record(t, &old))
		return task_fail_status(t, t->status);
	if (record_number(&old, API_VTY_INBOUND) == API_INBOUND_SSH)
		return task_fail(t,
		                 "SSH needs the mode scheme: change protocol inbound first.");
	return put_number(t, word_of(t, modes, WORDS(modes)));
}

static enum turn run_mode(struct task *t)
{
	if (task_has(t, "scheme"))
		return put_number(t, API_LINE_SCHEME);
	return task_get(t, API_CLASS_VTY, span_text(""), mode_checked);
}

static void emit_mode(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	config_line(out, 1, "authentication-mode %s",
	            modes[record_number(record, API_VTY_MODE)]);
}

static enum turn protocol_checked(struct task *t)
{
	struct api_record old;

	if (!task_record(t, &old))
		return task_fail_status(t, t->status);
	if (record_number(&old, API_VTY_MODE) != API_LINE_SCHEME)
		return task_fail(t,
		                 "SSH needs the mode scheme: set authentication-mode first.");
	return put_number(t, API_INBOUND_SSH);
}

static enum turn run_protocol(struct task *t)
{
	if (task_has(t, "ssh"))
		return task_get(t, API_CLASS_VTY, span_text(""), protocol_checked);
	return put_number(t, word_of(t, protocols, WORDS(protocols)));
}

static void emit_protocol(struct config_out *out, const struct command *row,
                          const struct api_record *record)
{
	uint32_t inbound = record_number(record, API_VTY_INBOUND);

	if (inbound != API_INBOUND_ALL)
		config_line(out, 1, "protocol inbound %s", protocols[inbound]);
}

// --- the password of the lines -----------------------------------------------------------------

static enum turn run_password(struct task *t)
{
	struct span password = task_arg(t, ARG_LINEPASS_WORD);
	struct builder b = task_request(t);

	if (!password_fits(t, password))
		return TURN_DONE;
	builder_string(&b, password);
	t->ask_cursor = 0;
	return task_ask(t, API_SET_LINE_PASSWORD, &b, task_end);
}

static enum turn run_hash(struct task *t)
{
	struct api_record r = {.class = API_CLASS_VTY};
	struct span hash = task_arg(t, ARG_HASH_WORD);

	if (hash.data[0] != '$')
		return task_fail(t, "The hash is not in a form that this device knows.");
	record_add_text(&r, API_VTY_HASH, hash);
	return task_put(t, &r, task_end);
}

static void emit_password(struct config_out *out, const struct command *row,
                          const struct api_record *record)
{
	struct span hash = record_text(record, API_VTY_HASH);
	char word[CONFIG_WORD_MAX];

	if (hash.len > 0)
		config_line(out, 1, "set authentication password hash %s",
		            config_word(hash, word));
}

// --- from where --------------------------------------------------------------------------------

static enum turn run_list(struct task *t)
{
	return put_number(t, arg_number(task_arg(t, ARG_ANYACL_WORD)));
}

static void emit_list(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	uint32_t list = record_number(record, row->field);

	if (list > 0)
		config_line(out, 1, "acl %s%u inbound",
		            row->field == API_VTY_ACL6 ? "ipv6 " : "", list);
}

// --- the role of those who are no local users --------------------------------------------------

static enum turn roles_put(struct task *t, struct span roles)
{
	struct api_record r = {.class = API_CLASS_VTY};

	if (roles.len > api_field_row(API_VTY_ROLE)->high)
		return task_fail(t, "The names of all roles must be at most %u characters.",
		                 api_field_row(API_VTY_ROLE)->high);
	record_add_text(&r, API_VTY_ROLE, roles);
	return task_put(t, &r, task_end);
}

static enum turn roles_got(struct task *t)
{
	struct span role = task_arg(t, ARG_ROLENAME_WORD), rest, each;
	struct text list = {0};
	struct api_record old;
	enum turn turn;

	if (!task_record(t, &old))
		return task_fail_status(t, t->status);
	rest = record_text(&old, API_VTY_ROLE);
	while (names_next(&rest, &each))
		if (!span_equal(each, role))
			text_format(&list, "%.*s,", (int)each.len, (const char *)each.data);
	if (!task_has(t, "undo"))
		text_add(&list, role.data, role.len);
	else if (list.len > 0)
		list.len--;
	turn = roles_put(t, text_left(&list) > 0 ? text_span(&list) : span_text(""));
	text_fini(&list);
	return turn;
}

static enum turn role_found(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The user role does not exist.");
	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	return task_get(t, API_CLASS_VTY, span_text(""), roles_got);
}

static enum turn run_role(struct task *t)
{
	struct span role = task_arg(t, ARG_ROLENAME_WORD);

	if (role.len == 0)
		return roles_put(t, span_text(""));
	if (api_role_predefined(role) == API_ROLE_NONE && !task_has(t, "undo"))
		return task_get(t, API_CLASS_ROLE, role, role_found);
	return task_get(t, API_CLASS_VTY, span_text(""), roles_got);
}

static enum turn run_level(struct task *t)
{
	char made[ROLE_NAME_MAX + 1];

	return roles_put(
	        t, span_text(level_role(arg_number(task_arg(t, ARG_OLDLEVEL_WORD)), made)));
}

static void emit_role(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	struct span roles = record_text(record, API_VTY_ROLE), role;
	char word[CONFIG_WORD_MAX];

	while (names_next(&roles, &role))
		config_line(out, 1, "user-role %s", config_word(role, word));
}

// clang-format off
#define VTY(name) API_CLASS_VTY, API_VTY_##name
static const struct command line_login[] = {
	{ "authentication-mode { none | password | scheme }", run_mode, API_ROLE_ADMIN, "Specify how users prove who they are; SSH needs scheme", VTY(MODE), 0, emit_mode },
	{ "undo authentication-mode",   run_default, API_ROLE_ADMIN, "Restore the authentication mode", VTY(MODE) },
	{ "set authentication password simple LINEPASS", run_password, API_ROLE_ADMIN, "In clear text", .flags = COMMAND_SECRET },
	{ "set authentication password { hash | cipher } HASH", run_hash, API_ROLE_ADMIN, "In hashed form", VTY(HASH), 0, emit_password, COMMAND_SECRET },
	{ "undo set authentication password", run_default, API_ROLE_ADMIN, "Delete the password of the lines", VTY(HASH) },
	{ "protocol inbound { all | pad | ssh | telnet }", run_protocol, API_ROLE_ADMIN, "Specify what may come in", VTY(INBOUND), 0, emit_protocol },
	{ "undo protocol inbound",      run_default, API_ROLE_ADMIN, "Restore what may come in", VTY(INBOUND) },
	{ "acl ANYACL inbound",         run_list,    API_ROLE_ADMIN, "Specify who may come in over IPv4", VTY(ACL), 0, emit_list },
	{ "undo acl [ ANYACL ] inbound", run_default, API_ROLE_ADMIN, "Let everyone in over IPv4", VTY(ACL) },
	{ "acl ipv6 ANYACL inbound",    run_list,    API_ROLE_ADMIN, "Specify who may come in over IPv6", VTY(ACL6), 0, emit_list },
	{ "undo acl ipv6 [ ANYACL ] inbound", run_default, API_ROLE_ADMIN, "Let everyone in over IPv6", VTY(ACL6) },
	{ "user-role ROLENAME",         run_role,    API_ROLE_ADMIN, "Give a role to those who log in by key and are no local users", VTY(ROLE), 0, emit_role },
	{ "undo user-role [ ROLENAME ]", run_role,   API_ROLE_ADMIN, "Take a role from the lines, or all", VTY(ROLE) },
	{ "user privilege level OLDLEVEL", run_level, API_ROLE_ADMIN, "Give the role of a level", .flags = COMMAND_HIDDEN },
	{ "undo user privilege level",  run_role,    API_ROLE_ADMIN, "Take all roles from the lines", VTY(ROLE), .flags = COMMAND_HIDDEN },
};
// clang-format on

TABLE(line_login);
