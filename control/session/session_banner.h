// What is said before anybody has logged in: `header legal` and `header login`.
#pragma once

#include "control/session/session.h"

#define BANNER_TEXT_MAX 1900u // of one message, with its line ends

// `text` as a terminal may be shown it: lines end with CR LF, other control characters and what is
// not UTF-8 are left out (RFC 4252 section 5.4). Returns its length, at most `max`.
size_t banner_clean(struct span text, uint8_t *out, size_t max);

// USERAUTH_BANNER, once a session, before its first request is answered.
void banner_say(struct shard *h, struct session *s);
