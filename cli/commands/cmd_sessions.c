// Who is logged in.
#include "cli/commands/commands.h"

#include <stdio.h>
#include <stdlib.h>
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
	table_value(&t->table, row.v1 ? "1.5" : "2.0");
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

#define DETAILS_MAX  (256u * 1024)
#define LINES_LISTED 64u // at least, of those that are free

struct users {
	struct text details;
	struct text lines; // of `all`, by line: 1 where somebody is
	uint32_t next;     // line to be listed
};

// Lines are listed up to the end of a block.
static void lines_drawn(struct users *u, uint32_t line)
{
	uint32_t block = (line / LINES_LISTED + 1) * LINES_LISTED;

	while (line < DETAILS_MAX && text_left(&u->lines) < block && !u->lines.failed)
		text_add(&u->lines, "", 1);
}

static void line_used(struct users *u, uint32_t line)
{
	lines_drawn(u, line);
	if (line < text_left(&u->lines))
		u->lines.data[u->lines.at + line] = 1;
}

static void users_fini(void *own)
{
	struct users *u = own;

	text_fini(&u->details);
	text_fini(&u->lines);
}

static void user_row(struct task *t, struct cursor *c)
{
	struct users *u = t->own;
	struct api_dialogue_row row;
	char idle[32], when[32];
	struct tm tm;
	bool own;

	api_dialogue_parse(c, &row);
	if (!cursor_ok(c))
		return;
	api_clock_tm(&task_shell(t)->clock, (int64_t)row.login_time, &tm);
	strftime(when, sizeof(when), "%b %d %H:%M:%S", &tm);
	if (row.idle_seconds >= 86400)
		snprintf(idle, sizeof(idle), "old");
	else
		snprintf(idle, sizeof(idle), "%02u:%02u:%02u", row.idle_seconds / 3600,
		         row.idle_seconds / 60 % 60, row.idle_seconds % 60);
	line_used(u, row.line);
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

// Free lines have nobody to tell of.
static enum turn users_free(struct task *t)
{
	struct users *u = t->own;
	uint32_t lines = (uint32_t)text_left(&u->lines);

	for (; u->next < lines && task_room(t); u->next++) {
		if (u->lines.data[u->lines.at + u->next] != 0)
			continue;
		table_value(&t->table, "%s", t->json ? "" : " ");
		table_value(&t->table, "%u", u->next + 10);
		table_value(&t->table, "VTY %u", u->next);
		for (int i = 0; i < 2; i++)
			table_value(&t->table, "%s", "");
		table_value(&t->table, "%s", t->json ? "0" : "");
		for (int i = 0; i < 3; i++)
			table_value(&t->table, "%s", "");
	}
	return u->next < lines ? TURN_AGAIN : users_end(t);
}

static enum turn users_listed(struct task *t)
{
	if (!task_has(t, "all"))
		return users_end(t);
	lines_drawn(t->own, 0);
	t->next = users_free;
	return users_free(t);
}

static const struct listing user_rows = {API_DIALOGUES, 0, user_row, users_listed};

static enum turn run_users(struct task *t)
{
	if (task_own(t, sizeof(struct users), users_fini) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	task_table(t, &users);
	return task_list(t, &user_rows);
}

// --- free ssh, free line -------------------------------------------------------------------------

#define VICTIMS_MAX 4096u // at once; the rest at the next time

struct victims {
	uint32_t *sessions; // owned
	uint32_t count, next;
	bool self; // one's own was among them
};

static void victims_fini(void *own)
{
	free(((struct victims *)own)->sessions);
}

static void victim_add(struct task *t, uint32_t session, bool self)
{
	struct victims *v = t->own;
	uint32_t *grown;

	v->self |= self;
	if (self || v->count == VICTIMS_MAX)
		return;
	grown = realloc(v->sessions, (v->count + 1) * sizeof(*grown));
	if (grown == NULL)
		return;
	v->sessions = grown;
	v->sessions[v->count++] = session;
}

static enum turn free_next(struct task *t)
{
	struct victims *v = t->own;
	struct builder b;

	// One that went by itself meanwhile is gone all the same.
	if (t->status != STATUS_OK && t->status != STATUS_NOT_FOUND)
		return task_fail_status(t, t->status);
	if (v->next == v->count) {
		task_print(t, " [OK]\n");
		return TURN_DONE;
	}
	b = task_request(t);
	builder_u32(&b, v->sessions[v->next++]);
	t->ask_cursor = 0;
	return task_ask(t, API_FREE_SESSION, &b, free_next);
}

static enum turn free_confirmed(struct task *t)
{
	if (!task_said_yes(t))
		return TURN_DONE;
	t->status = STATUS_OK;
	return free_next(t);
}

static bool is_own(const struct task *t, uint32_t session)
{
	return session == t->dialogue->session && t->dialogue->slot < DIALOGUE_LOCAL;
}

// Does the session fit what was typed: its number, or address and port, or user?
static bool is_meant(const struct task *t, const struct api_session_row *row)
{
	struct span pid = task_arg(t, ARG_PID_WORD), user = task_arg(t, ARG_SSHUSER_WORD),
	            port = task_arg(t, ARG_PORT_WORD);

	if (pid.len > 0)
		return arg_number(pid) == row->slot;
	if (user.len > 0)
		return span_is(user, row->user);
	return span_is(task_arg(t, ARG_ADDRESS_WORD), row->peer) &&
	       (port.len == 0 || arg_number(port) == row->peer_port);
}

static void victim_row(struct task *t, struct cursor *c)
{
	struct api_session_row row;

	api_session_parse(c, &row);
	if (cursor_ok(c) && is_meant(t, &row))
		victim_add(t, row.slot, is_own(t, row.slot));
}

static enum turn victims_found(struct task *t)
{
	struct victims *v = t->own;
	char question[80];

	if (v->count == 0 && v->self)
		return task_fail(t, "Cannot free the current session.");
	if (v->count == 0)
		return task_fail(t, "The session does not exist.");
	if (v->count == 1)
		snprintf(question, sizeof(question),
		         "Are you sure to free SSH user %u? [Y/N]:", v->sessions[0]);
	else
		snprintf(question, sizeof(question),
		         "Are you sure to free %u SSH users? [Y/N]:", v->count);
	return task_question(t, false, free_confirmed, question);
}

static const struct listing victim_rows = {API_SESSIONS, 0, victim_row, victims_found};

static enum turn run_free_ssh(struct task *t)
{
	if (task_own(t, sizeof(struct victims), victims_fini) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_list(t, &victim_rows);
}

static void line_row(struct task *t, struct cursor *c)
{
	struct api_dialogue_row row;

	api_dialogue_parse(c, &row);
	if (cursor_ok(c) && row.line == arg_number(task_arg(t, ARG_LINE_WORD)))
		victim_add(t, row.session, is_own(t, row.session));
}

static enum turn line_found(struct task *t)
{
	struct victims *v = t->own;
	char question[80];

	if (v->self)
		return task_fail(t, "Cannot free the current line.");
	if (v->count == 0)
		return task_fail(t, "The line is not in use.");
	snprintf(question, sizeof(question), "Are you sure to free line vty%u? [Y/N]:",
	         arg_number(task_arg(t, ARG_LINE_WORD)));
	return task_question(t, false, free_confirmed, question);
}

static const struct listing line_rows = {API_DIALOGUES, 0, line_row, line_found};

static enum turn run_free_line(struct task *t)
{
	if (task_own(t, sizeof(struct victims), victims_fini) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_list(t, &line_rows);
}

// clang-format off
static const struct command session_show[] = {
	{ "display ssh server session",         run_sessions, API_ROLE_OPERATOR, "Display the SSH sessions", .flags = COMMAND_TABLE },
	{ "display ssh server session verbose", run_sessions_verbose, API_ROLE_OPERATOR, "With everything that is known of each", .flags = COMMAND_TABLE },
	{ "display users all",                  run_users,    API_ROLE_OPERATOR, "Display the free lines, too", .flags = COMMAND_TABLE },
	{ "display users",                      run_users,    API_ROLE_OPERATOR, "Display who is logged in", .flags = COMMAND_TABLE },
};

static const struct command session_user[] = {
	{ "free ssh { user-pid PID | username SSHUSER | user-ip { ADDRESS | ipv6 ADDRESS } [ port PORT ] }", run_free_ssh, API_ROLE_ADMIN, "End SSH sessions" },
	{ "free line vty LINE",    run_free_line, API_ROLE_ADMIN, "End the session on a line" },
	{ "free user-interface vty LINE", run_free_line, API_ROLE_ADMIN, "End the session on a line", .flags = COMMAND_HIDDEN },
};
// clang-format on

TABLE(session_show);
TABLE(session_user);
