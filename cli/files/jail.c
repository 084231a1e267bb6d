// Virtual paths, and opening beneath a root directory.
#include "cli/files/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RACE_TRIES 32 // resolving while somebody renames what is being resolved

static void component_add(struct jail_path *out, size_t *len, const uint8_t *name, size_t n)
{
	if (n == 0 || (n == 1 && name[0] == '.'))
		return;
	if (n == 2 && name[0] == '.' && name[1] == '.') {
		while (*len > 0 && out->text[--*len] != '/')
			continue;
		return;
	}
	out->text[(*len)++] = '/';
	memcpy(out->text + *len, name, n);
	*len += n;
}

bool jail_path(struct span from, struct jail_path *out)
{
	size_t len = 0, at = 0;

	if (from.len > JAIL_PATH_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (from.len > 0 && memchr(from.data, 0, from.len) != NULL) {
		errno = ENOENT;
		return false;
	}
	while (at < from.len) {
		size_t begin = at;

		while (at < from.len && from.data[at] != '/')
			at++;
		component_add(out, &len, from.data + begin, at - begin);
		at++;
	}
	if (len == 0)
		out->text[len++] = '/';
	out->text[len] = 0;
	return true;
}

const char *jail_leaf(const struct jail_path *path)
{
	return strrchr(path->text, '/') + 1;
}

bool jail_close(int fd, bool ok)
{
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
	return ok;
}

// What the kernel says about a way out is what it says about a name that is not there.
static int outside_is_missing(int error)
{
	return error == EXDEV || error == ELOOP || error == ENOTDIR ? ENOENT : error;
}

int jail_open(int root, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
	        .flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
	        .mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? mode : 0,
	        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	while (*path == '/')
		path++;
	for (int i = 0; i < RACE_TRIES; i++) {
		fd = syscall(SYS_openat2, root, *path != 0 ? path : ".", &how, sizeof(how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	if (fd < 0)
		errno = outside_is_missing(errno);
	return (int)fd;
}

int jail_parent(int root, const struct jail_path *path, const char **leaf)
{
	struct jail_path above = *path;

	*leaf = jail_leaf(path);
	if (**leaf == 0) {
		errno = EBUSY;
		return -1;
	}
	above.text[*leaf - path->text] = 0;
	return jail_open(root, above.text, O_PATH | O_DIRECTORY, 0);
}

int jail_stat(int root, const struct jail_path *path, bool follow, struct stat *st)
{
	int fd = jail_open(root, path->text, O_PATH | (follow ? 0 : O_NOFOLLOW), 0);
	int result;

	if (fd < 0)
		return -1;
	result = fstatat(fd, "", st, AT_EMPTY_PATH);
	(void)jail_close(fd, true);
	return result;
}

const char *jail_self(int fd, char out[JAIL_SELF_MAX])
{
	snprintf(out, JAIL_SELF_MAX, "/proc/self/fd/%d", fd);
	return out;
}

int jail_open_file(int root, const char *path, int flags, mode_t mode)
{
	int fd = jail_open(root, path, flags | O_NONBLOCK | O_NOCTTY, mode);
	struct stat st;

	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	errno = S_ISDIR(st.st_mode) ? EISDIR : EPERM;
	(void)jail_close(fd, false);
	return -1;
}
