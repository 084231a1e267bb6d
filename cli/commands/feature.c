// Features: which commands a rule of a role means by a name.
#include "cli/commands/commands.h"
#include "cli/tree/access.h"

#define FEATURE_TABLES 16

// clang-format off
static const struct feature {
	const char *name, *text;
	const struct command_table *tables[FEATURE_TABLES];
} features[] = {
	{ "aaa",           "Who is asked about users; roles against a password", { &super_table, &radius_table, &radius_view_table, &radius_show_table, &aaa_table, &domain_table, &domain_view_table, &domain_show_table } },
	{ "cli",           "The command line", { &hotkey_table, &hotkey_show_table, &alias_table, &alias_show_table, &history_table, &banner_table, &send_user_table } },
	{ "configuration", "Configuration files", { &show_config_table, &save_commands_table, &startup_show_table, &startup_user_table, &archive_table, &archive_user_table, &archive_show_table, &replace_table } },
	{ "device",        "The device", { &system_commands_table, &clock_system_table, &clock_user_table, &clock_show_table, &device_commands_table, &counter_table, &device_table, &vendor_table, &schedule_user_table, &schedule_show_table } },
	{ "acl",           "Access control lists", { &net_acl_table, &net_acl_view_table, &net_acl_show_table } },
	{ "network",       "Interfaces, routes, TCP", { &net_interface_table, &net_interface_view_table, &net_interface_show_table, &net_route_table, &net_route_show_table, &net_neighbor_show_table, &net_ping_table, &net_tcp_table, &net_tcp_show_table } },
	{ "file",          "Files", { &file_commands_table, &trash_commands_table } },
	{ "line",          "VTY lines", { &line_table, &line_login_table, &line_view_table, &line_show_table } },
	{ "local-user",    "Local users and their passwords", { &local_user_table, &local_user_view_table, &user_bind_table, &local_user_show_table, &password_table, &password_show_table, &lockout_table, &lockout_user_table, &lockout_show_table } },
	{ "public-key",    "Public keys", { &key_table, &key_view_table, &key_code_table, &key_show_table, &host_key_table, &host_key_show_table } },
	{ "role",          "User roles", { &role_table, &role_view_table, &role_show_table } },
	{ "ssh",           "Secure Shell", { &ssh_commands_table, &ssh_guard_table, &ssh_guard_show_table, &ssh_policy_table, &ssh_policy_show_table, &exception_show_table, &trust_table, &trust_show_table, &algorithm_table, &algorithm_show_table, &ssh_show_table, &ssh_user_table, &ssh_user_show_table, &session_show_table, &session_user_table } },
	{ "syslog",        "The information centre", { &log_center_table, &log_center_show_table, &log_show_table, &debugging_table } },
};
// clang-format on
#define FEATURES (sizeof(features) / sizeof(features[0]))

static bool table_has(const struct command_table *table, const struct command *row)
{
	return row >= table->rows && row < table->rows + table->count;
}

// What nobody has claimed concerns the device.
const char *row_feature(const struct command *row)
{
	for (size_t i = 0; i < FEATURES; i++)
		for (size_t k = 0; k < FEATURE_TABLES && features[i].tables[k] != NULL; k++)
			if (table_has(features[i].tables[k], row))
				return features[i].name;
	return "device";
}

bool feature_exists(struct span name)
{
	for (size_t i = 0; i < FEATURES; i++)
		if (span_is(name, features[i].name))
			return true;
	return false;
}

static void feature_rows(struct task *t, const struct feature *f)
{
	for (size_t k = 0; k < FEATURE_TABLES && f->tables[k] != NULL; k++)
		for (size_t i = 0; i < f->tables[k]->count; i++)
			if ((f->tables[k]->rows[i].flags & COMMAND_HIDDEN) == 0)
				task_print(t, "  %s\n", f->tables[k]->rows[i].grammar);
}

void feature_print(struct task *t, struct span name)
{
	for (size_t i = 0; i < FEATURES; i++) {
		if (name.len > 0 && !span_is(name, features[i].name))
			continue;
		task_print(t, "Feature: %-15s (%s)\n", features[i].name, features[i].text);
		if (name.len > 0)
			feature_rows(t, &features[i]);
	}
}
