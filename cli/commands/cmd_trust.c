// Authorities whose certificates log users in, and what they have revoked.
#include "cli/commands/commands.h"

#include <stdlib.h>

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
};
// clang-format on

TABLE(trust);
