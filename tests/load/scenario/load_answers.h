// Answers to the questions of keyboard-interactive, one a line. "totp:SECRET" is the one-time code of
// a secret in base32, as enrolment shows it; every other line is the answer itself.
#pragma once

#include "tests/load/client/ssh_client.h"

struct load_answers {
	struct blob text; // owned; the answers point into it
	struct client_answer all[CLIENT_ANSWERS_MAX];
	uint32_t count;
};

// Takes the text, behind which there is a NUL. False with load_complaint().
[[nodiscard]] bool load_answers_parse(struct blob text, struct load_answers *out);
void load_answers_fini(struct load_answers *a);
