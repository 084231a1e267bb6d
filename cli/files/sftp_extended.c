// OpenSSH's extensions (its PROTOCOL file, section 4): rows of name, version and handler.
#include "cli/files/sftp_session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define IDS_MAX 256 // in one users-groups-by-id

// --- file systems ------------------------------------------------------------------------------

// A quota is, to its user, the size of the disk.
static void quota_apply(struct sftp *s, struct statvfs *v)
{
	struct quota_limits limits = quota_limits(s->program.quota);
	struct quota_use left = quota_left(s->program.quota);
	uint64_t blocks = left.bytes / v->f_frsize;

	if (limits.bytes > 0) {
		v->f_blocks = limits.bytes / v->f_frsize;
		v->f_bavail = blocks < v->f_bavail ? blocks : v->f_bavail;
		v->f_bfree = v->f_bavail;
	}
	if (limits.files > 0) {
		v->f_files = limits.files;
		v->f_favail = left.files < v->f_favail ? left.files : v->f_favail;
		v->f_ffree = v->f_favail;
	}
}

static void answer_statvfs(struct sftp *s, uint32_t id, int fd)
{
	struct statvfs v;
	struct builder b;

	if (fd < 0 || fstatvfs(fd, &v) != 0) {
		sftp_answer_errno(s, id, errno);
		return;
	}
	quota_apply(s, &v);
	b = sftp_reply(s, SFTP_EXTENDED_REPLY, id, 11 * 8);
	builder_u64(&b, v.f_bsize);
	builder_u64(&b, v.f_frsize);
	builder_u64(&b, v.f_blocks);
	builder_u64(&b, v.f_bfree);
	builder_u64(&b, v.f_bavail);
	builder_u64(&b, v.f_files);
	builder_u64(&b, v.f_ffree);
	builder_u64(&b, v.f_favail);
	builder_u64(&b, 0); // which file system it is stays here
	builder_u64(&b, s->program.read_only || v.f_flag & ST_RDONLY ? 1 : 0);
	builder_u64(&b, v.f_namemax);
	sftp_reply_end(s, &b);
}

static void on_statvfs(struct sftp *s, struct sftp_request *r)
{
	struct jail_path path;
	int fd;

	sftp_read_path(r, &path);
	if (!sftp_sound(s, r))
		return;
	fd = jail_open(s->program.root, path.text, O_PATH, 0);
	answer_statvfs(s, r->id, fd);
	if (fd >= 0)
		close(fd);
}

static void on_fstatvfs(struct sftp *s, struct sftp_request *r)
{
	const struct sftp_handle *h = sftp_read_any_handle(s, r);

	if (!sftp_sound(s, r))
		return;
	if (h == NULL)
		sftp_answer(s, r->id, SFTP_FAILURE);
	else
		answer_statvfs(s, r->id, h->list != NULL ? dirfd(h->list) : h->fd);
}

static void on_fsync(struct sftp *s, struct sftp_request *r)
{
	const struct sftp_handle *h = sftp_read_handle(s, r, SFTP_HANDLE_FILE);

	if (!sftp_sound(s, r))
		return;
	if (h == NULL)
		sftp_answer(s, r->id, SFTP_FAILURE);
	else
		sftp_answer_result(s, r->id, fsync(h->fd));
}

// --- names -------------------------------------------------------------------------------------

static void on_posix_rename(struct sftp *s, struct sftp_request *r)
{
	sftp_rename(s, r, true);
}

// `~` is the root, for the only user that there is here; anything else is a path.
static void on_expand_path(struct sftp *s, struct sftp_request *r)
{
	struct span text = cursor_string_max(&r->c, JAIL_PATH_MAX);
	struct jail_path path;
	const char *user = s->program.user;
	size_t user_len = strlen(user);

	if (text.len > 0 && text.data[0] == '~') {
		text = span_of(text.data + 1, text.len - 1);
		if (text.len >= user_len && memcmp(text.data, user, user_len) == 0)
			text = span_of(text.data + user_len, text.len - user_len);
		if (text.len > 0 && text.data[0] != '/')
			cursor_fail(&r->c, STATUS_NOT_FOUND);
	}
	if (r->c.status == STATUS_NOT_FOUND) {
		sftp_answer(s, r->id, SFTP_NO_SUCH_FILE);
		return;
	}
	if (!jail_path(text, &path))
		cursor_fail(&r->c, STATUS_MALFORMED);
	if (sftp_sound(s, r))
		sftp_answer_name(s, r->id, path.text);
}

