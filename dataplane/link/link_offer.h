// How descriptors reach a process: each child of the supervisor has one seqpacket socket at
// descriptor 3; every joint, arena and device it is to use arrives there as one offer, at start
// and again whenever the process at the other end was started anew. An offer for a joint that is
// already attached replaces it: the receiver ends the sessions of the old one first.
#pragma once

#include "crypto/core/status.h"

#include <stdbool.h>
#include <stdint.h>

#define LINK_OFFER_SOCKET 3
#define LINK_OFFER_FDS    3

// clang-format off
#define LINK_OFFER_LIST(X)                                                                  \
	X(DATA,     "dataplane (A) and control (B), one per worker; memfd, self, peer")    \
	X(KEEPER,   "control (A) and keeper (B), one per worker; memfd, self, peer")       \
	X(DIALOGUE, "control (A) and cli (B), one per worker; memfd, self, peer")          \
	X(CONNS,    "dataplane: arena of connections of one worker; memfd")                \
	X(SESSIONS, "control: arena of sessions of one shard; memfd")                      \
	X(COUNTERS, "dataplane writes, control reads: counters of one worker; memfd")      \
	X(TRACE,    "any: where this process writes its trace; memfd")                     \
	X(CAPTURE,  "dataplane: frames captured by one worker; memfd")                     \
	X(CONSOLE,  "cli: listening socket of the local console; socket")                  \
	X(LAUNCHER, "cli (A) and launcher (B); one end of a seqpacket socket")            \
	X(START,    "all of the first offers have been made; no descriptor")               \
	X(STOP,     "end in good order: tell the sessions why, then exit; no descriptor")
// clang-format on

enum link_offer_role {
#define X(name, text) LINK_OFFER_##name,
	LINK_OFFER_LIST(X)
#undef X
	        LINK_OFFER_ROLES
};

struct link_offer {
	uint32_t role;
	uint32_t index; // worker or shard
	uint32_t fd_count;
	int32_t fds[LINK_OFFER_FDS]; // received close-on-exec; the receiver owns them
};

// Wait for one offer. UNEXPECTED for a malformed one (its descriptors are closed), SHUTDOWN when
// the supervisor is gone, NOT_FOUND on a non-blocking socket with nothing there.
[[nodiscard]] enum status link_offer_receive(int socket, struct link_offer *out);
[[nodiscard]] enum status link_offer_send(int socket, const struct link_offer *offer);

// A one-byte-kind report from child to supervisor.
enum link_report { LINK_REPORT_READY = 1, LINK_REPORT_REBOOT = 2, LINK_REPORT_LISTENING = 3 };
[[nodiscard]] enum status link_report_send(int socket, enum link_report report);
// The supervisor's end: NOT_FOUND when there is none, UNEXPECTED for a malformed one.
[[nodiscard]] enum status link_report_receive(int socket, enum link_report *out);
const char *link_offer_name(uint32_t role);
