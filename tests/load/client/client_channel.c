// One session channel (RFC 4254) with a shell or a command, its windows, and the requests that a
// server may make. What cannot be sent during a key exchange is owed until it is over.
#include "tests/load/client/client_inner.h"

#define OUR_CHANNEL  0u
#define PACKET_MAX   32768u // of data in one message of the server
#define WRITE_MAX    (RECORD_MAX - RECORD_OVERHEAD_MAX - 16)
#define PEER_LEAST   32u
#define WINDOW_LIMIT UINT32_MAX

static bool may_send(const struct client *c)
{
	return c->state == CLIENT_OPEN;
}

static void number_send(struct client_env *env, struct client *c, uint8_t number)
{
	uint8_t bytes[8];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, number);
	builder_u32(&b, c->peer_channel);
	client_send(env, c, builder_span(&b));
}

static void refuse_send(struct client_env *env, struct client *c)
{
	static const uint8_t refusal = SSH_MSG_REQUEST_FAILURE;

	client_send(env, c, span_of(&refusal, 1));
}

// --- the window we grant -------------------------------------------------------------------------

static void window_grant(struct client_env *env, struct client *c)
{
	uint8_t bytes[16];
	struct builder b = builder_over(bytes, sizeof(bytes));

	if (c->paused || !may_send(c) || c->sent_close || c->channel < CHANNEL_ASKED ||
	    c->consumed < c->config->window / 2 || c->consumed == 0)
		return;
	builder_u8(&b, SSH_MSG_CHANNEL_WINDOW_ADJUST);
	builder_u32(&b, c->peer_channel);
	builder_u32(&b, c->consumed);
	c->our_window += c->consumed;
	c->consumed = 0;
	client_send(env, c, builder_span(&b));
}

void client_pause(struct client_env *env, struct client *c, bool paused)
{
	c->paused = paused;
	window_grant(env, c);
}

// --- what we ask for -----------------------------------------------------------------------------

static void request_begin(struct builder *b, const struct client *c, const char *name)
{
	builder_u8(b, SSH_MSG_CHANNEL_REQUEST);
	builder_u32(b, c->peer_channel);
	builder_text(b, name);
	builder_bool(b, true);
}

static void pty_ask(struct client_env *env, struct client *c)
{
	uint8_t bytes[128];
	struct builder b = builder_over(bytes, sizeof(bytes));

	request_begin(&b, c, "pty-req");
	builder_text(&b, "vt100");
	builder_u32(&b, 80);
	builder_u32(&b, 24);
	builder_u32(&b, 0);
	builder_u32(&b, 0);
	builder_string(&b, span_of("", 1)); // no terminal modes: TTY_OP_END
	c->replies_owed++;
	client_send(env, c, builder_span(&b));
}

enum status client_channel_open(struct client_env *env, struct client *c,
                                enum client_request kind, const char *command)
{
	uint8_t bytes[64];
	struct builder b = builder_over(bytes, sizeof(bytes));

	if (!may_send(c) || c->channel != CHANNEL_NONE || c->work != NULL)
		return STATUS_UNEXPECTED;
	c->sent_close = c->got_close = c->sent_eof = c->owes_close = c->owes_eof = false;
	c->paused = false;
	c->consumed = 0;
	c->channel = CHANNEL_OPENING;
	c->request = kind;
	c->command = command;
	c->our_window = c->config->window;
	builder_u8(&b, SSH_MSG_CHANNEL_OPEN);
	builder_text(&b, "session");
	builder_u32(&b, OUR_CHANNEL);
	builder_u32(&b, c->our_window);
	builder_u32(&b, PACKET_MAX);
	client_send(env, c, builder_span(&b));
	return STATUS_OK;
}

static const char *const program_names[] = {"shell", "shell", "exec", "subsystem"};

static void program_ask(struct client_env *env, struct client *c)
{
	uint8_t bytes[4096];
	struct builder b = builder_over(bytes, sizeof(bytes));

	if (c->request == CLIENT_SHELL_PTY)
		pty_ask(env, c);
	request_begin(&b, c, program_names[c->request]);
	if (c->request >= CLIENT_EXEC)
		builder_text(&b, c->command);
	c->replies_owed++;
	client_send(env, c, builder_span(&b));
}

// --- writing -------------------------------------------------------------------------------------

size_t client_write_room(const struct client *c)
{
	if (!may_send(c) || c->channel < CHANNEL_ASKED || c->sent_eof || c->sent_close)
		return 0;
	return c->peer_window;
}

