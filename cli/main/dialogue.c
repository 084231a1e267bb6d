// Life of a dialogue, and what control may tell it.
#include "cli/main/dialogue.h"
#include "cli/files/service.h"
#include "cli/guest/guest.h"
#include "cli/main/task.h"
#include "control/api/api_role.h"
#include "crypto/wire/names.h"
#include "dataplane/base/trace.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define BANNER_RULE                                                                            \
	"******************************************************************************\n"
#define TURN_STEPS 32

// --- table -------------------------------------------------------------------------------------

enum status table_init(struct dialogue_table *t, struct shell *shell, struct port *port,
                       uint32_t first, uint32_t slots)
{
	*t = (struct dialogue_table){
	        .shell = shell, .port = port, .first = first, .slots = slots};
	t->rows = mmap(NULL, slots * sizeof(struct dialogue), PROT_READ | PROT_WRITE,
	               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (t->rows == MAP_FAILED) {
		t->rows = NULL;
		return STATUS_NO_MEMORY;
	}
	madvise(t->rows, slots * sizeof(struct dialogue), MADV_NOHUGEPAGE);
	t->next = shell->tables;
	shell->tables = t;
	wheel_init(&t->wheel, &t->rows[0].timer, sizeof(struct dialogue), DIALOGUE_TICK_US,
	           shell->now_us);
	return STATUS_OK;
}

static void queue_forget(struct shell *shell, const struct dialogue_table *t)
{
	struct dialogue *d = shell->first, *next;

	shell->first = shell->last = NULL;
	for (; d != NULL; d = next) {
		next = d->next;
		d->queued = false;
		if (d < t->rows || d >= t->rows + t->slots)
			shell_queue(shell, d);
	}
}

void table_fini(struct dialogue_table *t)
{
	struct dialogue_table **at;

	if (t->rows == NULL)
		return;
	for (uint32_t i = 0; i < t->top; i++)
		dialogue_free(&t->rows[i]);
	queue_forget(t->shell, t);
	for (at = &t->shell->tables; *at != t; at = &(*at)->next)
		;
	*at = t->next;
	munmap(t->rows, t->slots * sizeof(struct dialogue));
	t->rows = NULL;
	t->top = t->open = 0;
}

struct dialogue *table_find(const struct dialogue_table *t, uint32_t slot, uint32_t life)
{
	struct dialogue *d;

	if (t->rows == NULL || slot < t->first || slot - t->first >= t->top)
		return NULL;
	d = &t->rows[slot - t->first];
	return d->table != NULL && d->life == life ? d : NULL;
}

static void on_timer(void *owner, uint32_t index, uint64_t now_us)
{
	struct dialogue_table *t = owner;
	struct dialogue *d = &t->rows[index];
	uint64_t idle_us =
	        (d->service != NULL ? t->shell->sftp_idle_seconds : t->shell->idle_seconds) *
	        1000000ull;
	bool asked = d->table != NULL && d->task != NULL && d->task->wait == WAIT_ANSWER;

	if (d->table == NULL)
		return;
	if (asked && now_us >= d->task->answer_due_us)
		task_no_answer(d->task);
	if (asked && now_us < d->task->answer_due_us)
		wheel_arm(&t->wheel, index, d->task->answer_due_us);
	if (d->script != NULL && d->script->due_us > now_us) {
		wheel_arm(&t->wheel, index, d->script->due_us);
		return;
	}
	if (d->script != NULL && d->script->due_us > 0)
		shell_queue(t->shell, d);
	if (d->guest != NULL)
		shell_queue(t->shell, d);
	if (d->monitor && !d->closing)
		monitor_ask(d);
	if (d->closing || d->loading || d->slot >= DIALOGUE_LOCAL)
		return;
	if (idle_us > 0 && now_us >= d->active_us + idle_us) {
		t->shell->count[COUNT_cli_idle_cut]++;
		d->close_session = true;
		dialogue_close(d, 0);
		if (d->credit == 0)
			text_fini(&d->out); // whoever does not read will not read this either
	} else if (!wheel_is_armed(&t->wheel, index)) {
		// Never cut off: look again in a while, for the setting may change.
		wheel_arm(&t->wheel, index,
		          idle_us > 0 ? d->active_us + idle_us : now_us + 60000000ull);
	}
}

void table_time(struct dialogue_table *t, uint64_t now_us)
{
	if (t->rows == NULL)
		return;
	wheel_advance(&t->wheel, now_us, on_timer, t);
	if (t->open == 0 && t->top > 1024 && t->shell->first == NULL) {
		madvise(t->rows, t->slots * sizeof(struct dialogue), MADV_DONTNEED);
		t->top = 0;
	}
}

// --- opening and ending ------------------------------------------------------------------------

static char *text_keep(struct span s)
{
	return s.len > 0 ? strndup((const char *)s.data, s.len) : NULL;
}

static bool script_from(struct dialogue *d, struct span command)
{
	d->script = calloc(1, sizeof(*d->script));
	if (d->script == NULL)
		return false;
	d->script->text =
	        strndup((const char *)(command.len > 0 ? command.data : (const uint8_t *)""),
	                command.len);
	d->script->len = d->script->text != NULL ? strlen(d->script->text) : 0;
	return d->script->text != NULL;
}

static void script_free(struct script *s)
{
	if (s != NULL)
		free(s->text);
	free(s);
}

static void repeat_done(void *owner, struct dialogue *d)
{
	script_free(d->script);
	d->script = NULL;
}

bool dialogue_repeat(struct dialogue *d, struct text *text, uint32_t rounds, uint32_t delay_s)
{
	struct script *s = d->script == NULL && !text->failed ? calloc(1, sizeof(*s)) : NULL;

	if (s == NULL)
		return false;
	*s = (struct script){.text = text->data,
	                     .len = text->len,
	                     .done = repeat_done,
	                     .repeats = true,
	                     .endless = rounds == 0,
	                     .rounds = rounds > 0 ? rounds - 1 : 0,
	                     .delay_us = delay_s * 1000000ull};
	*text = (struct text){0};
	d->script = s;
	return true;
}

bool dialogue_insert(struct dialogue *d, struct text *text)
{
	struct script *s = d->script;

	if (s == NULL)
		return dialogue_repeat(d, text, 1, 0);
	if (s->repeats)
		return false;
	text_add(text, s->text + s->at, s->len - s->at);
	if (text->failed)
		return false;
	free(s->text);
	s->text = text->data;
	s->len = text->len;
	s->at = 0;
	*text = (struct text){0};
	return true;
}

void dialogue_repeat_stop(struct dialogue *d)
{
	struct script *s = d->script;

	if (s == NULL || !s->repeats)
		return;
	s->at = s->len;
	s->endless = false;
	s->rounds = 0;
	s->due_us = 0;
	shell_queue(d->table->shell, d);
}

static bool greet_banner(struct dialogue *d, const char *kind)
{
	const struct blob *text = shell_entry(&d->table->shell->banners, span_text(kind));

	if (text == NULL || text->len == 0)
		return false;
	output_line(d, span_blob(text));
	output_line(d, span_text("\n"));
	return true;
}

// The command of the lines instead of a prompt; the session ends with it.
static void auto_execute(struct dialogue *d)
{
	const char *command = d->table->shell->auto_execute;

	if (command != NULL && command[0] != 0 && d->type == DIALOGUE_SHELL && !d->closing &&
	    d->slot < DIALOGUE_LOCAL && !script_from(d, span_text(command)))
		dialogue_close(d, 255);
}

// What follows once the legal banner, if there is one, has been agreed to.
static void greet_rest(struct dialogue *d)
{
	(void)greet_banner(d, "motd");
	if (!d->login_said)
		(void)greet_banner(d, "login");
	(void)greet_banner(d, "shell");
	if (d->table->shell->notice != NULL)
		output_line(d, span_text(d->table->shell->notice));
	auto_execute(d);
}

static enum turn legal_answered(struct task *t)
{
	struct span a = text_span(&t->answer);

	if (t->answer_ended || (a.len > 0 && !task_said_yes(t)))
		t->close = true;
	else
		greet_rest(t->dialogue);
	return TURN_DONE;
}

static enum turn legal_ask(struct task *t)
{
	return task_question(t, false, legal_answered,
	                     "Press Y or ENTER to continue, N to exit.");
}

static void greet(struct dialogue *d)
{
	if (!d->table->shell->no_copyright)
		output_line(d,
		            span_text(BANNER_RULE
		                      "* Copyright (c) the Sallyport authors.                 "
		                      "                      *\n"
		                      "* Licensed under the Apache License, Version 2.0.      "
		                      "                      *\n" BANNER_RULE));
	if (greet_banner(d, "legal") && task_begin(d, legal_ask))
		return; // the prompt comes after the answer
	greet_rest(d);
	show_prompt(d);
}

static void wake_or_greet(struct dialogue *d)
{
	if (d->slot >= DIALOGUE_LOCAL ||
	    d->table->shell->activation_key == api_field_row(API_VTY_ACTIVATE)->number) {
		greet(d);
		return;
	}
	d->asleep = true;
	output_line(d, span_text("Press the activation key to get started.\n"));
}

void dialogue_wake(struct dialogue *d)
{
	d->asleep = false;
	greet(d);
}

static void peer_set(struct dialogue *d, struct span text)
{
	char name[INET6_ADDRSTRLEN];

	if (text.len == 0 || text.len >= sizeof(name))
		return;
	memcpy(name, text.data, text.len);
	name[text.len] = 0;
	if (inet_pton(AF_INET6, name, d->peer) == 1)
		return;
	memset(d->peer, 0, sizeof(d->peer));
	if (inet_pton(AF_INET, name, d->peer + 12) == 1)
		d->peer[10] = d->peer[11] = 0xff;
}

const char *dialogue_peer(const struct dialogue *d, char out[DIALOGUE_PEER_MAX])
{
	static const uint8_t none[16], mapped[12] = {[10] = 0xff, [11] = 0xff};
	bool four = memcmp(d->peer, mapped, sizeof(mapped)) == 0;

	if (memcmp(d->peer, none, sizeof(none)) == 0 ||
	    inet_ntop(four ? AF_INET : AF_INET6, four ? d->peer + 12 : d->peer, out,
	              DIALOGUE_PEER_MAX) == NULL)
		snprintf(out, DIALOGUE_PEER_MAX, "**");
	return out;
}

const char *dialogue_terminal(const struct dialogue *d, char out[DIALOGUE_PEER_MAX])
{
	if (d->slot >= DIALOGUE_LOCAL)
		snprintf(out, DIALOGUE_PEER_MAX, "con%u", d->slot - DIALOGUE_LOCAL);
	else
		snprintf(out, DIALOGUE_PEER_MAX, "vty%u", d->line_number);
	return out;
}

static void slot_take(struct dialogue_table *t, struct dialogue *d)
{
	bool queued = d->queued; // a former life may still stand in the queue
	struct dialogue *next = d->next;

	*d = (struct dialogue){.queued = queued, .next = next, .table = t};
	if (d - t->rows >= t->top)
		t->top = (uint32_t)(d - t->rows) + 1;
	t->open++;
	if (++t->shell->open > t->shell->open_peak)
		t->shell->open_peak = t->shell->open;
	t->shell->count[COUNT_cli_opened]++;
}

struct dialogue *dialogue_open(struct dialogue_table *t, uint32_t slot, uint32_t life,
                               const struct dialogue_start *start)
{
	const struct blob *guest;
	struct dialogue *d;

	if (t->rows == NULL || slot < t->first || slot - t->first >= t->slots)
		return NULL;
	d = &t->rows[slot - t->first];
	if (d->table != NULL)
		return NULL;
	slot_take(t, d);
	d->slot = slot;
	d->life = life;
	d->type = start->open.type;
	d->has_pty = start->open.has_pty != 0;
	d->login_said = start->open.login_said != 0;
	d->columns = start->open.columns;
	d->rows = start->open.rows;
	d->line_number = start->open.line;
	d->session = start->open.session;
	d->role = (uint8_t)start->role;
	d->monitor_level = 6;
	d->active_us = t->shell->now_us;
	d->user = text_keep(start->user);
	d->dumb = span_is(start->terminal, "dumb");
	peer_set(d, start->peer);
	guest = guest_command(d);
	if (d->type == DIALOGUE_EXEC && guest == NULL && !script_from(d, start->command)) {
		t->shell->count[COUNT_cli_no_memory]++;
		dialogue_close(d, 255);
	}
	if (start->roles.len > 0 && !dialogue_roles(d, start->roles))
		d->role = API_ROLE_NONE;
	if (d->role == API_ROLE_NONE ||
	    (d->type == DIALOGUE_SUBSYSTEM && !service_open(d, start->command, start->peer))) {
		t->shell->count[COUNT_cli_refused]++;
		if (d->type != DIALOGUE_SUBSYSTEM)
			output_line(d, span_text("Permission denied.\n"));
		dialogue_close(d, 255);
	}
	if (!d->closing && guest != NULL)
		(void)guest_open(d, guest, start);
	else if (!d->closing && dialogue_is_interactive(d))
		wake_or_greet(d);
	else
		auto_execute(d);
	wheel_arm(&t->wheel, slot - t->first, d->active_us + 1000000ull);
	shell_queue(t->shell, d);
	return d;
}

void dialogue_credit(struct dialogue *d, uint64_t bytes)
{
	d->credit = d->credit + bytes < d->credit ? UINT64_MAX : d->credit + bytes;
	if (text_left(&d->out) > 0 || d->task != NULL || d->input != NULL || d->closing ||
	    d->script != NULL || d->guest != NULL)
		shell_queue(d->table->shell, d);
}

void dialogue_interrupt(struct dialogue *d)
{
	if (d->task != NULL)
		task_abort(d->task);
	else if (d->line != NULL && dialogue_is_interactive(d))
		input_interrupt(d);
	shell_queue(d->table->shell, d);
}

void dialogue_close(struct dialogue *d, uint32_t exit_status)
{
	if (d->closing)
		return;
	d->closing = true;
	d->exit_status = exit_status;
	task_free(d->task);
	d->task = NULL;
	service_leave(d->service);
	d->service = NULL;
	guest_leave(d->guest);
	d->guest = NULL;
	free(d->line);
	d->line = NULL;
	shell_queue(d->table->shell, d);
}

void dialogue_hangup(struct dialogue *d)
{
	dialogue_close(d, d->exit_status);
	text_fini(&d->out); // nobody will see it
}

void dialogue_free(struct dialogue *d)
{
	struct dialogue_table *t = d->table;

	if (t == NULL)
		return;
	wheel_cancel(&t->wheel, d->slot - t->first);
	task_free(d->task);
	service_leave(d->service);
	guest_leave(d->guest);
	free(d->line);
	history_fini(&d->history);
	input_fini(d);
	text_fini(&d->out);
	text_fini(&d->code);
	script_free(d->script);
	free(d->user);
	free(d->name);
	free(d->roles);
	d->table = NULL;
	t->open--;
	t->shell->open--;
	t->shell->count[COUNT_cli_closed]++;
}

void dialogue_view(struct dialogue *d, enum view_id view, struct span name)
{
	free(d->name);
	d->name = text_keep(name);
	d->view = (uint8_t)view;
	text_fini(&d->code);
}

// Only roles made of rules are kept by name.
bool dialogue_roles(struct dialogue *d, struct span names)
{
	const struct role_list *custom = &d->table->shell->roles;
	enum api_role role = api_role_highest(names);
	struct span rest = names, name;
	bool by_rules = role == API_ROLE_CUSTOM;

	while (names_next(&rest, &name))
		by_rules |= role_find(custom, name) != NULL;
	free(d->roles);
	d->roles = by_rules && role != API_ROLE_ADMIN ? text_keep(names) : NULL;
	if (role == API_ROLE_CUSTOM)
		role = API_ROLE_OPERATOR; // level-9: more than that only by its rules
	if (role == API_ROLE_NONE && by_rules)
		role = API_ROLE_VISITOR;
	d->role = (uint8_t)role;
	return role != API_ROLE_NONE;
}

struct access dialogue_access(const struct dialogue *d)
{
	return (struct access){.role = (enum api_role)d->role,
	                       .names = span_text(d->roles != NULL ? d->roles : ""),
	                       .custom = &d->table->shell->roles,
	                       .name = d->name};
}

size_t dialogue_prompt(const struct dialogue *d, char out[DIALOGUE_PROMPT_MAX])
{
	int len = snprintf(out, DIALOGUE_PROMPT_MAX, views[d->view].prompt,
	                   d->table->shell->sysname, d->name != NULL ? d->name : "");

	return len < 0                             ? 0
	       : (size_t)len < DIALOGUE_PROMPT_MAX ? (size_t)len
	                                           : DIALOGUE_PROMPT_MAX - 1;
}

// --- a turn ------------------------------------------------------------------------------------

static bool send_cell(struct dialogue *d, enum dialogue_kind kind, const void *body,
                      size_t size)
{
	struct link_cell cell = {.kind = kind,
	                         .slot = d->slot,
	                         .life = d->life,
	                         .buffer = LINK_NO_BUFFER,
	                         .offset = d->sent};

	memcpy(cell.body, body, size);
	return d->table->port->send(d->table->port, &cell, span_of(NULL, 0));
}

// Told when all has been read, or enough to be worth a cell.
static bool report_consumed(struct dialogue *d)
{
	struct dialogue_count count = {.bytes = d->consumed};

	if (d->consumed == 0 ||
	    (d->input != NULL && d->consumed < dialogue_input_window(d->type) / 4))
		return true;
	if (!send_cell(d, DIALOGUE_CONSUMED, &count, sizeof(count)))
		return false;
	d->consumed = 0;
	return true;
}

static enum dialogue_turn finish(struct dialogue *d)
{
	struct dialogue_exit body = {.status = d->exit_status,
	                             .close_session = d->close_session};

	if (text_left(&d->out) > 0)
		return DIALOGUE_IDLE; // until credit comes
	if (!send_cell(d, DIALOGUE_EXIT, &body, sizeof(body)))
		return DIALOGUE_BLOCKED;
	dialogue_free(d);
	return DIALOGUE_IDLE;
}

static enum dialogue_turn work_step(struct dialogue *d)
{
	if (d->service != NULL)
		return service_step(d) ? DIALOGUE_AGAIN : DIALOGUE_IDLE;
	if (d->guest != NULL)
		return guest_step(d) ? DIALOGUE_AGAIN : DIALOGUE_IDLE;
	if (d->task != NULL) {
		enum dialogue_turn turn = task_step(d->task);

		if (turn != DIALOGUE_IDLE || d->task == NULL)
			return turn;
	}
	return input_step(d) ? DIALOGUE_AGAIN : DIALOGUE_IDLE;
}

enum dialogue_turn dialogue_turn(struct dialogue *d)
{
	enum dialogue_turn out = DIALOGUE_AGAIN, work = DIALOGUE_AGAIN;

	for (int i = 0; i < TURN_STEPS && (out == DIALOGUE_AGAIN || work == DIALOGUE_AGAIN);
	     i++) {
		work = d->closing ? DIALOGUE_IDLE : work_step(d);
		out = output_send(d);
	}
	if (d->closing && out != DIALOGUE_BLOCKED)
		return finish(d);
	if (!report_consumed(d) || out == DIALOGUE_BLOCKED || work == DIALOGUE_BLOCKED) {
		d->table->shell->count[COUNT_cli_blocked]++;
		return out == DIALOGUE_AGAIN || work == DIALOGUE_AGAIN ? DIALOGUE_AGAIN
		                                                       : DIALOGUE_BLOCKED;
	}
	return work == DIALOGUE_AGAIN || out == DIALOGUE_AGAIN ? DIALOGUE_AGAIN : DIALOGUE_IDLE;
}
