// Atomic writes and bounded reads of small files.
#include "control/keeper/keeper_file.h"

#include "crypto/core/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.data, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = span_of(bytes.data + n, bytes.len - (size_t)n);
	}
	return true;
}

static bool file_fill(int fd, struct span bytes, mode_t mode, struct keeper_owner owner)
{
	return write_all(fd, bytes) && fchmod(fd, mode) == 0 &&
	       (owner.uid == (uid_t)-1 || fchown(fd, owner.uid, owner.gid) == 0) &&
	       fsync(fd) == 0;
}

enum status keeper_file_write(int dir, const char *name, struct span bytes, mode_t mode,
                              struct keeper_owner owner)
{
	char fresh[64];
	bool ok;
	int fd;

	if (snprintf(fresh, sizeof(fresh), ".%s.new", name) >= (int)sizeof(fresh))
		return STATUS_TOO_LONG;
	unlinkat(dir, fresh, 0);
	fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return STATUS_SYSTEM;
	ok = file_fill(fd, bytes, mode, owner);
	ok = close(fd) == 0 && ok;
	if (ok && renameat(dir, fresh, dir, name) == 0 && fsync(dir) == 0)
		return STATUS_OK;
	unlinkat(dir, fresh, 0);
	return STATUS_SYSTEM;
}

// Read exactly the size that the file had when it was opened.
static enum status fd_read(int fd, struct blob *out, uint64_t *made)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return STATUS_SYSTEM;
	if (!S_ISREG(st.st_mode) || st.st_size > KEEPER_FILE_MAX)
		return STATUS_TOO_LONG;
	*out = (struct blob){malloc((size_t)st.st_size + 1), (size_t)st.st_size};
	if (out->data == NULL)
		return STATUS_NO_MEMORY;
	n = pread(fd, out->data, out->len, 0);
	if (n != (ssize_t)out->len) {
		blob_wipe(out);
		return STATUS_SYSTEM;
	}
	out->data[out->len] = 0;
	if (made != NULL)
		*made = (uint64_t)st.st_mtim.tv_sec;
	return STATUS_OK;
}

enum status keeper_file_read(int dir, const char *name, struct blob *out, uint64_t *made)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	enum status status;

	*out = (struct blob){NULL, 0};
	if (fd < 0)
		return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_SYSTEM;
	status = fd_read(fd, out, made);
	close(fd);
	return status;
}

bool keeper_file_exists(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}
