// Who may run which command. A row has a least role; roles made of rules speak of commands (as
// they are typed, with * for anything, views parted by semicolons) or of features, which are
// tables of rows. The rule with the highest number that speaks of a command decides; of several
// roles each may permit.
#pragma once

#include "cli/tree/words.h"
#include "cli/tree/command.h"

#define ROLE_NAME_MAX 63
#define ROLE_TEXT_MAX 128
#define ROLE_RULES    256 // of one role

struct role_rule {
	uint16_t number;
	bool permit;
	uint8_t access;               // API_ACCESS_ bits; 0: a rule about commands
	char text[ROLE_TEXT_MAX + 1]; // the commands, or the feature; "": all features
};

struct role {
	char name[ROLE_NAME_MAX + 1];
	uint32_t count;
	struct role_rule *rules; // owned; by number
};

struct role_list {
	struct role *roles; // owned, in no order
	uint32_t count;
};

struct role *role_find(const struct role_list *list, struct span name);
struct role *role_add(struct role_list *list, struct span name); // or the one there is
void role_drop(struct role_list *list, struct span name);
// Put a rule in its place, or in that of the rule with its number. False: no memory, too many.
bool role_rule_put(struct role *role, const struct role_rule *rule);
void role_rule_drop(struct role *role, uint16_t number);
void role_list_fini(struct role_list *list);

// The rules that come with the device: of level-9. An empty role for any other name.
extern const struct role role_level_9;

// Somebody at a command line.
struct access {
	enum api_role role;             // the highest among his predefined roles
	struct span names;              // his roles; empty when `role` says it all
	const struct role_list *custom; // the device's
	const char *name;               // what his view edits, or NULL
};

// May he run this row? `words` as typed, in a view.
bool access_may(const struct access *a, const struct view *view, const struct command *row,
                const struct words *words);
// Is there a command of this row that he might run? For help.
bool access_might(const struct access *a, const struct view *view, const struct command *row);

// The feature that a row belongs to (cli/commands/feature.c), and what it does to it.
const char *row_feature(const struct command *row);
uint8_t row_access(const struct view *view, const struct command *row);
