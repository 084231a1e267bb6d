// What all dialogues of this process share: the command trees, the few settings that the command
// line itself obeys, the queue of dialogues that have something to do, and the doors to the
// world, which tests replace.
#pragma once

#include "cli/files/quota.h"
#include "cli/guest/guests.h"
#include "cli/term/history.h"
#include "cli/tree/access.h"
#include "cli/tree/grammar.h"
#include "control/api/api_clock.h"
#include "control/api/api_password.h"
#include "dataplane/link/dialogue_msg.h"

struct dialogue;
struct shell;

// Where a dialogue's cells go. False: no room now, try again; nothing was sent.
struct port {
	bool (*send)(struct port *port, struct link_cell *cell, struct span payload);
};

// Work that may block (a disk): runs outside the loop, a few at a time, `done` back inside it. The
// job belongs to its starter again in `done`.
struct file_job {
	void (*work)(struct file_job *job);
	void (*done)(struct file_job *job);
	struct shell *shell;
	struct file_job *next; // of the runner
};

#define SHELL_COUNTER_LIST(X)                                                                  \
	X(cli_opened, "dialogues opened")                                                      \
	X(cli_closed, "dialogues closed")                                                      \
	X(cli_refused, "dialogues refused at opening")                                         \
	X(cli_services, "dialogues opened for files: SFTP, SCP")                               \
	X(cli_guests, "dialogues handed to another command line")                              \
	X(cli_guest_refused, "other command lines that could not be begun")                    \
	X(cli_guest_unheard, "signals that found no room towards the launcher")                \
	X(cli_commands, "commands run")                                                        \
	X(cli_wrong, "command lines answered by an error")                                     \
	X(cli_denied, "commands denied by role")                                               \
	X(cli_bytes_in, "bytes typed")                                                         \
	X(cli_bytes_out, "bytes shown")                                                        \
	X(cli_blocked, "times that a dialogue waited for room towards control")                \
	X(cli_idle_cut, "dialogues ended by idle-timeout")                                     \
	X(cli_stale, "cells for a dialogue that is gone")                                      \
	X(cli_bad_cell, "cells that made no sense")                                            \
	X(cli_overrun, "dialogues ended because control sent beyond the window")               \
	X(cli_log_lost, "log lines that found no room towards control")                        \
	X(cli_no_memory, "dialogues ended because memory ran out")

enum shell_counter {
#define X(name, text) COUNT_##name,
	SHELL_COUNTER_LIST(X)
#undef X
	        SHELL_COUNTERS
};

// Settings that stand under a name: a copy of a class, for a command line cannot wait for control.
struct shell_entry {
	char *key;        // owned
	struct blob text; // owned; a NUL follows
};
struct shell_list {
	struct shell_entry *entries; // owned, in no order
	uint32_t count;
};

// What the device does by itself (chore.h).
enum chore { CHORE_REBOOT, CHORE_ARCHIVE, CHORES };

enum hotkey { HOTKEY_G, HOTKEY_L, HOTKEY_O, HOTKEY_T, HOTKEY_U, HOTKEYS };

struct shell {
	struct tree trees[VIEWS];
	struct history_all history_all;
	struct shell_list aliases, banners;
	struct shell_list work_directories;         // by user; no entry: the root
	struct shell_list ssh_directories;          // by SSH user; go before those
	struct shell_list guest_commands;           // by SSH user: another command line
	struct guests guests;                       // those that run
	struct shell_list quota_sizes, quota_files; // by user, in digits: megabytes, files
	struct quotas quotas;
	struct role_list roles;
	bool no_copyright;
	struct api_password_rules password;
	struct dialogue_table *tables; // all there are
	char *hotkeys[HOTKEYS];        // owned; NULL: the default
	char sysname[API_ROW_TEXT + 1];
	struct api_clock clock;
	uint8_t log_stamp;      // enum api_stamp, of lines that are shown
	bool log_unsynchronous; // what is half typed is not shown again below them
	char vendor[33];        // named instead of ours; "": none
	uint32_t idle_seconds, sftp_idle_seconds, screen_length, history;
	uint8_t escape_key, activation_key;
	bool vt100;                    // terminals are not sent escape sequences
	char *auto_execute;            // run at login instead of a prompt, or NULL; owned
	struct dialogue_table *local;  // where chores run ...
	uint32_t local_slot;           // ... from this slot on
	uint64_t chore_due_us[CHORES]; // 0: never
	int64_t reboot_at;             // Unix seconds; 0: never
	uint32_t archive_minutes;      // 0: never
	char *notice;                  // said at every login, or NULL; owned
	char started_from[256]; // file in flash that is in force since the start; "": none
	int flash;              // the device's files: a directory, or -1
	int state;              // what the first start made: a directory, or -1

	struct dialogue *first, *last; // have something to do
	uint32_t next_job;
	uint64_t now_us;  // monotonic; the loop reads it once a turn
	uint32_t blocked; // of the last turn: waiting for room alone
	bool saving;      // a save is under way: only one at a time
	uint64_t count[SHELL_COUNTERS];
	uint32_t open, open_peak, tasks, tasks_peak, services;
	uint64_t input_bytes, input_peak;

	void (*submit)(struct file_job *job); // runs it later, off the loop
	struct service *first_service;        // of those open
	bool disks_hang;                      // every thread that there may be waits for one
	void (*log)(const char *line);
	void (*ran)(const struct command *row); // tests: which rows were run; NULL
};

// Compile the trees and set the defaults. UNSUPPORTED names a grammar that does not parse.
[[nodiscard]] enum status shell_init(struct shell *shell, const char **bad);
void shell_fini(struct shell *shell);

// Let every dialogue in the queue do a bounded piece of work. Returns how many want more at once;
// `blocked` says how many wait for room.
uint32_t shell_turn(struct shell *shell);
void shell_queue(struct shell *shell, struct dialogue *d);

// --- shell_setting.c -----------------------------------------------------------------------------
// A record is in force that the command line itself obeys (others are ignored), or gone.
void shell_setting(struct shell *shell, const struct api_record *record);
void shell_forget(struct shell *shell, uint8_t class, struct span key);
void shell_settings_fini(struct shell *shell);
// Before all of them come again.
void shell_lists_clear(struct shell *shell);
// NULL when there is none.
const struct blob *shell_entry(const struct shell_list *list, struct span key);
// Of a user, whose name may have a domain that the list does not know.
const struct blob *shell_user_entry(const struct shell_list *list, struct span user);
// Where SFTP and SCP of a user begin; NULL: in the root.
const struct blob *shell_directory(const struct shell *shell, struct span user);
// What a user may keep.
struct quota_limits shell_quota(const struct shell *shell, struct span user);
const char *shell_hotkey(const struct shell *shell, enum hotkey key);

const char *shell_counter_name(enum shell_counter counter);
const char *shell_counter_text(enum shell_counter counter);
// For the log that displays show: "NAME: text" (command_log.c).
void log_line_add(struct shell *shell, const char *line);
void shell_log(struct shell *shell, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
