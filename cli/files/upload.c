// Files that replace others when they are whole.
#include "cli/files/upload.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

static bool beside_name(struct upload *u)
{
	uint64_t any;

	if (getrandom(&any, sizeof(any), 0) != sizeof(any))
		return false;
	snprintf(u->beside, sizeof(u->beside), UPLOAD_BESIDE "%016llx",
	         (unsigned long long)any);
	return true;
}

static int nameless(int directory, int access, mode_t mode)
{
	return openat(directory, ".", access | O_TMPFILE | O_CLOEXEC, mode);
}

static int named(struct upload *u, int access, mode_t mode)
{
	if (!beside_name(u))
		return -1;
	return openat(u->directory, u->beside,
	              access | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
}

bool upload_suits(int root, const struct jail_path *path)
{
	struct stat st;

	if (jail_stat(root, path, false, &st) != 0)
		return errno == ENOENT;
	return S_ISREG(st.st_mode);
}

static bool upload_end(struct upload *u, int error)
{
	if (error == 0)
		charge_settle(&u->charge);
	else
		charge_release(&u->charge);
	if (u->fd >= 0)
		close(u->fd);
	if (u->directory >= 0)
		close(u->directory);
	u->fd = u->directory = -1;
	errno = error;
	return error == 0;
}

bool upload_begin(struct upload *u, int root, const struct jail_path *path, int access,
                  mode_t mode)
{
	const char *leaf;
	struct stat st;
	bool there;

	*u = (struct upload){.fd = -1, .directory = -1, .path = *path};
	u->directory = jail_parent(root, path, &leaf);
	if (u->directory < 0)
		return false;
	if (strlen(leaf) >= sizeof(u->name))
		return upload_end(u, ENAMETOOLONG);
	snprintf(u->name, sizeof(u->name), "%s", leaf);
	there = fstatat(u->directory, leaf, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (there && faccessat(u->directory, leaf, W_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
	    errno != ENOTSUP)
		return upload_end(u, EACCES);
	u->replaces = there;
	u->old_size = there ? (uint64_t)st.st_size : 0;
	u->fd = nameless(u->directory, access, 0600);
	if (u->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
		u->fd = named(u, access, 0600);
	if (u->fd < 0)
		return upload_end(u, errno);
	if (fchmod(u->fd, there ? st.st_mode & 0777 : mode) != 0) {
		upload_abandon(u);
		return false;
	}
	return true;
}

bool upload_charge(struct upload *u, struct quota *q)
{
	u->charge = (struct charge){.quota = q, .size = u->old_size};
	if (!quota_hold(q, 0, !u->replaces))
		return false;
	u->charge.files = !u->replaces;
	return true;
}

// Give the nameless file its name, beside the old one when there is one.
static bool upload_link(struct upload *u)
{
	char self[JAIL_SELF_MAX];

	jail_self(u->fd, self);
	if (linkat(AT_FDCWD, self, u->directory, u->name, AT_SYMLINK_FOLLOW) == 0)
		return true;
	return errno == EEXIST && beside_name(u) &&
	       linkat(AT_FDCWD, self, u->directory, u->beside, AT_SYMLINK_FOLLOW) == 0;
}

bool upload_publish(struct upload *u)
{
	int error;

	errno = u->error;
	if (u->error != 0 || fsync(u->fd) != 0 || (u->beside[0] == 0 && !upload_link(u)) ||
	    (u->beside[0] != 0 &&
	     renameat(u->directory, u->beside, u->directory, u->name) != 0)) {
		error = errno;
		upload_abandon(u);
		errno = error;
		return false;
	}
	if (u->replaces)
		quota_freed(u->charge.quota);
	return upload_end(u, 0);
}

void upload_abandon(struct upload *u)
{
	int error = errno;

	if (u->beside[0] != 0 && u->directory >= 0)
		unlinkat(u->directory, u->beside, 0);
	(void)upload_end(u, error != 0 ? error : ECANCELED);
	errno = error;
}

void upload_sweep(int directory)
{
	int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	while (list != NULL && (entry = readdir(list)) != NULL)
		if (strncmp(entry->d_name, UPLOAD_BESIDE, sizeof(UPLOAD_BESIDE) - 1) == 0)
			unlinkat(directory, entry->d_name, 0);
	if (list != NULL)
		closedir(list);
	else if (fd >= 0)
		close(fd);
}
