// The information centre: which lines go where, and how they look there.
#include "cli/commands/commands.h"
#include "crypto/wire/names.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>

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

static size_t place_typed(const struct task *t)
{
	size_t i = 0;

	while (i + 1 < PLACES && !task_has(t, places[i].word))
		i++;
	return i;
}

static uint32_t level_typed(const struct task *t)
{
	struct span level = task_arg(t, ARG_LEVEL_WORD);

	return level.len > 0 ? arg_number(level) : LEVEL_DENY;
}

static enum turn run_source(struct task *t)
{
	struct api_record r = {.class = API_CLASS_LOG_CENTER};
	uint8_t field = places[place_typed(t)].field;

	record_add(&r, field,
	           task_has(t, "undo") ? api_field_row(field)->number : level_typed(t));
	return task_put(t, &r, task_end);
}

static void source_line(struct config_out *out, const char *module, const char *place,
                        uint32_t level)
{
	if (level == LEVEL_DENY)
		config_line(out, 1, "info-center source %s %s deny", module, place);
	else
		config_line(out, 1, "info-center source %s %s level %u", module, place, level);
}

static void emit_source(struct config_out *out, const struct command *row,
                        const struct api_record *record)
{
	for (size_t i = 0; i < PLACES; i++) {
		uint32_t level = record_number(record, places[i].field);

		if (level != api_field_row(places[i].field)->number)
			source_line(out, "default", places[i].word, level);
	}
}

// The list without what it says of this module and place.
static void sources_without(struct span list, const char *head, struct text *out)
{
	struct span each;

	while (names_next(&list, &each))
		if (each.len < strlen(head) || memcmp(each.data, head, strlen(head)) != 0)
			text_format(out, "%s%.*s", text_left(out) > 0 ? "," : "", (int)each.len,
			            (const char *)each.data);
}

static enum turn sources_got(struct task *t)
{
	struct api_record old, r = {.class = API_CLASS_LOG_CENTER};
	struct span module = task_arg(t, ARG_MODULE_WORD);
	struct text list = {0};
	char head[40];
	enum turn turn;

	if (!task_record(t, &old))
		return task_fail_status(t, t->status);
	snprintf(head, sizeof(head), "%.*s %s ", (int)module.len, (const char *)module.data,
	         places[place_typed(t)].word);
	for (size_t i = 0; i < module.len; i++)
		head[i] = (char)toupper((unsigned char)head[i]);
	sources_without(record_text(&old, API_LOG_CENTER_SOURCES), head, &list);
	if (!task_has(t, "undo"))
		text_format(&list, "%s%s%u", text_left(&list) > 0 ? "," : "", head,
		            level_typed(t));
	if (text_left(&list) > api_field_row(API_LOG_CENTER_SOURCES)->high)
		turn = task_fail(t, "There are too many modules with levels of their own.");
	else {
		record_add_text(&r, API_LOG_CENTER_SOURCES,
		                text_left(&list) > 0 ? text_span(&list) : span_text(""));
		turn = task_put(t, &r, task_end);
	}
	text_fini(&list);
	return turn;
}

static enum turn run_module(struct task *t)
{
	return task_get(t, API_CLASS_LOG_CENTER, span_text(""), sources_got);
}

static void emit_module(struct config_out *out, const struct command *row,
                        const struct api_record *record)
{
	struct span list = record_text(record, API_LOG_CENTER_SOURCES), each;
	char text[64], module[16], place[16];
	unsigned level;

	while (names_next(&list, &each)) {
		snprintf(text, sizeof(text), "%.*s", (int)each.len, (const char *)each.data);
		if (sscanf(text, "%15s %15s %1u", module, place, &level) == 3)
			source_line(out, module, place, level);
	}
}

// --- how lines look ------------------------------------------------------------------------------

static const char *const formats[] = {
        [API_LOG_RFC5424] = "rfc5424", [API_LOG_UNICOM] = "unicom", [API_LOG_CMCC] = "cmcc"};
static const char *const stamps[] = {
        [API_STAMP_DATE] = "date", [API_STAMP_BOOT] = "boot", [API_STAMP_NONE] = "none"};
static const char *const host_stamps[] = {[API_HOST_DATE] = "date",
                                          [API_HOST_ISO] = "iso",
                                          [API_HOST_NO_YEAR] = "no-year-date",
                                          [API_HOST_NONE] = "none"};
