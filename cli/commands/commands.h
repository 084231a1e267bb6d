// The tables of commands, one file a noun, and what their handlers share.
#pragma once

#include "cli/config/config_text.h"
#include "cli/main/task.h"
#include "cli/tree/arg.h"

#define TABLE(name)                                                                            \
	const struct command_table name##_table = {name, sizeof(name) / sizeof(name[0])}

extern const struct command_table any_commands_table;    // cmd_view.c: every view
extern const struct command_table user_commands_table;   // cmd_view.c: user view
extern const struct command_table leave_commands_table;  // cmd_view.c: views with quit
extern const struct command_table system_commands_table; // cmd_system.c
extern const struct command_table clock_system_table;    // cmd_clock.c: system view
extern const struct command_table clock_user_table;      // cmd_clock.c: user view
extern const struct command_table clock_show_table;      // cmd_clock.c: any view
extern const struct command_table device_commands_table; // cmd_system.c: any view
extern const struct command_table show_config_table;     // cmd_config.c: any view
extern const struct command_table file_commands_table;   // cmd_files.c: user view
extern const struct command_table quota_view_table;      // cmd_quota.c: local-user view
extern const struct command_table quota_show_table;      // cmd_quota.c: any view
extern const struct command_table tar_commands_table;    // cmd_tar.c: user view
extern const struct command_table startup_show_table;    // cmd_startup.c: any view
extern const struct command_table schedule_user_table;   // cmd_schedule.c: user view
extern const struct command_table schedule_show_table;   // cmd_schedule.c: any view
extern const struct command_table archive_table;         // cmd_archive.c: system view
extern const struct command_table archive_user_table;    // cmd_archive.c: user view
extern const struct command_table archive_show_table;    // cmd_archive.c: any view
extern const struct command_table replace_table;         // cmd_replace.c: system view
extern const struct command_table trash_commands_table;  // cmd_trash.c: user view
extern const struct command_table startup_user_table;    // cmd_startup.c: user view
extern const struct command_table save_commands_table;   // cmd_config.c: any view
extern const struct command_table ssh_commands_table;    // cmd_ssh.c: system view
extern const struct command_table ssh_show_table;        // cmd_ssh.c: any view
extern const struct command_table algorithm_table;       // cmd_algorithm.c: system view
extern const struct command_table algorithm_show_table;  // cmd_algorithm.c: any view
extern const struct command_table trust_table;           // cmd_trust.c: system view
extern const struct command_table trust_show_table;      // cmd_trust.c: any view
extern const struct command_table ssh_guard_table;       // cmd_ssh_guard.c: system view
extern const struct command_table ssh_policy_table;      // cmd_ssh_policy.c: system view
extern const struct command_table ssh_policy_show_table; // cmd_ssh_policy.c: any view
extern const struct command_table ssh_guard_show_table;  // cmd_ssh_guard.c: any view
extern const struct command_table ssh_user_table;        // cmd_ssh_user.c: system view
extern const struct command_table ssh_user_show_table;   // cmd_ssh_user.c: any view
extern const struct command_table local_user_table;      // cmd_users.c: system view
extern const struct command_table local_user_view_table; // cmd_users.c: its view
extern const struct command_table local_user_show_table; // cmd_users.c: any view
extern const struct command_table user_bind_table;       // cmd_user_bind.c: local-user view
extern const struct command_table line_table;            // cmd_line.c: system view
extern const struct command_table line_view_table;       // cmd_line.c: its view
extern const struct command_table line_login_table;      // cmd_line_login.c: the same view
extern const struct command_table key_table;             // cmd_keys.c: system view
extern const struct command_table key_view_table;        // cmd_keys.c: its view
extern const struct command_table key_code_table;        // cmd_keys.c: key code view
extern const struct command_table key_show_table;        // cmd_keys.c: any view
extern const struct command_table role_table;            // cmd_role.c: system view
extern const struct command_table role_view_table;       // cmd_role.c: its view
extern const struct command_table role_show_table;       // cmd_role.c: any view
extern const struct command_table lockout_table;         // cmd_lockout.c: system view
extern const struct command_table lockout_user_table;    // cmd_lockout.c: user view
extern const struct command_table lockout_show_table;    // cmd_lockout.c: any view
extern const struct command_table device_table;          // cmd_device.c: any view
extern const struct command_table vendor_table;          // cmd_device.c: system view
extern const struct command_table radius_table;          // cmd_radius.c: system view
extern const struct command_table radius_view_table;     // cmd_radius.c: its view
extern const struct command_table radius_show_table;     // cmd_radius.c: any view
extern const struct command_table aaa_table;             // cmd_domain.c: system view
extern const struct command_table domain_table;          // cmd_domain.c: system view
extern const struct command_table domain_view_table;     // cmd_domain.c: its view
extern const struct command_table domain_show_table;     // cmd_domain.c: any view
extern const struct command_table super_table;           // cmd_super.c: system view
extern const struct command_table super_user_table;      // cmd_super.c: user view
extern const struct command_table banner_table;          // cmd_banner.c: system view
extern const struct command_table send_user_table;       // cmd_send.c: user view
extern const struct command_table password_table;        // cmd_password.c: system view
extern const struct command_table password_show_table;   // cmd_password.c: any view
extern const struct command_table log_center_table;      // cmd_log_center.c: system view
extern const struct command_table log_center_show_table; // cmd_log_center.c: any view
extern const struct command_table exception_show_table;  // cmd_exception.c: any view
extern const struct command_table debugging_table;       // cmd_debugging.c: any view
extern const struct command_table log_show_table;        // cmd_log.c: any view
extern const struct command_table line_show_table;       // cmd_line_show.c: any view
extern const struct command_table host_key_table;        // cmd_host_keys.c: system view
extern const struct command_table host_key_show_table;   // cmd_host_keys.c: any view
extern const struct command_table session_show_table;    // cmd_sessions.c: any view
extern const struct command_table session_user_table;    // cmd_sessions.c: user view
extern const struct command_table counter_table;         // cmd_counters.c: any view
extern const struct command_table history_table;         // cmd_history.c: any view
extern const struct command_table hotkey_table;          // cmd_hotkey.c: system view
extern const struct command_table hotkey_show_table;     // cmd_hotkey.c: any view
extern const struct command_table alias_table;           // cmd_alias.c: system view
extern const struct command_table alias_show_table;      // cmd_alias.c: any view

