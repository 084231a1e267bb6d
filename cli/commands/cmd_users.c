// Local users: the accounts of the device itself.
#include "cli/commands/commands.h"
#include "cli/files/jail.h"
#include "control/api/api_role.h"
#include "crypto/core/secret.h"
#include "crypto/wire/names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *name, *shown;
	uint32_t bit;
} services[] = {
        {"ssh", "SSH", API_SERVICE_SSH},
        {"telnet", "Telnet", API_SERVICE_TELNET},
        {"terminal", "Terminal", API_SERVICE_TERMINAL},
};
#define SERVICES (sizeof(services) / sizeof(services[0]))

// --- local-user NAME ---------------------------------------------------------------------------

static enum turn user_entered(struct task *t)
{
	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	dialogue_view(t->dialogue, VIEW_LOCAL_USER, task_arg(t, ARG_USER_WORD));
	return TURN_DONE;
}

static enum turn run_user(struct task *t)
{
	struct api_record r = {.class = API_CLASS_LOCAL_USER,
	                       .key = task_arg(t, ARG_USER_WORD)};

	return task_put(t, &r, user_entered);
}

static enum turn undo_done(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The local user does not exist.");
	return task_end(t);
}

static enum turn run_undo_user(struct task *t)
{
	return task_delete(t, API_CLASS_LOCAL_USER, task_arg(t, ARG_USER_WORD), undo_done);
}

static void emit_user(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	char name[CONFIG_WORD_MAX];

	config_line(out, 0, "local-user %s class manage", config_word(record->key, name));
}

// --- password ----------------------------------------------------------------------------------

static struct span view_user(const struct task *t)
{
	return span_text(t->dialogue->name != NULL ? t->dialogue->name : "");
}

static enum turn password_set(struct task *t, struct span password)
{
	struct builder b;

	if (!password_fits(t, password))
		return TURN_DONE;
	b = task_request(t);
	builder_string(&b, view_user(t));
	builder_string(&b, password);
	t->ask_cursor = 0;
	return task_ask(t, API_SET_PASSWORD, &b, task_end);
}

static enum turn run_password(struct task *t)
{
	return password_question(t, password_set);
}

static enum turn run_password_simple(struct task *t)
{
	return password_set(t, task_arg(t, ARG_PASSWORD_WORD));
}

static enum turn run_password_hash(struct task *t)
{
	struct api_record r = {.class = API_CLASS_LOCAL_USER, .key = view_user(t)};
	struct span hash = task_arg(t, ARG_HASH_WORD);

	if (hash.data[0] != '$')
		return task_fail(t, "The hash is not in a form that this device knows.");
	record_add_text(&r, API_LOCAL_USER_HASH, hash);
	return task_put(t, &r, task_end);
}

static void emit_password(struct config_out *out, const struct command *row,
                          const struct api_record *record)
{
	struct span hash = record_text(record, API_LOCAL_USER_HASH);
	char word[CONFIG_WORD_MAX];

	if (hash.len > 0)
		config_line(out, 1, "password hash %s", config_word(hash, word));
}

// --- service-type ------------------------------------------------------------------------------

static enum turn services_change(struct task *t)
{
	struct api_record old, r = {.class = API_CLASS_LOCAL_USER, .key = view_user(t)};
	uint32_t bits = 0, named = 0;

	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	if (task_record(t, &old))
		bits = record_number(&old, API_LOCAL_USER_SERVICES);
	for (size_t i = 0; i < SERVICES; i++)
		if (task_has(t, services[i].name))
			named |= services[i].bit;
	bits = task_has(t, "undo") ? bits & ~named : bits | named;
	record_add(&r, API_LOCAL_USER_SERVICES, bits);
	return task_put(t, &r, task_end);
}

static enum turn run_services(struct task *t)
{
	return task_get(t, API_CLASS_LOCAL_USER, view_user(t), services_change);
}

static void emit_services(struct config_out *out, const struct command *row,
                          const struct api_record *record)
{
	uint32_t bits = record_number(record, API_LOCAL_USER_SERVICES);
	char names[64] = "";

	for (size_t i = 0; i < SERVICES; i++)
		if ((bits & services[i].bit) != 0) {
			strcat(names, " ");
			strcat(names, services[i].name);
		}
	if (names[0] != 0)
		config_line(out, 1, "service-type%s", names);
}

// --- role and state ----------------------------------------------------------------------------

