// SFTP requests on files: open, close, read, write.
#include "cli/files/sftp_session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MODE_DEFAULT 0644
#define WANTS_CHANGE                                                                           \
	(SFTP_OPEN_WRITE | SFTP_OPEN_APPEND | SFTP_OPEN_CREAT | SFTP_OPEN_TRUNC |              \
	 SFTP_OPEN_EXCL)

// --- opening -----------------------------------------------------------------------------------

static int access_flags(uint32_t wanted)
{
	if (wanted & SFTP_OPEN_WRITE)
		return wanted & SFTP_OPEN_READ ? O_RDWR : O_WRONLY;
	return O_RDONLY;
}

static int open_flags(uint32_t wanted)
{
	return access_flags(wanted) | (wanted & SFTP_OPEN_APPEND ? O_APPEND : 0) |
	       (wanted & SFTP_OPEN_CREAT ? O_CREAT : 0) |
	       (wanted & SFTP_OPEN_TRUNC ? O_TRUNC : 0) |
	       (wanted & SFTP_OPEN_EXCL ? O_EXCL : 0);
}

// A new content for the whole file, and nothing said about what is there: it may come in one piece.
static bool wants_whole(uint32_t wanted)
{
	return (wanted & WANTS_CHANGE) == (SFTP_OPEN_WRITE | SFTP_OPEN_CREAT | SFTP_OPEN_TRUNC);
}

static bool open_upload(struct sftp *s, struct sftp_handle *h, const struct jail_path *path,
                        uint32_t wanted, mode_t mode)
{
	h->upload = calloc(1, sizeof(*h->upload));
	if (h->upload == NULL) {
		errno = ENOMEM;
		return false;
	}
	h->upload->fd = h->upload->directory = -1;
	if (!upload_begin(h->upload, s->program.root, path, access_flags(wanted), mode))
		return false;
	h->fd = h->upload->fd;
	return upload_charge(h->upload, s->program.quota);
}

// Who may only read sees what everybody may: saved configurations hold hashes of passwords.
static bool open_is_shown(const struct sftp *s, const struct sftp_handle *h)
{
	struct stat st;

	if (!s->program.read_only || (fstat(h->fd, &st) == 0 && st.st_mode & S_IROTH))
		return true;
	errno = EACCES;
	return false;
}

static bool open_in_place(struct sftp *s, struct sftp_handle *h, const struct jail_path *path,
                          uint32_t wanted, mode_t mode)
{
	struct quota *q = s->program.quota;
	struct stat st;
	bool makes;

	if (!sftp_publish(s, path))
		return false;
	makes = (wanted & SFTP_OPEN_CREAT) != 0 &&
	        jail_stat(s->program.root, path, true, &st) != 0;
	if (!quota_hold(q, 0, makes))
		return false;
	h->fd = jail_open_file(s->program.root, path->text, open_flags(wanted), mode);
	if (h->fd >= 0)
		quota_settle(q, 0, makes);
	else
		quota_release(q, 0, makes);
	if (h->fd < 0 || !open_is_shown(s, h))
		return false;
	if ((wanted & SFTP_OPEN_TRUNC) != 0)
		quota_freed(q);
	h->charge = (struct charge){.quota = q,
	                            .size = fstat(h->fd, &st) == 0 ? (uint64_t)st.st_size : 0};
	return true;
}

void sftp_on_open(struct sftp *s, struct sftp_request *r)
{
	struct jail_path path;
	struct sftp_attrs attrs;
	struct sftp_handle *h;
	uint32_t wanted;
	mode_t mode;
	bool whole, ok;

	sftp_read_path(r, &path);
	wanted = cursor_u32(&r->c);
	sftp_attrs_read(&r->c, &attrs);
	if (!sftp_sound(s, r) || ((wanted & WANTS_CHANGE) != 0 && !sftp_may_write(s, r)))
		return;
	mode = attrs.flags & SFTP_ATTR_MODE ? attrs.mode & 0777 : MODE_DEFAULT;
	h = sftp_handle_take(s);
	whole = h != NULL && wants_whole(wanted) && upload_suits(s->program.root, &path);
	ok = h != NULL && (whole ? open_upload(s, h, &path, wanted, mode)
	                         : open_in_place(s, h, &path, wanted, mode));
	if (ok) {
		h->path = strdup(path.text);
		h->may_read = (wanted & SFTP_OPEN_READ) != 0 || !(wanted & SFTP_OPEN_WRITE);
		h->may_write = (wanted & SFTP_OPEN_WRITE) != 0;
		h->append = (wanted & SFTP_OPEN_APPEND) != 0;
		sftp_answer_handle(s, r->id, h);
		return;
	}
	sftp_log(s, "open", path.text, -1);
	sftp_answer_errno(s, r->id, errno);
	if (h != NULL)
		sftp_handle_give(h);
}

// --- closing -----------------------------------------------------------------------------------

static void close_log(struct sftp *s, const struct sftp_handle *h, int result)
{
	char text[96];
	int error = errno;

	if (result != 0 || h->path == NULL) {
		sftp_log(s, "put", h->path != NULL ? h->path : "?", result);
	} else {
		snprintf(text, sizeof(text), "%llu bytes written, %llu read",
		         (unsigned long long)h->put, (unsigned long long)h->got);
		program_log(&s->program, h->may_write ? "put" : "get", h->path, text);
	}
	errno = error;
}

