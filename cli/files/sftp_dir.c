// SFTP requests on directories: list them.
#include "cli/files/sftp_session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define ENTRIES_PER_ANSWER 128
#define ENTRY_MAX          (4 + 256 + 4 + SFTP_LONGNAME_MAX + SFTP_ATTRS_BYTES)
#define ANSWER_BYTES       (32u * 1024)

void sftp_on_opendir(struct sftp *s, struct sftp_request *r)
{
	struct jail_path path;
	struct sftp_handle *h;
	int fd = -1;

	sftp_read_path(r, &path);
	if (!sftp_sound(s, r))
		return;
	h = sftp_handle_take(s);
	if (h != NULL)
		fd = jail_open(s->program.root, path.text, O_RDONLY | O_DIRECTORY, 0);
	if (fd >= 0)
		h->list = fdopendir(fd);
	if (h != NULL && h->list != NULL) {
		h->kind = SFTP_HANDLE_DIRECTORY;
		h->path = strdup(path.text);
		sftp_log(s, "list", path.text, 0);
		sftp_answer_handle(s, r->id, h);
		return;
	}
	sftp_log(s, "list", path.text, -1);
	sftp_answer_errno(s, r->id, errno);
	if (fd >= 0)
		close(fd);
	if (h != NULL)
		sftp_handle_give(h);
}

// What is above the directory is shown with the directory's own attributes: above the root it is
// nobody's business.
static bool entry_stat(const struct sftp_handle *h, const char *name, struct stat *st)
{
	bool above = strcmp(name, "..") == 0;

	return fstatat(dirfd(h->list), above ? "." : name, st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void entry_emit(const struct sftp *s, struct builder *b, const char *name,
                       const struct stat *st)
{
	char longname[SFTP_LONGNAME_MAX];

	sftp_longname(s, name, st, longname);
	builder_text(b, name);
	builder_text(b, longname);
	sftp_attrs_emit(b, st);
}

static uint32_t entries_emit(struct sftp *s, const struct sftp_handle *h, struct builder *b)
{
	const struct dirent *entry;
	uint32_t count = 0;
	struct stat st;

	while (count < ENTRIES_PER_ANSWER && b->max - b->len >= ENTRY_MAX) {
		errno = 0;
		entry = readdir(h->list);
		if (entry == NULL)
			break;
		if (!entry_stat(h, entry->d_name, &st))
			continue; // gone meanwhile
		entry_emit(s, b, entry->d_name, &st);
		count++;
	}
	return count;
}

void sftp_on_readdir(struct sftp *s, struct sftp_request *r)
{
	struct sftp_handle *h = sftp_read_handle(s, r, SFTP_HANDLE_DIRECTORY);
	struct builder b, head;
	uint32_t count;
	size_t at;

	if (!sftp_sound(s, r))
		return;
	if (h == NULL) {
		sftp_answer(s, r->id, SFTP_FAILURE);
		return;
	}
	b = sftp_reply(s, SFTP_NAME, r->id, ANSWER_BYTES);
	at = b.len;
	builder_u32(&b, 0); // how many, when that is known
	count = builder_ok(&b) ? entries_emit(s, h, &b) : 0;
	if (count == 0) {
		if (errno == 0)
			sftp_answer(s, r->id, SFTP_EOF);
		else
			sftp_answer_errno(s, r->id, errno);
		return;
	}
	head = builder_over(b.base + at, 4);
	builder_u32(&head, count);
	sftp_reply_end(s, &b);
}
