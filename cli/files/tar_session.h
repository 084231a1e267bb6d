// Inside an archive being made or taken apart.
#pragma once

#include "cli/files/tar.h"
#include "cli/files/upload.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>

#define TAR_DEPTH_MAX   32u // of directories in directories
#define TAR_ENTRIES_MAX 1000000u
#define TAR_STEP_FILES  64u
#define TAR_BLOCK       (64u * 1024)

struct tar_level {
	DIR *list;
	size_t path_len; // of `path`, without this level
};

struct tar {
	enum tar_kind kind;
	int root;
	bool gz, verbose, read_only;
	struct jail_path place, into; // the archive; extract: where to
	struct jail_path *from;       // owned
	uint32_t from_count, from_at; //
	struct archive *archive;      // NULL: not begun
	struct archive_entry *entry;  // create: made once
	int fd;                       // reading: the archive; or -1
	int target;                   // extract: `into`; or -1
	struct upload upload;         // create: the archive; extract: the file at hand
	struct tar_level levels[TAR_DEPTH_MAX];
	uint32_t depth;
	struct jail_path path; // create: of the file at hand
	struct stat old;       // create: what the archive replaces
	bool replaces;
	int file;             // create: the file at hand, or -1
	uint64_t left;        // create: of it
	bool showing;         // the content of an entry is being printed
	mode_t mode;          // extract: of the file at hand
	struct timespec time; //
	uint32_t entries, refused;
	char error[160];
	char bytes[TAR_BLOCK];
};

// Always false: it is over, and why.
bool tar_fail(struct tar *t, const char *what, const char *why);
// A name for a terminal.
void tar_print_name(struct text *out, const char *name);

bool tar_create_step(struct tar *t, struct text *out);
bool tar_extract_step(struct tar *t, struct text *out);
