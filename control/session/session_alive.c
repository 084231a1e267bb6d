// keepalive@openssh.com asked by us: whatever the client says is an answer. And the end of
// connections without a channel.
#include "control/session/session_alive.h"

#include "crypto/wire/builder.h"

#define SECOND_US 1000000ull

// Sessions that began together do not ask together: less by up to a sixteenth, which each keeps.
static uint64_t interval_us(struct shard *h, const struct session *s)
{
	uint64_t us = SECOND_US * atomic_load(&h->control->config.alive_seconds);

	return us - (us >> 12) * s->session_id[1];
}

// When the next question is due; UINT64_MAX: never.
static uint64_t ask_us(struct shard *h, const struct session *s)
{
	uint64_t each = interval_us(h, s);

	return each == 0 ? UINT64_MAX : s->heard_us + each * (s->unanswered + 1u);
}

static bool has_channels(const struct session *s)
{
	for (unsigned i = 0; i < SESSION_CHANNELS; i++) {
		if (s->channels[i] != 0)
			return true;
	}
	return false;
}

static uint64_t unused_us(struct shard *h, const struct session *s)
{
	uint64_t most = SECOND_US * atomic_load(&h->control->config.unused_seconds);

	return most == 0 || has_channels(s) ? UINT64_MAX : s->unused_us + most;
}

uint64_t alive_due_us(struct shard *h, const struct session *s, uint64_t due_us)
{
	uint64_t ask, unused;

	if (s->state != SESSION_OPEN)
		return due_us;
	ask = ask_us(h, s);
	unused = unused_us(h, s);
	due_us = ask < due_us ? ask : due_us;
	return unused < due_us ? unused : due_us;
}

static void ask(struct shard *h, struct session *s)
{
	uint8_t bytes[64];
	struct builder b = builder_over(bytes, sizeof(bytes));

	s->unanswered++;
	COUNT(h, keepalives_sent);
	builder_u8(&b, SSH_MSG_GLOBAL_REQUEST);
	builder_text(&b, "keepalive@openssh.com");
	builder_bool(&b, true);
	session_send(h, s, builder_span(&b));
}

void alive_consider(struct shard *h, struct session *s)
{
	if (unused_us(h, s) <= h->now_us) {
		COUNT(h, unused_expired);
		session_disconnect(h, s, SSH_DISCONNECT_BY_APPLICATION,
		                   "no channel was open for too long");
	} else if (ask_us(h, s) > h->now_us) {
		return;
	} else if (s->unanswered >= atomic_load(&h->control->config.alive_count)) {
		COUNT(h, keepalives_lost);
		session_disconnect(h, s, SSH_DISCONNECT_CONNECTION_LOST,
		                   "client does not answer keepalives");
	} else {
		ask(h, s);
	}
}

void alive_unused(struct shard *h, struct session *s)
{
	if (has_channels(s))
		return;
	s->unused_us = h->now_us;
	if (s->state == SESSION_OPEN)
		session_arm(h, s, s->due_us);
}
