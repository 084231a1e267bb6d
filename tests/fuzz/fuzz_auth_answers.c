// INFO_RESPONSE: parsed, and stepped through a session that has asked for one answer.
#include "tests/fuzz/control_target.h"

static void ask(struct session *s)
{
	uint8_t bytes[128];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, SSH_MSG_USERAUTH_REQUEST);
	builder_text(&b, "bob");
	builder_text(&b, "ssh-connection");
	builder_text(&b, "keyboard-interactive");
	builder_text(&b, "");
	builder_text(&b, "");
	target_message(s, SSH_MSG_USERAUTH_REQUEST, builder_span(&b));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span answers[AUTH_PROMPTS_MAX];
	struct session *s;

	if (size == 0 || size > 40000)
		return 0;
	(void)!auth_answers_parse(span_of(data, size), 2, answers);
	s = target_session(SESSION_EXPECT_AUTH);
	ask(s);
	target_message(s, SSH_MSG_USERAUTH_INFO_RESPONSE, span_of(data, size));
	target_end(s);
	return 0;
}
