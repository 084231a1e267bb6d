// `scp -f`: give files.
#include "cli/files/scp_session.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define READ_BYTES (64u * 1024)

static enum program_turn wait_for_answer(struct scp *s, enum scp_state after)
{
	s->state = SCP_ANSWER;
	s->after = (uint8_t)after;
	return PROGRAM_AGAIN;
}

static const char *leaf_of(const struct scp *s)
{
	const char *leaf = jail_leaf(&s->path);

	return leaf[0] != 0 ? leaf : "flash"; // the root has no name of its own
}

static void times_emit(struct scp *s, const struct stat *st)
{
	if (s->preserve)
		text_format(&s->program.out, "T%lld 0 %lld 0\n", (long long)st->st_mtim.tv_sec,
		            (long long)st->st_atim.tv_sec);
}

static void path_up(struct scp *s)
{
	size_t len = s->depth > 0 ? s->levels[s->depth - 1].path_len : 0;

	scp_path_cut(s, len > 0 ? len : 1);
}

// A complaint has no answer: the next file follows.
static enum program_turn skip(struct scp *s, const char *why)
{
	scp_complain(s, s->path.text, why);
	scp_file_drop(s);
	path_up(s);
	s->state = SCP_NEXT;
	return PROGRAM_AGAIN;
}

// --- a file ------------------------------------------------------------------------------------

// With -p the line of times has an answer of its own; both lines may be sent before either.
static enum program_turn file_begin(struct scp *s, const struct stat *st)
{
	s->size = s->left = (uint64_t)st->st_size;
	s->mode = st->st_mode & 0777;
	s->error = 0;
	if (s->preserve) {
		times_emit(s, st);
		return wait_for_answer(s, SCP_LINE);
	}
	s->state = SCP_LINE;
	return PROGRAM_AGAIN;
}

static enum program_turn file_line(struct scp *s)
{
	text_format(&s->program.out, "C%04o %llu %s\n", (unsigned)s->mode,
	            (unsigned long long)s->size, leaf_of(s));
	return wait_for_answer(s, SCP_BYTES);
}

static enum program_turn file_end(struct scp *s)
{
	char text[48];

	if (s->error != 0) {
		scp_complain(s, s->path.text, strerrordesc_np(s->error));
	} else {
		snprintf(text, sizeof(text), "%llu bytes", (unsigned long long)s->size);
		program_log(&s->program, "get", s->path.text, text);
		scp_ok(s);
	}
	scp_file_drop(s);
	path_up(s);
	return wait_for_answer(s, SCP_NEXT);
}

// What was promised is sent: zeros in place of what cannot be read.
static enum program_turn bytes_step(struct scp *s)
{
	size_t len = s->left < READ_BYTES ? (size_t)s->left : READ_BYTES;
	uint8_t *room;
	ssize_t got;

	if (len == 0)
		return file_end(s);
	room = text_room(&s->program.out, len);
	if (room == NULL)
		return scp_over(s);
	got = s->error == 0 ? read(s->fd, room, len) : -1;
	if (got < 0 && s->error == 0 && errno == EINTR)
		return PROGRAM_AGAIN;
	if (got <= 0) {
		if (s->error == 0)
			s->error = got < 0 ? errno : EIO;
		memset(room, 0, len);
		got = (ssize_t)len;
	}
	s->program.out.len += (size_t)got;
	s->left -= (uint64_t)got;
	return PROGRAM_AGAIN;
}

// --- directories -------------------------------------------------------------------------------

static enum program_turn directory_begin(struct scp *s, const struct stat *st)
{
	struct scp_level *level = &s->levels[s->depth];

	if (s->depth + 1 >= SCP_DEPTH_MAX)
		return skip(s, "too many directories in directories");
	*level = (struct scp_level){.path_len = strlen(s->path.text)};
	level->list = fdopendir(s->fd);
	if (level->list == NULL)
		return skip(s, strerrordesc_np(errno));
	s->fd = -1;
	s->depth++;
	s->entering = true;
	times_emit(s, st);
	text_format(&s->program.out, "D%04o 0 %s\n", (unsigned)st->st_mode & 0777, leaf_of(s));
	if (s->preserve) // two lines, two answers
		return wait_for_answer(s, SCP_ANSWER);
	return wait_for_answer(s, SCP_NEXT);
}

static enum program_turn directory_end(struct scp *s)
{
	closedir(s->levels[--s->depth].list);
	text_puts(&s->program.out, "E\n");
	path_up(s);
	return wait_for_answer(s, SCP_NEXT);
}

// --- what comes next ---------------------------------------------------------------------------

