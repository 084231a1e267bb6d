// User roles: what somebody may do, as rules about commands and features.
#include "cli/commands/commands.h"
#include "cli/tree/access.h"
#include "control/api/api_role.h"

#include <stdio.h>

static const struct {
	const char *name;
	char letter;
	uint32_t bit;
} kinds[] = {
        {"execute", 'X', API_ACCESS_EXECUTE},
        {"read", 'R', API_ACCESS_READ},
        {"write", 'W', API_ACCESS_WRITE},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

// --- role name ROLE ----------------------------------------------------------------------------

static struct span view_role(const struct task *t)
{
	return span_text(t->dialogue->name != NULL ? t->dialogue->name : "");
}

static enum turn role_entered(struct task *t)
{
	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	dialogue_view(t->dialogue, VIEW_ROLE, task_arg(t, ARG_ROLENAME_WORD));
	return TURN_DONE;
}

static bool is_fixed(struct span name)
{
	enum api_role role = api_role_predefined(name);
	int level = api_role_level(name);

	return role != API_ROLE_NONE && (level < 0 || level == 9 || level == 15);
}

static enum turn run_role(struct task *t)
{
	struct api_record r = {.class = API_CLASS_ROLE, .key = task_arg(t, ARG_ROLENAME_WORD)};

	if (is_fixed(r.key))
		return task_fail(t, "The predefined user role cannot be changed.");
	return task_put(t, &r, role_entered);
}

static void emit_role(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	char name[CONFIG_WORD_MAX];

	config_line(out, 0, "role name %s", config_word(record->key, name));
}

static struct span rule_key(struct span role, uint32_t number, char out[API_KEY_MAX])
{
	int len = snprintf(out, API_KEY_MAX, "%.*s,%03u", (int)role.len,
	                   (const char *)role.data, number);

	return span_of(out, (size_t)len);
}

// Rules first, one after the other, then the role: half a role must never permit more.
static enum turn rules_delete(struct task *t);

static enum turn role_deleted(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The user role does not exist.");
	return task_end(t);
}

static enum turn rule_deleted(struct task *t)
{
	if (t->status == STATUS_OK)
		return rules_delete(t);
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The rule does not exist.");
	return task_fail_status(t, t->status);
}

static enum turn rules_delete(struct task *t)
{
	bool whole = task_arg(t, ARG_ROLENAME_WORD).len > 0;
	struct span name = whole ? task_arg(t, ARG_ROLENAME_WORD) : view_role(t);
	const struct role *role = role_find(&task_shell(t)->roles, name);
	char key[API_KEY_MAX];

	if (role != NULL && role->count > 0) // permits go first
		return task_delete(t, API_CLASS_ROLE_RULE,
		                   rule_key(name, role->rules[role->count - 1].number, key),
		                   rule_deleted);
	return whole ? task_delete(t, API_CLASS_ROLE, name, role_deleted) : TURN_DONE;
}

// --- rules -------------------------------------------------------------------------------------

static enum turn rule_put(struct task *t, uint32_t access, struct span text)
{
	uint32_t number = arg_number(task_arg(t, ARG_ROLERULE_WORD));
	const struct role *role = role_find(&task_shell(t)->roles, view_role(t));
	struct api_record r = {.class = API_CLASS_ROLE_RULE};
	char key[API_KEY_MAX];

	if (role != NULL && role->count >= ROLE_RULES)
		return task_fail(t, "The role has %u rules already.", ROLE_RULES);
	r.key = rule_key(view_role(t), number, key);
	record_add(&r, API_ROLE_RULE_PERMIT, task_has(t, "permit"));
	record_add(&r, API_ROLE_RULE_ACCESS, access);
	record_add_text(&r, API_ROLE_RULE_TEXT, text);
	return task_put(t, &r, task_end);
}

static enum turn run_rule_command(struct task *t)
{
	char text[COMMAND_TEXT_MAX];

	if (!command_text(t, text) || strlen(text) > ROLE_TEXT_MAX)
		return task_fail(t, "The command must be at most %u characters.",
		                 ROLE_TEXT_MAX);
	return rule_put(t, 0, span_text(text));
}

static enum turn run_rule_feature(struct task *t)
{
	struct span feature = task_arg(t, ARG_FEATURE_WORD);
	uint32_t bits = 0;

	if (feature.len > 0 && !feature_exists(feature))
		return task_fail(t, "The feature does not exist.");
	for (size_t i = 0; i < KINDS; i++)
		if (task_has(t, kinds[i].name))
			bits |= kinds[i].bit;
	return rule_put(t, bits, feature);
}

static enum turn run_undo_rule(struct task *t)
{
	struct span number = task_arg(t, ARG_ROLERULE_WORD);
	char key[API_KEY_MAX];

	if (number.len == 0)
		return rules_delete(t);
	return task_delete(t, API_CLASS_ROLE_RULE,
	                   rule_key(view_role(t), arg_number(number), key), role_deleted);
}

static void emit_rule(struct config_out *out, const struct role_rule *rule)
{
	const char *verb = rule->permit ? "permit" : "deny";
	char word[CONFIG_WORD_MAX], names[32] = "";

	for (size_t i = 0; i < KINDS; i++)
		if ((rule->access & kinds[i].bit) != 0) {
			strcat(names, kinds[i].name);
			strcat(names, " ");
		}
	if (rule->access == 0)
		config_line(out, 1, "rule %u %s command %s", rule->number, verb,
		            config_word(span_text(rule->text), word));
	else
		config_line(out, 1, "rule %u %s %sfeature%s%s", rule->number, verb, names,
		            rule->text[0] != 0 ? " " : "", rule->text);
}

static void emit_rules(struct config_out *out, const struct command *row,
                       const struct api_record *record)
{
	const struct role *role =
	        out->roles != NULL ? role_find(out->roles, record->key) : NULL;

	for (uint32_t i = 0; role != NULL && i < role->count; i++)
		emit_rule(out, &role->rules[i]);
}

// --- description -------------------------------------------------------------------------------

static enum turn run_description(struct task *t)
{
	struct api_record r = {.class = API_CLASS_ROLE, .key = view_role(t)};
	char text[COMMAND_TEXT_MAX];

	if (!command_text(t, text) || strlen(text) > ROLE_TEXT_MAX)
		return task_fail(t, "The description must be at most %u characters.",
		                 ROLE_TEXT_MAX);
	record_add_text(&r, API_ROLE_DESCRIPTION, span_text(text));
	return task_put(t, &r, task_end);
}

static enum turn run_undo_description(struct task *t)
{
	struct api_record r = {.class = API_CLASS_ROLE, .key = view_role(t)};

	record_add_text(&r, API_ROLE_DESCRIPTION, span_text(""));
	return task_put(t, &r, task_end);
}

static void emit_description(struct config_out *out, const struct command *row,
                             const struct api_record *record)
{
	struct span text = record_text(record, API_ROLE_DESCRIPTION);
	char word[CONFIG_WORD_MAX];

	if (text.len > 0)
		config_line(out, 1, "description %s", config_word(text, word));
}

// --- display -----------------------------------------------------------------------------------

#define RULE_LINE "  -------------------------------------------------------------------\n"
#define RULE_HEAD RULE_LINE "  Rule    Perm   Type  Scope         Entity\n" RULE_LINE

static void show_rule(struct task *t, const char *prefix, const struct role_rule *rule)
{
	char number[16], letters[8] = {0};

	snprintf(number, sizeof(number), "%s%u", prefix, rule->number);
	for (size_t i = 0; i < KINDS; i++)
		if ((rule->access & kinds[i].bit) != 0)
			letters[strlen(letters)] = kinds[i].letter;
	task_print(t, "  %-7s %-6s %-5s %-13s %s\n", number, rule->permit ? "permit" : "deny",
	           letters,
	           rule->access == 0    ? "command"
	           : rule->text[0] != 0 ? "feature"
	                                : "all features",
	           rule->access != 0 && rule->text[0] == 0 ? "-" : rule->text);
}

static const char *predefined_text(struct span name)
{
	int level = api_role_level(name);

	switch (api_role_predefined(name)) {
	case API_ROLE_ADMIN:
		return level == 15 ? "Predefined level-15 role"
		                   : "Predefined network admin role has access to all commands "
		                     "on the device";
	case API_ROLE_OPERATOR:
		return level > 0 ? "Predefined role of a level"
		                 : "Predefined network operator role has access to all "
		                   "read commands on the device";
	case API_ROLE_CUSTOM:
		return "Predefined level-9 role has access to most features";
	case API_ROLE_VISITOR:
		return "Predefined level-0 role has access to what everybody may do";
	default:
		return "";
	}
}

static void show_predefined_rules(struct task *t, struct span name)
{
	static const struct role_rule all = {1, true, 0, "*"}, read = {1, true, 0, "display *"};
	enum api_role role = api_role_predefined(name);

	if (role == API_ROLE_ADMIN)
		show_rule(t, "sys-", &all);
	if (role == API_ROLE_OPERATOR)
		show_rule(t, "sys-", &read);
	for (uint32_t i = 0; role == API_ROLE_CUSTOM && i < role_level_9.count; i++)
		show_rule(t, "sys-", &role_level_9.rules[i]);
}

static void show_role(struct task *t, struct span name, struct span description)
{
	const struct role *role = role_find(&task_shell(t)->roles, name);

	if (description.len == 0)
		description = span_text(predefined_text(name));
	task_print(t, "Role: %.*s\n  Description: %.*s\n" RULE_HEAD, (int)name.len,
	           (const char *)name.data, (int)description.len,
	           (const char *)description.data);
	show_predefined_rules(t, name);
	for (uint32_t i = 0; role != NULL && i < role->count; i++)
		show_rule(t, "", &role->rules[i]);
	task_print(t, "  R:Read W:Write X:Execute\n\n");
}

static void role_row(struct task *t, struct cursor *c)
{
	struct api_record r;

	if (api_record_parse(c, &r) == STATUS_OK && api_role_predefined(r.key) == API_ROLE_NONE)
		show_role(t, r.key, record_text(&r, API_ROLE_DESCRIPTION));
}

static const struct listing role_rows = {API_LIST, API_CLASS_ROLE, role_row, NULL};

static enum turn role_got(struct task *t)
{
	struct span name = task_arg(t, ARG_ROLENAME_WORD);
	struct api_record r;

	if (task_record(t, &r))
		show_role(t, name, record_text(&r, API_ROLE_DESCRIPTION));
	else if (api_role_predefined(name) != API_ROLE_NONE)
		show_role(t, name, span_text(""));
	else
		return task_fail(t, "The user role does not exist.");
	return TURN_DONE;
}

static enum turn run_show(struct task *t)
{
	static const char *const names[] = {API_ROLE_ADMIN_NAME, API_ROLE_OPERATOR_NAME,
	                                    "security-audit"};
	struct span name = task_arg(t, ARG_ROLENAME_WORD);
	char level[16];

	if (name.len > 0)
		return task_get(t, API_CLASS_ROLE, name, role_got);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		show_role(t, span_text(names[i]), span_text(""));
	for (int i = 0; i <= 15; i++) {
		snprintf(level, sizeof(level), "level-%d", i);
		show_role(t, span_text(level), span_text(""));
	}
	return task_list(t, &role_rows);
}

static enum turn run_show_feature(struct task *t)
{
	struct span name = task_arg(t, ARG_FEATURE_WORD);

	if (name.len > 0 && !feature_exists(name))
		return task_fail(t, "The feature does not exist.");
	feature_print(t, name);
	return TURN_DONE;
}

// clang-format off
static const struct command role[] = {
	{ "role name ROLENAME",      run_role,     API_ROLE_ADMIN, "Add a user role, or change one", API_CLASS_ROLE, .emit = emit_role },
	{ "undo role name ROLENAME", rules_delete, API_ROLE_ADMIN, "Delete a user role" },
};

static const struct command role_view[] = {
	{ "description COMMAND...", run_description,    API_ROLE_ADMIN, "Say what the role is for", API_CLASS_ROLE, API_ROLE_DESCRIPTION, 0, emit_description },
	{ "undo description", run_undo_description, API_ROLE_ADMIN, "Say it no more" },
	{ "rule ROLERULE { permit | deny } command COMMAND...", run_rule_command, API_ROLE_ADMIN, "A rule about commands: * stands for anything, ; parts views", API_CLASS_ROLE, .emit = emit_rules },
	{ "rule ROLERULE { permit | deny } { execute | read | write }... feature [ FEATURE ]", run_rule_feature, API_ROLE_ADMIN, "A rule about a feature, or all of them" },
	{ "undo rule { ROLERULE | all }", run_undo_rule, API_ROLE_ADMIN, "Delete a rule, or all of them" },
};

static const struct command role_show[] = {
	{ "display role [ name ROLENAME ]",     run_show,         API_ROLE_OPERATOR, "Display user roles" },
	{ "display role feature [ name FEATURE ]", run_show_feature, API_ROLE_OPERATOR, "Display features, or the commands of one" },
};
// clang-format on

TABLE(role);
TABLE(role_view);
TABLE(role_show);
