// SFTP requests on names: remove, rename, directories made and removed, links.
#include "cli/files/sftp_session.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

// A new name was held for: it is there, or it is not. UNPAID was not even tried.
#define UNPAID (-2)
static int name_paid(struct sftp *s, uint64_t bytes, int result)
{
	if (result == 0)
		quota_settle(s->program.quota, bytes, 1);
	else if (result != UNPAID)
		quota_release(s->program.quota, bytes, 1);
	return result == 0 ? 0 : -1;
}

// --- one name ----------------------------------------------------------------------------------

static int name_remove(int root, const struct jail_path *path, int flags)
{
	const char *leaf;
	int directory = jail_parent(root, path, &leaf), result;

	if (directory < 0)
		return -1;
	result = unlinkat(directory, leaf, flags);
	(void)jail_close(directory, true);
	return result;
}

static void answer_remove(struct sftp *s, struct sftp_request *r, const char *verb, int flags)
{
	struct jail_path path;
	int result;

	sftp_read_path(r, &path);
	if (!sftp_sound(s, r) || !sftp_may_write(s, r))
		return;
	result = sftp_publish(s, &path) ? name_remove(s->program.root, &path, flags) : -1;
	quota_freed(s->program.quota);
	sftp_log(s, verb, path.text, result);
	sftp_answer_result(s, r->id, result);
}

void sftp_on_remove(struct sftp *s, struct sftp_request *r)
{
	answer_remove(s, r, "remove", 0);
}

void sftp_on_rmdir(struct sftp *s, struct sftp_request *r)
{
	answer_remove(s, r, "rmdir", AT_REMOVEDIR);
}

void sftp_on_mkdir(struct sftp *s, struct sftp_request *r)
{
	struct jail_path path;
	struct sftp_attrs attrs;
	const char *leaf;
	mode_t mode;
	int directory, result = -1;

	sftp_read_path(r, &path);
	sftp_attrs_read(&r->c, &attrs);
	if (!sftp_sound(s, r) || !sftp_may_write(s, r))
		return;
	mode = attrs.flags & SFTP_ATTR_MODE ? attrs.mode & 0777 : 0755;
	directory = jail_parent(s->program.root, &path, &leaf);
	if (directory >= 0)
		result = name_paid(s, 0,
		                   quota_hold(s->program.quota, 0, 1)
		                           ? mkdirat(directory, leaf, mode)
		                           : UNPAID);
	else if (errno == EBUSY)
		errno = EEXIST; // the root
	(void)jail_close(directory, true);
	sftp_log(s, "mkdir", path.text, result);
	sftp_answer_result(s, r->id, result);
}

// --- two names ---------------------------------------------------------------------------------

typedef int on_names(int from_directory, const char *from, int to_directory, const char *to);

static int with_names(int root, const struct jail_path *from, const struct jail_path *to,
                      on_names *run)
{
	const char *from_leaf, *to_leaf;
	int from_directory = jail_parent(root, from, &from_leaf), to_directory, result = -1;

	if (from_directory < 0)
		return -1;
	to_directory = jail_parent(root, to, &to_leaf);
	if (to_directory >= 0)
		result = run(from_directory, from_leaf, to_directory, to_leaf);
	(void)jail_close(to_directory, true);
	(void)jail_close(from_directory, true);
	return result;
}

