// Channel requests (RFC 4254 section 6): terminals, programs, signals. What would reach beyond the
// device's own command line is refused.
#include "control/session/session_channel.h"

#include "control/session/session_log.h"
#include "control/session/session_policy.h"
#include "control/session/session_table.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

#define MODES_MAX 4096u // bytes of encoded terminal modes

// One request: its own part is read from `c`; true when it is granted.
struct request {
	const char *name;
	bool (*run)(struct shard *h, struct session *s, struct channel *channel,
	            struct cursor *c);
};

void channel_answer(struct shard *h, struct session *s, struct channel *c, bool wanted, bool ok)
{
	uint8_t bytes[8];
	struct builder b = builder_over(bytes, sizeof(bytes));

	if (!ok)
		COUNT(h, requests_refused);
	if (!wanted)
		return;
	builder_u8(&b, ok ? SSH_MSG_CHANNEL_SUCCESS : SSH_MSG_CHANNEL_FAILURE);
	builder_u32(&b, c->peer);
	session_send(h, s, builder_span(&b));
}

// --- terminals -----------------------------------------------------------------------------------

static uint32_t size_clamp(uint32_t cells)
{
	return cells < CHANNEL_CELLS_MAX ? cells : CHANNEL_CELLS_MAX;
}

static void size_read(struct channel *channel, struct cursor *c)
{
	uint32_t columns = cursor_u32(c), rows = cursor_u32(c);

	cursor_u32(c); // pixels
	cursor_u32(c);
	if (!cursor_ok(c))
		return;
	channel->columns = size_clamp(columns);
	channel->rows = size_clamp(rows);
}

// Opcode and value pairs (RFC 4254 section 8). Read to their end so that nothing malformed passes;
// none concerns a line editor.
static bool modes_are_sound(struct span modes)
{
	struct cursor c = cursor_over(modes);

	while (cursor_left(&c) > 0) {
		uint8_t opcode = cursor_u8(&c);

		if (opcode == 0 || opcode >= 160) // end, or a form that nobody has defined
			break;
		cursor_u32(&c);
	}
	return cursor_ok(&c);
}

static bool run_pty(struct shard *h, struct session *s, struct channel *channel,
                    struct cursor *c)
{
	struct span term = cursor_string_max(c, 256);
	size_t len = term.len <= CHANNEL_TERM_MAX ? term.len : CHANNEL_TERM_MAX;
	struct span modes;

	size_read(channel, c);
	modes = cursor_string_max(c, MODES_MAX);
	if (cursor_end(c) != STATUS_OK || channel->type != 0 || channel->flags & CHANNEL_PTY ||
	    !span_is_printable(term) || !modes_are_sound(modes))
		return false;
	if (len > 0)
		memcpy(channel->term, term.data, len);
	channel->flags |= CHANNEL_PTY;
	return true;
}

static bool run_window_change(struct shard *h, struct session *s, struct channel *channel,
                              struct cursor *c)
{
	size_read(channel, c);
	if (cursor_end(c) != STATUS_OK || !(channel->flags & CHANNEL_PTY))
		return false;
	shell_resize(h, channel);
	return true;
}

// --- programs ------------------------------------------------------------------------------------

// One program a channel, and only for users whose service this is.
static bool program_open(struct shard *h, struct session *s, struct channel *channel,
                         struct cursor *c, enum dialogue_type type, uint8_t service,
                         struct span text)
{
	if (cursor_end(c) != STATUS_OK || channel->type != 0 ||
	    channel->flags & (CHANNEL_SENT_CLOSE | CHANNEL_GOT_CLOSE) ||
	    !(s->services & service))
		return false;
	if (shell_open(h, s, channel, type, text) != STATUS_OK)
		return false;
	channel->service = service;
	if (type == DIALOGUE_SHELL)
		log_line_taken(h, s);
	return true;
}

static bool run_shell(struct shard *h, struct session *s, struct channel *channel,
                      struct cursor *c)
{
	return program_open(h, s, channel, c, DIALOGUE_SHELL, API_SERVICE_STELNET,
	                    span_of(NULL, 0));
}

static void log_subsystem(struct shard *h, const struct session *s, struct cursor *c,
                          struct span wanted, bool ok)
{
	char name[128];

	if (cursor_end(c) == STATUS_OK)
		log_session(h, s, LOG_INFO, "SSHS_LOG", "Subsystem request for %s%s.",
		            log_escape(name, sizeof(name),
		                       span_of(wanted.data, wanted.len < 24 ? wanted.len : 24)),
		            ok ? "" : " refused");
}