static enum turn roles_put(struct task *t, const char *roles)
{
	struct api_record r = {.class = API_CLASS_LOCAL_USER, .key = view_user(t)};

	if (strlen(roles) > api_field_row(API_LOCAL_USER_ROLE)->high)
		return task_fail(t, "The names of all roles must be at most %u characters.",
		                 api_field_row(API_LOCAL_USER_ROLE)->high);
	record_add_text(&r, API_LOCAL_USER_ROLE,
	                span_text(roles[0] != 0 ? roles : API_ROLE_OPERATOR_NAME));
	return task_put(t, &r, task_end);
}

static void role_put(struct text *list, struct span role)
{
	text_format(list, "%s%.*s", text_left(list) > 0 ? "," : "", (int)role.len,
	            (const char *)role.data);
}

// The list without a role, or with it behind the others. The role that everybody begins with gives
// way to the first that is named, and stands last beside others.
static void roles_change(struct span list, struct span role, bool add, struct text *out)
{
	struct span begin = span_text(API_ROLE_OPERATOR_NAME), rest = list, each;
	bool fresh = span_equal(list, begin), is_begin = span_equal(role, begin);
	bool begins = add ? is_begin || (!fresh && names_has(list, begin))
	                  : !is_begin && names_has(list, begin);

	while (names_next(&rest, &each))
		if (!span_equal(each, role) && !span_equal(each, begin))
			role_put(out, each);
	if (add && !is_begin)
		role_put(out, role);
	if (begins)
		role_put(out, begin);
	text_add(out, "", 1);
}

static enum turn roles_got(struct task *t)
{
	struct text list = {0};
	struct api_record old;
	enum turn turn;

	if (!task_record(t, &old))
		return task_fail_status(t, t->status);
	roles_change(record_text(&old, API_LOCAL_USER_ROLE), task_arg(t, ARG_ROLENAME_WORD),
	             !task_has(t, "undo"), &list);
	turn = roles_put(t, list.failed ? "" : list.data);
	text_fini(&list);
	return turn;
}

static enum turn role_found(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The user role does not exist.");
	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	return task_get(t, API_CLASS_LOCAL_USER, view_user(t), roles_got);
}

static enum turn run_role(struct task *t)
{
	struct span role = task_arg(t, ARG_ROLENAME_WORD);

	if (api_role_predefined(role) == API_ROLE_NONE)
		return task_get(t, API_CLASS_ROLE, role, role_found);
	return task_get(t, API_CLASS_LOCAL_USER, view_user(t), roles_got);
}

static enum turn run_undo_role(struct task *t)
{
	if (task_arg(t, ARG_ROLENAME_WORD).len == 0)
		return roles_put(t, "");
	return task_get(t, API_CLASS_LOCAL_USER, view_user(t), roles_got);
}

// Levels of old take the place of all roles.
static enum turn run_level(struct task *t)
{
	char made[ROLE_NAME_MAX + 1];

	return roles_put(t, level_role(arg_number(task_arg(t, ARG_OLDLEVEL_WORD)), made));
}

static void emit_role(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	struct span roles = record_text(record, API_LOCAL_USER_ROLE), role;
	char word[CONFIG_WORD_MAX];

	while (names_next(&roles, &role))
		config_line(out, 1, "authorization-attribute user-role %s",
		            config_word(role, word));
}

// --- one-time codes ----------------------------------------------------------------------------

// The bytes of a name as a URI takes them (RFC 3986 section 2.1).
static void uri_add(struct text *out, struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		uint8_t b = name.data[i];

		if (isalnum(b) || strchr("-._~", b) != NULL)
			text_format(out, "%c", b);
		else
			text_format(out, "%%%02X", b);
	}
}

static enum turn totp_made(struct task *t)
{
	struct span secret = span_blob(&t->reply), user = view_user(t);
	struct span device = span_text(task_shell(t)->sysname);
	struct text uri = {0};

	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	text_puts(&uri, "otpauth://totp/");
	uri_add(&uri, device);
	text_puts(&uri, ":");
	uri_add(&uri, user);
	text_format(&uri, "?secret=%.*s&issuer=", (int)secret.len, (const char *)secret.data);
	uri_add(&uri, device);
	text_puts(&uri, "&algorithm=SHA1&digits=6&period=30");
	task_print(t, "The secret is shown this once. Enter it into the user's device:\n%.*s\n",
	           (int)text_left(&uri), uri.data != NULL ? uri.data : "");
	if (uri.data != NULL)
		secret_wipe(uri.data, uri.len);
	text_fini(&uri);
	blob_wipe(&t->reply);
	return TURN_DONE;
}

