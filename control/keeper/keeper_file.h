// Small files that must never be half written: keys, the admin account, known_hosts.
#pragma once

#include "crypto/core/span.h"
#include "crypto/core/status.h"

#include <sys/types.h>

#define KEEPER_FILE_MAX 65536 // bytes; a longer file is none of ours

// Who a new file belongs to; KEEPER_OWNER_SELF leaves it with the caller.
struct keeper_owner {
	uid_t uid;
	gid_t gid;
};
#define KEEPER_OWNER_SELF ((struct keeper_owner){(uid_t)-1, (gid_t)-1})

// Write `dir`/`name` as a whole or not at all: a new file, synced, then renamed over the old one.
// The directory may belong to somebody less trusted: no link in it is followed.
[[nodiscard]] enum status keeper_file_write(int dir, const char *name, struct span bytes,
                                            mode_t mode, struct keeper_owner owner);

// Read a regular file. NOT_FOUND when there is none. `made` (may be NULL): its time, Unix seconds.
[[nodiscard]] enum status keeper_file_read(int dir, const char *name, struct blob *out,
                                           uint64_t *made);

bool keeper_file_exists(int dir, const char *name);
