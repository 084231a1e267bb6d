// The information centre: what is kept of the log, where it is sent, who watches it.
#include "cli/commands/commands.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

// --- display logbuffer ---------------------------------------------------------------------------

struct logbuffer {
	struct text *lines; // owned; of the rows that are wanted
	uint32_t count, max, at;
	uint32_t most; // how many are wanted
	uint8_t level;
	uint32_t size, kept;
	uint64_t dropped, overwritten;
	uint32_t by_level[8];
};

static void logbuffer_fini(void *own)
{
	struct logbuffer *l = own;

	for (uint32_t i = 0; i < l->count; i++)
		text_fini(&l->lines[i]);
	free(l->lines);
}

static void log_row(struct task *t, struct cursor *c)
{
	struct logbuffer *l = t->own;
	struct text line = {0};
	uint8_t level = 7;

	log_print(&line, task_shell(t)->sysname, c, &level);
	if (!cursor_ok(c))
		return;
	l->by_level[level & 7]++;
	if (level > l->level || l->count == l->max)
		text_fini(&line);
	else
		l->lines[l->count++] = line;
}

static enum turn lines_more(struct task *t)
{
	struct logbuffer *l = t->own;
	uint32_t shown = l->count < l->most ? l->count : l->most, skip = l->count - shown;

	while (l->at < shown && task_room(t)) {
		uint32_t i = task_has(t, "reverse") ? l->count - 1 - l->at : skip + l->at;
		struct span line = text_span(&l->lines[i]);

		text_add(&t->pending, line.data, line.len);
		l->at++;
	}
	return l->at < shown ? TURN_AGAIN : TURN_DONE;
}

static enum turn rows_end(struct task *t)
{
	t->next = lines_more;
	return lines_more(t);
}

static const struct listing log_rows = {API_LOG, 0, log_row, rows_end};

static bool state_read(struct task *t)
{
	struct logbuffer *l = t->own;
	struct cursor c = cursor_over(span_blob(&t->reply));

	l->size = cursor_u32(&c);
	l->kept = cursor_u32(&c);
	l->dropped = cursor_u64(&c);
	l->overwritten = cursor_u64(&c);
	if (t->status == STATUS_OK && cursor_end(&c) != STATUS_OK)
		t->status = STATUS_MALFORMED;
	if (t->status != STATUS_OK)
		return false;
	l->max = l->kept + 64; // lines that come meanwhile
	l->lines = calloc(l->max, sizeof(*l->lines));
	if (l->lines == NULL)
		t->status = STATUS_NO_MEMORY;
	return l->lines != NULL;
}

static enum turn state_got(struct task *t)
{
	const struct logbuffer *l = t->own;

	if (!state_read(t))
		return task_fail_status(t, t->status);
	task_print(t,
	           "Log buffer: %s\nMax buffer size: 1024\nActual buffer size: %u\n"
	           "Dropped messages: %llu\nOverwritten messages: %llu\n"
	           "Current messages: %u\n",
	           l->size > 0 ? "Enabled" : "Disabled", l->size,
	           (unsigned long long)l->dropped, (unsigned long long)l->overwritten, l->kept);
	return task_list(t, &log_rows);
}

static enum turn run_logbuffer(struct task *t)
{
	struct logbuffer *l = task_own(t, sizeof(*l), logbuffer_fini);
	struct span level = task_arg(t, ARG_LEVEL_WORD), size = task_arg(t, ARG_LOGSIZE_WORD);

	if (l == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	l->level = level.len > 0 ? (uint8_t)arg_number(level) : 7;
	l->most = size.len > 0 ? arg_number(size) : UINT32_MAX;
	return task_ask_plain(t, API_LOG_STATE, state_got);
}

static const struct column levels_columns[] = {
        {"EMERG", 7, COLUMN_NUMBER}, {"ALERT", 7, COLUMN_NUMBER}, {"CRIT", 7, COLUMN_NUMBER},
        {"ERROR", 7, COLUMN_NUMBER}, {"WARN", 7, COLUMN_NUMBER},  {"NOTIF", 7, COLUMN_NUMBER},
        {"INFO", 7, COLUMN_NUMBER},  {"DEBUG", 7, COLUMN_NUMBER}};
static TABLE_OF(levels, "  ", false);

static enum turn summary_end(struct task *t)
{
	const struct logbuffer *l = t->own;

