// Global requests (RFC 4254 section 4): all are refused, one is remembered.
#include "control/session/session.h"

#include "control/session/session_table.h"
#include "crypto/wire/cursor.h"

enum status global_on_request(struct shard *h, struct session *s, const struct message *m)
{
	static const uint8_t failure = SSH_MSG_REQUEST_FAILURE;
	struct cursor c = cursor_over(m->body);
	struct span name = cursor_string_max(&c, 256);
	bool wanted = cursor_bool(&c);

	if (!cursor_ok(&c))
		return c.status;
	// OpenSSH's PROTOCOL 2.2: the client promises to open no further session.
	if (span_is(name, "no-more-sessions@openssh.com"))
		s->flags |= SESSION_NO_MORE;
	else
		COUNT(h, globals_refused);
	if (wanted)
		session_send(h, s, span_of(&failure, 1));
	return STATUS_OK;
}

// We ask nothing that wants an answer.
enum status global_on_reply(struct shard *h, struct session *s, const struct message *m)
{
	COUNT(h, messages_ignored);
	return STATUS_OK;
}
