// Files by virtual paths: `/` is the root directory that a user works in, and the kernel resolves
// every path beneath it (openat2, RESOLVE_BENEATH), so no symbolic link, no `..` and no race leads
// out. What lies outside is missing (ENOENT), whatever it is.
#pragma once

#include "crypto/core/span.h"

#include <sys/stat.h>

#define JAIL_PATH_MAX 4096

// Canonical: begins with `/`, no `.`, `..`, empty component or trailing slash.
struct jail_path {
	char text[JAIL_PATH_MAX + 2];
};

// From a client's bytes; relative ones begin at `/`, `..` of `/` is `/`. False with errno: too long,
// or a NUL byte inside.
[[nodiscard]] bool jail_path(struct span from, struct jail_path *out);
// Its last name: "" for the root.
const char *jail_leaf(const struct jail_path *path);

// All of these return -1 with errno, and close on exec what they open.
int jail_open(int root, const char *path, int flags, mode_t mode);
// The directory that holds `path`, for calls with a name: `*leaf` is the name, never followed by
// those. EBUSY for the root itself.
int jail_parent(int root, const struct jail_path *path, const char **leaf);
int jail_stat(int root, const struct jail_path *path, bool follow, struct stat *st);

// A descriptor opened by O_PATH, as a path for calls that know no descriptors.
#define JAIL_SELF_MAX 40
const char *jail_self(int fd, char out[JAIL_SELF_MAX]);

// Regular files alone: no device answers, no pipe waits.
int jail_open_file(int root, const char *path, int flags, mode_t mode);

// Close it, when it is one, keeping errno; returns `ok`.
bool jail_close(int fd, bool ok);
