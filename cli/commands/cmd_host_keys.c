// The device's own key pairs: making, destroying, showing, exporting.
#include "cli/commands/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// With the numbers that the keeper uses. The word of a curve goes before that of all curves.
static const struct {
	const char *word, *type, *name, *comment;
	uint32_t number, bits;
} kinds[] = {
        {"ed25519", "ED25519", "ed25519key (default)", "ed25519-key", 0, 256},
        {"rsa", "RSA", "hostkey (default)", "rsa-key", 1, 3072},
        {"secp384r1", "ECDSA", "ecdsakey (default, secp384r1)", "ecdsa-key", 3, 384},
        {"secp521r1", "ECDSA", "ecdsakey (default, secp521r1)", "ecdsa-key", 4, 521},
        {"ecdsa", "ECDSA", "ecdsakey (default)", "ecdsa-key", 2, 256},
        {"dsa", "DSA", "dsakey (default)", "dsa-key", 5, 1024},
};

static int kind_typed(const struct task *t)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (task_has(t, kinds[i].word))
			return (int)i;
	return 0;
}

uint32_t host_key_typed(const struct task *t)
{
	return kinds[kind_typed(t)].number;
}

// The key of the kind that was typed, from a row of HOST_KEYS.
static bool key_row(struct task *t, struct cursor *c, time_t *made, struct span *blob)
{
	uint32_t type = cursor_u32(c);

	(void)cursor_u32(c);
	*made = (time_t)cursor_u64(c);
	*blob = cursor_string(c);
	return cursor_ok(c) && type == kinds[kind_typed(t)].number;
}

// --- showing -----------------------------------------------------------------------------------

static void show_row(struct task *t, struct cursor *c)
{
	char when[40], fingerprint[KEY_FINGERPRINT_MAX];
	struct span blob;
	time_t made;
	struct tm tm;

	if (!key_row(t, c, &made, &blob))
		return;
	api_clock_tm(&task_shell(t)->clock, made, &tm);
	strftime(when, sizeof(when), "%H:%M:%S %Y/%m/%d", &tm);
	key_fingerprint(blob, fingerprint);
	task_print(t,
	           "\n" KEY_RULE "Key name: %s\nKey type: %s\n"
	           "Time when key pair created: %s\nFingerprint: %s\n",
	           kinds[kind_typed(t)].name, kinds[kind_typed(t)].type, when, fingerprint);
	show_key_code(t, blob);
}

static const struct listing show_rows = {API_HOST_KEYS, 0, show_row, NULL};

static enum turn run_show(struct task *t)
{
	return task_list(t, &show_rows);
}

// --- making ------------------------------------------------------------------------------------

struct found {
	bool any;
};

static void found_row(struct task *t, struct cursor *c)
{
	struct span blob;
	time_t made;

	if (key_row(t, c, &made, &blob))
		((struct found *)t->own)->any = true;
}

static enum turn create_end(struct task *t)
{
	if (t->status != STATUS_OK)
		return task_fail(t, "The key pair was not created: %s.",
		                 status_text(t->status));
	task_print(t, "Create the key pair successfully.\n");
	return TURN_DONE;
}

static enum turn create_ask(struct task *t, uint32_t bits)
{
	struct builder b = task_request(t);

	builder_u32(&b, kinds[kind_typed(t)].number);
	builder_u32(&b, bits);
	task_print(t, "Generating Keys...\n");
	t->ask_cursor = 0;
	return task_ask(t, API_GENERATE_KEY, &b, create_end);
}

static enum turn create_sized(struct task *t)
{
	struct span answer = text_span(&t->answer);

	if (t->answer_ended)
		return TURN_DONE;
	if (answer.len > 0 && !arg_accepts(ARG_BITS_WORD, answer))
		return task_fail(t, "The modulus length is out of range.");
	return create_ask(t, answer.len > 0 ? arg_number(answer) : kinds[kind_typed(t)].bits);
}

static enum turn create_go_on(struct task *t)
{
	if (!task_has(t, "rsa"))
		return create_ask(t, kinds[kind_typed(t)].bits);
	return task_question(
	        t, false, create_sized,
	        "The range of public key modulus is (2048 ~ 4096).\n"
	        "If the key modulus is greater than 512, it will take a few minutes.\n"
	        "Press CTRL+C to abort.\n"
	        "Input the modulus length [default = 3072]:");
}

static enum turn create_confirmed(struct task *t)
{
	return task_said_yes(t) ? create_go_on(t) : TURN_DONE;
}

static enum turn create_found(struct task *t)
{
	if (!((struct found *)t->own)->any)
		return create_go_on(t);
	return task_question(t, false, create_confirmed,
	                     "The local key pair already exists.\n"
	                     "Confirm to replace it? [Y/N]:");
}

static const struct listing create_rows = {API_HOST_KEYS, 0, found_row, create_found};

