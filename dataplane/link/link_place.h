// Ends that take turns wake each other at every step of a login. Across cores a wake costs an
// interrupt, a switch and a cold cache; on one core only a switch. So each end says on which core
// it runs and how much of that core is used, and its follower stays on that core while both fit
// there. Under load everyone runs where the system likes. Advice only: nothing is wrong when the
// other side lies, but the follower's choice of core.
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

struct link;

// One thread's account of its time. Its owner's thread only.
struct link_place {
	uint64_t since_us, slept_us; // this window: its start, the time slept in it
	unsigned used;               // percent of the last window that we were awake
	unsigned core, load;         // of the core we joined: which, how much of it is used
	bool joined;
	cpu_set_t all; // where this thread may run by right
};

void link_place_start(struct link_place *p, uint64_t now_us);

// After each sleep, with its ends. True once a window: time to tell and to follow.
[[nodiscard]] bool link_place_slept(struct link_place *p, uint64_t from_us, uint64_t to_us);

// For the other side of a joint: this end runs on `core`, of which `load` percent are used.
void link_place_tell(struct link *l, unsigned core, unsigned load);

// Join the core that the other side told of while both fit, leave it when it is full.
void link_place_follow(struct link_place *p, const struct link *leader);

// For a thread or child that was made by one that may have joined: run anywhere.
void link_place_roam(const struct link_place *p);

// Tell followers of our own about the core that we joined; a full one when we did not.
void link_place_pass(const struct link_place *p, struct link *l);