static size_t write_one(struct client_env *env, struct client *c, struct span bytes)
{
	uint8_t message[RECORD_MAX];
	struct builder b = builder_over(message, sizeof(message));
	size_t len = bytes.len < c->peer_packet ? bytes.len : c->peer_packet;

	len = len < WRITE_MAX ? len : WRITE_MAX;
	builder_u8(&b, SSH_MSG_CHANNEL_DATA);
	builder_u32(&b, c->peer_channel);
	builder_string(&b, span_of(bytes.data, len));
	c->peer_window -= (uint32_t)len;
	client_send(env, c, builder_span(&b));
	return len;
}

size_t client_write(struct client_env *env, struct client *c, struct span bytes)
{
	size_t room = client_write_room(c), done = 0;

	if (bytes.len > room)
		bytes.len = room;
	while (done < bytes.len && c->state == CLIENT_OPEN)
		done += write_one(env, c, span_of(bytes.data + done, bytes.len - done));
	return done;
}

void client_write_eof(struct client_env *env, struct client *c)
{
	if (c->channel < CHANNEL_ASKED || c->sent_eof || c->sent_close)
		return;
	c->owes_eof = !may_send(c);
	if (c->owes_eof)
		return;
	c->sent_eof = true;
	number_send(env, c, SSH_MSG_CHANNEL_EOF);
}

void client_channel_close(struct client_env *env, struct client *c)
{
	if (c->channel < CHANNEL_ASKED || c->sent_close)
		return;
	c->owes_close = !may_send(c);
	if (c->owes_close)
		return;
	c->sent_close = true;
	number_send(env, c, SSH_MSG_CHANNEL_CLOSE);
}

static void channel_over(struct client_env *env, struct client *c)
{
	c->channel = CHANNEL_NONE;
	c->replies_owed = 0;
	client_tell(env, c, CLIENT_CHANNEL_OVER, 0, span_of(NULL, 0));
}

void client_pay(struct client_env *env, struct client *c)
{
	for (; c->refusals_owed > 0; c->refusals_owed--)
		refuse_send(env, c);
	for (; c->channel_refusals_owed > 0; c->channel_refusals_owed--)
		number_send(env, c, SSH_MSG_CHANNEL_FAILURE);
	if (c->owes_eof)
		client_write_eof(env, c);
	if (c->owes_close) {
		client_channel_close(env, c);
		if (c->got_close)
			channel_over(env, c);
	}
	window_grant(env, c);
}

// --- what the server says ------------------------------------------------------------------------

static enum status on_confirmation(struct client_env *env, struct client *c, struct cursor *cur)
{
	if (c->channel != CHANNEL_OPENING)
		return STATUS_UNEXPECTED;
	c->peer_channel = cursor_u32(cur);
	c->peer_window = cursor_u32(cur);
	c->peer_packet = cursor_u32(cur);
	if (!cursor_ok(cur))
		return cur->status;
	if (c->peer_packet < PEER_LEAST)
		return STATUS_MALFORMED;
	c->channel = CHANNEL_ASKED;
	program_ask(env, c);
	return STATUS_OK;
}

static enum status on_open_failure(struct client_env *env, struct client *c, struct cursor *cur)
{
	struct span text;

	if (c->channel != CHANNEL_OPENING)
		return STATUS_UNEXPECTED;
	cursor_u32(cur); // reason
	text = cursor_string(cur);
	client_fail(env, c, CLIENT_FAILURE_CHANNEL, text);
	return STATUS_OK;
}

static enum status on_window(struct client_env *env, struct client *c, struct cursor *cur)
{
	uint32_t more = cursor_u32(cur);
	bool was_shut = c->peer_window == 0;

	if (!cursor_ok(cur) || more > WINDOW_LIMIT - c->peer_window)
		return STATUS_MALFORMED;
	c->peer_window += more;
	if (was_shut && client_write_room(c) > 0)
		client_tell(env, c, CLIENT_WRITABLE, 0, span_of(NULL, 0));
	return STATUS_OK;
}

static enum status on_data(struct client_env *env, struct client *c, struct cursor *cur,
                           bool extended)
{
	struct span data;

	if (extended)
		cursor_u32(cur); // stderr
	data = cursor_string(cur);
	if (cursor_end(cur) != STATUS_OK)
		return cursor_end(cur);
	if (data.len > c->our_window)
		return STATUS_TOO_LONG;
	c->our_window -= (uint32_t)data.len;
	c->consumed += (uint32_t)data.len;
	env->ops->data(env->owner, c, data);
	window_grant(env, c);
	return STATUS_OK;
}

