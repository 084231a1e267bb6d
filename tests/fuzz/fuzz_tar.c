// An archive of a stranger: listed, shown and taken apart beneath a directory, beside which nothing
// may change. The directory is emptied each time.
#include "cli/files/tar.h"
#include "tests/fuzz/fuzz_place.h"

#define STEPS_MAX 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_apart(enum tar_kind kind)
{
	struct jail_path archive = {"/archive"}, into = {"/into"};
	struct tar_setup setup = {.kind = kind,
	                          .root = root,
	                          .verbose = true,
	                          .archive = &archive,
	                          .into = &into};
	struct tar *t = tar_new(&setup);
	struct text out = {0};

	for (int i = 0; t != NULL && i < STEPS_MAX && tar_step(t, &out); i++)
		text_fini(&out);
	text_fini(&out);
	tar_free(t);
}

// Names in the directory that holds the archive and the directory it goes into.
static unsigned names_beside(void)
{
	int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fdopendir(fd);
	unsigned count = 0;

	while (list != NULL && readdir(list) != NULL)
		count++;
	if (list != NULL)
		closedir(list);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd;

	if (root < 0) {
		place_make();
		if (mkdirat(root, "into", 0755) != 0)
			abort();
	}
	fd = openat(root, "archive", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
	take_apart(TAR_LIST);
	take_apart(TAR_SHOW);
	take_apart(TAR_EXTRACT);
	if (names_beside() != 4) // and the two dots
		abort();
	fchmodat(root, "into", 0700, 0);
	place_empty(openat(root, "into", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	return 0;
}