#define WORDS(list) (uint32_t)(sizeof(list) / sizeof(list[0]))

static enum turn put_word(struct task *t, const char *const *words, uint32_t count)
{
	struct api_record r = {.class = API_CLASS_LOG_CENTER};
	uint32_t i = 0;

	while (i + 1 < count && (words[i] == NULL || !task_has(t, words[i])))
		i++;
	record_add(&r, t->row->field, i);
	return task_put(t, &r, task_end);
}

static enum turn run_format(struct task *t)
{
	return put_word(t, formats, WORDS(formats));
}

static enum turn run_stamp(struct task *t)
{
	return put_word(t, stamps, WORDS(stamps));
}

static enum turn run_host_stamp(struct task *t)
{
	return put_word(t, host_stamps, WORDS(host_stamps));
}

static void emit_format(struct config_out *out, const struct command *row,
                        const struct api_record *record)
{
	uint32_t format = record_number(record, API_LOG_CENTER_FORMAT);

	if (format != API_LOG_CLASSIC)
		config_line(out, 1, "info-center format %s", formats[format]);
}

static void emit_stamp(struct config_out *out, const struct command *row,
                       const struct api_record *record)
{
	uint32_t stamp = record_number(record, API_LOG_CENTER_STAMP);

	if (stamp != API_STAMP_DATE)
		config_line(out, 1, "info-center timestamp %s", stamps[stamp]);
}

static void emit_host_stamp(struct config_out *out, const struct command *row,
                            const struct api_record *record)
{
	uint32_t stamp = record_number(record, API_LOG_CENTER_HOST_STAMP);

	if (stamp != API_HOST_DATE)
		config_line(out, 1, "info-center timestamp loghost %s", host_stamps[stamp]);
}

// --- display -------------------------------------------------------------------------------------

struct center {
	struct api_record record; // borrows from the reply that was kept
	struct blob reply;        // owned
	struct text hosts;
};

static void center_fini(void *own)
{
	struct center *c = own;

	blob_fini(&c->reply);
	text_fini(&c->hosts);
}

static void host_row(struct task *t, struct cursor *c)
{
	struct center *own = t->own;
	struct api_record r;

	if (api_record_parse(c, &r) == STATUS_OK)
		text_format(&own->hosts,
		            "    %.*s,\n    port number: %u, host facility: local%u\n",
		            (int)r.key.len, (const char *)r.key.data,
		            record_number(&r, API_LOG_HOST_PORT),
		            record_number(&r, API_LOG_HOST_FACILITY) - 16);
}

static const char *on(bool enabled)
{
	return enabled ? "Enabled" : "Disabled";
}

static enum turn hosts_known(struct task *t)
{
	struct center *own = t->own;
	const struct api_record *r = &own->record;
	uint32_t size = record_number(r, API_LOG_CENTER_SIZE);

	task_print(t, "Information Center: %s\nConsole: Disabled\nMonitor: Enabled\n",
	           on(record_number(r, API_LOG_CENTER_ENABLE)));
	task_print(t, "Log host: %s\n%.*s", on(text_left(&own->hosts) > 0),
	           (int)text_left(&own->hosts),
	           own->hosts.data != NULL ? own->hosts.data + own->hosts.at : "");
	task_print(t, "Log buffer: %s\n    Max buffer size 1024, current buffer size %u\n",
	           on(record_number(r, API_LOG_CENTER_BUFFER) && size > 0), size);
	task_print(t, "Information timestamp format:\n    Log host: %s\n    Other output: %s\n",
	           host_stamps[record_number(r, API_LOG_CENTER_HOST_STAMP)],
	           stamps[record_number(r, API_LOG_CENTER_STAMP)]);
	return TURN_DONE;
}

static const struct listing host_rows = {API_LIST, API_CLASS_LOG_HOST, host_row, hosts_known};

static enum turn center_got(struct task *t)
{
	struct center *own = t->own;
	struct cursor c;

	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	own->reply = blob_copy(span_blob(&t->reply));
	c = cursor_over(span_blob(&own->reply));
	if (api_record_parse(&c, &own->record) != STATUS_OK)
		return task_fail_status(t, STATUS_MALFORMED);
	return task_list(t, &host_rows);
}

