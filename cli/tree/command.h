// A command is a row: what may be typed, what then runs, the least role, one sentence. A row of
// configuration also says which setting it sets and how that setting prints as this command.
#pragma once

#include "control/api/api_rows.h"

struct task;
struct command;
struct config_out;

// What a step of a handler says: finished, call again when there is room for output, or wait for
// what it asked for (a reply of control, a typed answer, a file).
enum turn { TURN_DONE, TURN_AGAIN, TURN_WAIT };

// Grammar: lower-case words are literal, CAPITALS are typed words (tree/arg.c), [ ] is optional,
// { a | b } is a choice, and ... after a word or a bracket repeats it.
struct command {
	const char *grammar;
	enum turn (*run)(struct task *t);
	enum api_role role;
	const char *help;

	// Rows of configuration only.
	uint8_t class;  // enum api_class
	uint8_t field;  // enum api_field
	uint32_t value; // what a row without a typed word sets the field to
	void (*emit)(struct config_out *out, const struct command *row,
	             const struct api_record *record);

	uint8_t flags;
};

#define COMMAND_SECRET 1u // may carry a password: never in the history
#define COMMAND_HIDDEN 2u // accepted, not offered by help
#define COMMAND_TABLE  8u // shows rows: may be asked for as JSON
#define COMMAND_UNKEPT 4u // speaks of the history, so does not stand in it

struct command_table {
	const struct command *rows;
	size_t count;
};

enum view_id {
	VIEW_USER,
	VIEW_SYSTEM,
	VIEW_LINE,
	VIEW_LINE_CLASS,
	VIEW_LOCAL_USER,
	VIEW_PUBLIC_KEY,
	VIEW_KEY_CODE,
	VIEW_INTERFACE,
	VIEW_ACL,
	VIEW_ROLE,
	VIEW_RADIUS,
	VIEW_DOMAIN,
	VIEWS
};

// A view is a list of tables and a prompt. A command that it lacks is tried in its parent.
#define VIEW_TABLES_MAX 80
struct view {
	const char *title;  // "System view commands:"
	const char *prompt; // "[%s-luser-manage-%s]": sysname, name of what is edited
	enum view_id parent;
	const struct command_table *tables[VIEW_TABLES_MAX];
	const char *path; // commands that lead here, %s for what is edited; NULL: user view
};
extern const struct view views[VIEWS]; // cli/commands/cmd_all.c
