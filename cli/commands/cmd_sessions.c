// Who is logged in.
#include "cli/commands/commands.h"

#include <stdio.h>
#include <time.h>

// --- display ssh server session ------------------------------------------------------------------

static void session_row(struct task *t, struct cursor *c)
{
	struct api_session_row row;
	char text[64];

	api_session_parse(c, &row);
	if (!cursor_ok(c))
		return;
	snprintf(text, sizeof(text), "%u", row.slot);
	task_print(t, " ");
	print_cell(t, 9, text);
	print_cell(t, 8, "0");
	print_cell(t, 5, "2.0");
	print_cell(t, 30, row.cipher[0] != 0 ? row.cipher : "-");
	print_cell(t, 14, row.state);
	snprintf(text, sizeof(text), "%u", row.retries);
	print_cell(t, 9, text);
	print_cell(t, 9, row.service[0] != 0 ? row.service : "-");
	task_print(t, "%s\n", row.user);
}

static const struct listing session_rows = {API_SESSIONS, 0, session_row, NULL};

static enum turn run_sessions(struct task *t)
{
	task_print(t, " UserPid  SessID  Ver  Encrypt                       State         "
	              "Retries  Serv     Username\n");
	return task_list(t, &session_rows);
}

static void detail_row(struct task *t, struct cursor *c)
{
	struct api_session_row row;

	api_session_parse(c, &row);
	if (!cursor_ok(c))
		return;
	task_print(t, " UserPid %u: %s from %s port %u\n", row.slot,
	           row.user[0] != 0 ? row.user : "-", row.peer, row.peer_port);
	task_print(t, "   State: %s, service: %s, key exchange: %s, cipher: %s\n", row.state,
	           row.service[0] != 0 ? row.service : "-", row.kex, row.cipher);
	task_print(t,
	           "   Age: %u s, idle: %u s, channels: %u, failed attempts: %u, key "
	           "exchanges: %u\n",
	           row.age_seconds, row.idle_seconds, row.channels, row.retries, row.rekeys);
	task_print(t, "   Bytes in: %llu, bytes out: %llu\n", (unsigned long long)row.bytes_in,
	           (unsigned long long)row.bytes_out);
}

static const struct listing detail_rows = {API_SESSIONS, 0, detail_row, NULL};

static enum turn run_sessions_verbose(struct task *t)
{
	return task_list(t, &detail_rows);
}

// --- display users -----------------------------------------------------------------------------

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
	task_print(t, "%c %-4u VTY %-7u %-10s %-17s %-7u SSH\n", own ? '+' : ' ', row.line + 10,
	           row.line, idle, when, row.session);
	if (text_left(&u->details) < DETAILS_MAX)
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
	task_print(t, "\nFollowing are more details.\n");
	t->next = users_details;
	return users_details(t);
}

static const struct listing user_rows = {API_DIALOGUES, 0, user_row, users_end};

static enum turn run_users(struct task *t)
{
	if (task_own(t, sizeof(struct users), users_fini) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	task_print(t, "  Idx  Line        Idle       Time              Pid     Type\n");
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
	{ "display ssh server session",         run_sessions, API_ROLE_OPERATOR, "Display the SSH sessions" },
	{ "display ssh server session verbose", run_sessions_verbose, API_ROLE_OPERATOR, "With everything that is known of each" },
	{ "display users",                      run_users,    API_ROLE_OPERATOR, "Display who is logged in" },
};

static const struct command session_user[] = {
	{ "free ssh user-pid PID", run_free_ssh,  API_ROLE_ADMIN, "End an SSH session" },
	{ "free line vty LINE",    run_free_line, API_ROLE_ADMIN, "End the session on a line" },
	{ "free user-interface vty LINE", run_free_line, API_ROLE_ADMIN, "End the session on a line", .flags = COMMAND_HIDDEN },
};
// clang-format on

TABLE(session_show);
TABLE(session_user);
