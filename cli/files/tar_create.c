// Archives being made: files and directories, entry by entry, into a file that has its name when it
// is whole.
#include "cli/files/tar_session.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static bool fail_errno(struct tar *t)
{
	return tar_fail(t, t->path.text[0] != 0 ? t->path.text : t->place.text,
	                strerrordesc_np(errno));
}

static bool fail_archive(struct tar *t)
{
	const char *why = archive_error_string(t->archive);

	return tar_fail(t, t->place.text, why != NULL ? why : "cannot be written");
}

// The format is one that takes any bytes in names and any size, and that every tar reads.
static bool begin(struct tar *t)
{
	t->replaces = jail_stat(t->root, &t->place, false, &t->old) == 0;
	if (!upload_suits(t->root, &t->place)) {
		errno = t->replaces && S_ISDIR(t->old.st_mode) ? EISDIR : EEXIST;
		return fail_errno(t);
	}
	if (!upload_begin(&t->upload, t->root, &t->place, O_WRONLY, 0644))
		return fail_errno(t);
	t->archive = archive_write_new();
	t->entry = archive_entry_new();
	if (t->archive == NULL || t->entry == NULL)
		return tar_fail(t, "", strerrordesc_np(ENOMEM));
	if (archive_write_set_format_gnutar(t->archive) != ARCHIVE_OK ||
	    (t->gz && archive_write_add_filter_gzip(t->archive) != ARCHIVE_OK) ||
	    archive_write_open_fd(t->archive, t->upload.fd) != ARCHIVE_OK)
		return fail_archive(t);
	return true;
}

static bool end(struct tar *t)
{
	t->path.text[0] = 0;
	if (archive_write_close(t->archive) != ARCHIVE_OK)
		return fail_archive(t);
	if (!upload_publish(&t->upload))
		return fail_errno(t);
	return false;
}

// --- one entry ---------------------------------------------------------------------------------

static bool header_write(struct tar *t, const struct stat *st, struct text *out)
{
	archive_entry_set_pathname(t->entry, t->path.text + 1);
	archive_entry_set_perm(t->entry, st->st_mode & 0777);
	archive_entry_set_mtime(t->entry, st->st_mtim.tv_sec, 0);
	if (archive_write_header(t->archive, t->entry) < ARCHIVE_WARN)
		return fail_archive(t);
	if (++t->entries > TAR_ENTRIES_MAX)
		return tar_fail(t, t->place.text, "too many files for an archive");
	if (t->verbose)
		tar_print_name(out, t->path.text + 1);
	return true;
}

static bool is_ours(const struct tar *t, const struct stat *st)
{
	return t->replaces && st->st_dev == t->old.st_dev && st->st_ino == t->old.st_ino;
}