static enum turn run_create(struct task *t)
{
	if (task_own(t, sizeof(struct found), NULL) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_list(t, &create_rows);
}

// --- destroying --------------------------------------------------------------------------------

static enum turn destroy_end(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The local key pair does not exist.");
	return task_end(t);
}

static enum turn destroy_confirmed(struct task *t)
{
	struct builder b;

	if (!task_said_yes(t))
		return TURN_DONE;
	b = task_request(t);
	builder_u32(&b, kinds[kind_typed(t)].number);
	t->ask_cursor = 0;
	return task_ask(t, API_DESTROY_KEY, &b, destroy_end);
}

static enum turn destroy_found(struct task *t)
{
	if (!((struct found *)t->own)->any)
		return task_fail(t, "The local key pair does not exist.");
	return task_question(t, false, destroy_confirmed,
	                     "Confirm to destroy the key pair? [Y/N]:");
}

static const struct listing destroy_rows = {API_HOST_KEYS, 0, found_row, destroy_found};

static enum turn run_destroy(struct task *t)
{
	if (task_own(t, sizeof(struct found), NULL) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_list(t, &destroy_rows);
}

// --- exporting ---------------------------------------------------------------------------------

static void export_row(struct task *t, struct cursor *c)
{
	const char *comment = kinds[kind_typed(t)].comment;
	struct span blob;
	char dated[64];
	time_t made;
	struct tm tm;
	size_t len;

	if (!key_row(t, c, &made, &blob))
		return;
	if (task_has(t, "openssh")) {
		key_text_openssh(&t->file, blob, comment);
	} else if (task_has(t, "ssh1")) {
		t->status = key_text_ssh1(&t->file, blob);
	} else {
		api_clock_tm(&task_shell(t)->clock, made, &tm);
		len = (size_t)snprintf(dated, sizeof(dated), "%s-", comment);
		strftime(dated + len, sizeof(dated) - len, "%Y/%m/%d", &tm);
		key_text_ssh2(&t->file, blob, dated);
	}
}

static enum turn export_written(struct task *t)
{
	if (t->status != STATUS_OK)
		return task_fail(t, "The file was not written: %s.", status_text(t->status));
	return TURN_DONE;
}

static enum turn export_end(struct task *t)
{
	struct span file = task_arg(t, ARG_FILE_WORD);
	char name[256];

	if (text_left(&t->file) == 0)
		return task_fail(t, "The local key pair does not exist.");
	if (file.len > 0 && flash_name(file, name) != NULL)
		return task_file_write(t, name, &t->file, export_written);
	text_add(&t->pending, text_span(&t->file).data, text_left(&t->file));
	return TURN_DONE;
}

static const struct listing export_rows = {API_HOST_KEYS, 0, export_row, export_end};

// Names that older devices keep for their own files.
static bool is_reserved(struct span file)
{
	return span_is(file, "hostkey") || span_is(file, "serverkey") ||
	       span_is(file, "dsakey") || span_is(file, "ecdsakey");
}

static enum turn run_export(struct task *t)
{
	struct span file = task_arg(t, ARG_FILE_WORD);
	char name[256];

	if (file.len > 0 && (is_reserved(file) || flash_name(file, name) == NULL))
		return task_fail(t, "The file name is invalid.");
	text_fini(&t->file);
	return task_list(t, &export_rows);
}

// clang-format off
static const struct command host_key[] = {
	{ "public-key local create " HOST_KEY_KINDS,  run_create,  API_ROLE_ADMIN, "Create a key pair of the device" },
	{ "public-key local destroy " HOST_KEY_KINDS, run_destroy, API_ROLE_ADMIN, "Destroy a key pair of the device" },
	{ "public-key local export rsa { openssh | ssh1 | ssh2 } [ FILE ]", run_export, API_ROLE_ADMIN, "Export the RSA public key" },
	{ "public-key local export { dsa | ecdsa " HOST_KEY_CURVES " | ed25519 } { openssh | ssh2 } [ FILE ]", run_export, API_ROLE_ADMIN, "Export a public key" },
	{ "rsa local-key-pair create",  run_create,  API_ROLE_ADMIN, "Create the RSA key pair", .flags = COMMAND_HIDDEN },
	{ "rsa local-key-pair destroy", run_destroy, API_ROLE_ADMIN, "Destroy the RSA key pair", .flags = COMMAND_HIDDEN },
	{ "rsa local-key-pair export { openssh | ssh1 | ssh2 } [ FILE ]", run_export, API_ROLE_ADMIN, "Export the RSA public key", .flags = COMMAND_HIDDEN },
};

static const struct command host_key_show[] = {
	{ "display public-key local " HOST_KEY_KINDS " public", run_show, API_ROLE_OPERATOR, "Display public keys of the device" },
	{ "display rsa local-key-pair public", run_show, API_ROLE_OPERATOR, "Display the RSA public key of the device", .flags = COMMAND_HIDDEN },
};
// clang-format on

TABLE(host_key);
TABLE(host_key_show);