static int rename_keeping(int from_directory, const char *from, int to_directory,
                          const char *to)
{
	struct stat st;

	if (renameat2(from_directory, from, to_directory, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	// A file system without the flag: the check and the rename are two steps there.
	if (fstatat(to_directory, to, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(from_directory, from, to_directory, to);
}

static int hardlink(int from_directory, const char *from, int to_directory, const char *to)
{
	return linkat(from_directory, from, to_directory, to, 0);
}

static int hardlink_paid(struct sftp *s, const struct jail_path *from,
                         const struct jail_path *to)
{
	struct stat st;
	uint64_t size;

	if (jail_stat(s->program.root, from, false, &st) != 0)
		return -1;
	size = (uint64_t)st.st_size;
	return name_paid(s, size,
	                 quota_hold(s->program.quota, size, 1)
	                         ? with_names(s->program.root, from, to, hardlink)
	                         : UNPAID);
}

static void answer_names(struct sftp *s, struct sftp_request *r, const char *verb,
                         on_names *run)
{
	struct jail_path from, to;
	char text[JAIL_PATH_MAX * 2 + 8];
	int result = -1;

	sftp_read_path(r, &from);
	sftp_read_path(r, &to);
	if (!sftp_sound(s, r) || !sftp_may_write(s, r))
		return;
	if (sftp_publish(s, &from) && sftp_publish(s, &to))
		result = run == hardlink ? hardlink_paid(s, &from, &to)
		                         : with_names(s->program.root, &from, &to, run);
	quota_freed(s->program.quota); // a rename may replace
	snprintf(text, sizeof(text), "%s => %s", from.text, to.text);
	sftp_log(s, verb, text, result);
	sftp_answer_result(s, r->id, result);
}

void sftp_rename(struct sftp *s, struct sftp_request *r, bool replace)
{
	answer_names(s, r, "rename", replace ? renameat : rename_keeping);
}

void sftp_on_rename(struct sftp *s, struct sftp_request *r)
{
	sftp_rename(s, r, false);
}

void sftp_hardlink(struct sftp *s, struct sftp_request *r)
{
	answer_names(s, r, "link", hardlink);
}

// --- symbolic links ----------------------------------------------------------------------------

// The arguments come as OpenSSH's: what it points to, then its name. That text is kept as it is;
// the kernel looks beneath the root alone when it is followed.
void sftp_on_symlink(struct sftp *s, struct sftp_request *r)
{
	struct span target = cursor_string_max(&r->c, JAIL_PATH_MAX - 1);
	char text[JAIL_PATH_MAX] = "";
	struct jail_path path;
	const char *leaf;
	int directory, result = -1;

	sftp_read_path(r, &path);
	if (target.len == 0 || memchr(target.data, 0, target.len) != NULL)
		cursor_fail(&r->c, STATUS_MALFORMED);
	if (!sftp_sound(s, r) || !sftp_may_write(s, r))
		return;
	memcpy(text, target.data, target.len);
	directory = jail_parent(s->program.root, &path, &leaf);
	if (directory >= 0)
		result = name_paid(s, 0,
		                   quota_hold(s->program.quota, 0, 1)
		                           ? symlinkat(text, directory, leaf)
		                           : UNPAID);
	(void)jail_close(directory, true);
	sftp_log(s, "symlink", path.text, result);
	sftp_answer_result(s, r->id, result);
}

void sftp_answer_name(struct sftp *s, uint32_t id, const char *name)
{
	struct builder b = sftp_reply(s, SFTP_NAME, id, 16 + 2 * strlen(name));

	builder_u32(&b, 1);
	builder_text(&b, name);
	builder_text(&b, name);
	builder_u32(&b, 0); // no attributes
	sftp_reply_end(s, &b);
}

void sftp_on_readlink(struct sftp *s, struct sftp_request *r)
{
	char text[JAIL_PATH_MAX + 1];
	struct jail_path path;
	const char *leaf;
	ssize_t len = -1;
	int directory;

	sftp_read_path(r, &path);
	if (!sftp_sound(s, r))
		return;
	directory = jail_parent(s->program.root, &path, &leaf);
	if (directory >= 0)
		len = readlinkat(directory, leaf, text, sizeof(text) - 1);
	(void)jail_close(directory, true);
	if (len < 0) {
		sftp_answer_errno(s, r->id, errno);
		return;
	}
	text[len] = 0;
	sftp_answer_name(s, r->id, text);
}

// Made canonical, whether it is there or not, as clients expect before they make it.
void sftp_on_realpath(struct sftp *s, struct sftp_request *r)
{
	struct jail_path path;

	sftp_read_path(r, &path);
	if (sftp_sound(s, r))
		sftp_answer_name(s, r->id, path.text);
}
