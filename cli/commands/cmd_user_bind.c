// Local users: their group, from where they may come, and how passwords were spelled of old.
#include "cli/commands/commands.h"

#include <stdio.h>

static enum turn run_bind(struct task *t)
{
	struct api_record r = {.class = API_CLASS_LOCAL_USER,
	                       .key = span_text(t->dialogue->name)};
	struct span address = task_arg(t, ARG_ADDRESS_WORD);

	if (!address_fits(address, task_has(t, "ipv6")))
		return task_fail(t, "The address is invalid.");
	record_add_text(&r, API_LOCAL_USER_BOUND, address);
	return task_put(t, &r, task_end);
}

static void emit_bind(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	struct span address = record_text(record, API_LOCAL_USER_BOUND);

	if (address.len > 0)
		config_line(out, 1, "bind-attribute %s %.*s",
		            address_fits(address, true) ? "ipv6" : "ip", (int)address.len,
		            (const char *)address.data);
}

// clang-format off
#define USER(name) API_CLASS_LOCAL_USER, API_LOCAL_USER_##name
static const struct command user_bind[] = {
	{ "group GROUPNAME",  run_setting, API_ROLE_ADMIN, "Specify the group of the user", USER(GROUP), 0, emit_setting },
	{ "undo group",       run_default, API_ROLE_ADMIN, "Restore the group of the user", USER(GROUP) },
	{ "bind-attribute { ip ADDRESS | ipv6 ADDRESS }", run_bind, API_ROLE_ADMIN, "Specify the address from which alone the user may log in", USER(BOUND), 0, emit_bind },
	{ "undo bind-attribute [ ip | ipv6 ]", run_default, API_ROLE_ADMIN, "Let the user log in from anywhere", USER(BOUND) },
};
// clang-format on

TABLE(user_bind);
