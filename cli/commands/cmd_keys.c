// Public keys of peers: users, as the device knows them.
#include "cli/commands/commands.h"

#include <stdio.h>
#include <stdlib.h>

#define CODE_TEXT_MAX (2u * KEY_CODE_MAX)

// --- entering a peer's key ---------------------------------------------------------------------

static enum turn run_peer(struct task *t)
{
	dialogue_view(t->dialogue, VIEW_PUBLIC_KEY, task_arg(t, ARG_KEY_WORD));
	if (dialogue_is_interactive(t->dialogue))
		task_print(t, "Enter public key view. Return to system view with "
		              "\"peer-public-key end\" command.\n");
	return TURN_DONE;
}

static enum turn run_code_begin(struct task *t)
{
	text_fini(&t->dialogue->code);
	t->dialogue->view = VIEW_KEY_CODE;
	if (dialogue_is_interactive(t->dialogue))
		task_print(t, "Enter public key code view. Return to last view with "
		              "\"public-key-code end\" command.\n");
	return TURN_DONE;
}

static enum turn run_code_end(struct task *t)
{
	t->dialogue->view = VIEW_PUBLIC_KEY;
	return TURN_DONE;
}

static int hex_value(uint8_t b)
{
	return b >= '0' && b <= '9'   ? b - '0'
	       : b >= 'a' && b <= 'f' ? b - 'a' + 10
	       : b >= 'A' && b <= 'F' ? b - 'A' + 10
	                              : -1;
}

bool key_code_line(struct dialogue *d, struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (hex_value(line.data[i]) < 0 && line.data[i] != ' ' && line.data[i] != '\t')
			return false;
	for (size_t i = 0; i < line.len && text_left(&d->code) <= CODE_TEXT_MAX; i++)
		if (hex_value(line.data[i]) >= 0)
			text_add(&d->code, &line.data[i], 1);
	return true;
}

// The DER that was typed. False when it is not whole bytes, or too long.
static bool code_bytes(const struct text *code, struct builder *der)
{
	struct span hex = text_span(code);

	if (hex.len == 0 || hex.len % 2 != 0 || hex.len > CODE_TEXT_MAX)
		return false;
	for (size_t i = 0; i < hex.len; i += 2)
		builder_u8(der,
		           (uint8_t)(hex_value(hex.data[i]) << 4 | hex_value(hex.data[i + 1])));
	return builder_ok(der);
}

static enum turn key_put(struct task *t, struct span name, struct span blob)
{
	struct api_record r = {.class = API_CLASS_PEER_KEY, .key = name};

	record_add_text(&r, API_PEER_KEY_BLOB, blob);
	return task_put(t, &r, task_end);
}

static enum turn run_peer_end(struct task *t)
{
	struct dialogue *d = t->dialogue;
	uint8_t der_bytes[KEY_CODE_MAX], blob_bytes[KEY_CODE_MAX];
	struct builder der = builder_over(der_bytes, sizeof(der_bytes));
	struct builder blob = builder_over(blob_bytes, sizeof(blob_bytes));
	enum turn turn = TURN_DONE;

	if (text_left(&d->code) > 0) {
		if (!code_bytes(&d->code, &der) ||
		    key_code_to_blob(builder_span(&der), &blob) != STATUS_OK)
			turn = task_fail(
			        t, "The public key code is invalid; the key is discarded.");
		else
			turn = key_put(t, span_text(d->name != NULL ? d->name : ""),
			               builder_span(&blob));
	}
	dialogue_view(d, VIEW_SYSTEM, span_of(NULL, 0));
	return turn;
}

bool typed_file(struct task *t, struct blob *file)
{
	enum status status = STATUS_OK;
	char name[256];

	if (flash_name(task_arg(t, ARG_FILE_WORD), name) == NULL) {
		task_fail(t, "The file name is invalid.");
		return false;
	}
	status = file_read(task_shell(t)->flash, name, 65536, file);
	if (status == STATUS_NOT_FOUND)
		task_fail(t, "The file flash:/%s does not exist.", name);
	else if (status != STATUS_OK)
		task_fail_status(t, status);
	return status == STATUS_OK;
}

static enum turn run_import(struct task *t)
{
	uint8_t bytes[KEY_CODE_MAX];
	struct builder blob = builder_over(bytes, sizeof(bytes));
	struct blob file;
	enum status status;

	if (!typed_file(t, &file))
		return TURN_DONE;
	status = key_file_parse(span_blob(&file), &blob);
	blob_fini(&file);
	if (status != STATUS_OK)
		return task_fail(t, "The file holds no public key that this device knows.");
	return key_put(t, task_arg(t, ARG_KEY_WORD), builder_span(&blob));
}

static enum turn undo_done(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The public key does not exist.");
	return task_end(t);
}

static enum turn run_undo_peer(struct task *t)
{
	return task_delete(t, API_CLASS_PEER_KEY, task_arg(t, ARG_KEY_WORD), undo_done);
}

