// A program that works on the device's files and speaks a protocol of its own over a dialogue's
// bytes: SFTP, SCP. Bytes in, bytes out; it knows no dialogue, no loop and no clock.
//
// It runs where a slow disk may hold it, one call at a time. Between calls its owner adds to `in`
// and takes from `out` and `log`; a call reads the front of `in` and adds to the others. A call
// ends after a bounded amount of work.
#pragma once

#include "cli/files/quota.h"
#include "cli/term/text.h"

#include <stdatomic.h>

#define PROGRAM_IN_HIGH  (1u << 20)    // what waits in `in`, unless one request is larger
#define PROGRAM_OUT_HIGH (256u * 1024) // above which a call makes no further answer

enum program_turn {
	PROGRAM_HUNGRY, // needs more input
	PROGRAM_AGAIN,  // has more to do
	PROGRAM_OVER,   // has ended: exit_status
};

// Whose files, and what may be done with them.
struct program_setup {
	int root;              // directory that nothing below escapes; borrowed
	const char *directory; // work below this one instead; NULL: the root itself
	bool read_only;
	struct quotas *quotas;      // of the process; NULL: nobody has limits
	struct quota_limits limits; //
	struct span user, peer;     // for the log
};

struct program {
	const struct program_kind *kind;
	int root;
	char *directory; // owned: to be entered before the first call; NULL: done
	int entered;     // owned: the root, when it was entered; else -1
	bool ready;      // has been entered
	bool read_only;
	struct quotas *quotas;
	struct quota_limits limits;
	struct quota *quota;   // owned; NULL: no limits
	bool in_ended;         // nothing will follow what is in `in`
	atomic_bool cancelled; // by the owner, at any time: end the call soon
	uint32_t exit_status;
	char *user, *peer; // owned
	struct text in, out, log;
};

struct program_kind {
	const char *name;                         // in the log
	size_t (*needs)(const struct program *p); // bytes of `in` without which a call is idle
	enum program_turn (*run)(struct program *p);
	void (*end)(struct program *p); // let go of all files; may wait for a disk
	void (*free)(struct program *p);
};

// False: no memory.
[[nodiscard]] bool program_init(struct program *p, const struct program_kind *kind,
                                const struct program_setup *setup);
void program_fini(struct program *p);

// Where a slow disk may hold it: false when its work directory is not there.
[[nodiscard]] bool program_enter(struct program *p);

// A line for the log about one operation; names are escaped.
void program_log(struct program *p, const char *verb, const char *path, const char *result);