static void on_home_directory(struct sftp *s, struct sftp_request *r)
{
	struct span name = cursor_string_max(&r->c, 256);

	if (!sftp_sound(s, r))
		return;
	if (name.len == 0 || span_is(name, s->program.user))
		sftp_answer_name(s, r->id, "/");
	else
		sftp_answer(s, r->id, SFTP_NO_SUCH_FILE);
}

static void names_emit(struct sftp *s, struct builder *b, struct span ids, uint32_t own)
{
	struct cursor c = cursor_over(ids);
	size_t mark = builder_open(b);

	while (cursor_left(&c) > 0)
		builder_text(b, cursor_u32(&c) == own ? s->program.user : "");
	builder_close(b, mark);
}

static void on_users_groups(struct sftp *s, struct sftp_request *r)
{
	struct span users = cursor_string_max(&r->c, 4 * IDS_MAX);
	struct span groups = cursor_string_max(&r->c, 4 * IDS_MAX);
	struct builder b;

	if (users.len % 4 != 0 || groups.len % 4 != 0)
		cursor_fail(&r->c, STATUS_MALFORMED);
	if (!sftp_sound(s, r))
		return;
	b = sftp_reply(s, SFTP_EXTENDED_REPLY, r->id,
	               8 + (users.len + groups.len) / 4 * (4 + strlen(s->program.user)));
	names_emit(s, &b, users, geteuid());
	names_emit(s, &b, groups, getegid());
	sftp_reply_end(s, &b);
}

// --- the rest ----------------------------------------------------------------------------------

static void on_limits(struct sftp *s, struct sftp_request *r)
{
	struct builder b;

	if (!sftp_sound(s, r))
		return;
	b = sftp_reply(s, SFTP_EXTENDED_REPLY, r->id, 4 * 8);
	builder_u64(&b, SFTP_PACKET_MAX);
	builder_u64(&b, SFTP_DATA_MAX);
	builder_u64(&b, SFTP_DATA_MAX);
	builder_u64(&b, SFTP_HANDLES);
	sftp_reply_end(s, &b);
}

// clang-format off
static const struct {
	const char *name, *version;
	sftp_handler *run;
} extensions[] = {
	{ "posix-rename@openssh.com",       "1", on_posix_rename },
	{ "statvfs@openssh.com",            "2", on_statvfs },
	{ "fstatvfs@openssh.com",           "2", on_fstatvfs },
	{ "hardlink@openssh.com",           "1", sftp_hardlink },
	{ "fsync@openssh.com",              "1", on_fsync },
	{ "lsetstat@openssh.com",           "1", sftp_lsetstat },
	{ "limits@openssh.com",             "1", on_limits },
	{ "expand-path@openssh.com",        "1", on_expand_path },
	{ "copy-data",                      "1", sftp_on_copy },
	{ "home-directory",                 "1", on_home_directory },
	{ "users-groups-by-id@openssh.com", "1", on_users_groups },
};
// clang-format on
#define EXTENSIONS (sizeof(extensions) / sizeof(extensions[0]))

void sftp_extensions(struct builder *b)
{
	for (size_t i = 0; i < EXTENSIONS; i++) {
		builder_text(b, extensions[i].name);
		builder_text(b, extensions[i].version);
	}
}

void sftp_on_extended(struct sftp *s, struct sftp_request *r)
{
	struct span name = cursor_string_max(&r->c, 256);

	if (!cursor_ok(&r->c)) {
		(void)sftp_sound(s, r);
		return;
	}
	for (size_t i = 0; i < EXTENSIONS; i++) {
		if (!span_is(name, extensions[i].name))
			continue;
		extensions[i].run(s, r);
		return;
	}
	sftp_answer(s, r->id, SFTP_OP_UNSUPPORTED);
}
