// `scp -t`: take files. Each line is checked before anything is made of it: a name is one name.
#include "cli/files/scp_session.h"
#include "crypto/core/status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

// --- lines -------------------------------------------------------------------------------------

static bool digits_read(const char **at, int base, uint64_t most, uint64_t *out)
{
	const char *from = *at;

	*out = 0;
	while (**at >= '0' && **at < '0' + base) {
		*out = *out * (unsigned)base + (unsigned)(*(*at)++ - '0');
		if (*out > most)
			return false;
	}
	return *at > from;
}

static bool name_is_sound(const char *name)
{
	if (name[0] == 0 || strlen(name) > 255 || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return false;
	for (; *name != 0; name++)
		if (*name == '/' || (unsigned char)*name < ' ' || *name == 0x7f)
			return false;
	return true;
}

// "C0644 12 name": mode, size, name.
static bool entry_read(const char *line, uint64_t *mode, uint64_t *size, const char **name)
{
	if (!digits_read(&line, 8, 07777, mode) || *line++ != ' ' ||
	    !digits_read(&line, 10, INT64_MAX, size) || *line++ != ' ')
		return false;
	*name = line;
	return name_is_sound(line);
}

// "T1700000000 0 1700000000 0": modified, accessed.
static bool times_read(struct scp *s, const char *line)
{
	uint64_t modified, accessed, micro;

	if (!digits_read(&line, 10, UINT32_MAX, &modified) || *line++ != ' ' ||
	    !digits_read(&line, 10, 999999, &micro) || *line++ != ' ' ||
	    !digits_read(&line, 10, UINT32_MAX, &accessed) || *line++ != ' ' ||
	    !digits_read(&line, 10, 999999, &micro) || *line != 0)
		return false;
	s->time[0] = (struct timespec){.tv_sec = (time_t)accessed};
	s->time[1] = (struct timespec){.tv_sec = (time_t)modified};
	s->times = true;
	return true;
}

// --- where it goes -----------------------------------------------------------------------------

// Into the directory at hand; at the top, into the target when that is a directory, else as it.
static bool place(struct scp *s, const char *name, size_t *before)
{
	struct stat st;

	*before = strlen(s->path.text);
	if (s->depth == 0 && !s->into_directory &&
	    (jail_stat(s->program.root, &s->path, true, &st) != 0 || !S_ISDIR(st.st_mode)))
		return true;
	return scp_path_add(s, name);
}

static bool space_for(int fd, uint64_t size)
{
	struct statvfs v;

	if (fstatvfs(fd, &v) != 0 || size <= (uint64_t)v.f_bavail * v.f_frsize)
		return true;
	errno = ENOSPC;
	return false;
}

// What a link leads to is written in place.
static bool overwrite_begin(struct scp *s)
{
	struct charge c = {.quota = s->program.quota};
	struct stat st;

	if (fstat(s->fd, &st) != 0)
		return false;
	c.size = (uint64_t)st.st_size;
	if (!charge_to(&c, s->size))
		return false;
	charge_settle(&c);
	quota_freed(c.quota);
	return ftruncate(s->fd, 0) == 0;
}

static bool file_make(struct scp *s, mode_t mode)
{
	if (upload_suits(s->program.root, &s->path)) {
		s->upload = calloc(1, sizeof(*s->upload));
		if (s->upload == NULL) {
			errno = ENOMEM;
			return false;
		}
		s->upload->fd = s->upload->directory = -1;
		if (!upload_begin(s->upload, s->program.root, &s->path, O_WRONLY, mode))
			return false;
		s->fd = s->upload->fd;
		if (!upload_charge(s->upload, s->program.quota) ||
		    !charge_to(&s->upload->charge, s->size))
			return false;
	} else {
		s->fd = jail_open_file(s->program.root, s->path.text, O_WRONLY, 0);
		return s->fd >= 0 && space_for(s->fd, s->size) && overwrite_begin(s);
	}
	return s->fd >= 0 && space_for(s->fd, s->size);
}

// --- entries -----------------------------------------------------------------------------------

static void file_begin(struct scp *s, const char *name, mode_t mode)
{
	size_t *before = &s->levels[s->depth].path_len; // the level below is free while here

	if (!place(s, name, before)) {
		scp_complain(s, name, strerrordesc_np(errno));
		s->times = false;
		return;
	}
	if (!file_make(s, s->preserve ? mode & 0777 : mode & 0755)) {
		scp_complain(s, s->path.text, strerrordesc_np(errno));
		scp_file_drop(s);
		scp_path_cut(s, *before);
		s->times = false;
		return;
	}
	s->mode = mode & 0777;
	s->left = s->size;
	s->error = 0;
	s->state = s->left > 0 ? SCP_BYTES : SCP_STATUS;
	scp_ok(s);
}

static bool attributes_keep(struct scp *s)
{
	return !s->preserve ||
	       (fchmod(s->fd, s->mode) == 0 && (!s->times || futimens(s->fd, s->time) == 0));
}

static void file_end(struct scp *s)
{
	char text[48];

	if (s->error == 0 && !attributes_keep(s))
		s->error = errno;
	if (s->error == 0 && s->upload != NULL && !upload_publish(s->upload))
		s->error = errno;
	if (s->error == 0) {
		snprintf(text, sizeof(text), "%llu bytes", (unsigned long long)s->size);
		program_log(&s->program, "put", s->path.text, text);
		scp_ok(s);
		if (s->upload != NULL)
			s->fd = -1;
	} else {
		scp_complain(s, s->path.text, strerrordesc_np(s->error));
	}
	scp_file_drop(s);
	s->times = false;
	scp_path_cut(s, s->levels[s->depth].path_len);
	s->state = SCP_LINE;
}

static int directory_make(struct scp *s, mode_t mode)
{
	const char *leaf;
	struct stat st;
	int above, result;

	if (jail_stat(s->program.root, &s->path, true, &st) == 0) {
		errno = ENOTDIR;
		return S_ISDIR(st.st_mode) ? 0 : -1;
	}
	if (!quota_hold(s->program.quota, 0, 1))
		return -1;
	above = jail_parent(s->program.root, &s->path, &leaf);
	result = above >= 0 ? mkdirat(above, leaf, (mode & 0755) | 0700) : -1;
	(void)jail_close(above, true);
	if (result == 0)
		quota_settle(s->program.quota, 0, 1);
	else
		quota_release(s->program.quota, 0, 1);
	program_log(&s->program, "mkdir", s->path.text,
	            result == 0 ? "done" : strerrordesc_np(errno));
	return result;
}

// A directory that cannot be made is an end: what follows would go elsewhere.
static enum program_turn directory_enter(struct scp *s, const char *name, mode_t mode)
{
	struct scp_level *level = &s->levels[s->depth];
	size_t before;

	if (!s->recursive || s->depth + 1 >= SCP_DEPTH_MAX)
		return scp_broken(s, "directory is not expected");
	if (!place(s, name, &before) || directory_make(s, mode) != 0) {
		scp_complain(s, s->path.text, strerrordesc_np(errno));
		return scp_over(s);
	}
	*level = (struct scp_level){.path_len = before, .mode = mode & 0777, .times = s->times};
	memcpy(level->time, s->time, sizeof(level->time));
	s->times = false;
	s->depth++;
	scp_ok(s);
	return PROGRAM_AGAIN;
}

static enum program_turn directory_leave(struct scp *s)
{
	const struct scp_level *level;
	int fd;

	if (s->depth == 0)
		return scp_broken(s, "no directory to leave");
	level = &s->levels[--s->depth];
	if (s->preserve) {
		fd = jail_open(s->program.root, s->path.text, O_RDONLY | O_DIRECTORY, 0);
		if (fd >= 0 && level->times)
			futimens(fd, level->time);
		if (fd >= 0)
			fchmod(fd, level->mode);
		if (fd >= 0)
			close(fd);
	}
	scp_path_cut(s, level->path_len);
	scp_ok(s);
	return PROGRAM_AGAIN;
}

// --- steps -------------------------------------------------------------------------------------

static enum program_turn line_run(struct scp *s, const char *line)
{
	uint64_t mode, size;
	const char *name;

	switch (line[0]) {
	case 1: // the sender could not read something
		s->errors++;
		return PROGRAM_AGAIN;
	case 2:
		s->errors++;
		return scp_over(s);
	case 'T':
		if (!times_read(s, line + 1))
			return scp_broken(s, "times");
		scp_ok(s);
		return PROGRAM_AGAIN;
	case 'E':
		return line[1] == 0 ? directory_leave(s) : scp_broken(s, "line");
	case 'C':
	case 'D':
		if (!entry_read(line + 1, &mode, &size, &name))
			return scp_broken(s, "unexpected filename, mode or size");
		if (line[0] == 'D')
			return directory_enter(s, name, (mode_t)mode);
		s->size = size;
		file_begin(s, name, (mode_t)mode);
		return PROGRAM_AGAIN;
	default:
		return scp_broken(s, "line");
	}
}

static enum program_turn line_step(struct scp *s)
{
	struct span in = text_span(&s->program.in);
	size_t len = scp_line_needs(&s->program);
	char line[SCP_LINE_MAX];

	if (len > SCP_LINE_MAX || in.data[len - 1] != '\n' || memchr(in.data, 0, len) != NULL)
		return scp_broken(s, "line");
	memcpy(line, in.data, len - 1);
	line[len - 1] = 0;
	text_take(&s->program.in, len);
	return line_run(s, line);
}

static enum program_turn bytes_step(struct scp *s)
{
	struct span in = text_span(&s->program.in);
	size_t len = in.len < s->left ? in.len : (size_t)s->left;
	ssize_t wrote;

	wrote = s->error == 0 ? write(s->fd, in.data, len) : (ssize_t)len;
	if (wrote < 0 && errno == EINTR)
		return PROGRAM_AGAIN;
	if (wrote < 0) {
		s->error = errno; // the rest is read and forgotten
		wrote = (ssize_t)len;
	}
	s->left -= (uint64_t)wrote;
	text_take(&s->program.in, (size_t)wrote);
	if (s->left == 0)
		s->state = SCP_STATUS;
	return PROGRAM_AGAIN;
}

// A zero byte: the sender vouches for what it sent. Else why it does not.
static enum program_turn status_step(struct scp *s)
{
	struct span in = text_span(&s->program.in);
	size_t len = in.data[0] == 0 ? 1 : scp_line_needs(&s->program);

	if (in.data[0] > 2)
		return scp_broken(s, "status");
	if (in.data[0] != 0)
		s->error = EIO;
	text_take(&s->program.in, len);
	file_end(s);
	return PROGRAM_AGAIN;
}

static enum program_turn begin(struct scp *s)
{
	struct stat st;

	if (s->program.read_only) {
		scp_complain(s, s->paths[0], strerrordesc_np(EACCES));
		return scp_over(s);
	}
	if (!jail_path(span_text(s->paths[0]), &s->path) ||
	    (s->into_directory &&
	     (jail_stat(s->program.root, &s->path, true, &st) != 0 || !S_ISDIR(st.st_mode)))) {
		scp_complain(s, s->paths[0], strerrordesc_np(ENOTDIR));
		return scp_over(s);
	}
	s->state = SCP_LINE;
	scp_ok(s);
	return PROGRAM_AGAIN;
}

enum program_turn scp_sink_step(struct scp *s)
{
	switch (s->state) {
	case SCP_NEXT:
		return begin(s);
	case SCP_LINE:
		return line_step(s);
	case SCP_BYTES:
		return bytes_step(s);
	default:
		return status_step(s);
	}
}

size_t scp_sink_needs(const struct scp *s)
{
	struct span in = text_span(&s->program.in);

	switch (s->state) {
	case SCP_NEXT:
		return 0;
	case SCP_LINE:
		return scp_line_needs(&s->program);
	case SCP_BYTES:
		return 1;
	default:
		return in.len > 0 && in.data[0] != 0 ? scp_line_needs(&s->program) : 1;
	}
}
