// RADIUS schemes: servers that know who somebody is.
#include "cli/commands/commands.h"
#include "crypto/wire/names.h"

#include <stdio.h>

static const char *const formats[] = {
        [API_NAME_WITH_DOMAIN] = "with-domain",
        [API_NAME_WITHOUT_DOMAIN] = "without-domain",
        [API_NAME_ORIGINAL] = "keep-original",
};
#define FORMATS      (sizeof(formats) / sizeof(formats[0]))
#define RADIUS_PORT  "1812"
#define SERVERS_MOST 17u

static struct span view_scheme(const struct task *t)
{
	return span_text(t->dialogue->name != NULL ? t->dialogue->name : "");
}

// --- radius scheme NAME ------------------------------------------------------------------------

static enum turn scheme_entered(struct task *t)
{
	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	dialogue_view(t->dialogue, VIEW_RADIUS, task_arg(t, ARG_SCHEME_WORD));
	return TURN_DONE;
}

static enum turn run_scheme(struct task *t)
{
	struct api_record r = {.class = API_CLASS_RADIUS, .key = task_arg(t, ARG_SCHEME_WORD)};

	return task_put(t, &r, scheme_entered);
}

static enum turn scheme_gone(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The RADIUS scheme does not exist.");
	return task_end(t);
}

static enum turn run_undo_scheme(struct task *t)
{
	return task_delete(t, API_CLASS_RADIUS, task_arg(t, ARG_SCHEME_WORD), scheme_gone);
}

static void emit_scheme(struct config_out *out, const struct command *row,
                        const struct api_record *record)
{
	char name[CONFIG_WORD_MAX];

	config_line(out, 0, "radius scheme %s", config_word(record->key, name));
}

// --- servers -----------------------------------------------------------------------------------

// One of the list: "primary 192.0.2.9 1812".
struct server {
	bool primary;
	char address[48], port[8];
};

static bool server_next(struct span *list, struct server *out)
{
	char text[80], kind[16];
	struct span name;

	if (!names_next(list, &name) || name.len >= sizeof(text))
		return false;
	memcpy(text, name.data, name.len);
	text[name.len] = 0;
	if (sscanf(text, "%15s %47s %7s", kind, out->address, out->port) != 3)
		return false;
	out->primary = strcmp(kind, API_SERVER_PRIMARY) == 0;
	return true;
}

static void server_named(const struct task *t, struct server *out)
{
	struct span address = task_arg(t, ARG_ADDRESS_WORD), port = task_arg(t, ARG_PORT_WORD);

	out->primary = task_has(t, "primary");
	snprintf(out->address, sizeof(out->address), "%.*s", (int)address.len,
	         (const char *)address.data);
	snprintf(out->port, sizeof(out->port), "%.*s",
	         port.len > 0 ? (int)port.len : (int)strlen(RADIUS_PORT),
	         port.len > 0 ? (const char *)port.data : RADIUS_PORT);
}

// Is this the one (or one of those) that the command line means to take out?
static bool server_leaves(const struct task *t, const struct server *s,
                          const struct server *named)
{
	if (s->primary != named->primary)
		return false;
	if (named->primary || named->address[0] == 0)
		return true;
	return strcmp(s->address, named->address) == 0 &&
	       (task_arg(t, ARG_PORT_WORD).len == 0 || strcmp(s->port, named->port) == 0);
}

static void server_add(struct text *list, const struct server *s)
{
	text_format(list, "%s%s %s %s", text_left(list) > 0 ? "," : "",
	            s->primary ? API_SERVER_PRIMARY : "secondary", s->address, s->port);
}

// The list after the command: a new primary stands first in place of the old one.
static uint32_t servers_change(const struct task *t, struct span list, struct text *out)
{
	bool add = !task_has(t, "undo");
	struct server named, each;
	uint32_t count = 0;

	server_named(t, &named);
	if (add && named.primary)
		server_add(out, &named);
	while (server_next(&list, &each)) {
		if (server_leaves(t, &each, &named))
			continue;
		server_add(out, &each);
		count++;
	}
	if (add && !named.primary)
		server_add(out, &named);
	return count + add;
}

