// The list of clients whose fault is borne.
#include "control/session/session_known.h"

// A repair of AsyncSSH's login broke its key re-exchange until 2.15.0; Debian 12 has that repair in
// its 2.10.1.
static const char *const talkers[] = {
        "SSH-2.0-AsyncSSH_2.10.1",
        "SSH-2.0-AsyncSSH_2.14.1",
        "SSH-2.0-AsyncSSH_2.14.2",
};

bool known_talks_in_rekey(struct span ident)
{
	for (size_t i = 0; i < sizeof(talkers) / sizeof(talkers[0]); i++) {
		if (span_is(ident, talkers[i]))
			return true;
	}
	return false;
}
