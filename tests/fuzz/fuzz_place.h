// A directory of a fuzz target's own, in memory if TMPDIR says so; gone at the end.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

// What one file may take: copies of gigabytes at an offset would be work of the disk alone.
#define PLACE_FILE_MAX (16u << 20)

static char place[64];
static int root = -1;

// What is in a directory, which is closed.
static void place_empty(int fd)
{
	DIR *list = fdopendir(fd);
	const struct dirent *e;

	if (list != NULL)
		rewinddir(list); // a duplicate stands where its original stood
	while (list != NULL && (e = readdir(list)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    unlinkat(fd, e->d_name, 0) == 0)
			continue;
		fchmodat(fd, e->d_name, 0700, 0);
		place_empty(
		        openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
		unlinkat(fd, e->d_name, AT_REMOVEDIR);
	}
	if (list != NULL)
		closedir(list);
}

static void place_remove(void)
{
	place_empty(dup(root));
	rmdir(place);
}

static void place_make(void)
{
	const char *where = getenv("TMPDIR"); // memory is quicker than a busy disk
	struct rlimit limit = {PLACE_FILE_MAX, PLACE_FILE_MAX};

	snprintf(place, sizeof(place), "%.40s/sallyport-fuzz-XXXXXX",
	         where != NULL ? where : "/tmp");
	if (mkdtemp(place) == NULL)
		abort();
	root = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	atexit(place_remove);
	signal(SIGXFSZ, SIG_IGN); // the call fails with EFBIG
	setrlimit(RLIMIT_FSIZE, &limit);
}
