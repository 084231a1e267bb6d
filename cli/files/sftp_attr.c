// SFTP requests on attributes: stat and setstat.
#include "cli/files/sftp_session.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

// An upload of this session is, to this session, the file it will be.
static int stat_path(struct sftp *s, const struct jail_path *path, bool follow, struct stat *st)
{
	const struct sftp_handle *h = sftp_pending(s, path);

	return h != NULL ? fstat(h->fd, st) : jail_stat(s->program.root, path, follow, st);
}

static void answer_stat(struct sftp *s, struct sftp_request *r, bool follow)
{
	struct jail_path path;
	struct stat st;

	sftp_read_path(r, &path);
	if (!sftp_sound(s, r))
		return;
	if (stat_path(s, &path, follow, &st) == 0)
		sftp_answer_attrs(s, r->id, &st);
	else
		sftp_answer_errno(s, r->id, errno);
}

void sftp_on_stat(struct sftp *s, struct sftp_request *r)
{
	answer_stat(s, r, true);
}

void sftp_on_lstat(struct sftp *s, struct sftp_request *r)
{
	answer_stat(s, r, false);
}

// Files have one owner here; saying so again is no change.
static bool owner_changes(int fd, const struct sftp_attrs *attrs)
{
	struct stat st;

	return attrs->flags & SFTP_ATTR_UIDGID &&
	       (fstatat(fd, "", &st, AT_EMPTY_PATH) != 0 || st.st_uid != attrs->uid ||
	        st.st_gid != attrs->gid);
}

// Of a descriptor, one opened by O_PATH too. Sets what is given, in the order that keeps times.
int sftp_apply(int fd, const struct sftp_attrs *attrs, struct charge *c)
{
	struct timespec times[2] = {{.tv_sec = attrs->atime}, {.tv_sec = attrs->mtime}};
	char self[JAIL_SELF_MAX];

	jail_self(fd, self);
	if (owner_changes(fd, attrs) ||
	    (attrs->flags & SFTP_ATTR_SIZE && attrs->size > INT64_MAX)) {
		errno = EPERM;
		return -1;
	}
	if (attrs->flags & SFTP_ATTR_SIZE && !charge_to(c, attrs->size))
		return -1;
	if (attrs->flags & SFTP_ATTR_SIZE && truncate(self, (off_t)attrs->size) != 0)
		return -1;
	if (attrs->flags & SFTP_ATTR_MODE && chmod(self, attrs->mode & 0777) != 0)
		return -1;
	if (attrs->flags & SFTP_ATTR_TIMES && utimensat(AT_FDCWD, self, times, 0) != 0)
		return -1;
	return 0;
}

static int setstat(struct sftp *s, const struct jail_path *path, const struct sftp_attrs *attrs)
{
	struct sftp_handle *h = sftp_pending(s, path);
	struct charge c = {.quota = s->program.quota};
	struct stat st = {0};
	int fd, result;

	if (h != NULL)
		return sftp_apply(h->fd, attrs, sftp_charge(h));
	fd = jail_open(s->program.root, path->text, O_PATH, 0);
	if (fd < 0)
		return -1;
	result = fstatat(fd, "", &st, AT_EMPTY_PATH);
	if (result == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
		errno = EPERM;
		result = -1;
	}
	c.size = (uint64_t)st.st_size;
	result = result == 0 ? sftp_apply(fd, attrs, &c) : -1;
	charge_settle(&c);
	if (attrs->flags & SFTP_ATTR_SIZE)
		quota_freed(c.quota);
	(void)jail_close(fd, true);
	return result;
}

void sftp_on_setstat(struct sftp *s, struct sftp_request *r)
{
	struct jail_path path;
	struct sftp_attrs attrs;
	int result;

	sftp_read_path(r, &path);
	sftp_attrs_read(&r->c, &attrs);
	if (!sftp_sound(s, r) || !sftp_may_write(s, r))
		return;
	result = setstat(s, &path, &attrs);
	sftp_log(s, "setstat", path.text, result);
	sftp_answer_result(s, r->id, result);
}

// Of the name itself: a symbolic link has times, but neither size nor mode of its own.
static int lsetstat(struct sftp *s, const struct jail_path *path,
                    const struct sftp_attrs *attrs)
{
	struct timespec times[2] = {{.tv_sec = attrs->atime}, {.tv_sec = attrs->mtime}};
	const char *leaf;
	struct stat st;
	int directory, result = -1, error;

	if (stat_path(s, path, false, &st) != 0)
		return -1;
	if (!S_ISLNK(st.st_mode))
		return setstat(s, path, attrs);
	if (attrs->flags & (SFTP_ATTR_SIZE | SFTP_ATTR_MODE)) {
		errno = EOPNOTSUPP;
		return -1;
	}
	directory = jail_parent(s->program.root, path, &leaf);
	if (directory < 0)
		return -1;
	if (owner_changes(directory, attrs))
		errno = EPERM;
	else
		result = attrs->flags & SFTP_ATTR_TIMES
		                 ? utimensat(directory, leaf, times, AT_SYMLINK_NOFOLLOW)
		                 : 0;
	error = errno;
	close(directory);
	errno = error;
	return result;
}

void sftp_lsetstat(struct sftp *s, struct sftp_request *r)
{
	struct jail_path path;
	struct sftp_attrs attrs;
	int result;

	sftp_read_path(r, &path);
	sftp_attrs_read(&r->c, &attrs);
	if (!sftp_sound(s, r) || !sftp_may_write(s, r))
		return;
	result = lsetstat(s, &path, &attrs);
	sftp_log(s, "setstat", path.text, result);
	sftp_answer_result(s, r->id, result);
}