static bool is_shown(const struct scp *s, const struct stat *st)
{
	return !s->program.read_only || S_ISDIR(st->st_mode) || st->st_mode & S_IROTH;
}

static enum program_turn entry_begin(struct scp *s)
{
	struct stat st;

	s->fd = jail_open(s->program.root, s->path.text, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (s->fd < 0 || fstat(s->fd, &st) != 0)
		return skip(s, strerrordesc_np(errno));
	if (!is_shown(s, &st))
		return skip(s, strerrordesc_np(EACCES));
	if (S_ISREG(st.st_mode))
		return file_begin(s, &st);
	if (!S_ISDIR(st.st_mode) || !s->recursive)
		return skip(s, "not a regular file");
	return directory_begin(s, &st);
}

static bool name_is_sendable(const char *name)
{
	for (; *name != 0; name++)
		if ((unsigned char)*name < ' ')
			return false;
	return true;
}

static enum program_turn directory_next(struct scp *s)
{
	const struct dirent *entry = readdir(s->levels[s->depth - 1].list);

	if (entry == NULL)
		return directory_end(s);
	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return PROGRAM_AGAIN;
	if (!name_is_sendable(entry->d_name) || !scp_path_add(s, entry->d_name)) {
		scp_complain(s, "a file whose name cannot be sent", "skipped");
		return PROGRAM_AGAIN;
	}
	return entry_begin(s);
}

// `*.cfg`: a client of this protocol leaves patterns to the other side's shell. The last name of a
// path may be one; what it matches takes its place in the list.
static bool pattern_expand(struct scp *s, const struct jail_path *path)
{
	struct jail_path above = *path;
	const char *pattern = jail_leaf(path);
	const struct dirent *entry;
	bool any = false;
	DIR *list;
	int fd;

	if (strpbrk(pattern, "*?[") == NULL)
		return false;
	above.text[pattern - path->text] = 0;
	fd = jail_open(s->program.root, above.text, O_RDONLY | O_DIRECTORY, 0);
	list = fd >= 0 ? fdopendir(fd) : NULL;
	while (list != NULL && (entry = readdir(list)) != NULL) {
		if (s->path_count == SCP_PATHS_MAX ||
		    fnmatch(pattern, entry->d_name, FNM_PERIOD) != 0)
			continue;
		if (asprintf(&s->paths[s->path_count], "%s%s", above.text, entry->d_name) < 0)
			break;
		s->path_count++;
		any = true;
	}
	if (list != NULL)
		closedir(list);
	return any;
}

static enum program_turn next_step(struct scp *s)
{
	struct stat st;

	if (s->depth > 0)
		return directory_next(s);
	if (s->path_at == s->path_count)
		return scp_over(s);
	if (!jail_path(span_text(s->paths[s->path_at++]), &s->path)) {
		scp_complain(s, s->paths[s->path_at - 1], strerrordesc_np(errno));
		return PROGRAM_AGAIN;
	}
	if (jail_stat(s->program.root, &s->path, true, &st) != 0 && errno == ENOENT &&
	    pattern_expand(s, &s->path))
		return PROGRAM_AGAIN;
	return entry_begin(s);
}

// --- answers -----------------------------------------------------------------------------------

// 0: go on. 1 and a line: not this one, and no more of it. 2 and a line: the end.
static enum program_turn answer_step(struct scp *s)
{
	struct span in = text_span(&s->program.in);
	uint8_t answer = in.data[0];
	size_t len = answer == 0 ? 1 : scp_line_needs(&s->program);

	text_take(&s->program.in, len);
	if (answer > 1) {
		s->errors++;
		return scp_over(s);
	}
	s->errors += answer;
	if (s->after == SCP_ANSWER) { // the second of two
		s->after = SCP_NEXT;
		return PROGRAM_AGAIN;
	}
	if (answer == 1 && s->fd >= 0) {
		scp_file_drop(s);
		path_up(s);
		s->after = SCP_NEXT;
	}
	if (answer == 1 && s->entering) {
		closedir(s->levels[--s->depth].list);
		path_up(s);
	}
	s->entering = false;
	s->state = s->after;
	return PROGRAM_AGAIN;
}

enum program_turn scp_source_step(struct scp *s)
{
	switch (s->state) {
	case SCP_ANSWER:
		return answer_step(s);
	case SCP_LINE:
		return file_line(s);
	case SCP_BYTES:
		return bytes_step(s);
	default:
		return next_step(s);
	}
}

size_t scp_source_needs(const struct scp *s)
{
	struct span in = text_span(&s->program.in);

	if (s->state != SCP_ANSWER)
		return 0;
	return in.len > 0 && in.data[0] != 0 ? scp_line_needs(&s->program) : 1;
}
