// The configuration as text: every record prints as the commands that make it, and a file of
// commands is run through the same tree as a person's typing.
#pragma once

#include "cli/main/task.h"

#define CONFIG_FILE      "startup.cfg"
#define CONFIG_BACKUP    "backup.cfg"
#define CONFIG_FILE_MAX  (64u << 20)
#define CONFIG_VERSION   "7.1.070"
#define CONFIG_TREE_PATH "flash:/" CONFIG_FILE

// --- printing (config_print.c) -----------------------------------------------------------------

struct config_out {
	struct text *text;
	bool fresh;                    // the next line opens a section
	const struct role_list *roles; // whose rules print with them
};

// A line of the configuration; `indent` blanks in front.
void config_line(struct config_out *out, unsigned indent, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
// A typed word as it must be entered again: quoted when it has to be. NUL-terminated.
#define CONFIG_WORD_MAX 540
const char *config_word(struct span word, char out[CONFIG_WORD_MAX]);

// Print one record by the rows of its class.
void config_emit(struct config_out *out, const struct api_record *record);

// For rows: a number or text that is not the default, by the grammar's keywords; a row without
// typed words when the field has the row's value.
void emit_setting(struct config_out *out, const struct command *row,
                  const struct api_record *record);
void emit_flag(struct config_out *out, const struct command *row,
               const struct api_record *record);
uint32_t record_number(const struct api_record *record, uint8_t field);
struct span record_text(const struct api_record *record, uint8_t field);

enum config_part { CONFIG_ALL, CONFIG_TOP }; // TOP: without the views
// Print the configuration into `sink` (NULL: the task's output), then go on with `end`.
enum turn config_print(struct task *t, enum config_part part, struct text *sink,
                       enum turn (*end)(struct task *t));

// --- files (config_file.c) ---------------------------------------------------------------------

// "flash:/x.cfg" or "x.cfg" as a name below the flash directory; NULL when it would leave it.
const char *flash_name(struct span file, char out[256]);
// Read a whole file. NOT_FOUND, TOO_LONG, SYSTEM.
[[nodiscard]] enum status file_read(int directory, const char *name, size_t most,
                                    struct blob *out);
// Write beside it, fsync, rename over it, fsync the directory: the old or the new, never half.
[[nodiscard]] enum status file_write(int directory, const char *name, struct span text);
// The same off the loop: `text` is taken over; t->status tells how it went.
enum turn task_file_write(struct task *t, const char *name, struct text *text,
                          enum turn (*next)(struct task *t));

// A row of API_LOG as the line that displays show (command_log.c).
void log_print(struct text *out, const struct shell *shell, struct cursor *c, uint8_t *level);

// --- start-up files (config_startup.c) -----------------------------------------------------------

#define STARTUP_FILE ".startup" // of flash: which files are next

struct startup {
	bool chosen;    // somebody has said which; else main is CONFIG_FILE
	char main[256]; // names in flash; "": none
	char backup[256];
};
void startup_read(int flash, struct startup *out);
// Off the loop, whole or not at all; t->status tells how it went.
enum turn startup_choose(struct task *t, const struct startup *s,
                         enum turn (*next)(struct task *t));
// "flash:/NAME", or "NULL".
#define STARTUP_TEXT_MAX 272
const char *startup_text(const char *name, char out[STARTUP_TEXT_MAX]);

// --- starting (config_load.c) ------------------------------------------------------------------

// Built-in configuration; admin's password hash and key come from the state directory.
void factory_configuration(struct text *out, int state);

// Replay the main start-up file in one transaction of a local dialogue at `slot` of `table`; then
// tell control STARTED and call `done`. A file that fails is not in force at all: the backup file
// is tried, then the factory configuration, and each login says so. When control has a
// configuration already (only we were restarted) that one stays. Uses LOAD_STEPS slots.
enum load_step { LOAD_MAIN, LOAD_BACKUP, LOAD_FACTORY, LOAD_STEPS };

struct config_load {
	struct dialogue_table *table;
	uint32_t slot;
	void (*done)(struct config_load *load);
	void *owner;

	uint8_t step;                // enum load_step
	char name[256];              // of the file being replayed
	char text[STARTUP_TEXT_MAX]; // how it is called
	char failed[400];            // what is to be said of files that were not applied
	uint32_t life;
	bool replace; // not a start: the file takes the place of what is configured
};
void config_load(struct config_load *load);

// The file of that path instead of the configuration in force, all of it or nothing. next(t) runs
// with t->own a struct config_load whose `failed` says why it was not applied, or is "".
struct jail_path;
enum turn config_replace(struct task *t, const struct jail_path *path,
                         enum turn (*next)(struct task *t));
// Control is gone while this dialogue's script was loaded.
void config_load_cut(struct dialogue *d);

// --- keys (key_code.c) -------------------------------------------------------------------------

// An SSH public key blob as DER SubjectPublicKeyInfo, and back (Ed25519, RSA, ECDSA); DSA and security
// keys stay as they are.
#define KEY_CODE_MAX 4400
[[nodiscard]] enum status key_code_from_blob(struct span blob, struct builder *der);
[[nodiscard]] enum status key_code_to_blob(struct span der, struct builder *blob);
// The blob in a public key file (key_file.c): an OpenSSH line, RFC 4716, PEM, or SSH-1's decimals.
[[nodiscard]] enum status key_file_parse(struct span text, struct builder *blob);
// Kind and size for people: "RSA", 3072. False for what we do not know.
bool key_describe(struct span blob, const char **type, uint32_t *bits);
// Public keys as other programs read them (key_text.c): one line of OpenSSH, RFC 4716, or decimal
// "bits exponent modulus" (RSA only).
void key_text_openssh(struct text *out, struct span blob, const char *comment);
void key_text_ssh2(struct text *out, struct span blob, const char *comment);
[[nodiscard]] enum status key_text_ssh1(struct text *out, struct span blob);
// "SHA256:..." as OpenSSH prints it.
#define KEY_FINGERPRINT_MAX 64
void key_fingerprint(struct span blob, char out[KEY_FINGERPRINT_MAX]);
void key_hex(struct text *out, struct span der, unsigned indent);