static enum turn totp_call(struct task *t, enum api_call call,
                           enum turn (*next)(struct task *t))
{
	struct builder b = task_request(t);

	builder_string(&b, view_user(t));
	t->ask_cursor = 0;
	return task_ask(t, call, &b, next);
}

static enum turn totp_enable(struct task *t)
{
	struct api_record old;

	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	if (task_record(t, &old) && record_number(&old, API_LOCAL_USER_TOTP))
		return task_fail(t,
		                 "The user has a secret. For a new one, use undo totp enable "
		                 "first.");
	return totp_call(t, API_SET_TOTP, totp_made);
}

// A file says who needs a code; the secrets are the keeper's and in no file.
static enum turn run_totp(struct task *t)
{
	return t->dialogue->loading
	               ? run_flag(t)
	               : task_get(t, API_CLASS_LOCAL_USER, view_user(t), totp_enable);
}

static enum turn run_undo_totp(struct task *t)
{
	return t->dialogue->loading ? run_default(t) : totp_call(t, API_DROP_TOTP, task_end);
}

static const struct column totp_columns[] = {
        {"Username", 25, 0}, {"Verification code", 20, 0}, {"Password", 0, 0}};
static TABLE_OF(totp, " ", false);

static void totp_row(struct task *t, struct cursor *c)
{
	struct api_record r;

	if (api_record_parse(c, &r) != STATUS_OK)
		return;
	table_value(&t->table, "%.*s", (int)r.key.len, (const char *)r.key.data);
	table_value(&t->table, "%s",
	            record_number(&r, API_LOCAL_USER_TOTP) ? "Required" : "Not required");
	table_value(&t->table, "%s",
	            record_number(&r, API_LOCAL_USER_EXPIRED) ? "Expired" : "Valid");
}

static const struct listing totp_rows = {API_LIST, API_CLASS_LOCAL_USER, totp_row,
                                         task_table_end};

static enum turn run_show_totp(struct task *t)
{
	task_table(t, &totp);
	return task_list(t, &totp_rows);
}

// --- work directory ----------------------------------------------------------------------------

bool work_directory(struct task *t, struct span place, struct jail_path *path)
{
	struct stat st;

	if (place.len >= 6 && memcmp(place.data, "flash:", 6) == 0)
		place = span_of(place.data + 6, place.len - 6);
	if (!jail_path(place, path)) {
		(void)task_fail(t, "The directory name is invalid.");
		return false;
	}
	// A file of commands may come before its directories.
	if (!t->dialogue->loading &&
	    (jail_stat(task_shell(t)->flash, path, true, &st) != 0 || !S_ISDIR(st.st_mode))) {
		(void)task_fail(t, "The directory does not exist.");
		return false;
	}
	if (path->text[1] == 0)
		path->text[0] = 0; // the root, as if there were none
	return true;
}

static enum turn run_work_directory(struct task *t)
{
	struct api_record r = {.class = API_CLASS_LOCAL_USER, .key = view_user(t)};
	struct jail_path path;

	if (!work_directory(t, task_arg(t, ARG_FILE_WORD), &path))
		return TURN_DONE;
	record_add_text(&r, API_LOCAL_USER_WORK_DIRECTORY, span_text(path.text));
	return task_put(t, &r, task_end);
}

// --- display -----------------------------------------------------------------------------------

static const struct column local_users_columns[] = {
        {"Device management user ", 0, 0}, {"  State:", 29, 0},
        {"  Service type:", 29, 0},        {"  Access limit:", 29, 0},
        {"  User group:", 29, 0},          {"    Work directory:", 29, 0},
        {"    User role list:", 29, 0}};
static TABLE_OF(local_users, "", true);

static void service_list(uint32_t bits, char out[64])
{
	out[0] = 0;
	for (size_t i = 0; i < SERVICES; i++) {
		if ((bits & services[i].bit) == 0)
			continue;
		strcat(out, out[0] != 0 ? "/" : "");
		strcat(out, services[i].shown);
	}
	if (out[0] == 0)
		strcpy(out, "None");
}

// Sessions of those who have a limit, gathered before the users are shown.
struct user_count {
	uint32_t users, counted;
	struct {
		char name[56];
		uint32_t sessions;
	} * counts; // owned
};

