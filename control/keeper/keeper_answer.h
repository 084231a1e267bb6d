// What the keeper does for control: one row a request (dataplane/link/keeper_msg.h), a job in and
// the same job, answered, out. Whoever asks is not trusted: every field is checked here.
#pragma once

#include "control/base/work_pool.h"
#include "control/keeper/keeper_password.h"
#include "control/keeper/keeper_ssh1.h"
#include "control/keeper/keeper_store.h"
#include "control/keeper/keeper_totp.h"
#include "dataplane/link/keeper_msg.h"

// Lanes run side by side, so that a rekey never waits behind a password.
enum keeper_lane {
	KEEPER_LANE_SIGN,     // milliseconds; urgent ones first
	KEEPER_LANE_PASSWORD, // 15 ms and 16 MiB each; codes
	KEEPER_LANE_KEYS,     // up to seconds; the only writer of the store
	KEEPER_LANES
};

struct keeper {
	struct keeper_store store;
	struct keeper_totp totp;
	struct keeper_ssh1 ssh1;
	char dummy[KEEPER_HASH_TEXT]; // hash that stands in for unknown users'
};

struct keeper_lanes;

// A request by value, later its answer. Owned by one thread at a time.
struct keeper_job {
	struct pool_job base; // first; the lanes'
	struct keeper_lanes *lanes;
	struct link_cell cell;
	struct blob payload; // wiped when freed
	uint32_t joint;      // where it came from ...
	uint32_t attached;   // ... and which attachment of it
	struct keeper_job *next;
};

// Copy a cell and its payload. NULL when memory is short.
struct keeper_job *keeper_job_make(const struct link_cell *cell, struct span payload);
void keeper_job_free(struct keeper_job *job);

struct keeper_body keeper_job_body(const struct keeper_job *job);

// Is this a request that has a row, with a payload of a length the row allows? OK, or the status
// to refuse it with; only then `lane` is set.
[[nodiscard]] enum status keeper_admit(const struct keeper_job *job, enum keeper_lane *lane);

// Carry out an admitted request: the job becomes its answer. In the lane it was admitted to.
void keeper_answer(struct keeper *k, struct keeper_job *job);

// Turn a job into an answer that says no.
void keeper_refuse(struct keeper_job *job, enum status why);
