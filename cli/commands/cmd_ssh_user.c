// SSH users: what they may use and how they prove who they are.
#include "cli/commands/commands.h"
#include "cli/files/jail.h"
#include "crypto/wire/names.h"

#include <stdio.h>

#define KEY_LINE_MAX  380 // bytes of key names on one printed line ...
#define KEY_LINE_KEYS 16  // ... and so many of them: a line read has a bounded number of words

// --- names of bits -----------------------------------------------------------------------------

static const struct {
	const char *name, *shown;
	uint32_t bits;
} services[] = {
        {"all", "all", 15},
        {"stelnet", "stelnet", API_SERVICE_STELNET},
        {"sftp", "sftp", API_SERVICE_SFTP},
        {"scp", "scp", API_SERVICE_SCP},
        {"netconf", "netconf", API_SERVICE_NETCONF},
};
#define SERVICES (sizeof(services) / sizeof(services[0]))

static const char *const methods[] = {
        [API_METHOD_PASSWORD] = "password",
        [API_METHOD_PUBLICKEY] = "publickey",
        [API_METHOD_ANY] = "any",
        [API_METHOD_BOTH] = "password-publickey",
        [API_METHOD_INTERACTIVE] = "keyboard-interactive",
};

static const char *method_name(const struct api_record *r)
{
	uint32_t method = record_number(r, API_SSH_USER_METHODS);

	return method < API_METHODS ? methods[method] : "?";
}

static void service_names(uint32_t bits, const char *between, char out[64])
{
	out[0] = 0;
	for (size_t i = 0; i < SERVICES && bits != 0; i++) {
		if ((bits & services[i].bits) != services[i].bits)
			continue;
		if (out[0] != 0)
			strcat(out, between);
		strcat(out, services[i].shown);
		bits &= ~services[i].bits;
	}
}

// --- ssh user U service-type ... -----------------------------------------------------------------

static void add_services(struct task *t, struct api_record *r)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < SERVICES; i++)
		if (task_has(t, "service-type") && task_has(t, services[i].name))
			bits |= services[i].bits;
	if (bits != 0)
		record_add(r, API_SSH_USER_SERVICES, bits);
}

