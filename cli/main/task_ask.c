// What a command waits for: calls to control, lists in pages, questions to the typist.
#include "cli/main/task.h"

#include <stdlib.h>
#include <strings.h>

// --- calls to control --------------------------------------------------------------------------

// What control has accepted is in force for the command line too.
static void settings_follow(struct task *t)
{
	struct cursor c = cursor_over(span_of(t->request.data, t->request_len));
	struct shell *shell = t->dialogue->table->shell;
	struct api_record record;
	struct span key;
	uint8_t class;

	if (t->status != STATUS_OK || t->dialogue->loading) // a file's are in force at commit
		return;
	if (t->call == API_PUT && api_record_parse(&c, &record) == STATUS_OK)
		shell_setting(shell, &record);
	if (t->call != API_DELETE)
		return;
	class = cursor_u8(&c);
	key = cursor_string(&c);
	if (cursor_ok(&c))
		shell_forget(shell, class, key);
}

void task_reply(struct task *t, const struct dialogue_request *reply, struct span payload)
{
	if (t->wait != WAIT_REPLY || t->unsent || reply->job != t->job ||
	    reply->call != t->call)
		return;
	blob_wipe(&t->reply);
	t->reply = blob_copy(payload);
	t->reply_at = 0;
	t->status = reply->status < STATUS_COUNT ? (enum status)reply->status : STATUS_INTERNAL;
	if (payload.len > 0 && t->reply.data == NULL)
		t->status = STATUS_NO_MEMORY;
	settings_follow(t);
	t->more = reply->more != 0 && reply->cursor != t->ask_cursor;
	t->cursor = reply->cursor;
	t->wait = WAIT_NOTHING;
}

struct builder task_request(struct task *t)
{
	blob_wipe(&t->request);
	t->request.data = malloc(TASK_REQUEST_MAX);
	t->request.len = t->request.data != NULL ? TASK_REQUEST_MAX : 0;
	return builder_over(t->request.data, t->request.len);
}

enum turn task_ask(struct task *t, enum api_call call, const struct builder *payload,
                   enum turn (*next)(struct task *t))
{
	if (payload != NULL && !builder_ok(payload))
		return task_fail_status(t, STATUS_TOO_LONG);
	t->request_len = payload != NULL ? payload->len : 0;
	t->job = ++t->dialogue->table->shell->next_job;
	t->call = (uint16_t)call;
	t->unsent = true;
	t->wait = WAIT_REPLY;
	t->next = next;
	return TURN_WAIT;
}

enum turn task_ask_plain(struct task *t, enum api_call call, enum turn (*next)(struct task *t))
{
	t->ask_cursor = 0;
	return task_ask(t, call, NULL, next);
}

enum turn task_end(struct task *t)
{
	return t->status == STATUS_OK ? TURN_DONE : task_fail_status(t, t->status);
}

enum turn task_put(struct task *t, const struct api_record *record,
                   enum turn (*next)(struct task *t))
{
	struct builder b = task_request(t);

	api_record_emit(&b, record);
	t->ask_cursor = 0;
	return task_ask(t, API_PUT, &b, next);
}

static enum turn task_name(struct task *t, enum api_call call, uint8_t class, struct span key,
                           enum turn (*next)(struct task *t))
{
	struct builder b = task_request(t);

	builder_u8(&b, class);
	builder_string(&b, key);
	t->ask_cursor = 0;
	return task_ask(t, call, &b, next);
}

enum turn task_delete(struct task *t, uint8_t class, struct span key,
                      enum turn (*next)(struct task *t))
{
	return task_name(t, API_DELETE, class, key, next);
}

enum turn task_get(struct task *t, uint8_t class, struct span key,
                   enum turn (*next)(struct task *t))
{
	return task_name(t, API_GET, class, key, next);
}

bool task_record(struct task *t, struct api_record *out)
{
	struct cursor c = cursor_over(span_blob(&t->reply));

	return t->status == STATUS_OK && api_record_parse(&c, out) == STATUS_OK;
}

// --- lists -------------------------------------------------------------------------------------

static enum turn list_rows(struct task *t);

static enum turn list_ask(struct task *t)
{
	struct builder b = task_request(t);

	if (t->listing->class != 0)
		builder_u8(&b, t->listing->class);
	if (t->listing->parameters != NULL)
		t->listing->parameters(t, &b);
	return task_ask(
	        t, t->whole && t->listing->call == API_LIST ? API_LIST_WHOLE : t->listing->call,
	        &b, list_rows);
}

static enum turn list_rows(struct task *t)
{
	struct cursor c;

	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	c = cursor_over(span_of(t->reply.data + t->reply_at, t->reply.len - t->reply_at));
	while (cursor_left(&c) > 0 && task_room(t))
		t->listing->row(t, &c);
	if (!cursor_ok(&c))
		return task_fail_status(t, STATUS_MALFORMED);
	t->reply_at = (size_t)(c.at - t->reply.data);
	if (t->reply_at < t->reply.len)
		return TURN_AGAIN;
	if (!t->more)
		return t->listing->end != NULL ? t->listing->end(t) : TURN_DONE;
	t->ask_cursor = t->cursor;
	return list_ask(t);
}

enum turn task_list(struct task *t, const struct listing *listing)
{
	t->listing = listing;
	t->ask_cursor = 0;
	return list_ask(t);
}

// --- questions ---------------------------------------------------------------------------------

enum turn task_question(struct task *t, bool hidden, enum turn (*next)(struct task *t),
                        const char *text)
{
	struct dialogue *d = t->dialogue;

	text_puts(&t->pending, text);
	if (!dialogue_is_interactive(d))
		text_puts(&t->pending, "\n");
	text_fini(&t->answer);
	t->hidden_answer = hidden;
	t->answer_ended = false;
	t->wait = WAIT_ANSWER;
	t->next = next;
	t->answer_due_us = d->table->shell->now_us + DIALOGUE_ANSWER_US;
	wheel_arm(&d->table->wheel, d->slot - d->table->first, t->answer_due_us);
	if (d->loading)
		task_no_answer(t); // a file answers nothing
	return TURN_WAIT;
}

void task_answer(struct task *t, struct span line)
{
	text_fini(&t->answer);
	text_add(&t->answer, line.data, line.len);
	t->wait = WAIT_NOTHING;
}

void task_no_answer(struct task *t)
{
	struct dialogue *d = t->dialogue;

	text_fini(&t->answer);
	t->answer_ended = true;
	t->wait = WAIT_NOTHING;
	if (dialogue_is_interactive(d))
		text_puts(&t->pending, "\n");
	shell_queue(d->table->shell, d);
}

bool task_said_yes(const struct task *t)
{
	struct span a = text_span(&t->answer);

	return !t->answer_ended && a.len > 0 && (a.data[0] == 'y' || a.data[0] == 'Y') &&
	       (a.len == 1 || (a.len == 3 && strncasecmp((const char *)a.data, "yes", 3) == 0));
}