// A program of cli's file service: cli gets its name and words, and runs no command.
static bool files_open(struct shard *h, struct session *s, struct channel *channel,
                       struct cursor *c, uint8_t service, bool enabled, struct span text)
{
	bool ok = enabled && program_open(h, s, channel, c, DIALOGUE_SUBSYSTEM, service, text);

	log_subsystem(h, s, c, text, ok);
	return ok;
}

static bool is_scp(struct span command)
{
	return command.len > 4 && memcmp(command.data, "scp ", 4) == 0;
}

static bool run_exec(struct shard *h, struct session *s, struct channel *channel,
                     struct cursor *c)
{
	struct span command = cursor_string_max(c, CHANNEL_TEXT_MAX);

	if (is_scp(command))
		return files_open(h, s, channel, c, API_SERVICE_SCP,
		                  atomic_load(&h->control->config.scp), command);
	return program_open(h, s, channel, c, DIALOGUE_EXEC, API_SERVICE_STELNET, command);
}

// The file service under a name, or a command of the device that bears one.
static bool run_subsystem(struct shard *h, struct session *s, struct channel *channel,
                          struct cursor *c)
{
	struct span wanted = cursor_string_max(c, 256);
	char command[POLICY_COMMAND_MAX] = "";
	bool known = policy_subsystem(&h->control->config, wanted, command), ok;

	if (command[0] == 0) {
		ok = known && atomic_load(&h->control->config.sftp) &&
		     program_open(h, s, channel, c, DIALOGUE_SUBSYSTEM, API_SERVICE_SFTP,
		                  span_text("sftp"));
	} else {
		ok = program_open(h, s, channel, c, DIALOGUE_EXEC, API_SERVICE_STELNET,
		                  span_text(command));
	}
	log_subsystem(h, s, c, wanted, ok);
	return ok;
}

// --- the rest ------------------------------------------------------------------------------------

// What is taken is not used: no program of the device has an environment of the client's.
static bool run_env(struct shard *h, struct session *s, struct channel *channel,
                    struct cursor *c)
{
	struct span name = cursor_string_max(c, 256);

	cursor_string_max(c, CHANNEL_TEXT_MAX);
	if (cursor_end(c) != STATUS_OK)
		return false;
	return policy_takes_variable(&h->control->config, name);
}

static bool run_signal(struct shard *h, struct session *s, struct channel *channel,
                       struct cursor *c)
{
	struct span name = cursor_string_max(c, 16);

	if (cursor_end(c) != STATUS_OK || name.len == 0 || !span_is_printable(name))
		return false;
	shell_signal(h, channel, name);
	return true;
}

// RFC 4335: heard, without effect.
static bool run_break(struct shard *h, struct session *s, struct channel *channel,
                      struct cursor *c)
{
	cursor_u32(c); // length in milliseconds
	return cursor_end(c) == STATUS_OK;
}

// OpenSSH's PROTOCOL 2.1: nobody reads any more what a command prints. It ends, as a program would
// whose pipe is broken; who types at a terminal is left alone.
static bool run_end_of_write(struct shard *h, struct session *s, struct channel *channel,
                             struct cursor *c)
{
	if (cursor_end(c) != STATUS_OK)
		return false;
	if (channel->type == DIALOGUE_EXEC)
		shell_signal(h, channel, span_text("HUP"));
	return true;
}

static const struct request requests[] = {
        {"pty-req", run_pty},
        {"shell", run_shell},
        {"exec", run_exec},
        {"window-change", run_window_change},
        {"env", run_env},
        {"signal", run_signal},
        {"subsystem", run_subsystem},
        {"break", run_break},
        {"eow@openssh.com", run_end_of_write},
};

static bool request_run(struct shard *h, struct session *s, struct channel *channel,
                        struct span name, struct cursor *c)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (span_is(name, requests[i].name))
			return requests[i].run(h, s, channel, c);
	}
	return false; // x11-req, auth-agent-req@openssh.com and all that nobody knows
}

// A request that is malformed in its own part is refused; one whose head is malformed ends the
// session.
enum status channel_on_request(struct shard *h, struct session *s, const struct message *m)
{
	struct cursor c = cursor_over(m->body);
	struct channel *channel = channel_in(h, s, &c);
	struct span name = cursor_string_max(&c, 256);
	bool wanted = cursor_bool(&c);
	bool granted;

	if (!cursor_ok(&c) || channel == NULL)
		return cursor_ok(&c) ? STEP_STAY : c.status;
	s->active_us = h->now_us;
	granted = request_run(h, s, channel, name, &c);
	channel_answer(h, s, channel, wanted, granted);
	if (granted && channel->type == DIALOGUE_SUBSYSTEM)
		channel_widen(h, s, channel);
	if (granted && s->state != SESSION_CLOSING)
		channel_pump(h, s, channel);
	return STATUS_OK;
}