static bool file_begin(struct tar *t, int above, const char *name, struct text *out)
{
	struct stat st;

	t->file =
	        openat(above, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (t->file < 0 || fstat(t->file, &st) != 0)
		return fail_errno(t);
	archive_entry_clear(t->entry);
	archive_entry_set_filetype(t->entry, AE_IFREG);
	archive_entry_set_size(t->entry, st.st_size);
	t->left = (uint64_t)st.st_size;
	return header_write(t, &st, out);
}

// What a file loses while it is read is filled up with zeros by the library.
static bool file_more(struct tar *t)
{
	size_t most = t->left < TAR_BLOCK ? (size_t)t->left : TAR_BLOCK;
	ssize_t got = most > 0 ? read(t->file, t->bytes, most) : 0;

	if (got < 0)
		return fail_errno(t);
	if (got > 0) {
		t->left -= (uint64_t)got;
		return archive_write_data(t->archive, t->bytes, (size_t)got) == got ||
		       fail_archive(t);
	}
	close(t->file);
	t->file = -1;
	return archive_write_finish_entry(t->archive) >= ARCHIVE_WARN || fail_archive(t);
}

static bool link_add(struct tar *t, int above, const char *name, const struct stat *st,
                     struct text *out)
{
	char to[JAIL_PATH_MAX + 1];
	ssize_t len = readlinkat(above, name, to, sizeof(to) - 1);

	if (len < 0)
		return fail_errno(t);
	to[len] = 0;
	archive_entry_clear(t->entry);
	archive_entry_set_filetype(t->entry, AE_IFLNK);
	archive_entry_set_symlink(t->entry, to);
	return header_write(t, st, out);
}

// The list, once made, owns the descriptor.
static bool directory_enter(struct tar *t, int above, const char *name, size_t path_len,
                            struct text *out)
{
	int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct tar_level *level = &t->levels[t->depth];
	struct stat st;

	if (t->depth == TAR_DEPTH_MAX)
		errno = ELOOP;
	level->list = fd >= 0 && t->depth < TAR_DEPTH_MAX ? fdopendir(fd) : NULL;
	if (level->list == NULL) {
		fail_errno(t);
		if (fd >= 0)
			close(fd);
		return false;
	}
	level->path_len = path_len;
	t->depth++;
	if (fstat(fd, &st) != 0)
		return fail_errno(t);
	if (t->path.text[1] == 0) // the root itself has no name
		return true;
	archive_entry_clear(t->entry);
	archive_entry_set_filetype(t->entry, AE_IFDIR);
	return header_write(t, &st, out);
}

// By what it is; what is no file, directory or link has no place in an archive.
static bool name_add(struct tar *t, int above, const char *name, size_t path_len,
                     struct text *out)
{
	struct stat st;

	if (fstatat(above, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return fail_errno(t);
	if (S_ISDIR(st.st_mode))
		return directory_enter(t, above, name, path_len, out);
	if (S_ISLNK(st.st_mode) && !link_add(t, above, name, &st, out))
		return false;
	if (S_ISREG(st.st_mode) && !is_ours(t, &st) && !file_begin(t, above, name, out))
		return false;
	return true;
}

// --- the walk ------------------------------------------------------------------------------------

static void path_cut(struct tar *t, size_t len)
{
	t->path.text[len] = 0;
}

static bool source_begin(struct tar *t, struct text *out)
{
	const char *leaf;
	int above;
	bool ok;

	t->path = t->from[t->from_at++];
	if (t->path.text[1] == 0)
		return directory_enter(t, t->root, ".", 1, out);
	above = jail_parent(t->root, &t->path, &leaf);
	if (above < 0)
		return fail_errno(t);
	ok = name_add(t, above, leaf, strlen(t->path.text), out);
	close(above);
	return ok;
}

// Neither what is being written nor what was thrown away.
static bool is_skipped(const struct tar *t, const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	       strncmp(name, UPLOAD_BESIDE, sizeof(UPLOAD_BESIDE) - 1) == 0 ||
	       (t->path.text[1] == 0 && strcmp(name, ".trash") == 0);
}

static bool level_step(struct tar *t, struct text *out)
{
	struct tar_level *level = &t->levels[t->depth - 1];
	const struct dirent *e = readdir(level->list);
	size_t len = strlen(t->path.text), slash = len > 1;

	if (e == NULL) {
		closedir(level->list);
		t->depth--;
		path_cut(t, level->path_len);
		return true;
	}
	if (is_skipped(t, e->d_name))
		return true;
	if (len + slash + strlen(e->d_name) > JAIL_PATH_MAX) {
		errno = ENAMETOOLONG;
		return fail_errno(t);
	}
	if (slash > 0)
		t->path.text[len] = '/';
	memcpy(t->path.text + len + slash, e->d_name, strlen(e->d_name) + 1);
	if (!name_add(t, dirfd(level->list), e->d_name, len, out))
		return false;
	// A directory entered cuts the path when it is left, a file when it has been read.
	if (t->file < 0 && &t->levels[t->depth - 1] == level)
		path_cut(t, len);
	return true;
}

static bool file_step(struct tar *t)
{
	if (!file_more(t))
		return false;
	if (t->file < 0 && t->depth > 0) {
		char *slash = strrchr(t->path.text, '/');

		path_cut(t, slash == t->path.text ? 1 : (size_t)(slash - t->path.text));
	}
	return true;
}

bool tar_create_step(struct tar *t, struct text *out)
{
	if (t->archive == NULL && !begin(t))
		return false;
	for (uint32_t i = 0; i < TAR_STEP_FILES; i++) {
		if (t->file >= 0) {
			if (!file_step(t))
				return false;
		} else if (t->depth > 0) {
			if (!level_step(t, out))
				return false;
		} else if (t->from_at < t->from_count) {
			if (!source_begin(t, out))
				return false;
		} else {
			return end(t);
		}
	}
	return true;
}
