// What an SSH-1.5 session does after its login: a terminal if wanted, one program, bytes both ways,
// its exit status.
#include "control/session/session_v1.h"

#include "control/session/session_log.h"
#include "control/session/session_table.h"

#define PACKET_DEFAULT (32u * 1024) // most that we say in one message
#define PACKET_MIN     1024u        // a client that takes less is refused
#define PACKET_HEAD    16u          // of a message: number, length, CRC, padding
#define EXIT_WAIT_US   (10ull * 1000000)
#define WINDOW         (1u << 30)

static struct channel *only_channel(struct shard *h, const struct session *s)
{
	return channel_at(h, s, 0);
}

bool v1_channel_open(struct shard *h, struct session *s)
{
	struct channel *c = channel_new(h, s);

	if (c == NULL)
		return false;
	c->flags |= CHANNEL_ENDLESS;
	c->peer_window = WINDOW;
	c->peer_packet = PACKET_DEFAULT;
	return true;
}

// --- before the program --------------------------------------------------------------------------

static void size_read(struct channel *c, struct cursor *at)
{
	uint32_t rows = cursor_u32(at), columns = cursor_u32(at);

	cursor_u32(at); // pixels
	cursor_u32(at);
	if (!cursor_ok(at))
		return;
	c->rows = rows < CHANNEL_CELLS_MAX ? rows : CHANNEL_CELLS_MAX;
	c->columns = columns < CHANNEL_CELLS_MAX ? columns : CHANNEL_CELLS_MAX;
}

// The modes that follow concern no line editor.
enum status v1_on_pty(struct shard *h, struct session *s, const struct message *m)
{
	struct channel *c = only_channel(h, s);
	struct cursor at = cursor_over(m->body);
	struct span term = cursor_string_max(&at, 256);
	size_t len = term.len <= CHANNEL_TERM_MAX ? term.len : CHANNEL_TERM_MAX;
	bool may = !(c->flags & CHANNEL_PTY) && span_is_printable(term);

	size_read(c, &at);
	if (!cursor_ok(&at))
		return at.status;
	if (may) {
		if (len > 0)
			memcpy(c->term, term.data, len);
		c->flags |= CHANNEL_PTY;
	}
	v1_answer(h, s, may);
	return STATUS_OK;
}

enum status v1_on_max_packet(struct shard *h, struct session *s, const struct message *m)
{
	struct channel *c = only_channel(h, s);
	struct cursor at = cursor_over(m->body);
	uint32_t most = cursor_u32(&at);
	enum status status = cursor_end(&at);
	bool may = most >= PACKET_MIN && most <= SSH1_PACKET_MAX;

	if (status != STATUS_OK)
		return status;
	if (may)
		c->peer_packet = most - PACKET_HEAD < PACKET_DEFAULT ? most - PACKET_HEAD
		                                                     : PACKET_DEFAULT;
	v1_answer(h, s, may);
	return STATUS_OK;
}

// Compression, forwarding of ports, agents and X11.
enum status v1_on_request_other(struct shard *h, struct session *s, const struct message *m)
{
	COUNT(h, requests_refused);
	v1_answer(h, s, false);
	return STATUS_OK;
}

// --- the program ---------------------------------------------------------------------------------

// Neither request has an answer when it is granted; one that is not ends the session.
static enum status program_open(struct shard *h, struct session *s, enum dialogue_type type,
                                struct span text)
{
	struct channel *c = only_channel(h, s);

	if (!(s->services & API_SERVICE_STELNET) ||
	    shell_open(h, s, c, type, text) != STATUS_OK) {
		COUNT(h, requests_refused);
		session_disconnect(h, s, SSH_DISCONNECT_SERVICE_UNAVAIL,
		                   "this service is not available");
		return STEP_STAY;
	}
	c->service = API_SERVICE_STELNET;
	wheel_cancel(&h->wheel, session_slot(h, s));
	if (type == DIALOGUE_SHELL)
		log_line_taken(h, s);
	return STATUS_OK;
}

enum status v1_on_shell(struct shard *h, struct session *s, const struct message *m)
{
	if (m->body.len != 0)
		return STATUS_TRAILING;
	return program_open(h, s, DIALOGUE_SHELL, span_of(NULL, 0));
}

// Copying files is a service of SSH-2.
static bool is_scp(struct span text)
{
	return text.len >= 4 && memcmp(text.data, "scp ", 4) == 0;
}

