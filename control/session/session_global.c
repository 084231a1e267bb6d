// Global requests (RFC 4254 section 4): host keys are proven, a promise is remembered, the rest is
// refused. And pings, which are like them.
#include "control/session/session.h"

#include "control/session/session_hostkeys.h"
#include "control/session/session_table.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

#define PING_MAX 1024u // bytes that are sent back

// Replies go out in the order of their requests (RFC 4254 section 4).
static void refuse(struct shard *h, struct session *s)
{
	static const uint8_t failure = SSH_MSG_REQUEST_FAILURE;

	if (!(s->flags & SESSION_PROVING))
		session_send(h, s, span_of(&failure, 1));
	else if (s->globals_wait < UINT8_MAX)
		s->globals_wait++;
	else
		session_abort(h, s, "too many global requests");
}

enum status global_on_request(struct shard *h, struct session *s, const struct message *m)
{
	struct cursor c = cursor_over(m->body);
	struct span name = cursor_string_max(&c, 256);
	bool wanted = cursor_bool(&c);

	if (!cursor_ok(&c))
		return c.status;
	if (wanted && span_is(name, "hostkeys-prove-00@openssh.com") &&
	    hostkeys_prove(h, s, &c))
		return STATUS_OK;
	// OpenSSH's PROTOCOL 2.2: the client promises to open no further session.
	if (span_is(name, "no-more-sessions@openssh.com"))
		s->flags |= SESSION_NO_MORE;
	else
		COUNT(h, globals_refused);
	if (wanted)
		refuse(h, s);
	return STATUS_OK;
}

// We ask nothing that wants an answer.
enum status global_on_reply(struct shard *h, struct session *s, const struct message *m)
{
	COUNT(h, messages_ignored);
	return STATUS_OK;
}

// ping@openssh.com: the same bytes back. Some clients hide in them when somebody types.
enum status global_on_ping(struct shard *h, struct session *s, const struct message *m)
{
	uint8_t bytes[PING_MAX + 8];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct cursor c = cursor_over(m->body);
	struct span data = cursor_string_max(&c, PING_MAX);
	enum status status = cursor_end(&c);

	if (status != STATUS_OK)
		return status;
	COUNT(h, pings);
	builder_u8(&b, SSH_MSG_PONG);
	builder_string(&b, data);
	session_send(h, s, builder_span(&b));
	return STATUS_OK;
}
