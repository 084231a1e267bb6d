// Archives listed and taken apart. An archive is a stranger's: a name is made only beneath the
// directory that was asked for, whatever links are in the way; a file takes the place of a file
// alone; and nothing is begun that the disk has no room for.
#include "cli/files/tar_session.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define RESERVE_BYTES (4u << 20) // of the disk, and of its files: left for the device itself
#define RESERVE_FILES 1024u

static bool fail_archive(struct tar *t)
{
	const char *why = archive_error_string(t->archive);

	return tar_fail(t, t->place.text, why != NULL ? why : "is no archive");
}

static bool fail_errno(struct tar *t, const char *what)
{
	return tar_fail(t, what, strerrordesc_np(errno));
}

// --- beginning -----------------------------------------------------------------------------------

static bool archive_open(struct tar *t)
{
	struct stat st;

	t->fd = jail_open_file(t->root, t->place.text, O_RDONLY, 0);
	if (t->fd < 0)
		return fail_errno(t, t->place.text);
	if (!t->read_only || (fstat(t->fd, &st) == 0 && st.st_mode & S_IROTH))
		return true;
	errno = EACCES;
	return fail_errno(t, t->place.text);
}

// One layer of compression: more of them multiply what a small archive may cost.
static bool begin(struct tar *t)
{
	if (!archive_open(t))
		return false;
	if (t->kind == TAR_EXTRACT) {
		t->target = jail_open(t->root, t->into.text, O_PATH | O_DIRECTORY, 0);
		if (t->target < 0)
			return fail_errno(t, t->into.text);
	}
	t->archive = archive_read_new();
	if (t->archive == NULL)
		return tar_fail(t, "", strerrordesc_np(ENOMEM));
	if (archive_read_support_format_tar(t->archive) != ARCHIVE_OK ||
	    archive_read_support_filter_gzip(t->archive) != ARCHIVE_OK ||
	    archive_read_open_fd(t->archive, t->fd, TAR_BLOCK) != ARCHIVE_OK)
		return fail_archive(t);
	if (archive_filter_count(t->archive) > 2)
		return tar_fail(t, t->place.text, "is compressed more than once");
	return true;
}

// --- names ---------------------------------------------------------------------------------------

