// The SSH server.
#include "cli/commands/commands.h"

#include <stdio.h>

static const struct column states_columns[] = {{"Stelnet server: ", 0, 0},
                                               {"SSH version : ", 0, 0},
                                               {"SSH server port: ", 0, COLUMN_NUMBER},
                                               {"SSH authentication-timeout : ", 0, 0},
                                               {"SSH server key generating interval : ", 0, 0},
                                               {"SSH authentication retries : ", 0, 0},
                                               {"SFTP server: ", 0, 0},
                                               {"SFTP server Idle-Timeout: ", 0, 0},
                                               {"NETCONF server: ", 0, 0},
                                               {"SCP server: ", 0, 0}};
static TABLE_OF(states, " ", true);

static const char *enabled(const struct api_record *r, uint8_t field)
{
	return record_number(r, field) ? "Enable" : "Disable";
}

static enum turn status_end(struct task *t)
{
	struct api_record r;

	if (!task_record(t, &r))
		return task_fail_status(t,
		                        t->status != STATUS_OK ? t->status : STATUS_MALFORMED);
	task_table(t, &states);
	table_value(&t->table, "%s", enabled(&r, API_SSH_SERVER_ENABLE));
	table_value(&t->table, record_number(&r, API_SSH_SERVER_SSH1) ? "1.99" : "2.0");
	table_value(&t->table, "%u", record_number(&r, API_SSH_SERVER_PORT));
	table_value(&t->table, "%u second(s)", record_number(&r, API_SSH_SERVER_LOGIN_SECONDS));
	table_value(&t->table, "%u hour(s)",
	            record_number(&r, API_SSH_SERVER_SERVER_KEY_HOURS));
	table_value(&t->table, "%u time(s)", record_number(&r, API_SSH_SERVER_RETRIES));
	table_value(&t->table, "%s", enabled(&r, API_SSH_SERVER_SFTP_ENABLE));
	table_value(&t->table, "%u minute(s)",
	            record_number(&r, API_SSH_SERVER_SFTP_IDLE_MINUTES));
	table_value(&t->table, "Disable");
	table_value(&t->table, "%s", enabled(&r, API_SSH_SERVER_SCP_ENABLE));
	return task_table_end(t);
}

static enum turn run_status(struct task *t)
{
	return task_get(t, API_CLASS_SSH_SERVER, span_text(""), status_end);
}

// --- display ssh server state-table --------------------------------------------------------------

static const struct column answers_columns[] = {
        {"State", 17, 0},         {"From", 5, COLUMN_NUMBER},
        {"To", 4, COLUMN_NUMBER}, {"Message", 19, 0},
        {"Next", 17, 0},          {"Answer", 0, 0}};
static TABLE_OF(answers, "", false);

static void answer_text(struct task *t, struct span text)
{
	table_value(&t->table, "%.*s", (int)text.len, (const char *)text.data);
}

static void answer_row(struct task *t, struct cursor *c)
{
	struct span state = cursor_string_max(c, 64);
	unsigned first = cursor_u8(c), last = cursor_u8(c);
	struct span message = cursor_string_max(c, 64), answer = cursor_string_max(c, 200);
	struct span next = cursor_string_max(c, 64);

	if (!cursor_ok(c))
		return;
	answer_text(t, state);
	table_value(&t->table, "%u", first);
	table_value(&t->table, "%u", last);
	answer_text(t, message);
	answer_text(t, next.len > 0 ? next : span_text("-"));
	answer_text(t, answer);
}

static const struct listing answer_rows = {API_STATES, 0, answer_row, task_table_end};

static enum turn run_states(struct task *t)
{
	task_table(t, &answers);
	return task_list(t, &answer_rows);
}

// --- settings of more than one word --------------------------------------------------------------

static enum turn run_rekey(struct task *t)
{
	struct api_record r = {.class = API_CLASS_SSH_SERVER};
	struct span hours = task_arg(t, ARG_HOURS_WORD);

	record_add(&r, API_SSH_SERVER_REKEY_HOURS, hours.len > 0 ? arg_number(hours) : 1);
	return task_put(t, &r, task_end);
}

