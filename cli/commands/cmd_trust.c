// Authorities whose certificates log users in, and what they have revoked.
#include "cli/commands/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CODE_BYTES 96u // of the list, on one line of the configuration

// --- authorities -------------------------------------------------------------------------------

static enum turn run_authorities(struct task *t)
{
	struct api_record r = {.class = API_CLASS_SSH_TRUST};
	struct text names = {0};
	struct span name;
	enum turn turn;

	for (uint32_t i = 0; (name = match_arg(&t->match, ARG_KEY_WORD, i)).len > 0; i++) {
		if (i > 0)
			text_puts(&names, ",");
		text_add(&names, name.data, name.len);
	}
	record_add_text(&r, API_SSH_TRUST_AUTHORITIES, text_span(&names));
	turn = names.failed || text_left(&names) >
	                               api_field_row(API_SSH_TRUST_AUTHORITIES)->high
	               ? task_fail(t, "Too many public keys.")
	               : task_put(t, &r, task_end);
	text_fini(&names);
	return turn;
}

static void emit_authorities(struct config_out *out, const struct command *row,
                             const struct api_record *record)
{
	struct span names = record_text(record, API_SSH_TRUST_AUTHORITIES);
	struct text line = {0};

	for (size_t i = 0; i < names.len; i++)
		text_add(&line, names.data[i] == ',' ? " " : (const char *)&names.data[i], 1);
	if (names.len > 0)
		config_line(out, 1, "ssh server trusted-ca assign publickey %.*s",
		            (int)text_left(&line), line.data);
	text_fini(&line);
}

// --- the revocation list and host certificates -------------------------------------------------

// What a row is about: its word in commands, and in sentences.
static const char *list_word(const struct command *row)
{
	return row->field == API_SSH_TRUST_REVOKED ? "revocation-list" : "host-certificate";
}

static const char *list_name(const struct task *t)
{
	return t->row->field == API_SSH_TRUST_REVOKED ? "revocation list"
	                                              : "list of host certificates";
}

static enum turn list_put(struct task *t, struct span list)
{
	struct api_record r = {.class = API_CLASS_SSH_TRUST};

	if (list.len > api_field_row(t->row->field)->high)
		return task_fail(t, "The %s is longer than 8192 bytes.", list_name(t));
	record_add_text(&r, t->row->field, list);
	return task_put(t, &r, task_end);
}

static enum turn run_import(struct task *t)
{
	struct blob file;
	enum turn turn;

	if (!typed_file(t, &file))
		return TURN_DONE;
	turn = list_put(t, span_blob(&file));
	blob_fini(&file);
	return turn;
}

static int hex_value(uint8_t b)
{
	return b >= '0' && b <= '9' ? b - '0' : b >= 'A' && b <= 'F' ? b - 'A' + 10 : -1;
}

// What is typed goes behind what is there: a list prints as several lines.
static enum turn code_append(struct task *t)
{
	struct span code = task_arg(t, ARG_WORD_WORD);
	struct api_record r;
	struct text list = {0};
	enum turn turn;

	if (!task_record(t, &r))
		return task_fail_status(t, STATUS_MALFORMED);
	text_add(&list, record_text(&r, t->row->field).data,
	         record_text(&r, t->row->field).len);
	for (size_t i = 0; i + 1 < code.len; i += 2) {
		int high = hex_value(code.data[i]), low = hex_value(code.data[i + 1]);
		uint8_t byte = (uint8_t)(high * 16 + low);

		list.failed |= high < 0 || low < 0;
		text_add(&list, &byte, 1);
	}
	if (list.failed || code.len % 2 != 0)
		turn = task_fail(t, "The code of the %s is invalid.", list_name(t));
	else
		turn = list_put(t, text_span(&list));
	text_fini(&list);
	return turn;
}

static enum turn run_code(struct task *t)
{
	return task_get(t, API_CLASS_SSH_TRUST, span_text(""), code_append);
}

static void emit_code(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	struct span list = record_text(record, row->field);

	for (size_t at = 0; at < list.len; at += CODE_BYTES) {
		size_t n = list.len - at < CODE_BYTES ? list.len - at : CODE_BYTES;
		struct text line = {0};

		for (size_t i = 0; i < n; i++)
			text_format(&line, "%02X", list.data[at + i]);
		config_line(out, 1, "ssh server %s code %.*s", list_word(row),
		            (int)text_left(&line), line.data);
		text_fini(&line);
	}
}

static enum turn cert_taken(struct task *t)
{
	static const char *const faults[STATUS_COUNT] = {
	        [STATUS_MALFORMED] = "The file holds no OpenSSH certificate.",
	        [STATUS_TOO_LONG] = "The certificate is longer than 4096 bytes.",
	        [STATUS_UNSUPPORTED] = "The certificate is for users, not for hosts.",
	        [STATUS_NOT_FOUND] = "The certificate is of no local key pair of this device.",
	};
	struct blob list;
	enum turn turn;

	if (t->status != STATUS_OK)
		return faults[t->status] != NULL ? task_fail(t, "%s", faults[t->status])
		                                 : task_fail_status(t, t->status);
	list = blob_copy(span_blob(&t->reply));
	turn = list_put(t, span_blob(&list));
	blob_fini(&list);
	return turn;
}

static enum turn run_certificate(struct task *t)
{
	struct builder b;
	struct blob file;

	if (!typed_file(t, &file))
		return TURN_DONE;
	b = task_request(t);
	builder_string(&b, span_blob(&file));
	blob_fini(&file);
	if (!builder_ok(&b))
		return task_fail(t, "The file holds no OpenSSH certificate.");
	t->ask_cursor = 0;
	return task_ask(t, API_HOST_CERTIFICATE, &b, cert_taken);
}

