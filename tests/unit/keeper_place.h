// A keeper in a directory of its own, for the tests of control/keeper.
#pragma once

#include "control/keeper/keeper_answer.h"
#include "tests/unit/check.h"

#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

static inline int place_remove_one(const char *path, const struct stat *st, int kind,
                                   struct FTW *ftw)
{
	(void)st, (void)kind, (void)ftw;
	return remove(path);
}

static inline void place_remove(const char *path)
{
	nftw(path, place_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline const char *place_make(void)
{
	static char path[32];

	strcpy(path, "/tmp/keeper.XXXXXX");
	CHECK(mkdtemp(path) != NULL);
	return path;
}