static void add_method(struct task *t, struct api_record *r)
{
	struct span method = match_after(&t->match, "authentication-type");

	for (uint32_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (span_is(method, methods[i]))
			record_add(r, API_SSH_USER_METHODS, i);
	if (span_is(method, "all")) // as version 3 said it
		record_add(r, API_SSH_USER_METHODS, API_METHOD_ANY);
	if (span_is(method, "rsa"))
		record_add(r, API_SSH_USER_METHODS, API_METHOD_PUBLICKEY);
}

// The key names typed, each once, comma-separated after those in `keys`. False when too long.
static bool keys_join(struct task *t, struct text *keys)
{
	struct span key;

	for (uint32_t i = 0; (key = match_arg(&t->match, ARG_KEY_WORD, i)).len > 0; i++) {
		if (names_has(text_span(keys), key))
			continue;
		if (text_left(keys) > 0)
			text_puts(keys, ",");
		text_add(keys, key.data, key.len);
	}
	return text_left(keys) <= api_field_row(API_SSH_USER_KEYS)->high && !keys->failed;
}

static enum turn user_put(struct task *t, struct text *keys, bool set_keys)
{
	struct api_record r = {.class = API_CLASS_SSH_USER,
	                       .key = task_arg(t, ARG_SSHUSER_WORD)};
	struct span place = task_arg(t, ARG_SSHDIR_WORD);
	struct jail_path path = {0};
	enum turn turn;

	if (place.len > 0 && !work_directory(t, place, &path))
		return TURN_DONE;
	if (t->row->class == API_CLASS_SSH_USER) // the whole user
		record_add_text(&r, API_SSH_USER_WORK_DIRECTORY, span_text(path.text));
	add_services(t, &r);
	add_method(t, &r);
	if (!keys_join(t, keys)) {
		text_fini(keys);
		return task_fail(t, "Too many public keys.");
	}
	if (set_keys)
		record_add_text(&r, API_SSH_USER_KEYS,
		                text_left(keys) > 0 ? text_span(keys) : span_text(""));
	turn = task_put(t, &r, task_end);
	text_fini(keys);
	return turn;
}

static enum turn run_user(struct task *t)
{
	struct text keys = {0};

	return user_put(t, &keys, true);
}

// One aspect alone; the keys stay.
static enum turn run_user_part(struct task *t)
{
	struct text keys = {0};

	return user_put(t, &keys, false);
}

static enum turn assign_more(struct task *t)
{
	struct text keys = {0};
	struct api_record r;
	struct span old;

	if (t->status != STATUS_OK && t->status != STATUS_NOT_FOUND)
		return task_fail_status(t, t->status);
	if (task_record(t, &r)) {
		old = record_text(&r, API_SSH_USER_KEYS);
		text_add(&keys, old.data, old.len);
	}
	return user_put(t, &keys, true);
}

static enum turn run_user_assign(struct task *t)
{
	return task_get(t, API_CLASS_SSH_USER, task_arg(t, ARG_SSHUSER_WORD), assign_more);
}

static enum turn undo_done(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The SSH user does not exist.");
	return task_end(t);
}

static enum turn run_undo_user(struct task *t)
{
	return task_delete(t, API_CLASS_SSH_USER, task_arg(t, ARG_SSHUSER_WORD), undo_done);
}

// --- another command line ------------------------------------------------------------------------

static enum turn exec_more(struct task *t)
{
	struct api_record r = {.class = API_CLASS_SSH_USER,
	                       .key = task_arg(t, ARG_SSHUSER_WORD)};
	char command[COMMAND_TEXT_MAX];

	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The SSH user does not exist.");
	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	if (!command_text(t, command))
		return task_fail(t, "The command is too long.");
	record_add_text(&r, API_SSH_USER_EXEC, span_text(command)); // "": undo
	return task_put(t, &r, task_end);
}

static enum turn run_user_exec(struct task *t)
{
	return task_get(t, API_CLASS_SSH_USER, task_arg(t, ARG_SSHUSER_WORD), exec_more);
}

// --- printing ----------------------------------------------------------------------------------

// The directory stands on the first line.
static void emit_line(struct config_out *out, struct text *line, struct span *place)
{
	char word[CONFIG_WORD_MAX];

	if (place->len > 0)
		text_format(line, " work-directory %s", config_word(*place, word));
	*place = span_of(NULL, 0);
	config_line(out, 1, "%.*s", (int)text_left(line), line->data);
	text_fini(line);
}

// Further keys go to a second line, so that no line is longer than can be typed.
static void emit_user(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	char name[CONFIG_WORD_MAX], service[64];
	struct span keys = record_text(record, API_SSH_USER_KEYS), key;
	struct span place = record_text(record, API_SSH_USER_WORK_DIRECTORY);
	struct span command = record_text(record, API_SSH_USER_EXEC);
	struct text line = {0};
	uint32_t bits = record_number(record, API_SSH_USER_SERVICES), on_line = 0;

	config_word(record->key, name);
	service_names(bits, " ", service);
	text_format(&line, "ssh user %s", name);
	if (bits != 0)
		text_format(&line, " service-type %s", service);
	text_format(&line, " authentication-type %s", method_name(record));
	if (keys.len > 0)
		text_puts(&line, " assign publickey");
	while (names_next(&keys, &key)) {
		if (text_left(&line) + key.len > KEY_LINE_MAX || on_line == KEY_LINE_KEYS) {
			emit_line(out, &line, &place);
			text_format(&line, "ssh user %s assign publickey", name);
			on_line = 0;
		}
		on_line++;
		text_format(&line, " %.*s", (int)key.len, (const char *)key.data);
	}
	emit_line(out, &line, &place);
	if (command.len > 0) {
		char word[CONFIG_WORD_MAX];

		config_line(out, 1, "ssh user %s exec %s", name, config_word(command, word));
	}
}

static const struct column ssh_users_columns[] = {{"Username", 25, 0},
                                                  {"Authentication-type", 22, 0},
                                                  {"User-public-key-name", 24, 0},
                                                  {"Service-type", 0, 0}};
static TABLE_OF(ssh_users, " ", false);

static void user_row(struct task *t, struct cursor *c)
{
	char name[API_KEY_MAX + 1], keys[520], service[64];
	struct api_record r;
	struct span names;

	if (api_record_parse(c, &r) != STATUS_OK)
		return;
	names = record_text(&r, API_SSH_USER_KEYS);
	snprintf(name, sizeof(name), "%.*s", (int)r.key.len, (const char *)r.key.data);
	snprintf(keys, sizeof(keys), "%.*s", (int)names.len, (const char *)names.data);
	service_names(record_number(&r, API_SSH_USER_SERVICES), "|", service);
	table_value(&t->table, "%s", name);
	table_value(&t->table, "%s", method_name(&r));
	table_value(&t->table, "%s", keys[0] != 0 ? keys : "null");
	table_value(&t->table, "%s", service[0] != 0 ? service : "null");
}

struct user_count {
	uint32_t users;
};

static const struct listing user_rows = {API_LIST, API_CLASS_SSH_USER, user_row,
                                         task_table_end};

static void user_counted(struct task *t, struct cursor *c)
{
	struct api_record r;

	if (api_record_parse(c, &r) == STATUS_OK)
		((struct user_count *)t->own)->users++;
}

static void user_head(struct task *t, uint32_t users)
{
	if (!t->json)
		task_print(t, " Total ssh users:%u\n", users);
	task_table(t, &ssh_users);
}

static enum turn users_counted(struct task *t)
{
	user_head(t, ((struct user_count *)t->own)->users);
	return task_list(t, &user_rows);
}

static const struct listing user_counting = {API_LIST, API_CLASS_SSH_USER, user_counted,
                                             users_counted};

static enum turn user_shown(struct task *t)
{
	struct cursor c = cursor_over(span_blob(&t->reply));

	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The SSH user does not exist.");
	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	user_head(t, 1);
	user_row(t, &c);
	return task_table_end(t);
}

static enum turn run_show_users(struct task *t)
{
	struct span name = task_arg(t, ARG_SSHUSER_WORD);

	if (name.len > 0)
		return task_get(t, API_CLASS_SSH_USER, name, user_shown);
	if (task_own(t, sizeof(struct user_count), NULL) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_list(t, &user_counting);
}

// clang-format off
#define TYPES    "service-type { all | netconf | scp | sftp | stelnet }..."
#define METHODS  "authentication-type { any | keyboard-interactive | password | password-publickey | publickey }"
static const struct command ssh_user[] = {
	{ "ssh user SSHUSER " TYPES " " METHODS " [ assign publickey KEY... ] [ work-directory SSHDIR ]", run_user, API_ROLE_ADMIN, "Specify service, method and keys of an SSH user", API_CLASS_SSH_USER, .emit = emit_user },
	{ "ssh user SSHUSER " METHODS " [ assign publickey KEY... ]", run_user, API_ROLE_ADMIN, "Specify how an SSH user logs in", .flags = COMMAND_HIDDEN },
	{ "ssh user SSHUSER authentication-type { all | rsa }", run_user_part, API_ROLE_ADMIN, "Specify how an SSH user logs in", .flags = COMMAND_HIDDEN },
	{ "ssh user SSHUSER " TYPES, run_user_part, API_ROLE_ADMIN, "Specify what an SSH user may use", .flags = COMMAND_HIDDEN },
	{ "ssh user SSHUSER assign publickey KEY...", run_user_assign, API_ROLE_ADMIN, "Give an SSH user further keys" },
	{ "ssh user SSHUSER assign rsa-key KEY", run_user_assign, API_ROLE_ADMIN, "Give an SSH user a further key", .flags = COMMAND_HIDDEN },
	{ "ssh user SSHUSER exec COMMAND...", run_user_exec, API_ROLE_ADMIN, "Give an SSH user the command line of another program" },
	{ "undo ssh user SSHUSER exec", run_user_exec, API_ROLE_ADMIN, "Give an SSH user the command line of this device again" },
	{ "undo ssh user SSHUSER", run_undo_user, API_ROLE_ADMIN, "Delete an SSH user" },
};

static const struct command ssh_user_show[] = {
	{ "display ssh user-information [ SSHUSER ]", run_show_users, API_ROLE_OPERATOR, "Display SSH users", .flags = COMMAND_TABLE },
};
// clang-format on

TABLE(ssh_user);
const struct command_table ssh_user_show_table = {ssh_user_show, 1};