static enum turn servers_got(struct task *t)
{
	struct api_record old, r = {.class = API_CLASS_RADIUS, .key = view_scheme(t)};
	struct text list = {0};
	enum turn turn;

	if (!task_record(t, &old))
		return task_fail_status(t, t->status);
	if (servers_change(t, record_text(&old, API_RADIUS_SERVERS), &list) > SERVERS_MOST) {
		text_fini(&list);
		return task_fail(t, "A scheme has at most %u servers.", SERVERS_MOST);
	}
	record_add_text(&r, API_RADIUS_SERVERS, text_span(&list));
	turn = task_put(t, &r, task_end);
	text_fini(&list);
	return turn;
}

static enum turn run_server(struct task *t)
{
	struct span address = task_arg(t, ARG_ADDRESS_WORD);

	if (address.len > 0 && !address_fits(address, task_has(t, "ipv6")))
		return task_fail(t, "The address is not valid.");
	return task_get(t, API_CLASS_RADIUS, view_scheme(t), servers_got);
}

static void emit_servers(struct config_out *out, const struct command *row,
                         const struct api_record *record)
{
	struct span list = record_text(record, API_RADIUS_SERVERS);
	struct server s;

	while (server_next(&list, &s))
		config_line(out, 1, "%s authentication %s%s%s%s",
		            s.primary ? "primary" : "secondary",
		            strchr(s.address, ':') != NULL ? "ipv6 " : "", s.address,
		            strcmp(s.port, RADIUS_PORT) != 0 ? " " : "",
		            strcmp(s.port, RADIUS_PORT) != 0 ? s.port : "");
}

// --- key and format ----------------------------------------------------------------------------

static enum turn key_put(struct task *t, struct span key)
{
	struct api_record r = {.class = API_CLASS_RADIUS, .key = view_scheme(t)};

	record_add_text(&r, API_RADIUS_KEY, key);
	return task_put(t, &r, task_end);
}

static enum turn run_key(struct task *t)
{
	return key_put(t, task_arg(t, ARG_SHAREDKEY_WORD));
}

static void emit_key(struct config_out *out, const struct command *row,
                     const struct api_record *record)
{
	struct span key = record_text(record, API_RADIUS_KEY);
	char word[CONFIG_WORD_MAX];

	if (key.len > 0)
		config_line(out, 1, "key authentication simple %s", config_word(key, word));
}

static enum turn run_format(struct task *t)
{
	struct api_record r = {.class = API_CLASS_RADIUS, .key = view_scheme(t)};

	for (uint32_t i = 0; i < FORMATS; i++)
		if (task_has(t, formats[i]))
			record_add(&r, API_RADIUS_NAME_FORMAT, i);
	return task_put(t, &r, task_end);
}

static void emit_format(struct config_out *out, const struct command *row,
                        const struct api_record *record)
{
	uint32_t format = record_number(record, API_RADIUS_NAME_FORMAT);

	if (format != API_NAME_WITH_DOMAIN && format < FORMATS)
		config_line(out, 1, "user-name-format %s", formats[format]);
}

// --- display -----------------------------------------------------------------------------------

#define SCHEME_RULE "------------------------------------------------------------------\n"

static void show_servers(struct task *t, struct span list)
{
	struct server s;

	while (server_next(&list, &s))
		task_print(t, "  %s authentication server:\n    IP   : %-40s Port: %s\n",
		           s.primary ? "Primary" : "Second", s.address, s.port);
}

static void show_scheme(struct task *t, const struct api_record *r)
{
	uint32_t format = record_number(r, API_RADIUS_NAME_FORMAT);

	task_print(t, SCHEME_RULE "RADIUS scheme name: %.*s\n", (int)r->key.len,
	           (const char *)r->key.data);
	show_servers(t, record_text(r, API_RADIUS_SERVERS));
	task_print(t,
	           "  Retransmission times                       : %u\n"
	           "  Retransmission timeout (seconds)           : %u\n"
	           "  Quiet interval (minutes)                   : %u\n"
	           "  User name format                           : %s\n",
	           record_number(r, API_RADIUS_TRIES), record_number(r, API_RADIUS_TIMEOUT),
	           record_number(r, API_RADIUS_QUIET), formats[format < FORMATS ? format : 0]);
}