static void user_count_fini(void *own)
{
	free(((struct user_count *)own)->counts);
}

static void sessions_row(struct task *t, struct cursor *c)
{
	struct user_count *n = t->own;
	struct span name = cursor_string(c);
	uint32_t sessions = cursor_u32(c);
	void *grown =
	        cursor_ok(c) ? realloc(n->counts, (n->counted + 1) * sizeof(*n->counts)) : NULL;

	if (grown == NULL)
		return;
	n->counts = grown;
	snprintf(n->counts[n->counted].name, sizeof(n->counts[0].name), "%.*s", (int)name.len,
	         (const char *)name.data);
	n->counts[n->counted++].sessions = sessions;
}

static uint32_t sessions_of(const struct task *t, struct span user)
{
	const struct user_count *n = t->own;

	for (uint32_t i = 0; i < n->counted; i++)
		if (span_is(user, n->counts[i].name))
			return n->counts[i].sessions;
	return 0;
}

static void show_limit(struct task *t, const struct api_record *r)
{
	uint32_t limit = record_number(r, API_LOCAL_USER_ACCESS_LIMIT);

	if (limit == 0) {
		table_value(&t->table, "Disabled");
		return;
	}
	table_value(&t->table, t->json ? "%u" : "Enabled           Max access number: %u",
	            limit);
	table_note(&t->table, "  Current access number:     %u\n", sessions_of(t, r->key));
}

static void user_row(struct task *t, struct cursor *c)
{
	struct api_record r;
	struct span role, place, group, bound;
	char list[64];

	if (api_record_parse(c, &r) != STATUS_OK)
		return;
	service_list(record_number(&r, API_LOCAL_USER_SERVICES), list);
	role = record_text(&r, API_LOCAL_USER_ROLE);
	table_value(&t->table, t->json ? "%.*s" : "%.*s:", (int)r.key.len,
	            (const char *)r.key.data);
	table_value(&t->table, "%s",
	            record_number(&r, API_LOCAL_USER_BLOCKED) ? "Blocked" : "Active");
	table_value(&t->table, "%s", list);
	show_limit(t, &r);
	group = record_text(&r, API_LOCAL_USER_GROUP);
	bound = record_text(&r, API_LOCAL_USER_BOUND);
	table_value(&t->table, "%.*s", (int)group.len, (const char *)group.data);
	table_note(&t->table, "  Bind attributes:\n");
	if (bound.len > 0)
		table_note(&t->table, "    IP address:              %.*s\n", (int)bound.len,
		           (const char *)bound.data);
	table_note(&t->table, "  Authorization attributes:\n");
	place = record_text(&r, API_LOCAL_USER_WORK_DIRECTORY);
	table_value(&t->table, "flash:%.*s", (int)place.len, (const char *)place.data);
	table_value(&t->table, "%.*s", (int)role.len, (const char *)role.data);
}

static const struct listing user_rows = {API_LIST, API_CLASS_LOCAL_USER, user_row,
                                         task_table_end};

static void user_counted(struct task *t, struct cursor *c)
{
	struct api_record r;

	if (api_record_parse(c, &r) == STATUS_OK)
		((struct user_count *)t->own)->users++;
}

static void user_head(struct task *t, uint32_t users)
{
	task_table(t, &local_users);
	table_note(&t->table, "Total %u local users matched.\n\n", users);
}

static enum turn users_counted(struct task *t)
{
	user_head(t, ((struct user_count *)t->own)->users);
	return task_list(t, &user_rows);
}

static const struct listing user_counting = {API_LIST, API_CLASS_LOCAL_USER, user_counted,
                                             users_counted};

static enum turn user_shown(struct task *t)
{
	struct cursor c = cursor_over(span_blob(&t->reply));

	if (t->status != STATUS_OK)
		return undo_done(t);
	user_head(t, 1);
	user_row(t, &c);
	return task_table_end(t);
}

static enum turn sessions_known(struct task *t)
{
	struct span name = task_arg(t, ARG_USER_WORD);

	if (name.len > 0)
		return task_get(t, API_CLASS_LOCAL_USER, name, user_shown);
	return task_list(t, &user_counting);
}

static const struct listing session_rows = {API_USER_SESSIONS, 0, sessions_row, sessions_known};

