// USERAUTH_REQUEST: parsed, and stepped through a session that awaits one.
#include "tests/fuzz/control_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct auth_request request;
	struct session *s;

	if (size > 40000)
		return 0;
	(void)!auth_request_parse(span_of(data, size), &request);
	s = target_session(SESSION_EXPECT_AUTH);
	target_message(s, SSH_MSG_USERAUTH_REQUEST, span_of(data, size));
	target_end(s);
	return 0;
}