// 0, or -1 with errno. The handle is free afterwards either way.
int sftp_file_close(struct sftp *s, struct sftp_handle *h)
{
	int result = 0, error;

	if (h->upload != NULL) {
		result = upload_publish(h->upload) ? 0 : -1;
		h->fd = -1;
	}
	error = errno;
	if (h->kind == SFTP_HANDLE_FILE)
		close_log(s, h, result);
	sftp_handle_give(h);
	errno = error;
	return result;
}

void sftp_on_close(struct sftp *s, struct sftp_request *r)
{
	struct sftp_handle *h = sftp_read_any_handle(s, r);

	if (!sftp_sound(s, r))
		return;
	if (h == NULL)
		sftp_answer(s, r->id, SFTP_FAILURE);
	else
		sftp_answer_result(s, r->id, sftp_file_close(s, h));
}

// --- bytes -------------------------------------------------------------------------------------

void sftp_on_read(struct sftp *s, struct sftp_request *r)
{
	struct sftp_handle *h = sftp_read_handle(s, r, SFTP_HANDLE_FILE);
	uint64_t offset = cursor_u64(&r->c);
	uint32_t length = cursor_u32(&r->c);
	struct builder b;
	ssize_t got = -1;
	size_t mark;
	uint8_t *bytes;

	if (!sftp_sound(s, r))
		return;
	if (h == NULL || !h->may_read || offset > INT64_MAX) {
		sftp_answer(s, r->id, SFTP_FAILURE);
		return;
	}
	length = length < SFTP_DATA_MAX ? length : SFTP_DATA_MAX;
	b = sftp_reply(s, SFTP_DATA, r->id, 4 + length);
	mark = builder_open(&b);
	bytes = builder_room(&b, length);
	if (bytes != NULL)
		got = pread(h->fd, bytes, length, (off_t)offset);
	else
		errno = ENOMEM;
	if (got <= 0) {
		if (got < 0)
			sftp_answer_errno(s, r->id, errno);
		else
			sftp_answer(s, r->id, SFTP_EOF);
		return;
	}
	b.len -= length - (size_t)got;
	builder_close(&b, mark);
	sftp_reply_end(s, &b);
	h->got += (uint64_t)got;
}

// All of it, or -1 with errno.
static int write_all(const struct sftp_handle *h, struct span bytes, uint64_t offset)
{
	while (bytes.len > 0) {
		ssize_t wrote = h->append ? write(h->fd, bytes.data, bytes.len)
		                          : pwrite(h->fd, bytes.data, bytes.len, (off_t)offset);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return -1;
		bytes = span_of(bytes.data + wrote, bytes.len - (size_t)wrote);
		offset += (uint64_t)wrote;
	}
	return 0;
}

void sftp_on_write(struct sftp *s, struct sftp_request *r)
{
	struct sftp_handle *h = sftp_read_handle(s, r, SFTP_HANDLE_FILE);
	uint64_t offset = cursor_u64(&r->c);
	struct span bytes = cursor_string(&r->c);
	int result;

	if (!sftp_sound(s, r))
		return;
	if (h == NULL || !h->may_write || offset > INT64_MAX - SFTP_PACKET_MAX) {
		sftp_answer(s, r->id, SFTP_FAILURE);
		return;
	}
	result = sftp_pay(h, (h->append ? sftp_charge(h)->size : offset) + bytes.len)
	                 ? write_all(h, bytes, offset)
	                 : -1;
	if (result == 0)
		h->put += bytes.len;
	else if (h->upload != NULL)
		h->upload->error = errno;
	sftp_answer_result(s, r->id, result);
}

void sftp_on_fstat(struct sftp *s, struct sftp_request *r)
{
	struct sftp_handle *h = sftp_read_any_handle(s, r);
	struct stat st;

	if (!sftp_sound(s, r))
		return;
	if (h == NULL)
		sftp_answer(s, r->id, SFTP_FAILURE);
	else if (fstat(h->list != NULL ? dirfd(h->list) : h->fd, &st) != 0)
		sftp_answer_errno(s, r->id, errno);
	else
		sftp_answer_attrs(s, r->id, &st);
}

void sftp_on_fsetstat(struct sftp *s, struct sftp_request *r)
{
	struct sftp_handle *h = sftp_read_any_handle(s, r);
	struct sftp_attrs attrs;
	int result;

	sftp_attrs_read(&r->c, &attrs);
	if (!sftp_sound(s, r) || !sftp_may_write(s, r))
		return;
	if (h == NULL || (attrs.flags & SFTP_ATTR_SIZE && !h->may_write)) {
		sftp_answer(s, r->id, SFTP_FAILURE);
		return;
	}
	result = sftp_apply(h->list != NULL ? dirfd(h->list) : h->fd, &attrs, sftp_charge(h));
	if (h->upload == NULL)
		charge_settle(&h->charge);
	sftp_log(s, "setstat", h->path != NULL ? h->path : "?", result);
	sftp_answer_result(s, r->id, result);
}
