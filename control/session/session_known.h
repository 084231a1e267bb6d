// Clients known for a fault that would cost their users a session. Nothing else is decided by a
// client's name; a row leaves when nobody uses that client any more.
#pragma once

#include "crypto/core/span.h"

// Does it go on with its channels between its KEXINIT and its NEWKEYS, against RFC 4253 section 7.1?
bool known_talks_in_rekey(struct span ident);