enum status v1_on_command(struct shard *h, struct session *s, const struct message *m)
{
	struct cursor c = cursor_over(m->body);
	struct span text = cursor_string_max(&c, CHANNEL_TEXT_MAX);
	enum status status = cursor_end(&c);

	if (status != STATUS_OK)
		return status;
	if (is_scp(text)) {
		COUNT(h, requests_refused);
		session_disconnect(h, s, SSH_DISCONNECT_SERVICE_UNAVAIL,
		                   "files are not copied over SSH-1");
		return STEP_STAY;
	}
	return program_open(h, s, DIALOGUE_EXEC, text);
}

// --- bytes ---------------------------------------------------------------------------------------

void v1_flow(struct shard *h, struct session *s, struct channel *c)
{
	uint32_t waiting = c->in.bytes + c->unconsumed;
	bool held = s->flags & SESSION_HELD;
	bool hold = waiting > (held ? CHANNEL_WINDOW / 2 : CHANNEL_WINDOW);
	struct data_hold body = {.on = hold};
	struct link_cell cell = {.kind = DATA_HOLD,
	                         .slot = session_slot(h, s),
	                         .life = s->life,
	                         .buffer = LINK_NO_BUFFER,
	                         .offset = s->down_bytes};

	if (hold == held || s->state == SESSION_CLOSING)
		return;
	memcpy(cell.body, &body, sizeof(body));
	if (h->data == NULL || !link_post(h->data, &cell)) {
		session_stick(h, s); // pumping it tries again
		return;
	}
	s->flags ^= SESSION_HELD;
}

enum status v1_on_stdin(struct shard *h, struct session *s, const struct message *m)
{
	struct channel *c = only_channel(h, s);
	struct cursor at = cursor_over(m->body);
	struct span bytes = cursor_string(&at);
	enum status status = cursor_end(&at);

	if (status != STATUS_OK)
		return status;
	s->active_us = h->now_us;
	if (c->flags & (CHANNEL_GOT_EOF | CHANNEL_EXITED)) {
		COUNT_N(h, channel_data_late, bytes.len);
		return STATUS_OK;
	}
	if (!shell_take(h, s, c, bytes)) {
		COUNT(h, no_memory);
		return STATUS_NO_MEMORY;
	}
	v1_flow(h, s, c);
	return STATUS_OK;
}

enum status v1_on_eof(struct shard *h, struct session *s, const struct message *m)
{
	struct channel *c = only_channel(h, s);

	c->flags |= CHANNEL_GOT_EOF;
	shell_input(h, s, c);
	return STATUS_OK;
}

enum status v1_on_window(struct shard *h, struct session *s, const struct message *m)
{
	struct channel *c = only_channel(h, s);
	struct cursor at = cursor_over(m->body);

	size_read(c, &at);
	if (cursor_end(&at) != STATUS_OK)
		return at.status;
	shell_resize(h, c);
	return STATUS_OK;
}

// A door that was asked for although none was granted.
enum status v1_on_port_open(struct shard *h, struct session *s, const struct message *m)
{
	uint8_t bytes[8];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct cursor c = cursor_over(m->body);

	COUNT(h, channels_refused);
	builder_u8(&b, SSH1_MSG_CHANNEL_OPEN_FAILURE);
	builder_u32(&b, cursor_u32(&c)); // the client's number of it
	session_send(h, s, builder_span(&b));
	return STATUS_OK;
}

// --- the end -------------------------------------------------------------------------------------

void v1_exit(struct shard *h, struct session *s, struct channel *c)
{
	uint8_t bytes[8];
	struct builder b = builder_over(bytes, sizeof(bytes));

	if (s->state != SESSION_V1_OPEN)
		return;
	builder_u8(&b, SSH1_SMSG_EXITSTATUS);
	builder_u32(&b, c->exit_status);
	session_send(h, s, builder_span(&b));
	v1_flow(h, s, c);
	if (s->state == SESSION_CLOSING)
		return;
	session_enter(h, s, SESSION_V1_EXITING);
	session_arm(h, s, h->now_us + EXIT_WAIT_US);
}

enum status v1_on_late(struct shard *h, struct session *s, const struct message *m)
{
	COUNT(h, messages_ignored);
	return STATUS_OK;
}

enum status v1_on_confirmed(struct shard *h, struct session *s, const struct message *m)
{
	session_close(h, s);
	return STATUS_OK;
}

enum status v1_on_exit_expired(struct shard *h, struct session *s, const struct message *m)
{
	session_close(h, s);
	return STATUS_OK;
}