static enum turn run_show(struct task *t)
{
	if (task_own(t, sizeof(struct user_count), user_count_fini) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_list(t, &session_rows);
}

// clang-format off
#define USER(name) API_CLASS_LOCAL_USER, API_LOCAL_USER_##name
static const struct command local_user[] = {
	{ "local-user USER [ class manage ]",      run_user,      API_ROLE_ADMIN, "Add a local user, or change one", API_CLASS_LOCAL_USER, .emit = emit_user },
	{ "undo local-user USER [ class manage ]", run_undo_user, API_ROLE_ADMIN, "Delete a local user" },
};

static const struct command local_user_view[] = {
	{ "password [ simple ]",       run_password,        API_ROLE_ADMIN, "Specify the password" },
	{ "password simple PASSWORD",  run_password_simple, API_ROLE_ADMIN, "In clear text", .flags = COMMAND_SECRET },
	{ "password hash HASH",        run_password_hash,   API_ROLE_ADMIN, "In hashed form", USER(HASH), 0, emit_password, COMMAND_SECRET },
	{ "password cipher HASH",      run_password_hash,   API_ROLE_ADMIN, "In hashed form", .flags = COMMAND_SECRET | COMMAND_HIDDEN },
	{ "undo password",             run_default,         API_ROLE_ADMIN, "Delete the password", USER(HASH) },
	{ "service-type { ssh | telnet | terminal }...", run_services, API_ROLE_ADMIN, "Specify what the user may use", USER(SERVICES), 0, emit_services },
	{ "undo service-type { ssh | telnet | terminal }...", run_services, API_ROLE_ADMIN, "Take away what the user may use", USER(SERVICES) },
	{ "totp enable",               run_totp,            API_ROLE_ADMIN, "Ask for a one-time code besides; shows a new secret", USER(TOTP), 1, emit_flag },
	{ "undo totp enable",          run_undo_totp,       API_ROLE_ADMIN, "Forget the secret, ask for no code", USER(TOTP) },
	{ "password expire",           run_flag,            API_ROLE_ADMIN, "The password must be changed at the next login", USER(EXPIRED), 1, emit_flag },
	{ "undo password expire",      run_default,         API_ROLE_ADMIN, "The password need not be changed", USER(EXPIRED) },
	{ "authorization-attribute work-directory FILE", run_work_directory, API_ROLE_ADMIN, "Specify the directory that SFTP and SCP show as the root", USER(WORK_DIRECTORY), 0, emit_setting },
	{ "undo authorization-attribute work-directory", run_default, API_ROLE_ADMIN, "Let the user work in the root", USER(WORK_DIRECTORY) },
	{ "authorization-attribute user-role ROLENAME", run_role, API_ROLE_ADMIN, "Give the user a role", USER(ROLE), 0, emit_role },
	{ "undo authorization-attribute user-role [ ROLENAME ]", run_undo_role, API_ROLE_ADMIN, "Take a role from the user, or all that were given", USER(ROLE) },
	{ "authorization-attribute level OLDLEVEL", run_level, API_ROLE_ADMIN, "Give the user the role of a level", .flags = COMMAND_HIDDEN },
	{ "level OLDLEVEL",            run_level,           API_ROLE_ADMIN, "Give the user the role of a level", .flags = COMMAND_HIDDEN },
	{ "access-limit ACCESSES",     run_setting,         API_ROLE_ADMIN, "Limit the user's sessions", USER(ACCESS_LIMIT), 0, emit_setting },
	{ "undo access-limit",         run_default,         API_ROLE_ADMIN, "Do not limit the user's sessions", USER(ACCESS_LIMIT) },
	{ "password-set-at SINCE",     run_setting,         API_ROLE_ADMIN, "As a saved configuration has it", USER(CHANGED), 0, emit_setting, COMMAND_HIDDEN },
	{ "state block",               run_flag,            API_ROLE_ADMIN, "Refuse the user", USER(BLOCKED), 1, emit_flag },
	{ "state active",              run_flag,            API_ROLE_ADMIN, "Admit the user", USER(BLOCKED), 0 },
	{ "undo state",                run_default,         API_ROLE_ADMIN, "Admit the user", USER(BLOCKED) },
};

static const struct command local_user_show[] = {
	{ "display local-user [ user-name USER ]", run_show, API_ROLE_OPERATOR, "Display local users", .flags = COMMAND_TABLE },
	{ "display local-user authentication", run_show_totp, API_ROLE_OPERATOR, "Display who needs a code or a new password", .flags = COMMAND_TABLE },
};
// clang-format on

TABLE(local_user);
TABLE(local_user_view);
TABLE(local_user_show);