	task_table(t, &levels);
	for (int i = 0; i < 8; i++)
		table_value(&t->table, "%u", l->by_level[i]);
	return task_table_end(t);
}

static const struct listing summary_rows = {API_LOG, 0, log_row, summary_end};

static enum turn run_summary(struct task *t)
{
	if (task_own(t, sizeof(struct logbuffer), logbuffer_fini) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_list(t, &summary_rows);
}

static enum turn run_reset(struct task *t)
{
	return task_ask_plain(t, API_LOG_RESET, task_end);
}

// --- terminals -----------------------------------------------------------------------------------

static enum turn run_monitor(struct task *t)
{
	struct dialogue *d = t->dialogue;

	d->monitor = !task_has(t, "undo") && dialogue_is_interactive(d);
	d->monitor_next = 0;
	if (d->monitor)
		monitor_ask(d);
	return TURN_DONE;
}

static enum turn run_terminal_level(struct task *t)
{
	struct span level = task_arg(t, ARG_LEVEL_WORD);

	t->dialogue->monitor_level = level.len > 0 ? (uint8_t)arg_number(level) : 6;
	return TURN_DONE;
}

// --- hosts ---------------------------------------------------------------------------------------

bool address_fits(struct span text, bool six)
{
	char name[64];
	uint8_t bytes[16];

	snprintf(name, sizeof(name), "%.*s", (int)text.len, (const char *)text.data);
	return inet_pton(six ? AF_INET6 : AF_INET, name, bytes) == 1;
}

static enum turn run_host(struct task *t)
{
	struct span address = task_arg(t, ARG_ADDRESS_WORD), port = task_arg(t, ARG_PORT_WORD),
	            facility = match_after(&t->match, "facility");
	struct api_record r = {.class = API_CLASS_LOG_HOST, .key = address};

	if (!address_fits(address, false) && !address_fits(address, true))
		return task_fail(t, "The address is invalid.");
	record_add(&r, API_LOG_HOST_PORT, port.len > 0 ? arg_number(port) : 514);
	record_add(&r, API_LOG_HOST_FACILITY,
	           facility.len > 0 ? 16u + facility.data[facility.len - 1] - '0' : 23u);
	return task_put(t, &r, task_end);
}

static enum turn undo_done(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The log host does not exist.");
	return task_end(t);
}

static enum turn run_undo_host(struct task *t)
{
	return task_delete(t, API_CLASS_LOG_HOST, task_arg(t, ARG_ADDRESS_WORD), undo_done);
}

static void emit_host(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	uint32_t port = record_number(record, API_LOG_HOST_PORT);
	uint32_t facility = record_number(record, API_LOG_HOST_FACILITY);
	struct text line = {0};

	text_format(&line, "info-center loghost %.*s", (int)record->key.len,
	            (const char *)record->key.data);
	if (port != 514)
		text_format(&line, " port %u", port);
	if (facility != 23)
		text_format(&line, " facility local%u", facility - 16);
	config_line(out, 1, "%.*s", (int)text_left(&line), line.data);
	text_fini(&line);
}

// --- sources -------------------------------------------------------------------------------------

#define LEVEL_DENY 8u

// Where lines go, with the setting of the least level that goes there.
static const struct {
	const char *word;
	uint8_t field;
} places[] = {
        {"logbuffer", API_LOG_CENTER_BUFFER_LEVEL},
        {"loghost", API_LOG_CENTER_HOST_LEVEL},
        {"monitor", API_LOG_CENTER_MONITOR_LEVEL},
};
#define PLACES (sizeof(places) / sizeof(places[0]))

static uint8_t source_field(const struct task *t)
{
	for (size_t i = 0; i < PLACES; i++)
		if (task_has(t, places[i].word))
			return places[i].field;
	return API_FIELD_NONE;
}

static enum turn run_source(struct task *t)
{
	struct api_record r = {.class = API_CLASS_LOG_CENTER};
	struct span level = task_arg(t, ARG_LEVEL_WORD);
	uint8_t field = source_field(t);
	uint32_t value = task_has(t, "undo") ? api_field_row(field)->number
	                 : level.len > 0     ? arg_number(level)
	                                     : LEVEL_DENY;

