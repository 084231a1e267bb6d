// How a thread of the generator reaches its target: kernel sockets or a port of its own. Owner
// thread only but for wake. Bytes are queued and leave before the next poll waits.
#pragma once

#include "crypto/core/span.h"

// clang-format off
#define LOAD_END_LIST(X)                                                                          \
	X(CLOSED,      "connection closed by the server")                                         \
	X(REFUSED,     "connection refused")                                                      \
	X(RESET,       "connection reset")                                                        \
	X(TIMEOUT,     "connection timed out")                                                    \
	X(UNREACHABLE, "target unreachable")                                                      \
	X(LOCAL,       "the generator ran out of something")
// clang-format on

enum load_end {
#define X(name, text) LOAD_END_##name,
	LOAD_END_LIST(X)
#undef X
	        LOAD_ENDS
};
const char *load_end_text(enum load_end end);

// Told inside the link's calls; any verb may be used in them.
struct load_link_app {
	void (*opened)(void *app, uint32_t slot);
	// Answers how much was taken; the rest is given again with what follows, or by feed.
	size_t (*input)(void *app, uint32_t slot, struct span bytes);
	bool (*busy)(void *app, uint32_t slot);    // takes nothing before the next feed
	void (*drained)(void *app, uint32_t slot); // nothing is queued any more
	// The connection is over and forgotten.
	void (*ended)(void *app, uint32_t slot, enum load_end why);
};

#define LOAD_EARLY_US 200u // a link wakes so long before a timer, to be awake when it is due

struct load_link;
struct load_link_ops {
	// `opened` or `ended` follows, not inside this call; false when not even that.
	bool (*connect)(struct load_link *link, uint32_t slot);
	void (*send)(struct load_link *link, uint32_t slot, struct span bytes);
	void (*push)(struct load_link *link, uint32_t slot); // send now what can be
	// When what was last pushed was on the wire, once it is known; 0: it is not.
	uint64_t (*left)(const struct load_link *link, uint32_t slot);
	size_t (*queued)(const struct load_link *link, uint32_t slot);
	void (*feed)(struct load_link *link, uint32_t slot);
	void (*close)(struct load_link *link,
	              uint32_t slot); // no more is sent; `ended` follows
	void (*abort)(struct load_link *link, uint32_t slot); // reset; not told
	void (*poll)(struct load_link *link, uint64_t until_us);
	void (*wake)(struct load_link *link); // from any thread: end the poll
	void (*free)(struct load_link *link);
};

struct load_link {
	const struct load_link_ops *ops;
	const struct load_link_app *app_ops;
	void *app;
	uint64_t syn_us;      // when the last connect began
	uint64_t at_us;       // when the bytes in hand arrived; 0: not known
	uint32_t punctual_us; // a timer's word that is ready later than so was late; 0: each
};

// Microseconds, monotonic.
uint64_t load_now_us(void);