static enum status on_close(struct client_env *env, struct client *c)
{
	c->got_close = true;
	if (!c->sent_close)
		client_channel_close(env, c);
	if (!c->owes_close)
		channel_over(env, c);
	return STATUS_OK;
}

static enum status on_request(struct client_env *env, struct client *c, struct cursor *cur)
{
	struct span name = cursor_string(cur);
	bool wants_reply = cursor_bool(cur);

	if (!cursor_ok(cur))
		return cur->status;
	if (span_is(name, "exit-status")) {
		uint32_t number = cursor_u32(cur);

		client_tell(env, c, CLIENT_EXIT_STATUS, number, span_of(NULL, 0));
	} else if (span_is(name, "exit-signal")) {
		client_tell(env, c, CLIENT_EXIT_STATUS, 255, cursor_string(cur));
	} else if (wants_reply && !may_send(c)) {
		if (c->channel_refusals_owed == UINT8_MAX)
			return STATUS_TOO_MANY;
		c->channel_refusals_owed++;
	} else if (wants_reply && !c->sent_close) {
		number_send(env, c, SSH_MSG_CHANNEL_FAILURE);
	}
	return STATUS_OK;
}

static enum status on_success(struct client_env *env, struct client *c)
{
	if (c->replies_owed == 0)
		return STATUS_UNEXPECTED;
	c->replies_owed--;
	if (c->replies_owed > 0)
		return STATUS_OK;
	c->channel = CHANNEL_READY;
	client_tell(env, c, CLIENT_CHANNEL_READY, 0, span_of(NULL, 0));
	return STATUS_OK;
}

static enum status on_failure(struct client_env *env, struct client *c)
{
	static const char *const names[] = {"shell", "pty or shell", "exec", "subsystem"};

	if (c->replies_owed == 0)
		return STATUS_UNEXPECTED;
	client_fail(env, c, CLIENT_FAILURE_REQUEST, span_text(names[c->request]));
	return STATUS_OK;
}

static enum status on_program_message(struct client_env *env, struct client *c, uint8_t number,
                                      struct cursor *cur)
{
	switch (number) {
	case SSH_MSG_CHANNEL_WINDOW_ADJUST:
		return on_window(env, c, cur);
	case SSH_MSG_CHANNEL_DATA:
		return on_data(env, c, cur, false);
	case SSH_MSG_CHANNEL_EXTENDED_DATA:
		return on_data(env, c, cur, true);
	case SSH_MSG_CHANNEL_EOF:
		client_tell(env, c, CLIENT_EOF, 0, span_of(NULL, 0));
		return STATUS_OK;
	case SSH_MSG_CHANNEL_CLOSE:
		return on_close(env, c);
	case SSH_MSG_CHANNEL_REQUEST:
		return on_request(env, c, cur);
	case SSH_MSG_CHANNEL_SUCCESS:
		return on_success(env, c);
	default:
		return on_failure(env, c);
	}
}

// The whole message, number included.
enum status client_on_channel(struct client_env *env, struct client *c, struct span message)
{
	struct cursor cur = cursor_over(message);
	uint8_t number = cursor_u8(&cur);
	uint32_t to = cursor_u32(&cur);

	if (!cursor_ok(&cur) || to != OUR_CHANNEL)
		return STATUS_MALFORMED;
	if (number == SSH_MSG_CHANNEL_OPEN_CONFIRMATION)
		return on_confirmation(env, c, &cur);
	if (number == SSH_MSG_CHANNEL_OPEN_FAILURE)
		return on_open_failure(env, c, &cur);
	if (c->channel < CHANNEL_ASKED || c->got_close)
		return STATUS_UNEXPECTED;
	return on_program_message(env, c, number, &cur);
}

// Global requests of servers (hostkeys-00, keepalive) are refused when they ask for an answer.
enum status client_on_global(struct client_env *env, struct client *c, struct span body)
{
	struct cursor cur = cursor_over(body);
	bool wants_reply;

	cursor_string(&cur);
	wants_reply = cursor_bool(&cur);
	if (!cursor_ok(&cur))
		return cur.status;
	if (!wants_reply)
		return STATUS_OK;
	if (may_send(c)) {
		refuse_send(env, c);
		return STATUS_OK;
	}
	if (c->refusals_owed == UINT8_MAX)
		return STATUS_TOO_MANY;
	c->refusals_owed++;
	return STATUS_OK;
}
