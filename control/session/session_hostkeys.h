// Rotation of host keys (OpenSSH's PROTOCOL 2.5): the client is told which keys we have, and may ask
// for proof before it remembers them.
#pragma once

#include "control/session/session.h"
#include "crypto/wire/cursor.h"

// After login: hostkeys-00@openssh.com.
void hostkeys_announce(struct shard *h, struct session *s);

// hostkeys-prove-00@openssh.com, behind its name and want-reply: answered once a session, when the
// keeper has signed. False: it cannot be answered.
bool hostkeys_prove(struct shard *h, struct session *s, struct cursor *keys);
