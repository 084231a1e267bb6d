// What new passwords must satisfy.
#include "cli/commands/commands.h"
#include "crypto/core/secret.h"

bool password_fits(struct task *t, struct span password)
{
	const struct shell *shell = task_shell(t);
	char why[API_PASSWORD_WHY];

	if (t->dialogue->loading || api_password_fits(&shell->password, password, why))
		return true;
	task_fail(t, "%s", why);
	return false;
}

struct password_asked {
	enum turn (*set)(struct task *t, struct span password);
};

// The second typing; the first is kept in t->name and wiped with the answer.
static enum turn password_confirmed(struct task *t)
{
	const struct password_asked *asked = t->own;
	struct span first = text_span(&t->name), again = text_span(&t->answer);
	enum turn turn;

	if (t->answer_ended || first.len != again.len ||
	    !secret_equal(first.data, again.data, first.len))
		turn = task_fail(t, "The two passwords differ.");
	else
		turn = asked->set(t, again);
	if (first.len > 0)
		secret_wipe(t->name.data, t->name.len);
	text_fini(&t->name);
	return turn;
}

static enum turn password_typed(struct task *t)
{
	struct span password = text_span(&t->answer);

	if (t->answer_ended || !arg_accepts(ARG_PASSWORD_WORD, password))
		return task_fail(t, "The password must be 1 to 63 characters.");
	text_fini(&t->name);
	text_add(&t->name, password.data, password.len);
	return task_question(t, true, password_confirmed, "Confirm :");
}

enum turn password_question(struct task *t, enum turn (*set)(struct task *, struct span))
{
	struct password_asked *asked = task_own(t, sizeof(*asked), NULL);

	if (asked == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	asked->set = set;
	return task_question(t, true, password_typed, "Password:");
}

static enum turn run_composition(struct task *t)
{
	struct api_record r = {.class = API_CLASS_PASSWORD_CONTROL};
	struct span least = task_arg(t, ARG_TYPELEN_WORD);

	record_add(&r, API_PASSWORD_CONTROL_TYPES, arg_number(task_arg(t, ARG_TYPES_WORD)));
	record_add(&r, API_PASSWORD_CONTROL_TYPE_LENGTH, least.len > 0 ? arg_number(least) : 1);
	return task_put(t, &r, task_end);
}

static enum turn run_undo_composition(struct task *t)
{
	struct api_record r = {.class = API_CLASS_PASSWORD_CONTROL};

	record_add(&r, API_PASSWORD_CONTROL_TYPES, 1);
	record_add(&r, API_PASSWORD_CONTROL_TYPE_LENGTH, 1);
	return task_put(t, &r, task_end);
}

static void emit_composition(struct config_out *out, const struct command *row,
                             const struct api_record *record)
{
	uint32_t types = record_number(record, API_PASSWORD_CONTROL_TYPES);
	uint32_t least = record_number(record, API_PASSWORD_CONTROL_TYPE_LENGTH);

	if (types > 1 || least > 1)
		config_line(out, 1,
		            "password-control composition type-number %u type-length %u", types,
		            least);
}

static const struct column policies_columns[] = {{"Password control:", 26, 0},
                                                 {"Password length:", 26, 0},
                                                 {"Password composition:", 26, 0}};
static TABLE_OF(policies, " ", true);

static enum turn run_show(struct task *t)
{
	const struct shell *shell = task_shell(t);

	if (!t->json)
		task_print(t, " Global password control configurations:\n");
	task_table(t, &policies);
	table_value(&t->table, "%s", shell->password.enable ? "Enabled" : "Disabled");
	table_value(&t->table, "%u characters", shell->password.length);
	table_value(&t->table, "Enabled (%u types, %u characters per type)",
	            shell->password.types, shell->password.type_length);
	return task_table_end(t);
}

// clang-format off
#define CONTROL(name) API_CLASS_PASSWORD_CONTROL, API_PASSWORD_CONTROL_##name
static const struct command password[] = {
	{ "password-control enable",      run_flag,    API_ROLE_ADMIN, "Hold new passwords to the rules", CONTROL(ENABLE), 1, emit_flag },
	{ "undo password-control enable", run_default, API_ROLE_ADMIN, "Accept any password", CONTROL(ENABLE) },
	{ "password-control length PASSLEN", run_setting, API_ROLE_ADMIN, "Specify the least length", CONTROL(LENGTH), 0, emit_setting },
	{ "undo password-control length", run_default, API_ROLE_ADMIN, "Restore the least length", CONTROL(LENGTH) },
	{ "password-control composition type-number TYPES [ type-length TYPELEN ]", run_composition, API_ROLE_ADMIN, "Specify how many types of characters there must be", CONTROL(TYPES), 0, emit_composition },
	{ "undo password-control composition", run_undo_composition, API_ROLE_ADMIN, "Restore how many types there must be" },
};

static const struct command password_show[] = {
	{ "display password-control", run_show, API_ROLE_OPERATOR, "Display the rules of passwords", .flags = COMMAND_TABLE },
};
// clang-format on

TABLE(password);
const struct command_table password_show_table = {password_show, 1};
