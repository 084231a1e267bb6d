// Which tables make which view, and the handlers that most rows of configuration share.
#include "cli/commands/commands.h"

#include <stdio.h>

// clang-format off
#define ANYWHERE                                                                              \
	&any_commands_table, &device_commands_table, &clock_show_table, &show_config_table, &save_commands_table, &startup_show_table, &schedule_show_table, &archive_show_table, &quota_show_table, \
	&ssh_show_table, &ssh_guard_show_table, &ssh_policy_show_table, &ssh_user_show_table, &local_user_show_table, &key_show_table,       \
	&session_show_table, &counter_table, &history_table,      \
	&hotkey_show_table, &alias_show_table, &host_key_show_table, &trust_show_table, &line_show_table, &log_show_table, &log_center_show_table, &debugging_table, &exception_show_table, &password_show_table, &algorithm_show_table, &role_show_table, &radius_show_table, &domain_show_table, &lockout_show_table, &device_table, \
	&net_interface_show_table, &net_route_show_table, &net_neighbor_show_table, &net_ping_table, &net_tcp_show_table, &net_acl_show_table

const struct view views[VIEWS] = {
	[VIEW_USER] = { "User view commands:", "<%s>", VIEW_USER,
		{ &user_commands_table, &clock_user_table, &file_commands_table, &tar_commands_table, &trash_commands_table, &archive_user_table, &schedule_user_table, &startup_user_table, &session_user_table, &send_user_table, &super_user_table, &lockout_user_table, ANYWHERE } },
	[VIEW_SYSTEM] = { "System view commands:", "[%s]", VIEW_USER,
		{ &leave_commands_table, &system_commands_table, &clock_system_table, &vendor_table, &ssh_commands_table, &algorithm_table, &ssh_guard_table, &ssh_policy_table, &trust_table, &ssh_user_table,
		  &local_user_table, &line_table, &key_table, &host_key_table, &hotkey_table, &alias_table, &banner_table, &log_center_table, &password_table, &role_table, &super_table, &radius_table, &aaa_table, &domain_table, &lockout_table, &archive_table, &replace_table,
		  &net_interface_table, &net_route_table, &net_tcp_table, &net_acl_table, ANYWHERE }, "system-view" },
	[VIEW_LINE] = { "Line view commands:", "[%s-line-vty%s]", VIEW_SYSTEM,
		{ &leave_commands_table, &line_login_table, &line_view_table }, "system-view ; line vty %s" },
	[VIEW_LINE_CLASS] = { "Line class view commands:", "[%s-line-class-vty]", VIEW_SYSTEM,
		{ &leave_commands_table, &line_login_table, &line_view_table }, "system-view ; line class vty" },
	[VIEW_LOCAL_USER] = { "Local-user view commands:", "[%s-luser-manage-%s]", VIEW_SYSTEM,
		{ &leave_commands_table, &local_user_view_table, &user_bind_table, &quota_view_table }, "system-view ; local-user %s class manage" },
	[VIEW_PUBLIC_KEY] = { "Public-key view commands:", "[%s-pkey-public-key-%s]", VIEW_USER,
		{ &key_view_table, ANYWHERE }, "system-view ; public-key peer %s" },
	[VIEW_KEY_CODE] = { "Public-key code view commands:", "[%s-pkey-key-code]", VIEW_USER,
		{ &key_code_table, ANYWHERE }, "system-view ; public-key peer %s ; public-key-code begin" },
	[VIEW_INTERFACE] = { "Interface view commands:", "[%s-%s]", VIEW_SYSTEM,
		{ &leave_commands_table, &net_interface_view_table }, "system-view ; interface %s" },
	[VIEW_ACL] = { "ACL view commands:", "[%s-acl-%s]", VIEW_SYSTEM,
		{ &leave_commands_table, &net_acl_view_table }, "system-view ; acl %s" },
	[VIEW_ROLE] = { "User-role view commands:", "[%s-role-%s]", VIEW_SYSTEM,
		{ &leave_commands_table, &role_view_table }, "system-view ; role name %s" },
	[VIEW_RADIUS] = { "RADIUS scheme view commands:", "[%s-radius-%s]", VIEW_SYSTEM,
		{ &leave_commands_table, &radius_view_table }, "system-view ; radius scheme %s" },
	[VIEW_DOMAIN] = { "ISP domain view commands:", "[%s-isp-%s]", VIEW_SYSTEM,
		{ &leave_commands_table, &domain_view_table }, "system-view ; domain %s" },
};

