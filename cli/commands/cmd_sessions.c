// Who is logged in.
#include "cli/commands/commands.h"

#include <stdio.h>
#include <time.h>

// --- display ssh server session ------------------------------------------------------------------

static const struct column sessions_columns[] = {{"UserPid", 9, COLUMN_NUMBER},
                                                 {"SessID", 8, COLUMN_NUMBER},
                                                 {"Ver", 5, 0},
                                                 {"Encrypt", 30, 0},
                                                 {"State", 14, 0},
                                                 {"Retries", 9, COLUMN_NUMBER},
                                                 {"Serv", 9, 0},
                                                 {"Username", 0, 0}};
static TABLE_OF(sessions, " ", false);

static void session_row(struct task *t, struct cursor *c)
{
	struct api_session_row row;

	api_session_parse(c, &row);
	if (!cursor_ok(c))
		return;
	table_value(&t->table, "%u", row.slot);
	table_value(&t->table, "0");
	table_value(&t->table, "2.0");
	table_value(&t->table, "%s", row.cipher[0] != 0 ? row.cipher : "-");
	table_value(&t->table, "%s", row.state);
	table_value(&t->table, "%u", row.retries);
	table_value(&t->table, "%s", row.service[0] != 0 ? row.service : "-");
	table_value(&t->table, "%s", row.user);
}

static const struct listing session_rows = {API_SESSIONS, 0, session_row, task_table_end};

static enum turn run_sessions(struct task *t)
{
	task_table(t, &sessions);
	return task_list(t, &session_rows);
}

static const struct column details_columns[] = {{"UserPid:", 22, COLUMN_NUMBER},
                                                {"Username:", 22, 0},
                                                {"Address:", 22, 0},
                                                {"Port:", 22, COLUMN_NUMBER},
                                                {"State:", 22, 0},
                                                {"Service:", 22, 0},
                                                {"Key exchange:", 22, 0},
                                                {"Cipher:", 22, 0},
                                                {"Age (s):", 22, COLUMN_NUMBER},
                                                {"Idle (s):", 22, COLUMN_NUMBER},
                                                {"Channels:", 22, COLUMN_NUMBER},
                                                {"Failed attempts:", 22, COLUMN_NUMBER},
                                                {"Key exchanges:", 22, COLUMN_NUMBER},
                                                {"Bytes in:", 22, COLUMN_NUMBER},
                                                {"Bytes out:", 22, COLUMN_NUMBER}};
static TABLE_OF(details, "  ", true);

static void detail_row(struct task *t, struct cursor *c)
{
	struct api_session_row row;

	api_session_parse(c, &row);
	if (!cursor_ok(c))
		return;
	table_note(&t->table, "%s", t->table.rows > 0 ? "\n" : "");
	table_value(&t->table, "%u", row.slot);
	table_value(&t->table, "%s", row.user[0] != 0 ? row.user : "-");
	table_value(&t->table, "%s", row.peer);
	table_value(&t->table, "%u", row.peer_port);
	table_value(&t->table, "%s", row.state);
	table_value(&t->table, "%s", row.service[0] != 0 ? row.service : "-");
	table_value(&t->table, "%s", row.kex);
	table_value(&t->table, "%s", row.cipher);
	table_value(&t->table, "%u", row.age_seconds);
	table_value(&t->table, "%u", row.idle_seconds);
	table_value(&t->table, "%u", row.channels);
	table_value(&t->table, "%u", row.retries);
	table_value(&t->table, "%u", row.rekeys);
	table_value(&t->table, "%llu", (unsigned long long)row.bytes_in);
	table_value(&t->table, "%llu", (unsigned long long)row.bytes_out);
}

static const struct listing detail_rows = {API_SESSIONS, 0, detail_row, task_table_end};

static enum turn run_sessions_verbose(struct task *t)
{
	task_table(t, &details);
	return task_list(t, &detail_rows);
}

// --- display users -----------------------------------------------------------------------------

static const struct column users_columns[] = {{"Own", 2, COLUMN_UNNAMED},
                                              {"Idx", 5, COLUMN_NUMBER},
                                              {"Line", 12, 0},
                                              {"Idle", 11, 0},
                                              {"Time", 18, 0},
                                              {"Pid", 8, COLUMN_NUMBER},
                                              {"Type", 0, 0},
                                              {"User", 0, COLUMN_JSON},
                                              {"Location", 0, COLUMN_JSON}};
static TABLE_OF(users, "", false);

struct users {
	struct text details;
};

static void users_fini(void *own)
{
	text_fini(&((struct users *)own)->details);
}

#define DETAILS_MAX (256u * 1024)

