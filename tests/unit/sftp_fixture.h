// An SFTP session over a directory of its own, asked one request at a time.
#pragma once

#include "cli/files/sftp.h"
#include "cli/files/sftp_wire.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ALL_BUT_READ (SFTP_OPEN_WRITE | SFTP_OPEN_CREAT | SFTP_OPEN_TRUNC)

struct sftp_fixture {
	char above[64]; // holds root/ and what nobody may see
	int above_fd, root;
	struct program *p;
	uint8_t bytes[300 * 1024]; // of the request being made
	struct builder b;
	uint32_t ids;
	struct blob reply; // without its length
	struct cursor c;   // in it, behind type and id
	uint8_t type;
	uint32_t id;
	bool over;
};

static inline void fixture_file(struct sftp_fixture *f, const char *name, const char *text)
{
	int fd = openat(f->above_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
}

// The text of a file, in a static buffer; NULL when it is not there.
static inline const char *fixture_text(struct sftp_fixture *f, const char *name)
{
	static char text[4096];
	int fd = openat(f->above_fd, name, O_RDONLY | O_NOFOLLOW);
	ssize_t got = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;

	if (fd >= 0)
		close(fd);
	if (got < 0)
		return NULL;
	text[got] = 0;
	return text;
}

// --- asking ------------------------------------------------------------------------------------

static inline struct builder *request(struct sftp_fixture *f, uint8_t type)
{
	f->b = builder_over(f->bytes, sizeof(f->bytes));
	builder_u32(&f->b, 0);
	builder_u8(&f->b, type);
	builder_u32(&f->b, ++f->ids);
	return &f->b;
}

static inline void reply_take(struct sftp_fixture *f)
{
	struct span out = text_span(&f->p->out);
	struct cursor c = cursor_over(out);
	struct span packet = cursor_string(&c);

	blob_fini(&f->reply);
	f->type = 0;
	f->c = cursor_over(span_of(NULL, 0));
	if (!cursor_ok(&c) || packet.len == 0)
		return;
	f->reply = blob_copy(packet);
	text_take(&f->p->out, 4 + packet.len);
	f->c = cursor_over(span_blob(&f->reply));
	f->type = cursor_u8(&f->c);
	f->id = cursor_u32(&f->c);
}

static inline void fixture_run(struct sftp_fixture *f)
{
	enum program_turn turn = PROGRAM_AGAIN;

	while (turn == PROGRAM_AGAIN && text_left(&f->p->out) < PROGRAM_OUT_HIGH)
		turn = f->p->kind->run(f->p);
	f->over = turn == PROGRAM_OVER;
}

static inline void request_put(struct sftp_fixture *f)
{
	struct builder length = builder_over(f->bytes, 4);

	builder_u32(&length, (uint32_t)f->b.len - 4);
	text_add(&f->p->in, f->bytes, f->b.len);
}

static inline void request_send(struct sftp_fixture *f)
{
	request_put(f);
	fixture_run(f);
	reply_take(f);
}

// The status of the answer; -1 for an answer of another type.
static inline int status_of(struct sftp_fixture *f)
{
	return f->type == SFTP_STATUS && f->id == f->ids ? (int)cursor_u32(&f->c) : -1;
}

static inline int ask_path(struct sftp_fixture *f, uint8_t type, const char *path)
{
	builder_text(request(f, type), path);
	if (type == SFTP_MKDIR)
		builder_u32(&f->b, 0);
	request_send(f);
	return status_of(f);
}

static inline int ask_paths(struct sftp_fixture *f, uint8_t type, const char *a, const char *b)
{
	builder_text(request(f, type), a);
	builder_text(&f->b, b);
	request_send(f);
	return status_of(f);
}

static inline struct builder *extended(struct sftp_fixture *f, const char *name)
{
	builder_text(request(f, SFTP_EXTENDED), name);
	return &f->b;
}

// A handle, or one of length 0.
struct handle_name {
	uint8_t bytes[16];
	size_t len;
};

static inline struct handle_name handle_of(struct sftp_fixture *f)
{
	struct handle_name name = {.len = 0};
	struct span s = f->type == SFTP_HANDLE ? cursor_string(&f->c) : span_of(NULL, 0);

	if (s.len <= sizeof(name.bytes))
		memcpy(name.bytes, s.data != NULL ? s.data : name.bytes, name.len = s.len);
	return name;
}

static inline struct handle_name ask_open(struct sftp_fixture *f, const char *path,
                                          uint32_t flags)
{
	builder_text(request(f, SFTP_OPEN), path);
	builder_u32(&f->b, flags);
	builder_u32(&f->b, 0);
	request_send(f);
	return handle_of(f);
}

static inline struct builder *request_on(struct sftp_fixture *f, uint8_t type,
                                         const struct handle_name *h)
{
	builder_string(request(f, type), span_of(h->bytes, h->len));
	return &f->b;
}

static inline int ask_close(struct sftp_fixture *f, const struct handle_name *h)
{
	request_on(f, SFTP_CLOSE, h);
	request_send(f);
	return status_of(f);
}

static inline int ask_write(struct sftp_fixture *f, const struct handle_name *h, uint64_t at,
                            const char *text)
{
	builder_u64(request_on(f, SFTP_WRITE, h), at);
	builder_text(&f->b, text);
	request_send(f);
	return status_of(f);
}

// The bytes read; empty at the end or on failure.
static inline struct span ask_read(struct sftp_fixture *f, const struct handle_name *h,
                                   uint64_t at, uint32_t length)
{
	builder_u64(request_on(f, SFTP_READ, h), at);
	builder_u32(&f->b, length);
	request_send(f);
	return f->type == SFTP_DATA ? cursor_string(&f->c) : span_of("", 0);
}

// The name in a NAME answer of one, in a static buffer.
static inline const char *name_of(struct sftp_fixture *f)
{
	static char text[4200];
	struct span s;

	if (f->type != SFTP_NAME || cursor_u32(&f->c) != 1)
		return "(none)";
	s = cursor_string(&f->c);
	snprintf(text, sizeof(text), "%.*s", (int)s.len, (const char *)s.data);
	return text;
}

static inline void ask_init(struct sftp_fixture *f)
{
	struct builder b = builder_over(f->bytes, sizeof(f->bytes));

	builder_u32(&b, 5);
	builder_u8(&b, SFTP_INIT);
	builder_u32(&b, 3);
	text_add(&f->p->in, f->bytes, b.len);
	fixture_run(f);
	reply_take(f);
}

// --- life --------------------------------------------------------------------------------------

static inline struct sftp_fixture *sftp_fixture_bare(bool read_only)
{
	struct sftp_fixture *f = calloc(1, sizeof(*f));

	snprintf(f->above, sizeof(f->above), "/tmp/sallyport-files-XXXXXX");
	if (mkdtemp(f->above) == NULL)
		abort();
	f->above_fd = open(f->above, O_RDONLY | O_DIRECTORY);
	if (mkdirat(f->above_fd, "root", 0755) != 0)
		abort();
	f->root = openat(f->above_fd, "root", O_RDONLY | O_DIRECTORY);
	f->p = sftp_new(&(struct program_setup){.root = f->root,
	                                        .read_only = read_only,
	                                        .user = span_text("tester"),
	                                        .peer = span_text("192.0.2.1")});
	return f;
}

static inline struct sftp_fixture *sftp_fixture(void)
{
	struct sftp_fixture *f = sftp_fixture_bare(false);

	ask_init(f);
	return f;
}

static inline struct sftp_fixture *sftp_fixture_read_only(void)
{
	struct sftp_fixture *f = sftp_fixture_bare(true);

	ask_init(f);
	return f;
}

static inline void sftp_fixture_free(struct sftp_fixture *f)
{
	char command[128];

	f->p->kind->free(f->p);
	blob_fini(&f->reply);
	close(f->root);
	close(f->above_fd);
	snprintf(command, sizeof(command), "rm -rf %s", f->above);
	if (system(command) != 0)
		printf("%s is left\n", f->above);
	free(f);
}
