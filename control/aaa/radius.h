// Asking a RADIUS server who somebody is (RFC 2865). The client library blocks while it waits, so
// a question runs in a thread of the pool below. Each question has a library handle of its own:
// nothing of it is shared between threads.
#pragma once

#include "crypto/core/span.h"

#include <stdint.h>

#define RADIUS_SERVERS      17 // of one scheme: the primary one and 16 others
#define RADIUS_KEY_MAX      64
#define RADIUS_PASSWORD_MAX 128 // RFC 2865 section 5.2
#define RADIUS_STATE_MAX    253
#define RADIUS_PROMPT_MAX   512
#define RADIUS_ROLES_MAX    63

struct radius_server {
	char address[46];
	uint16_t port;
};

struct radius_question {
	struct radius_server servers[RADIUS_SERVERS]; // in the order in which they are asked
	uint32_t server_count;
	char key[RADIUS_KEY_MAX + 1];
	uint32_t timeout_s, tries, quiet_minutes;
	char nas[65];    // who asks
	char caller[48]; // who wants to log in
	char user[96];
	char password[RADIUS_PASSWORD_MAX + 1];
	uint8_t state[RADIUS_STATE_MAX]; // of the challenge that is answered
	uint32_t state_len;
};

enum radius_verdict { RADIUS_SILENT, RADIUS_ACCEPT, RADIUS_REJECT, RADIUS_CHALLENGE };

struct radius_answer {
	enum radius_verdict verdict;
	char roles[RADIUS_ROLES_MAX + 1];   // ACCEPT: by commas; "": none was given
	char prompt[RADIUS_PROMPT_MAX + 1]; // CHALLENGE
	uint8_t state[RADIUS_STATE_MAX];    // CHALLENGE
	uint32_t state_len;
};

// Blocks. A server that is silent is not asked again for quiet_minutes, unless all are.
void radius_ask(const struct radius_question *question, struct radius_answer *answer);

// The roles in a `shell:roles` attribute: `shell:roles="a b"`. False for any other text.
bool radius_roles(struct span text, char out[RADIUS_ROLES_MAX + 1]);
