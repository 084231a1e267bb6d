// Archives (tar, gzip): made of files beneath a root, listed, and taken apart beneath a directory. The
// format is libarchive's business; what a name may lead to, and how much may be made, is ours.
//
// A step does a bounded amount of work where a slow disk may hold it.
#pragma once

#include "cli/files/jail.h"
#include "cli/term/text.h"

#define TAR_SOURCES 5u

enum tar_kind { TAR_CREATE, TAR_LIST, TAR_EXTRACT, TAR_SHOW };

struct tar_setup {
	enum tar_kind kind;
	int root; // directory that nothing leads out of; borrowed
	bool gz, verbose;
	bool read_only;                            // reads what everybody may read
	const struct jail_path *archive;           //
	const struct jail_path *into;              // extract: what is made stays beneath it
	const struct jail_path *from[TAR_SOURCES]; // create
	uint32_t from_count;
};

struct tar;

// NULL: no memory. Opens nothing yet.
struct tar *tar_new(const struct tar_setup *setup);
// Names and contents to be shown are added to `out`. False when it is over: tar_error.
[[nodiscard]] bool tar_step(struct tar *t, struct text *out);
// Why it ended before its end, or "" when all went well.
const char *tar_error(const struct tar *t);
// Closes files, so a disk may hold it; what is unfinished is not left. NULL is fine.
void tar_free(struct tar *t);
