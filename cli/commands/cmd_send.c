// Between people at terminals: messages, and locking one's own.
#include "cli/commands/commands.h"
#include "crypto/core/secret.h"

#include <stdio.h>

#define ROWS_PER_STEP 256u

// --- send --------------------------------------------------------------------------------------

struct sending {
	const struct dialogue_table *table;
	uint32_t row, sent;
	struct text message;
};

static void sending_fini(void *own)
{
	text_fini(&((struct sending *)own)->message);
}

static bool is_meant(const struct task *t, const struct dialogue *d)
{
	struct span line = task_arg(t, ARG_LINE_WORD), index = task_arg(t, ARG_INDEX_WORD);

	if (d->table == NULL || d == t->dialogue || !dialogue_is_interactive(d))
		return false;
	if (line.len > 0)
		return d->slot < DIALOGUE_LOCAL && d->line_number == arg_number(line);
	return index.len == 0 ||
	       (d->slot < DIALOGUE_LOCAL && d->line_number + 10 == arg_number(index));
}

static void message_give(struct task *t, struct dialogue *d)
{
	char from[DIALOGUE_PEER_MAX], to[DIALOGUE_PEER_MAX];
	struct sending *s = t->own;
	struct text text = {0};

	text_format(&text, "***\n***\n***Message from %s to %s\n***\n%.*s\n",
	            dialogue_terminal(t->dialogue, from), dialogue_terminal(d, to),
	            (int)text_left(&s->message), s->message.data);
	dialogue_notify(d, text_span(&text), true);
	text_fini(&text);
	s->sent++;
}

static enum turn send_more(struct task *t)
{
	struct sending *s = t->own;

	for (uint32_t i = 0; i < ROWS_PER_STEP; i++) {
		while (s->table != NULL && s->row >= s->table->top) {
			s->table = s->table->next;
			s->row = 0;
		}
		if (s->table == NULL)
			return s->sent > 0 ? TURN_DONE
			                   : task_fail(t, "The line is not in use.");
		if (is_meant(t, &s->table->rows[s->row]))
			message_give(t, &s->table->rows[s->row]);
		s->row++;
	}
	return TURN_AGAIN;
}

static enum turn send_confirmed(struct task *t)
{
	struct sending *s = t->own;

	if (!task_said_yes(t))
		return TURN_DONE;
	s->table = task_shell(t)->tables;
	t->next = send_more;
	return send_more(t);
}

static enum turn send_typed(struct task *t)
{
	struct sending *s = t->own;

	if (t->answer_ended || text_left(&t->answer) == 0)
		return TURN_DONE;
	text_add(&s->message, text_span(&t->answer).data, text_left(&t->answer));
	return task_question(t, false, send_confirmed, "Send message? [Y/N]:");
}

static enum turn run_send(struct task *t)
{
	if (task_own(t, sizeof(struct sending), sending_fini) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_question(t, false, send_typed,
	                     "Enter message, end with Enter; abort with CTRL+C:\n");
}

// --- lock --------------------------------------------------------------------------------------

static enum turn lock_wait(struct task *t);

static enum turn lock_tried(struct task *t)
{
	struct span password = text_span(&t->name), typed = text_span(&t->answer);

	if (t->answer_ended && t->dialogue->input_ended) {
		t->locked = false;
		t->close = true;
		return TURN_DONE;
	}
	if (t->answer_ended || password.len != typed.len ||
	    !secret_equal(password.data, typed.data, typed.len))
		return lock_wait(t);
	secret_wipe(t->name.data, t->name.len);
	t->locked = false;
	return TURN_DONE;
}

static enum turn lock_wait(struct task *t)
{
	return task_question(t, true, lock_tried, "Password:");
}

static enum turn lock_again(struct task *t)
{
	struct span password = text_span(&t->name), typed = text_span(&t->answer);

	if (t->answer_ended || password.len != typed.len ||
	    !secret_equal(password.data, typed.data, typed.len))
		return task_fail(t, "The two passwords differ.");
	t->locked = true;
	task_print(t, "\n                         locked !\n\n");
	return lock_wait(t);
}

static enum turn lock_typed(struct task *t)
{
	struct span password = text_span(&t->answer);

	if (t->answer_ended || password.len == 0 || password.len > 16)
		return task_fail(t, "The password must be 1 to 16 characters.");
	text_fini(&t->name);
	text_add(&t->name, password.data, password.len);
	return task_question(t, true, lock_again, "Again:");
}

static enum turn run_lock(struct task *t)
{
	if (!dialogue_is_interactive(t->dialogue))
		return task_fail(t, "There is no terminal to lock.");
	return task_question(t, true, lock_typed,
	                     "Please input password<1 to 16> to lock current line:\n"
	                     "Password:");
}

// clang-format off
static const struct command send_user[] = {
	{ "send { all | INDEX | vty LINE }", run_send, API_ROLE_OPERATOR, "Send a message to other lines" },
	{ "lock", run_lock, API_ROLE_OPERATOR, "Lock this line until a password is typed" },
};
// clang-format on

TABLE(send_user);