static enum turn run_show(struct task *t)
{
	if (task_own(t, sizeof(struct center), center_fini) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_get(t, API_CLASS_LOG_CENTER, span_text(""), center_got);
}

// clang-format off
#define CENTER(name) API_CLASS_LOG_CENTER, API_LOG_CENTER_##name
#define FACILITIES "{ local0 | local1 | local2 | local3 | local4 | local5 | local6 | local7 }"
#define CHANNELS "{ logbuffer | loghost | monitor }"
static const struct command log_center[] = {
	{ "info-center enable",         run_flag,    API_ROLE_ADMIN, "Enable the information centre", CENTER(ENABLE), 1 },
	{ "undo info-center enable",    run_flag,    API_ROLE_ADMIN, "Disable the information centre", CENTER(ENABLE), 0, emit_flag },
	{ "info-center logbuffer",      run_flag,    API_ROLE_ADMIN, "Keep log lines in memory", CENTER(BUFFER), 1 },
	{ "undo info-center logbuffer", run_flag,    API_ROLE_ADMIN, "Keep no log lines in memory", CENTER(BUFFER), 0, emit_flag },
	{ "info-center logbuffer size LOGSIZE", run_setting, API_ROLE_ADMIN, "Specify how many lines are kept", CENTER(SIZE), 0, emit_setting },
	{ "undo info-center logbuffer size",    run_default, API_ROLE_ADMIN, "Restore how many lines are kept", CENTER(SIZE) },
	{ "info-center format { cmcc | rfc5424 | unicom }", run_format, API_ROLE_ADMIN, "Specify how lines are sent to hosts", CENTER(FORMAT), 0, emit_format },
	{ "undo info-center format",    run_default, API_ROLE_ADMIN, "Send lines to hosts in the classic form", CENTER(FORMAT) },
	{ "info-center timestamp { boot | date | none }", run_stamp, API_ROLE_ADMIN, "Specify the time of lines that are shown", CENTER(STAMP), 0, emit_stamp },
	{ "undo info-center timestamp", run_default, API_ROLE_ADMIN, "Restore the time of lines that are shown", CENTER(STAMP) },
	{ "info-center timestamp loghost { date | iso | no-year-date | none }", run_host_stamp, API_ROLE_ADMIN, "Specify the time of lines that are sent", CENTER(HOST_STAMP), 0, emit_host_stamp },
	{ "undo info-center timestamp loghost", run_default, API_ROLE_ADMIN, "Restore the time of lines that are sent", CENTER(HOST_STAMP) },
	{ "info-center synchronous",    run_flag,    API_ROLE_ADMIN, "Show what is half typed again below a line", CENTER(NO_SYNC), 0 },
	{ "undo info-center synchronous", run_flag,  API_ROLE_ADMIN, "Do not show what is half typed again", CENTER(NO_SYNC), 1, emit_flag },
	{ "info-center source default " CHANNELS " { deny | level LEVEL }", run_source, API_ROLE_ADMIN, "Specify which lines go where", CENTER(BUFFER_LEVEL), 0, emit_source },
	{ "undo info-center source default " CHANNELS, run_source, API_ROLE_ADMIN, "Restore which lines go where", CENTER(HOST_LEVEL) },
	{ "info-center source MODULE " CHANNELS " { deny | level LEVEL }", run_module, API_ROLE_ADMIN, "Specify which lines of a module go where", CENTER(SOURCES), 0, emit_module },
	{ "undo info-center source MODULE " CHANNELS, run_module, API_ROLE_ADMIN, "Restore which lines of a module go where", CENTER(SOURCES) },
	{ "info-center loghost { ADDRESS | ipv6 ADDRESS } [ port PORT ] [ facility " FACILITIES " ]", run_host, API_ROLE_ADMIN, "Send log lines to a host", API_CLASS_LOG_HOST, API_LOG_HOST_PORT, 0, emit_host },
	{ "undo info-center loghost { ADDRESS | ipv6 ADDRESS }", run_undo_host, API_ROLE_ADMIN, "Send log lines there no more" },
};

static const struct command log_center_show[] = {
	{ "display info-center",        run_show,    API_ROLE_OPERATOR, "Display the information centre" },
};
// clang-format on

TABLE(log_center);
const struct command_table log_center_show_table = {log_center_show, 1};