static void emit_peer(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	uint8_t bytes[KEY_CODE_MAX];
	struct builder der = builder_over(bytes, sizeof(bytes));
	char name[CONFIG_WORD_MAX];

	if (key_code_from_blob(record_text(record, API_PEER_KEY_BLOB), &der) != STATUS_OK)
		return;
	config_line(out, 0, "public-key peer %s", config_word(record->key, name));
	config_line(out, 1, "public-key-code begin");
	key_hex(out->text, builder_span(&der), 2);
	config_line(out, 1, "public-key-code end");
	config_line(out, 0, "peer-public-key end");
}

// --- showing -----------------------------------------------------------------------------------

void show_key_code(struct task *t, struct span blob)
{
	uint8_t bytes[KEY_CODE_MAX];
	struct builder der = builder_over(bytes, sizeof(bytes));

	task_print(t, "Key code:\n\n");
	if (key_code_from_blob(blob, &der) == STATUS_OK)
		key_hex(&t->pending, builder_span(&der), 3);
	task_print(t, "\n");
}

static const struct column briefs_columns[] = {
        {"Type", 9, 0}, {"Modulus", 9, COLUMN_NUMBER}, {"Name", 0, 0}};
static TABLE_OF(briefs, "", false);

static void peer_row(struct task *t, struct cursor *c)
{
	const char *type = "Unknown";
	struct api_record r;
	uint32_t bits = 0;
	struct span blob;

	if (api_record_parse(c, &r) != STATUS_OK)
		return;
	blob = record_text(&r, API_PEER_KEY_BLOB);
	(void)key_describe(blob, &type, &bits);
	if (task_has(t, "brief")) {
		table_value(&t->table, "%s", type);
		table_value(&t->table, "%u", bits);
		table_value(&t->table, "%.*s", (int)r.key.len, (const char *)r.key.data);
		return;
	}
	task_print(t, "\n" KEY_RULE "Key name: %.*s\nKey type: %s\nKey modulus: %u\n" KEY_RULE,
	           (int)r.key.len, (const char *)r.key.data, type, bits);
	show_key_code(t, blob);
}

static const struct listing peer_rows = {API_LIST, API_CLASS_PEER_KEY, peer_row, NULL};
static const struct listing brief_rows = {API_LIST, API_CLASS_PEER_KEY, peer_row,
                                          task_table_end};

static enum turn peer_shown(struct task *t)
{
	struct cursor c = cursor_over(span_blob(&t->reply));

	if (t->status != STATUS_OK)
		return undo_done(t);
	peer_row(t, &c);
	return TURN_DONE;
}

static enum turn run_brief(struct task *t)
{
	task_table(t, &briefs);
	table_note(&t->table, "---------------------------\n");
	return task_list(t, &brief_rows);
}

static enum turn run_show_peer(struct task *t)
{
	struct span name = task_arg(t, ARG_KEY_WORD);

	if (name.len > 0)
		return task_get(t, API_CLASS_PEER_KEY, name, peer_shown);
	return task_list(t, &peer_rows);
}

// clang-format off
static const struct command key[] = {
	{ "public-key peer KEY",      run_peer,      API_ROLE_ADMIN, "Enter a peer's public key", API_CLASS_PEER_KEY, .emit = emit_peer },
	{ "undo public-key peer KEY", run_undo_peer, API_ROLE_ADMIN, "Delete a peer's public key" },
	{ "public-key peer KEY import sshkey FILE", run_import, API_ROLE_ADMIN, "Import a peer's public key from a file" },
	{ "rsa peer-public-key KEY",  run_peer,      API_ROLE_ADMIN, "Enter a peer's public key", .flags = COMMAND_HIDDEN },
	{ "undo rsa peer-public-key KEY", run_undo_peer, API_ROLE_ADMIN, "Delete a peer's public key", .flags = COMMAND_HIDDEN },
	{ "rsa peer-public-key KEY import sshkey FILE", run_import, API_ROLE_ADMIN, "Import a peer's public key from a file", .flags = COMMAND_HIDDEN },
};

static const struct command key_view[] = {
	{ "public-key-code begin", run_code_begin, API_ROLE_ADMIN, "Enter the key's code" },
	{ "peer-public-key end",   run_peer_end,   API_ROLE_ADMIN, "Save the key and return to system view" },
};

static const struct command key_code[] = {
	{ "public-key-code end",   run_code_end,   API_ROLE_ADMIN, "Return to public key view" },
};

static const struct command key_show[] = {
	{ "display public-key peer [ name KEY ]", run_show_peer, API_ROLE_OPERATOR, "Display peers' public keys" },
	{ "display public-key peer brief", run_brief, API_ROLE_OPERATOR, "In one line each", .flags = COMMAND_TABLE },
	{ "display rsa peer-public-key [ name KEY ]", run_show_peer, API_ROLE_OPERATOR, "Display peers' public keys", .flags = COMMAND_HIDDEN },
	{ "display rsa peer-public-key brief", run_brief, API_ROLE_OPERATOR, "In one line each", .flags = COMMAND_HIDDEN | COMMAND_TABLE },
};
// clang-format on

TABLE(key);
TABLE(key_view);
TABLE(key_code);
TABLE(key_show);