static enum turn cert_dropped(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "There is no certificate of that key pair.");
	return cert_taken(t);
}

static enum turn run_certificate_undo(struct task *t)
{
	struct builder b = task_request(t);

	builder_u32(&b, host_key_typed(t));
	t->ask_cursor = 0;
	return task_ask(t, API_DROP_HOST_CERT, &b, cert_dropped);
}

static const struct column certs_columns[] = {
        {"Type:", 16, 0},       {"Serial:", 16, COLUMN_NUMBER},
        {"Key ID:", 16, 0},     {"Principals:", 16, 0},
        {"Valid from:", 16, 0}, {"Valid until:", 16, 0},
        {"Signed by:", 16, 0},  {"Offered:", 16, 0}};
static TABLE_OF(certs, " ", true);

#define YEAR_10000 253402300800u // its beginning, in Unix seconds

static void cert_time(struct task *t, uint64_t at)
{
	char when[40];
	struct tm tm;

	if (at == 0 || at >= YEAR_10000) {
		table_value(&t->table, at == 0 ? "always" : "forever");
		return;
	}
	api_clock_tm(&task_shell(t)->clock, (int64_t)at, &tm);
	strftime(when, sizeof(when), "%H:%M:%S %Y/%m/%d", &tm);
	table_value(&t->table, "%s", when);
}

static void cert_principals(struct task *t, struct span names)
{
	struct cursor c = cursor_over(names);
	struct text line = {0};

	while (cursor_left(&c) > 0 && cursor_ok(&c)) {
		struct span name = cursor_string(&c);

		if (text_left(&line) > 0)
			text_puts(&line, ", ");
		text_add(&line, name.data, name.len);
	}
	if (text_left(&line) == 0)
		text_puts(&line, "-");
	table_value(&t->table, "%.*s", (int)text_left(&line), line.data);
	text_fini(&line);
}

static void cert_row(struct task *t, struct cursor *c)
{
	static const char *const states[API_HOST_CERT_STATES] = {
	        [API_HOST_CERT_OFFERED] = "yes",
	        [API_HOST_CERT_EARLY] = "no, it is not valid yet",
	        [API_HOST_CERT_LATE] = "no, it has expired",
	        [API_HOST_CERT_OF_OTHER_KEY] = "no, the key pair was replaced or destroyed",
	};
	struct span format = cursor_string(c), key_id, principals, authority;
	char fingerprint[KEY_FINGERPRINT_MAX];
	uint64_t serial = cursor_u64(c), from, until;
	uint8_t state;

	key_id = cursor_string(c);
	principals = cursor_string(c);
	from = cursor_u64(c);
	until = cursor_u64(c);
	authority = cursor_string(c);
	state = cursor_u8(c);
	if (!cursor_ok(c) || state >= API_HOST_CERT_STATES)
		return;
	key_fingerprint(authority, fingerprint);
	table_note(&t->table, "%s", t->table.rows > 0 ? "\n" : "");
	table_value(&t->table, "%.*s", (int)format.len, (const char *)format.data);
	table_value(&t->table, "%llu", (unsigned long long)serial);
	table_value(&t->table, "%.*s", key_id.len > 0 ? (int)key_id.len : 1,
	            key_id.len > 0 ? (const char *)key_id.data : "-");
	cert_principals(t, principals);
	cert_time(t, from);
	cert_time(t, until);
	table_value(&t->table, "%s", fingerprint);
	table_value(&t->table, "%s", states[state]);
}

static const struct listing cert_rows = {API_HOST_CERTS, 0, cert_row, task_table_end};

static enum turn run_certificates(struct task *t)
{
	task_table(t, &certs);
	return task_list(t, &cert_rows);
}

// clang-format off
#define TRUST(name) API_CLASS_SSH_TRUST, API_SSH_TRUST_##name
static const struct command trust[] = {
	{ "ssh server trusted-ca assign publickey KEY...", run_authorities, API_ROLE_ADMIN, "Specify whose certificates log users in", TRUST(AUTHORITIES), 0, emit_authorities },
	{ "undo ssh server trusted-ca", run_default, API_ROLE_ADMIN, "Trust no certificates", TRUST(AUTHORITIES) },
	{ "ssh server revocation-list import FILE", run_import, API_ROLE_ADMIN, "Import a list of revoked certificates and keys (KRL)", TRUST(REVOKED) },
	{ "ssh server revocation-list code WORD", run_code, API_ROLE_ADMIN, "Add bytes to the revocation list", TRUST(REVOKED), 0, emit_code },
	{ "undo ssh server revocation-list", run_default, API_ROLE_ADMIN, "Remove the revocation list", TRUST(REVOKED) },
	{ "ssh server host-certificate import FILE", run_certificate, API_ROLE_ADMIN, "Import a certificate of a local key pair, shown to clients", TRUST(HOST_CERTS) },
	{ "ssh server host-certificate code WORD", run_code, API_ROLE_ADMIN, "Add bytes to the host certificates", TRUST(HOST_CERTS), 0, emit_code },
	{ "undo ssh server host-certificate", run_default, API_ROLE_ADMIN, "Show clients no host certificates", TRUST(HOST_CERTS) },
	{ "undo ssh server host-certificate " HOST_KEY_KINDS, run_certificate_undo, API_ROLE_ADMIN, "Show clients no certificate of that key pair", TRUST(HOST_CERTS) },
};

static const struct command trust_show[] = {
	{ "display ssh server host-certificate", run_certificates, API_ROLE_OPERATOR, "Display certificates of the device's key pairs", .flags = COMMAND_TABLE },
};
// clang-format on

TABLE(trust);
TABLE(trust_show);
