// A command that runs in a dialogue: what it was asked, where its output goes, what it waits for.
// A handler is a chain of steps; each prints a bounded amount, then returns TURN_DONE, TURN_AGAIN
// (call me when there is room) or TURN_WAIT with `next` set by what it waits for.
#pragma once

#include "cli/main/dialogue.h"
#include "cli/term/filter.h"
#include "cli/term/table.h"
#include "cli/tree/match.h"

#define TASK_PENDING_HIGH 4096u
#define TASK_REQUEST_MAX  (12u * 1024)

enum task_wait { WAIT_NOTHING, WAIT_REPLY, WAIT_ANSWER, WAIT_FILE };

struct listing;

struct task {
	struct dialogue *dialogue;
	const struct command *row;
	enum turn (*next)(struct task *t);
	uint8_t wait;                      // enum task_wait
	bool done, failed, aborted, close; // close: the dialogue ends with the command
	bool paging_off, more_shown;
	bool locked;                      // Ctrl+C does not end it
	bool break_wanted;                // Ctrl+C came while a disk was at work
	bool hidden_answer, answer_ended; // no answer will come: input has ended or time is up
	uint32_t lines;                   // shown on this screen
	uint64_t answer_due_us;

	struct text pending;       // printed by the handler, not yet filtered and paged
	struct filter *filters;    // owned
	bool json;                 // rows are wanted as JSON
	struct table_out table;    // the rows being shown
	struct redirect *redirect; // owned; the output goes to a file

	// The call to control.
	uint32_t job;
	uint16_t call;
	bool unsent, more;
	enum status status;
	uint64_t ask_cursor, cursor; // of the request, of the reply
	struct blob request, reply;  // owned
	size_t request_len;
	size_t reply_at; // rows read so far
	const struct listing *listing;
	bool whole; // records are listed with their secrets: they go to a file

	struct text answer; // typed in reply to a question
	struct text file;   // a file being made ...
	struct text name;   // ... and its name

	void (*interrupted)(struct task *t); // has a last word at Ctrl+C, or NULL
	void *own;                           // the handler's state, freed with the task
	void (*own_fini)(void *own);

	struct match match;
};

// --- for the dialogue --------------------------------------------------------------------------

// Parse and start a line. False when it was answered at once (error, empty).
bool task_start(struct dialogue *d, struct span line);
// Start a handler that no line asked for.
bool task_begin(struct dialogue *d, enum turn (*run)(struct task *t));
// AGAIN when it did something.
enum dialogue_turn task_step(struct task *t);
void task_reply(struct task *t, const struct dialogue_request *reply, struct span payload);
void task_answer(struct task *t, struct span line); // a question was answered
void task_no_answer(struct task *t);
void task_abort(struct task *t); // Ctrl+C
void task_free(struct task *t);  // NULL is fine

// Under the line typed: the place where it went wrong, and what is wrong there.
void show_wrong(struct dialogue *d, enum match_result result, uint16_t caret);

// Match a line in the dialogue's view and the views around it.
void match_in_views(struct task *t, struct span line);
// In key code view: take a line of hexadecimal text. False when it is a command (its end).
bool key_code_line(struct dialogue *d, struct span line); // commands/cmd_keys.c

// --- task_tail.c
// What follows a display command: filters, json, a file. False when it is wrong; match.result and
// `caret` then say how and where.
bool tail_start(struct task *t, struct span line, uint16_t *caret);
bool redirect_add(struct task *t, const char *line, size_t len); // false: there is none
bool redirect_end(struct task *t); // true: the file is being written, the task goes on
void redirect_free(struct redirect *r);

// --- command_log.c
// Tell the log who ran what: SHELL_CMD. Passwords are not told.
void command_log(struct dialogue *d, const struct match *m);
// Lines of the log for a terminal that watches it.
void monitor_ask(struct dialogue *d);
void monitor_reply(struct dialogue *d, const struct dialogue_request *reply,
                   struct span payload);
#define MONITOR_JOB UINT32_MAX

// Rows of a display, as text or JSON.
void task_table(struct task *t, const struct table *table);
enum turn task_table_end(struct task *t);

// --- dialogue_output.c
bool output_emit(struct task *t);           // true when it did something
void pager_go_on(struct task *t, char key); // ' ' page, CR line, '*' all, 'q' no more

// --- for handlers ------------------------------------------------------------------------------

bool task_room(const struct task *t); // may print another row
#define task_print(t, ...) text_format(&(t)->pending, __VA_ARGS__)

// Print " % text" and remember that the command failed.
enum turn task_fail(struct task *t, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
enum turn task_fail_status(struct task *t, enum status status);

// Ask control. task_request gives a builder for the payload; then next(t) runs with t->status and
// t->reply.
struct builder task_request(struct task *t);
enum turn task_ask(struct task *t, enum api_call call, const struct builder *payload,
                   enum turn (*next)(struct task *t));
enum turn task_ask_plain(struct task *t, enum api_call call, enum turn (*next)(struct task *t));
// The usual last step: nothing, or the failure.
enum turn task_end(struct task *t);

// Put a record, or delete one; settings that the command line obeys follow at once.
enum turn task_put(struct task *t, const struct api_record *record,
                   enum turn (*next)(struct task *t));
enum turn task_delete(struct task *t, uint8_t class, struct span key,
                      enum turn (*next)(struct task *t));
enum turn task_get(struct task *t, uint8_t class, struct span key,
                   enum turn (*next)(struct task *t));
// The record in the reply of task_get; spans point into t->reply.
bool task_record(struct task *t, struct api_record *out);

// Ask the typist. `next` runs with t->answer, or t->answer_ended.
enum turn task_question(struct task *t, bool hidden, enum turn (*next)(struct task *t),
                        const char *text);
bool task_said_yes(const struct task *t);

// Run work off the loop; next(t) runs afterwards, unless the dialogue ended meanwhile.
void task_resume(struct shell *shell, struct dialogue_table *table, uint32_t slot,
                 uint32_t life, uint32_t job, enum status status);

struct span task_arg(const struct task *t, uint8_t arg);
bool task_has(const struct task *t, const char *literal);
struct shell *task_shell(const struct task *t);
void *task_own(struct task *t, size_t size, void (*fini)(void *own)); // zeroed; NULL: no memory

// Rows that come in pages: asks, prints them one by one as room allows, asks for more.
struct listing {
	enum api_call call;
	uint8_t class; // of API_LIST
	void (*row)(struct task *t, struct cursor *c);
	enum turn (*end)(struct task *t);                      // after the last; NULL: done
	void (*parameters)(struct task *t, struct builder *b); // behind the class, or NULL
};
enum turn task_list(struct task *t, const struct listing *listing);
