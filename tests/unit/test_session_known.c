// Tests control/session/session_known.c
#include "tests/unit/check.h"

#include "control/session/session_known.h"

TEST(the_broken_versions_of_asyncssh_are_known_by_their_whole_name)
{
	CHECK(known_talks_in_rekey(span_text("SSH-2.0-AsyncSSH_2.10.1")));
	CHECK(known_talks_in_rekey(span_text("SSH-2.0-AsyncSSH_2.14.2")));
	CHECK(!known_talks_in_rekey(span_text("SSH-2.0-AsyncSSH_2.10.1 and more")));
	CHECK(!known_talks_in_rekey(span_text("SSH-2.0-AsyncSSH_2.1")));
}

TEST(the_repaired_version_of_asyncssh_and_others_are_known_for_nothing)
{
	CHECK(!known_talks_in_rekey(span_text("SSH-2.0-AsyncSSH_2.15.0")));
	CHECK(!known_talks_in_rekey(span_text("SSH-2.0-OpenSSH_9.2p1")));
	CHECK(!known_talks_in_rekey(span_of(NULL, 0)));
}

CHECK_MAIN()