static void emit_rekey(struct config_out *out, const struct command *row,
                       const struct api_record *record)
{
	uint32_t hours = record_number(record, API_SSH_SERVER_REKEY_HOURS);

	if (hours == 1)
		config_line(out, 1, "ssh server key-re-exchange enable");
	else if (hours > 0)
		config_line(out, 1, "ssh server key-re-exchange enable interval %u", hours);
}

// Version 3: the method of users who have none of their own, stored one higher; 0: none was set.
static const char *const methods[] = {
        [API_METHOD_PASSWORD] = "password",
        [API_METHOD_PUBLICKEY] = "publickey",
        [API_METHOD_ANY] = "all",
        [API_METHOD_BOTH] = "password-publickey",
        [API_METHOD_INTERACTIVE] = "keyboard-interactive",
};

static enum turn run_method(struct task *t)
{
	struct api_record r = {.class = API_CLASS_SSH_SERVER};
	uint32_t method = API_METHOD_PUBLICKEY; // as "rsa" means

	for (uint32_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (task_has(t, methods[i]))
			method = i;
	record_add(&r, API_SSH_SERVER_DEFAULT_METHOD, method + 1);
	return task_put(t, &r, task_end);
}

static void emit_method(struct config_out *out, const struct command *row,
                        const struct api_record *record)
{
	uint32_t method = record_number(record, API_SSH_SERVER_DEFAULT_METHOD);

	if (method > 0)
		config_line(out, 1, "ssh authentication-type default %s", methods[method - 1]);
}

// clang-format off
#define SERVER(name) API_CLASS_SSH_SERVER, API_SSH_SERVER_##name
static const struct command ssh_commands[] = {
	{ "ssh server enable",       run_flag,    API_ROLE_ADMIN, "Enable the Stelnet service", SERVER(ENABLE), 1, emit_flag },
	{ "undo ssh server enable",  run_default, API_ROLE_ADMIN, "Disable the Stelnet service", SERVER(ENABLE) },
	{ "ssh server port PORT",    run_setting, API_ROLE_ADMIN, "Specify the port number", SERVER(PORT), 0, emit_setting },
	{ "undo ssh server port",    run_default, API_ROLE_ADMIN, "Restore the port number", SERVER(PORT) },
	{ "ssh server authentication-timeout SECONDS", run_setting, API_ROLE_ADMIN, "Specify the time limit for a login", SERVER(LOGIN_SECONDS), 0, emit_setting },
	{ "undo ssh server authentication-timeout",    run_default, API_ROLE_ADMIN, "Restore the time limit for a login", SERVER(LOGIN_SECONDS) },
	{ "ssh server timeout SECONDS", run_setting, API_ROLE_ADMIN, "Specify the time limit for a login", SERVER(LOGIN_SECONDS), .flags = COMMAND_HIDDEN },
	{ "ssh exception-record max-number RECORDS", run_setting, API_ROLE_ADMIN, "Specify how many ended sessions are remembered", SERVER(EXCEPTIONS), 0, emit_setting },
	{ "undo ssh exception-record max-number",    run_default, API_ROLE_ADMIN, "Restore how many ended sessions are remembered", SERVER(EXCEPTIONS) },
	{ "ssh server dscp DSCP",      run_setting, API_ROLE_ADMIN, "Specify the DSCP of IPv4 packets", SERVER(DSCP), 0, emit_setting },
	{ "undo ssh server dscp",      run_default, API_ROLE_ADMIN, "Restore the DSCP of IPv4 packets", SERVER(DSCP) },
	{ "ssh server ipv6 dscp DSCP", run_setting, API_ROLE_ADMIN, "Specify the DSCP of IPv6 packets", SERVER(DSCP6), 0, emit_setting },
	{ "undo ssh server ipv6 dscp", run_default, API_ROLE_ADMIN, "Restore the DSCP of IPv6 packets", SERVER(DSCP6) },
	{ "ssh server authentication-retries RETRIES", run_setting, API_ROLE_ADMIN, "Specify how many attempts may fail", SERVER(RETRIES), 0, emit_setting },
	{ "undo ssh server authentication-retries",    run_default, API_ROLE_ADMIN, "Restore how many attempts may fail", SERVER(RETRIES) },
	{ "sftp server enable",      run_flag,    API_ROLE_ADMIN, "Enable the SFTP service", SERVER(SFTP_ENABLE), 1, emit_flag },
	{ "undo sftp server enable", run_default, API_ROLE_ADMIN, "Disable the SFTP service", SERVER(SFTP_ENABLE) },
	{ "sftp server idle-timeout SFTPIDLE", run_setting, API_ROLE_ADMIN, "Specify the idle timeout", SERVER(SFTP_IDLE_MINUTES), 0, emit_setting },
	{ "undo sftp server idle-timeout",     run_default, API_ROLE_ADMIN, "Restore the idle timeout", SERVER(SFTP_IDLE_MINUTES) },
	{ "scp server enable",       run_flag,    API_ROLE_ADMIN, "Enable the SCP service", SERVER(SCP_ENABLE), 1, emit_flag },
	{ "undo scp server enable",  run_default, API_ROLE_ADMIN, "Disable the SCP service", SERVER(SCP_ENABLE) },
	{ "undo ssh server timeout", run_default, API_ROLE_ADMIN, "Restore the time limit for a login", SERVER(LOGIN_SECONDS), .flags = COMMAND_HIDDEN },
	{ "ssh server key-re-exchange enable [ interval HOURS ]", run_rekey, API_ROLE_ADMIN, "Exchange keys again by the hour", SERVER(REKEY_HOURS), 1, emit_rekey },
	{ "ssh server key-re-exchange volume KILOBYTES", run_setting, API_ROLE_ADMIN, "Exchange keys again after so much data", SERVER(REKEY_KILOBYTES), 0, emit_setting },
	{ "undo ssh server key-re-exchange volume", run_default, API_ROLE_ADMIN, "Restore how much data", SERVER(REKEY_KILOBYTES) },
	{ "undo ssh server key-re-exchange enable", run_default, API_ROLE_ADMIN, "Exchange keys again when the device sees fit", SERVER(REKEY_HOURS) },
	{ "ssh server compatible-ssh1x enable", run_flag, API_ROLE_ADMIN, "Serve SSH-1 clients too", SERVER(SSH1), 1, emit_flag },
	{ "undo ssh server compatible-ssh1x [ enable ]", run_default, API_ROLE_ADMIN, "Serve SSH-2 clients only", SERVER(SSH1) },
	{ "ssh server rekey-interval HOURS",   run_setting, API_ROLE_ADMIN, "Specify how long an RSA server key of SSH-1 lasts", SERVER(SERVER_KEY_HOURS), 0, emit_setting },
	{ "undo ssh server rekey-interval",    run_default, API_ROLE_ADMIN, "Keep the RSA server key of SSH-1", SERVER(SERVER_KEY_HOURS) },
	{ "ssh authentication-type default { all | keyboard-interactive | password | password-publickey | publickey | rsa }", run_method, API_ROLE_ADMIN, "Specify how users log in that have no SSH user", SERVER(DEFAULT_METHOD), 0, emit_method },
	{ "undo ssh authentication-type default", run_default, API_ROLE_ADMIN, "By password, as before", SERVER(DEFAULT_METHOD) },
	{ "sftp timeout SFTPIDLE", run_setting, API_ROLE_ADMIN, "Specify the idle timeout", SERVER(SFTP_IDLE_MINUTES), .flags = COMMAND_HIDDEN },
	{ "undo sftp timeout",     run_default, API_ROLE_ADMIN, "Restore the idle timeout", SERVER(SFTP_IDLE_MINUTES), .flags = COMMAND_HIDDEN },
	{ "aaa session-limit ssh SESSIONS", run_setting, API_ROLE_ADMIN, "Limit the SSH sessions", SERVER(SESSION_LIMIT), 0, emit_setting },
	{ "undo aaa session-limit ssh",     run_default, API_ROLE_ADMIN, "Restore the limit of SSH sessions", SERVER(SESSION_LIMIT) },
};

static const struct command ssh_show[] = {
	{ "display ssh server status", run_status, API_ROLE_OPERATOR, "Display the SSH server's settings", .flags = COMMAND_TABLE },
	{ "display ssh server state-table", run_states, API_ROLE_OPERATOR, "Display what each message is answered in each state", .flags = COMMAND_TABLE },
};
// clang-format on

TABLE(ssh_commands);
const struct command_table ssh_show_table = {ssh_show, 2};