static void scheme_row(struct task *t, struct cursor *c)
{
	struct api_record r;

	if (api_record_parse(c, &r) == STATUS_OK)
		show_scheme(t, &r);
}

static enum turn schemes_end(struct task *t)
{
	task_print(t, SCHEME_RULE);
	return TURN_DONE;
}

static const struct listing scheme_rows = {API_LIST, API_CLASS_RADIUS, scheme_row, schemes_end};

static enum turn scheme_got(struct task *t)
{
	struct api_record r;

	if (!task_record(t, &r))
		return scheme_gone(t);
	show_scheme(t, &r);
	return schemes_end(t);
}

static enum turn run_show(struct task *t)
{
	struct span name = task_arg(t, ARG_SCHEME_WORD);

	if (name.len > 0)
		return task_get(t, API_CLASS_RADIUS, name, scheme_got);
	return task_list(t, &scheme_rows);
}

// clang-format off
#define RADIUS(name) API_CLASS_RADIUS, API_RADIUS_##name
#define HOST "{ ADDRESS | ipv6 ADDRESS } [ PORT ]"
static const struct command radius[] = {
	{ "radius scheme SCHEME",      run_scheme,      API_ROLE_ADMIN, "Add a RADIUS scheme, or change one", API_CLASS_RADIUS, .emit = emit_scheme },
	{ "undo radius scheme SCHEME", run_undo_scheme, API_ROLE_ADMIN, "Delete a RADIUS scheme" },
};

static const struct command radius_view[] = {
	{ "{ primary | secondary } authentication " HOST, run_server, API_ROLE_ADMIN, "Specify a server", RADIUS(SERVERS), 0, emit_servers },
	{ "undo primary authentication", run_server, API_ROLE_ADMIN, "Forget the primary server" },
	{ "undo secondary authentication [ " HOST " ]", run_server, API_ROLE_ADMIN, "Forget a secondary server, or all" },
	{ "key authentication { simple | cipher } SHAREDKEY", run_key, API_ROLE_ADMIN, "Specify the key shared with the servers", RADIUS(KEY), 0, emit_key, COMMAND_SECRET },
	{ "undo key authentication",     run_default, API_ROLE_ADMIN, "Forget the key", RADIUS(KEY) },
	{ "timer response-timeout ANSWERTIME", run_setting, API_ROLE_ADMIN, "Specify how long an answer is awaited", RADIUS(TIMEOUT), 0, emit_setting },
	{ "undo timer response-timeout", run_default, API_ROLE_ADMIN, "Restore how long an answer is awaited", RADIUS(TIMEOUT) },
	{ "timer quiet QUIETTIME",       run_setting, API_ROLE_ADMIN, "Specify how long a silent server is left alone", RADIUS(QUIET), 0, emit_setting },
	{ "undo timer quiet",            run_default, API_ROLE_ADMIN, "Restore how long a silent server is left alone", RADIUS(QUIET) },
	{ "retry ASKTIMES",              run_setting, API_ROLE_ADMIN, "Specify how often a server is asked", RADIUS(TRIES), 0, emit_setting },
	{ "undo retry",                  run_default, API_ROLE_ADMIN, "Restore how often a server is asked", RADIUS(TRIES) },
	{ "user-name-format { keep-original | with-domain | without-domain }", run_format, API_ROLE_ADMIN, "Specify how names of users are sent", RADIUS(NAME_FORMAT), 0, emit_format },
	{ "undo user-name-format",       run_default, API_ROLE_ADMIN, "Send names of users with their domain", RADIUS(NAME_FORMAT) },
};

static const struct command radius_show[] = {
	{ "display radius scheme [ SCHEME ]", run_show, API_ROLE_OPERATOR, "Display RADIUS schemes" },
};
// clang-format on

TABLE(radius);
TABLE(radius_view);
const struct command_table radius_show_table = {radius_show, 1};
