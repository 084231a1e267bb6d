// The SFTP session: cut packets, run their requests in order.
#include "cli/files/sftp_session.h"

#include <errno.h>
#include <stdlib.h>

#define REQUESTS_PER_RUN 256

static const struct {
	uint8_t type;
	sftp_handler *run;
} handlers[] = {
        {SFTP_OPEN, sftp_on_open},         {SFTP_CLOSE, sftp_on_close},
        {SFTP_READ, sftp_on_read},         {SFTP_WRITE, sftp_on_write},
        {SFTP_LSTAT, sftp_on_lstat},       {SFTP_FSTAT, sftp_on_fstat},
        {SFTP_SETSTAT, sftp_on_setstat},   {SFTP_FSETSTAT, sftp_on_fsetstat},
        {SFTP_OPENDIR, sftp_on_opendir},   {SFTP_READDIR, sftp_on_readdir},
        {SFTP_REMOVE, sftp_on_remove},     {SFTP_MKDIR, sftp_on_mkdir},
        {SFTP_RMDIR, sftp_on_rmdir},       {SFTP_REALPATH, sftp_on_realpath},
        {SFTP_STAT, sftp_on_stat},         {SFTP_RENAME, sftp_on_rename},
        {SFTP_READLINK, sftp_on_readlink}, {SFTP_SYMLINK, sftp_on_symlink},
        {SFTP_EXTENDED, sftp_on_extended},
};

// --- packets -----------------------------------------------------------------------------------

static uint32_t packet_length(struct span in)
{
	struct cursor c = cursor_over(in);

	return cursor_u32(&c);
}

static bool length_is_sound(uint32_t length)
{
	return length > 0 && length <= SFTP_PACKET_MAX;
}

static size_t needs(const struct program *p)
{
	struct span in = text_span(&p->in);
	uint32_t length;

	if (in.len < 4)
		return 4;
	length = packet_length(in);
	return length_is_sound(length) ? 4 + (size_t)length : 4;
}

static enum program_turn over(struct sftp *s, uint32_t exit_status)
{
	s->program.exit_status = exit_status;
	return PROGRAM_OVER;
}

// RFC draft section 4: the client's version, ours, and what we know beyond it.
static bool begin(struct sftp *s, struct cursor *c)
{
	struct builder b;
	uint32_t version = cursor_u32(c);

	if (!cursor_ok(c) || s->begun || version < SFTP_VERSION)
		return false;
	s->begun = true;
	// In place of an id this answer has the version.
	b = sftp_reply(s, SFTP_VERSION_REPLY, SFTP_VERSION, 1024);
	sftp_extensions(&b);
	sftp_reply_end(s, &b);
	return true;
}

// False: the client does not speak this protocol.
static bool packet_run(struct sftp *s, struct span packet)
{
	struct sftp_request r = {.c = cursor_over(packet)};
	uint8_t type = cursor_u8(&r.c);

	if (type == SFTP_INIT)
		return begin(s, &r.c);
	r.id = cursor_u32(&r.c);
	if (!cursor_ok(&r.c) || !s->begun)
		return false;
	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
		if (handlers[i].type != type)
			continue;
		handlers[i].run(s, &r);
		return true;
	}
	sftp_answer(s, r.id, SFTP_OP_UNSUPPORTED);
	return true;
}

// --- runs --------------------------------------------------------------------------------------

static bool may_go_on(const struct program *p)
{
	return !atomic_load(&p->cancelled) && text_left(&p->out) < PROGRAM_OUT_HIGH;
}

static enum program_turn run(struct program *p)
{
	struct sftp *s = (struct sftp *)p;

	for (int i = 0; i < REQUESTS_PER_RUN && may_go_on(p); i++) {
		struct span in = text_span(&p->in);
		uint32_t length;

		if (s->copy.active) {
			sftp_copy_step(s);
			return PROGRAM_AGAIN;
		}
		if (in.len < needs(p))
			return p->in_ended ? over(s, in.len > 0) : PROGRAM_HUNGRY;
		length = packet_length(in);
		if (!length_is_sound(length) || !packet_run(s, span_of(in.data + 4, length)))
			return over(s, 1);
		text_take(&p->in, 4 + (size_t)length);
		if (p->out.failed)
			return over(s, 1);
	}
	return PROGRAM_AGAIN;
}

bool sftp_sound(struct sftp *s, struct sftp_request *r)
{
	if (cursor_end(&r->c) == STATUS_OK)
		return true;
	sftp_answer(s, r->id, SFTP_BAD_MESSAGE);
	return false;
}

bool sftp_read_path(struct sftp_request *r, struct jail_path *out)
{
	struct span text = cursor_string_max(&r->c, JAIL_PATH_MAX);

	if (cursor_ok(&r->c) && jail_path(text, out))
		return true;
	cursor_fail(&r->c, STATUS_MALFORMED);
	*out = (struct jail_path){"/"};
	return false;
}

bool sftp_may_write(struct sftp *s, const struct sftp_request *r)
{
	if (!s->program.read_only)
		return true;
	sftp_answer(s, r->id, SFTP_PERMISSION_DENIED);
	return false;
}

void sftp_log(struct sftp *s, const char *verb, const char *path, int result)
{
	int error = errno;

	program_log(&s->program, verb, path, result == 0 ? "done" : strerrordesc_np(error));
	errno = error;
}

// --- life --------------------------------------------------------------------------------------

static void sftp_end(struct program *p)
{
	struct sftp *s = (struct sftp *)p;

	for (uint32_t i = 0; i < SFTP_HANDLES; i++) {
		struct sftp_handle *h = &s->handles[i];

		if (h->upload != NULL && h->path != NULL)
			program_log(p, "put", h->path, "given up");
		sftp_handle_give(h);
	}
}

static void sftp_free(struct program *p)
{
	sftp_end(p);
	program_fini(p);
	free(p);
}

struct program *sftp_new(const struct program_setup *setup)
{
	static const struct program_kind kind = {"SFTP", needs, run, sftp_end, sftp_free};
	struct sftp *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	for (uint32_t i = 0; i < SFTP_HANDLES; i++)
		s->handles[i].fd = -1;
	if (program_init(&s->program, &kind, setup))
		return &s->program;
	sftp_free(&s->program);
	return NULL;
}
