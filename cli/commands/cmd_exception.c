// Sessions that the device itself has ended, and what their clients were told.
#include "cli/commands/commands.h"

#include <stdio.h>
#include <time.h>

struct record {
	struct span user, address, version, stage, reply;
	uint8_t services, reason;
	uint32_t line; // plus 1; 0: none
	time_t at;
};

static bool record_take(struct cursor *c, struct record *r)
{
	r->at = (time_t)cursor_u64(c);
	r->user = cursor_string(c);
	r->address = cursor_string(c);
	r->version = cursor_string(c);
	r->stage = cursor_string(c);
	r->services = cursor_u8(c);
	r->line = cursor_u32(c);
	r->reason = cursor_u8(c);
	r->reply = cursor_string(c);
	return cursor_ok(c);
}

static const char *service_name(uint8_t services)
{
	return services & API_SERVICE_STELNET ? "Stelnet"
	       : services & API_SERVICE_SFTP  ? "SFTP"
	       : services & API_SERVICE_SCP   ? "SCP"
	                                      : "--";
}

// RFC 4250 section 4.2.2.
static const char *const reasons[] = {
        [0] = "--",
        [1] = "Host not allowed to connect",
        [2] = "Protocol error",
        [3] = "Key exchange failed",
        [5] = "MAC error",
        [6] = "Compression error",
        [7] = "Service not available",
        [8] = "Protocol version not supported",
        [9] = "Host key not verifiable",
        [10] = "Connection lost",
        [11] = "Ended by the device",
        [12] = "Too many connections",
        [13] = "Cancelled by the user",
        [14] = "No more authentication methods available",
        [15] = "Illegal user name",
};

static const char *reason_name(uint8_t reason)
{
	return reason < sizeof(reasons) / sizeof(reasons[0]) && reasons[reason] != NULL
	               ? reasons[reason]
	               : reasons[0];
}

static const struct column exceptions_columns[] = {
        {"User name         : ", 0, 0}, {"IP address        : ", 0, 0},
        {"Version           : ", 0, 0}, {"State             : ", 0, 0},
        {"Service type      : ", 0, 0}, {"VTY number        : ", 0, 0},
        {"Exception time    : ", 0, 0}, {"Exception reason  : ", 0, 0},
        {"Reply message     : ", 0, 0}};
static TABLE_OF(exceptions, " ", true);

static void record_row(struct task *t, struct cursor *c)
{
	char when[40], line[16] = "--";
	struct record r;
	struct tm tm;

	if (!record_take(c, &r))
		return;
	api_clock_tm(&task_shell(t)->clock, r.at, &tm);
	strftime(when, sizeof(when), "%Y/%m/%d %H:%M:%S", &tm);
	if (r.line > 0)
		snprintf(line, sizeof(line), "%u", r.line - 1);
	table_value(&t->table, "%.*s", r.user.len > 0 ? (int)r.user.len : 2,
	            r.user.len > 0 ? (const char *)r.user.data : "--");
	table_value(&t->table, "%.*s", (int)r.address.len, (const char *)r.address.data);
	table_value(&t->table, "%.*s", (int)r.version.len, (const char *)r.version.data);
	table_value(&t->table, "%.*s", (int)r.stage.len, (const char *)r.stage.data);
	table_value(&t->table, "%s", service_name(r.services));
	table_value(&t->table, "%s", line);
	table_value(&t->table, "%s", when);
	table_value(&t->table, "%s", reason_name(r.reason));
	table_value(&t->table, "%.*s", (int)r.reply.len, (const char *)r.reply.data);
}

static const struct listing record_rows = {API_EXCEPTIONS, 0, record_row, task_table_end};

static enum turn run_show(struct task *t)
{
	task_table(t, &exceptions);
	return task_list(t, &record_rows);
}

// clang-format off
static const struct command exception_show[] = {
	{ "display ssh exception-record", run_show, API_ROLE_OPERATOR, "Display the sessions that the device has ended", .flags = COMMAND_TABLE },
};
// clang-format on

TABLE(exception_show);
