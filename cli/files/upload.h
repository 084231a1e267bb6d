// A file that takes the place of another only when it is whole: it has no name while it is
// written, is synced, then named. Who goes away before that leaves the old file, or none.
#pragma once

#include "cli/files/quota.h"

#define UPLOAD_BESIDE ".upload-" // how the names of unfinished ones begin

struct upload {
	int fd;          // write here; -1: none
	int directory;   // where it will be
	int error;       // errno of a write that failed: it will never be named
	char beside[40]; // its name until then, where the file system has no nameless files
	char name[256];  //
	struct jail_path path;
	bool replaces;
	uint64_t old_size; // of what it replaces
	struct charge charge;
};

// `mode` is for a new file; one that is replaced hands on its own. False with errno.
// `access` is O_WRONLY or O_RDWR.
[[nodiscard]] bool upload_begin(struct upload *u, int root, const struct jail_path *path,
                                int access, mode_t mode);
// From now on it is charged to a quota: for its name, when that is new, and by what it is larger than
// what it replaces. False with errno EDQUOT.
[[nodiscard]] bool upload_charge(struct upload *u, struct quota *q);
// Name it and close it. False with errno: nothing is left of it.
[[nodiscard]] bool upload_publish(struct upload *u);
void upload_abandon(struct upload *u);

// Is this the way to write `path`: does it not exist, or is it a plain file?
bool upload_suits(int root, const struct jail_path *path);

// At start: what a power cut left between naming and replacing.
void upload_sweep(int directory);