static bool name_steers(const char *name)
{
	for (; *name != 0; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return true;
	return false;
}

static bool name_climbs(const char *name)
{
	while (*name != 0) {
		size_t len = strcspn(name, "/");

		if (len == 2 && name[0] == '.' && name[1] == '.')
			return true;
		name += len + (name[len] == '/');
	}
	return false;
}

// The entry's name beneath the target; an absolute one begins there. NULL: why not.
static const char *name_refused(const char *name, struct jail_path *path)
{
	if (name == NULL)
		return "it has no name";
	if (name_steers(name))
		return "its name has bytes that are no characters";
	if (name_climbs(name))
		return "it leads out of the directory";
	if (!jail_path(span_text(name), path))
		return strerrordesc_np(errno);
	return NULL;
}

static const char *entry_name(struct archive_entry *e)
{
	const char *name = archive_entry_pathname(e);

	return name != NULL ? name : archive_entry_pathname_utf8(e);
}

// One that stays beneath the target, wherever it is followed from.
static const char *link_refused(const char *to)
{
	if (to == NULL || *to == 0)
		return "its link leads nowhere";
	if (*to == '/' || name_climbs(to) || name_steers(to))
		return "its link leads out of the directory";
	return NULL;
}

// --- making --------------------------------------------------------------------------------------

static bool room_for(const struct tar *t, int64_t size)
{
	struct statvfs v;

	if (fstatvfs(t->target, &v) != 0)
		return false;
	errno = ENOSPC;
	return size <= INT64_MAX - RESERVE_BYTES &&
	       (uint64_t)size + RESERVE_BYTES <= (uint64_t)v.f_bavail * v.f_frsize &&
	       (v.f_files == 0 || v.f_favail > RESERVE_FILES);
}

static int directory_make(struct tar *t, const struct jail_path *path, mode_t mode)
{
	const char *leaf;
	int above = jail_parent(t->target, path, &leaf), result;
	struct stat st;

	if (above < 0)
		return errno == EBUSY ? 0 : -1; // the target itself
	result = mkdirat(above, leaf, mode);
	if (result != 0 && errno == EEXIST &&
	    fstatat(above, leaf, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
		result = 0;
	(void)jail_close(above, true);
	return result;
}

// The directories above a name, for archives that do not have them.
static bool parents_make(struct tar *t, const struct jail_path *path)
{
	struct jail_path above;
	uint32_t depth = 0;

	for (const char *at = strchr(path->text + 1, '/'); at != NULL;
	     at = strchr(at + 1, '/')) {
		above = *path;
		above.text[at - path->text] = 0;
		if (++depth >= TAR_DEPTH_MAX) {
			errno = ELOOP;
			return false;
		}
		if (directory_make(t, &above, 0755) != 0)
			return false;
	}
	return true;
}

static bool file_make(struct tar *t, const struct jail_path *path, struct archive_entry *e)
{
	struct stat st;

	if (!upload_suits(t->target, path)) {
		errno = jail_stat(t->target, path, false, &st) == 0 && S_ISDIR(st.st_mode)
		                ? EISDIR
		                : EEXIST;
		return false;
	}
	if (!upload_begin(&t->upload, t->target, path, O_WRONLY, 0644))
		return false;
	t->mode = archive_entry_perm(e) & 0777;
	t->time = (struct timespec){.tv_sec = archive_entry_mtime(e)};
	return true;
}

static bool soft_link(struct tar *t, const struct jail_path *path, const char *to)
{
	const char *leaf;
	int above = jail_parent(t->target, path, &leaf);

	return above >= 0 && jail_close(above, symlinkat(to, above, leaf) == 0);
}

// Another name for a file that is there already; nothing else can have two.
static bool hard_link(struct tar *t, const struct jail_path *path, const struct jail_path *from)
{
	const char *leaf, *old_leaf;
	int above = jail_parent(t->target, path, &leaf), old;
	struct stat st;
	bool ok;

	if (above < 0)
		return false;
	old = jail_parent(t->target, from, &old_leaf);
	ok = old >= 0 && fstatat(old, old_leaf, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (ok && !S_ISREG(st.st_mode)) {
		errno = EPERM;
		ok = false;
	}
	ok = ok && linkat(old, old_leaf, above, leaf, 0) == 0;
	return jail_close(above, jail_close(old, ok));
}

// NULL: it is made, or begun.
static const char *entry_make(struct tar *t, struct archive_entry *e)
{
	const char *hard = archive_entry_hardlink(e), *soft = archive_entry_symlink(e), *why;
	struct jail_path path, from;
	bool ok;

	why = name_refused(entry_name(e), &path);
	if (why == NULL && hard != NULL)
		why = name_refused(hard, &from);
	else if (why == NULL && archive_entry_filetype(e) == AE_IFLNK)
		why = link_refused(soft);
	if (why != NULL)
		return why;
	if (!parents_make(t, &path))
		return strerrordesc_np(errno);
	if (hard != NULL)
		ok = hard_link(t, &path, &from);
	else if (archive_entry_filetype(e) == AE_IFLNK)
		ok = soft_link(t, &path, soft);
	else if (archive_entry_filetype(e) == AE_IFDIR)
		ok = directory_make(t, &path, (archive_entry_perm(e) & 0777) | 0700) == 0;
	else if (archive_entry_filetype(e) == AE_IFREG)
		ok = file_make(t, &path, e);
	else
		return "it is neither a file nor a directory";
	return ok ? NULL : strerrordesc_np(errno);
}

// --- contents ------------------------------------------------------------------------------------

static bool bytes_write(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t wrote = write(fd, bytes, len);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		bytes += wrote;
		len -= (size_t)wrote;
	}
	return true;
}

static bool file_end(struct tar *t)
{
	struct timespec times[2] = {t->time, t->time};
	char name[256];

	memcpy(name, t->upload.name, sizeof(name));
	return (fchmod(t->upload.fd, t->mode) == 0 && futimens(t->upload.fd, times) == 0 &&
	        upload_publish(&t->upload)) ||
	       fail_errno(t, name);
}

static void bytes_show(struct text *out, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)bytes[i];
		bool plain = (byte >= ' ' && byte != 0x7f) || byte == '\n' || byte == '\t';

		text_repeat(out, plain ? bytes[i] : byte == '\r' ? ' ' : '.', 1);
	}
}

static bool content_step(struct tar *t, struct text *out)
{
	ssize_t got = archive_read_data(t->archive, t->bytes, TAR_BLOCK);

	if (got < 0)
		return fail_archive(t);
	if (got == 0) {
		t->showing = false;
		return t->upload.fd < 0 || file_end(t);
	}
	if (t->upload.fd < 0)
		bytes_show(out, t->bytes, (size_t)got);
	else if (!bytes_write(t->upload.fd, t->bytes, (size_t)got))
		return fail_errno(t, t->upload.name);
	return true;
}

// --- entries -------------------------------------------------------------------------------------

static void entry_say(struct tar *t, struct archive_entry *e, struct text *out, const char *why)
{
	const char *name = entry_name(e);

	if (why != NULL) {
		t->refused++;
		text_format(out, "\nNot extracted, %s: ", why);
		tar_print_name(out, name != NULL ? name : "?");
	} else if (t->kind == TAR_LIST || t->verbose) {
		tar_print_name(out, name != NULL ? name : "?");
	}
}

static bool over(struct tar *t)
{
	if (t->refused > 0)
		return tar_fail(t, t->place.text, "not everything could be extracted");
	return false;
}

static bool entry_step(struct tar *t, struct text *out)
{
	struct archive_entry *e;
	const char *why = NULL;
	int result = archive_read_next_header(t->archive, &e);

	if (result == ARCHIVE_EOF)
		return over(t);
	if (result < ARCHIVE_WARN)
		return fail_archive(t);
	if (++t->entries > TAR_ENTRIES_MAX)
		return tar_fail(t, t->place.text, "holds too many files");
	if (t->kind == TAR_EXTRACT) {
		if (!room_for(t, archive_entry_size(e)))
			return fail_errno(t, t->place.text);
		why = entry_make(t, e);
	}
	entry_say(t, e, out, why);
	t->showing = t->kind == TAR_SHOW && archive_entry_filetype(e) == AE_IFREG;
	return true;
}

bool tar_extract_step(struct tar *t, struct text *out)
{
	if (t->archive == NULL && !begin(t))
		return false;
	for (uint32_t i = 0; i < TAR_STEP_FILES && text_left(out) < TAR_BLOCK; i++) {
		bool content = t->upload.fd >= 0 || t->showing;

		if (!(content ? content_step(t, out) : entry_step(t, out)))
			return false;
	}
	return true;
}