static void user_row(struct task *t, struct cursor *c)
{
	struct users *u = t->own;
	struct api_dialogue_row row;
	char idle[32], when[32];
	time_t login;
	struct tm tm;
	bool own;

	api_dialogue_parse(c, &row);
	if (!cursor_ok(c))
		return;
	login = (time_t)row.login_time;
	gmtime_r(&login, &tm);
	strftime(when, sizeof(when), "%b %d %H:%M:%S", &tm);
	if (row.idle_seconds >= 86400)
		snprintf(idle, sizeof(idle), "old");
	else
		snprintf(idle, sizeof(idle), "%02u:%02u:%02u", row.idle_seconds / 3600,
		         row.idle_seconds / 60 % 60, row.idle_seconds % 60);
	own = row.slot == t->dialogue->slot && row.life == t->dialogue->life;
	table_value(&t->table, "%s", own ? "+" : t->json ? "" : " ");
	table_value(&t->table, "%u", row.line + 10);
	table_value(&t->table, "VTY %u", row.line);
	table_value(&t->table, "%s", idle);
	table_value(&t->table, "%s", when);
	table_value(&t->table, "%u", row.session);
	table_value(&t->table, "SSH");
	table_value(&t->table, "%s", row.user);
	table_value(&t->table, "%s", row.peer);
	if (!t->json && text_left(&u->details) < DETAILS_MAX)
		text_format(&u->details,
		            "VTY %u   :\n        User name: %s\n        Location: %s\n",
		            row.line, row.user, row.peer);
}

static enum turn users_details(struct task *t)
{
	struct users *u = t->own;

	while (text_left(&u->details) > 0 && task_room(t)) {
		struct span rest = text_span(&u->details);
		const uint8_t *lf = memchr(rest.data, '\n', rest.len);
		size_t len = lf != NULL ? (size_t)(lf - rest.data) + 1 : rest.len;

		text_add(&t->pending, rest.data, len);
		text_take(&u->details, len);
	}
	if (text_left(&u->details) > 0)
		return TURN_AGAIN;
	task_print(t, " +    : Current operation user.\n"
	              " F    : Current operation user works in async mode.\n");
	return TURN_DONE;
}

static enum turn users_end(struct task *t)
{
	table_end(&t->table);
	if (t->json)
		return TURN_DONE;
	task_print(t, "\nFollowing are more details.\n");
	t->next = users_details;
	return users_details(t);
}

static const struct listing user_rows = {API_DIALOGUES, 0, user_row, users_end};

static enum turn run_users(struct task *t)
{
	if (task_own(t, sizeof(struct users), users_fini) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	task_table(t, &users);
	return task_list(t, &user_rows);
}

// --- free ssh, free line -------------------------------------------------------------------------

struct victim {
	uint32_t session;
	bool found, self;
};

static enum turn free_end(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The session does not exist.");
	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	task_print(t, " [OK]\n");
	return TURN_DONE;
}

static enum turn free_now(struct task *t)
{
	struct victim *v = t->own;
	struct builder b;

	if (!task_said_yes(t))
		return TURN_DONE;
	b = task_request(t);
	builder_u32(&b, v->session);
	t->ask_cursor = 0;
	return task_ask(t, API_FREE_SESSION, &b, free_end);
}

static enum turn run_free_ssh(struct task *t)
{
	struct victim *v = task_own(t, sizeof(*v), NULL);
	char question[80];

	if (v == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	v->session = arg_number(task_arg(t, ARG_PID_WORD));
	if (v->session == t->dialogue->session && t->dialogue->slot < DIALOGUE_LOCAL)
		return task_fail(t, "Cannot free the current session.");
	snprintf(question, sizeof(question),
	         "Are you sure to free SSH user %u? [Y/N]:", v->session);
	return task_question(t, false, free_now, question);
}

static void victim_row(struct task *t, struct cursor *c)
{
	struct victim *v = t->own;
	struct api_dialogue_row row;

	api_dialogue_parse(c, &row);
	if (!cursor_ok(c) || row.line != arg_number(task_arg(t, ARG_LINE_WORD)))
		return;
	v->found = true;
	v->session = row.session;
	v->self = row.slot == t->dialogue->slot && row.life == t->dialogue->life;
}

static enum turn victim_end(struct task *t)
{
	struct victim *v = t->own;
	char question[80];

	if (!v->found)
		return task_fail(t, "The line is not in use.");
	if (v->self)
		return task_fail(t, "Cannot free the current line.");
	snprintf(question, sizeof(question), "Are you sure to free line vty%u? [Y/N]:",
	         arg_number(task_arg(t, ARG_LINE_WORD)));
	return task_question(t, false, free_now, question);
}

static const struct listing victim_rows = {API_DIALOGUES, 0, victim_row, victim_end};

static enum turn run_free_line(struct task *t)
{
	if (task_own(t, sizeof(struct victim), NULL) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_list(t, &victim_rows);
}

// clang-format off
static const struct command session_show[] = {
	{ "display ssh server session",         run_sessions, API_ROLE_OPERATOR, "Display the SSH sessions", .flags = COMMAND_TABLE },
	{ "display ssh server session verbose", run_sessions_verbose, API_ROLE_OPERATOR, "With everything that is known of each", .flags = COMMAND_TABLE },
	{ "display users",                      run_users,    API_ROLE_OPERATOR, "Display who is logged in", .flags = COMMAND_TABLE },
};

static const struct command session_user[] = {
	{ "free ssh user-pid PID", run_free_ssh,  API_ROLE_ADMIN, "End an SSH session" },
	{ "free line vty LINE",    run_free_line, API_ROLE_ADMIN, "End the session on a line" },
	{ "free user-interface vty LINE", run_free_line, API_ROLE_ADMIN, "End the session on a line", .flags = COMMAND_HIDDEN },
};
// clang-format on

TABLE(session_show);
TABLE(session_user);