	record_add(&r, field, value);
	return task_put(t, &r, task_end);
}

static void emit_source(struct config_out *out, const struct command *row,
                        const struct api_record *record)
{
	for (size_t i = 0; i < PLACES; i++) {
		uint32_t level = record_number(record, places[i].field);
		const char *where = places[i].word;

		if (level == LEVEL_DENY)
			config_line(out, 1, "info-center source default %s deny", where);
		else if (level != api_field_row(places[i].field)->number)
			config_line(out, 1, "info-center source default %s level %u", where,
			            level);
	}
}

// clang-format off
#define CENTER(name) API_CLASS_LOG_CENTER, API_LOG_CENTER_##name
#define FACILITIES "{ local0 | local1 | local2 | local3 | local4 | local5 | local6 | local7 }"
static const struct command log_center[] = {
	{ "info-center enable",         run_flag,    API_ROLE_ADMIN, "Enable the information centre", CENTER(ENABLE), 1 },
	{ "undo info-center enable",    run_flag,    API_ROLE_ADMIN, "Disable the information centre", CENTER(ENABLE), 0, emit_flag },
	{ "info-center logbuffer",      run_flag,    API_ROLE_ADMIN, "Keep log lines in memory", CENTER(BUFFER), 1 },
	{ "undo info-center logbuffer", run_flag,    API_ROLE_ADMIN, "Keep no log lines in memory", CENTER(BUFFER), 0, emit_flag },
	{ "info-center logbuffer size LOGSIZE", run_setting, API_ROLE_ADMIN, "Specify how many lines are kept", CENTER(SIZE), 0, emit_setting },
	{ "undo info-center logbuffer size",    run_default, API_ROLE_ADMIN, "Restore how many lines are kept", CENTER(SIZE) },
	{ "info-center format rfc5424", run_flag,    API_ROLE_ADMIN, "Send lines to hosts as RFC 5424 has it", CENTER(RFC5424), 1, emit_flag },
	{ "undo info-center format",    run_default, API_ROLE_ADMIN, "Send lines to hosts in the classic form", CENTER(RFC5424) },
	{ "info-center source default { logbuffer | loghost | monitor } { deny | level LEVEL }", run_source, API_ROLE_ADMIN, "Specify which lines go where", CENTER(BUFFER_LEVEL), 0, emit_source },
	{ "undo info-center source default { logbuffer | loghost | monitor }", run_source, API_ROLE_ADMIN, "Restore which lines go where", CENTER(HOST_LEVEL) },
	{ "info-center loghost { ADDRESS | ipv6 ADDRESS } [ port PORT ] [ facility " FACILITIES " ]", run_host, API_ROLE_ADMIN, "Send log lines to a host", API_CLASS_LOG_HOST, API_LOG_HOST_PORT, 0, emit_host },
	{ "undo info-center loghost { ADDRESS | ipv6 ADDRESS }", run_undo_host, API_ROLE_ADMIN, "Send log lines there no more" },
};

static const struct command log_show[] = {
	{ "display logbuffer [ reverse ] [ level LEVEL | size LOGSIZE ]...", run_logbuffer, API_ROLE_OPERATOR, "Display the log lines kept in memory" },
	{ "display logbuffer summary", run_summary, API_ROLE_OPERATOR, "Display how many lines there are of each level", .flags = COMMAND_TABLE },
	{ "reset logbuffer",           run_reset,   API_ROLE_ADMIN,    "Forget the log lines kept in memory" },
	{ "terminal monitor",          run_monitor, API_ROLE_OPERATOR, "Show log lines on this terminal" },
	{ "undo terminal monitor",     run_monitor, API_ROLE_OPERATOR, "Show no log lines on this terminal" },
	{ "terminal logging level LEVEL", run_terminal_level, API_ROLE_OPERATOR, "Specify which lines are shown on this terminal" },
	{ "undo terminal logging level",  run_terminal_level, API_ROLE_OPERATOR, "Restore which lines are shown on this terminal" },
};
// clang-format on

TABLE(log_center);
TABLE(log_show);