extern const struct command_table net_interface_table;      // cmd_interface.c: system view
extern const struct command_table net_interface_view_table; // cmd_interface.c: its view
extern const struct command_table net_interface_show_table; // cmd_interface.c: any view
extern const struct command_table net_route_table;          // cmd_route.c: system view
extern const struct command_table net_route_show_table;     // cmd_route.c: any view
extern const struct command_table net_neighbor_show_table;  // cmd_neighbor.c: any view
extern const struct command_table net_ping_table;           // cmd_ping.c: any view
extern const struct command_table net_tcp_table;            // cmd_tcp.c: system view
extern const struct command_table net_tcp_show_table;       // cmd_tcp.c: any view
extern const struct command_table net_acl_table;            // cmd_acl.c: system view
extern const struct command_table net_acl_view_table;       // cmd_acl.c: its view
extern const struct command_table net_acl_show_table;       // cmd_acl_show.c: any view

// Every table with configuration rows, a view's opening command before its contents.
extern const struct command_table *const config_tables[];

// --- handlers that need nothing but their row --------------------------------------------------

enum turn run_nothing(struct task *t); // accepted
enum turn run_setting(struct task *t); // field := the first typed word
enum turn run_flag(struct task *t);    // field := the row's value
enum turn run_default(struct task *t); // field := its default
void record_add(struct api_record *record, uint8_t field, uint32_t number);
void record_add_text(struct api_record *record, uint8_t field, struct span text);

// Print the configuration into the file named in t->name (cmd_config.c).
enum turn save_print(struct task *t);

// A command given as an argument, COMMAND..., as text that can be run. False when it is too long.
#define COMMAND_TEXT_MAX 256
bool command_text(const struct task *t, char out[COMMAND_TEXT_MAX]);

// What is configured in the view of an access list (cmd_acl.c).
enum turn acl_this(struct task *t);

// Does a new password satisfy the rules? Says why when it does not (cmd_password.c).
bool password_fits(struct task *t, struct span password);

// The small file of flash that FILE names. False: the command has failed and says why (cmd_keys.c).
[[nodiscard]] bool typed_file(struct task *t, struct blob *file);
// The directory of flash that is typed, which must exist; "" is the root. False: the command has
// failed and says why (cmd_users.c).
struct jail_path;
[[nodiscard]] bool work_directory(struct task *t, struct span place, struct jail_path *path);
// Ask for a new password twice, then set it (cmd_password.c).
enum turn password_question(struct task *t,
                            enum turn (*set)(struct task *t, struct span password));

// "MM/DD/YYYY" or "YYYY/MM/DD", as seconds of its midnight (cmd_schedule.c).
bool date_parse(struct span text, int64_t *midnight);

// The role that a level stands for (cmd_super.c). Returns a name, perhaps made in `out`.
const char *level_role(uint32_t level, char out[ROLE_NAME_MAX + 1]);

// Is it an address of IPv4, or of IPv6 (cmd_log_center.c)?
bool address_fits(struct span text, bool six);

// What rules of roles call features (feature.c); an empty name prints the list.
bool feature_exists(struct span name);
void feature_print(struct task *t, struct span name);

// Key pairs of the device as they are typed, and the number of the one that was (cmd_host_keys.c).
#define HOST_KEY_CURVES "[ secp256r1 | secp384r1 | secp521r1 ]"
#define HOST_KEY_KINDS  "{ dsa | ecdsa " HOST_KEY_CURVES " | ed25519 | rsa }"
uint32_t host_key_typed(const struct task *t);

// "Key code:" and the DER of a public key (cmd_keys.c).
#define KEY_RULE "=============================================\n"
void show_key_code(struct task *t, struct span blob);

// Chores (main/chore.h).
enum turn reboot_scheduled(struct task *t);  // cmd_schedule.c
enum turn archive_scheduled(struct task *t); // cmd_archive.c

// A text field of a fixed width, blanks to the right, at least one.
void print_cell(struct task *t, int width, const char *text);