const struct command_table *const config_tables[] = {
	&system_commands_table, &clock_system_table, &vendor_table, &hotkey_table, &alias_table, &banner_table, &log_center_table, &password_table, &archive_table, &lockout_table, &role_table, &role_view_table, &super_table, &radius_table, &radius_view_table, &domain_table, &domain_view_table, &aaa_table, &key_table, &local_user_table, &local_user_view_table, &user_bind_table, &quota_view_table,
	&ssh_commands_table, &algorithm_table, &ssh_guard_table, &ssh_policy_table, &trust_table, &ssh_user_table, &line_table, &line_login_table, &line_view_table,
	&net_interface_table, &net_interface_view_table, &net_route_table, &net_tcp_table, &net_acl_table, &net_acl_view_table, NULL,
};
// clang-format on

// --- rows whose table says it all --------------------------------------------------------------

enum turn run_nothing(struct task *t)
{
	return TURN_DONE;
}

void record_add(struct api_record *record, uint8_t field, uint32_t number)
{
	record->values[record->count++] = (struct api_value){.field = field, .number = number};
}

void record_add_text(struct api_record *record, uint8_t field, struct span text)
{
	record->values[record->count++] = (struct api_value){.field = field, .text = text};
}

// The view edits this record; singletons have no key.
static struct span view_key(struct task *t)
{
	return api_class_is_named(t->row->class) && t->dialogue->name != NULL
	               ? span_text(t->dialogue->name)
	               : span_text("");
}

enum turn run_setting(struct task *t)
{
	struct api_record record = {.class = t->row->class, .key = view_key(t)};
	struct span word = words_at(&t->match.words, t->match.words.count - 1);

	if (api_field_row(t->row->field)->type == API_UINT)
		record_add(&record, t->row->field, arg_number(word));
	else
		record_add_text(&record, t->row->field, word);
	return task_put(t, &record, task_end);
}

enum turn run_flag(struct task *t)
{
	struct api_record record = {.class = t->row->class, .key = view_key(t)};

	record_add(&record, t->row->field, t->row->value);
	return task_put(t, &record, task_end);
}

enum turn run_default(struct task *t)
{
	const struct api_field_row *field = api_field_row(t->row->field);
	struct api_record record = {.class = t->row->class, .key = view_key(t)};

	record.values[record.count++] =
	        (struct api_value){t->row->field, field->number, span_text(field->text)};
	return task_put(t, &record, task_end);
}

// One word was quoted as a whole; several are joined as they would be typed again.
bool command_text(const struct task *t, char out[COMMAND_TEXT_MAX])
{
	struct text text = {0};
	char word[CONFIG_WORD_MAX];
	bool alone = match_arg(&t->match, ARG_COMMAND_WORD, 1).len == 0, fits;
	struct span s;

	for (uint32_t i = 0; (s = match_arg(&t->match, ARG_COMMAND_WORD, i)).len > 0; i++) {
		if (i > 0)
			text_puts(&text, " ");
		if (alone || memchr(s.data, ' ', s.len) == NULL)
			text_add(&text, s.data, s.len);
		else
			text_puts(&text, config_word(s, word));
	}
	fits = !text.failed && text_left(&text) < COMMAND_TEXT_MAX;
	snprintf(out, COMMAND_TEXT_MAX, "%.*s", (int)text_left(&text),
	         text.data != NULL ? text.data : "");
	text_fini(&text);
	return fits;
}

void print_cell(struct task *t, int width, const char *text)
{
	task_print(t, "%-*s ", width - 1, text);
}
