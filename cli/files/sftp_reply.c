// SFTP answers: framing, statuses, attributes.
#include "cli/files/sftp_session.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define SIX_MONTHS (182 * 24 * 3600)

struct builder sftp_reply(struct sftp *s, uint8_t type, uint32_t id, size_t max)
{
	size_t room = 4 + 1 + 4 + max;
	void *bytes = text_room(&s->program.out, room);
	struct builder b = builder_over(bytes, bytes != NULL ? room : 0);

	builder_u32(&b, 0); // length, when it is known
	builder_u8(&b, type);
	builder_u32(&b, id);
	return b;
}

void sftp_reply_end(struct sftp *s, const struct builder *b)
{
	struct builder length;

	if (!builder_ok(b)) {
		s->program.out.failed = true;
		return;
	}
	length = builder_over(b->base, 4);
	builder_u32(&length, (uint32_t)b->len - 4);
	s->program.out.len += b->len;
}

// --- statuses ----------------------------------------------------------------------------------

static void status_emit(struct sftp *s, uint32_t id, enum sftp_status status, const char *text)
{
	struct builder b = sftp_reply(s, SFTP_STATUS, id, 4 + 4 + 128 + 4);

	builder_u32(&b, status);
	builder_string(&b, span_of(text, strnlen(text, 128)));
	builder_text(&b, "");
	sftp_reply_end(s, &b);
}

void sftp_answer(struct sftp *s, uint32_t id, enum sftp_status status)
{
	static const char *const texts[] = {
	        [SFTP_OK] = "Success",
	        [SFTP_EOF] = "End of file",
	        [SFTP_NO_SUCH_FILE] = "No such file",
	        [SFTP_PERMISSION_DENIED] = "Permission denied",
	        [SFTP_FAILURE] = "Failure",
	        [SFTP_BAD_MESSAGE] = "Bad message",
	        [SFTP_NO_CONNECTION] = "No connection",
	        [SFTP_CONNECTION_LOST] = "Connection lost",
	        [SFTP_OP_UNSUPPORTED] = "Operation unsupported",
	};

	status_emit(s, id, status, texts[status]);
}

void sftp_answer_errno(struct sftp *s, uint32_t id, int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
		sftp_answer(s, id, SFTP_NO_SUCH_FILE);
		break;
	case EPERM:
	case EACCES:
	case EROFS:
		sftp_answer(s, id, SFTP_PERMISSION_DENIED);
		break;
	case ENOSYS:
	case EOPNOTSUPP:
		sftp_answer(s, id, SFTP_OP_UNSUPPORTED);
		break;
	default:
		status_emit(s, id, SFTP_FAILURE, strerrordesc_np(error));
	}
}

void sftp_answer_result(struct sftp *s, uint32_t id, int result)
{
	if (result == 0)
		sftp_answer(s, id, SFTP_OK);
	else
		sftp_answer_errno(s, id, errno);
}

// --- attributes --------------------------------------------------------------------------------

void sftp_attrs_emit(struct builder *b, const struct stat *st)
{
	builder_u32(b, SFTP_ATTR_SIZE | SFTP_ATTR_UIDGID | SFTP_ATTR_MODE | SFTP_ATTR_TIMES);
	builder_u64(b, (uint64_t)st->st_size);
	builder_u32(b, st->st_uid);
	builder_u32(b, st->st_gid);
	builder_u32(b, st->st_mode);
	builder_u32(b, (uint32_t)st->st_atim.tv_sec);
	builder_u32(b, (uint32_t)st->st_mtim.tv_sec);
}

void sftp_answer_attrs(struct sftp *s, uint32_t id, const struct stat *st)
{
	struct builder b = sftp_reply(s, SFTP_ATTRS, id, SFTP_ATTRS_BYTES);

	sftp_attrs_emit(&b, st);
	sftp_reply_end(s, &b);
}

// Extended attributes are read past: nobody has defined any.
void sftp_attrs_read(struct cursor *c, struct sftp_attrs *out)
{
	uint32_t extended;

	*out = (struct sftp_attrs){.flags = cursor_u32(c)};
	if (out->flags & SFTP_ATTR_SIZE)
		out->size = cursor_u64(c);
	if (out->flags & SFTP_ATTR_UIDGID) {
		out->uid = cursor_u32(c);
		out->gid = cursor_u32(c);
	}
	if (out->flags & SFTP_ATTR_MODE)
		out->mode = cursor_u32(c);
	if (out->flags & SFTP_ATTR_TIMES) {
		out->atime = cursor_u32(c);
		out->mtime = cursor_u32(c);
	}
	extended = out->flags & SFTP_ATTR_EXTENDED ? cursor_u32(c) : 0;
	if (extended > cursor_left(c) / 8)
		cursor_fail(c, STATUS_TRUNCATED);
	for (uint32_t i = 0; i < extended && cursor_ok(c); i++) {
		cursor_string(c);
		cursor_string(c);
	}
}

static void mode_text(mode_t mode, char out[11])
{
	static const char letters[] = "rwxrwxrwx";

	out[0] = S_ISDIR(mode) ? 'd' : S_ISLNK(mode) ? 'l' : S_ISREG(mode) ? '-' : '?';
	for (int i = 0; i < 9; i++)
		out[1 + i] = (mode & (0400u >> i)) != 0 ? letters[i] : '-';
	out[10] = 0;
}

void sftp_longname(const struct sftp *s, const char *name, const struct stat *st,
                   char out[SFTP_LONGNAME_MAX])
{
	time_t now = time(NULL), then = st->st_mtim.tv_sec;
	bool recent = then <= now && then > now - SIX_MONTHS;
	char mode[11], date[32] = "";
	const char *owner = st->st_uid == geteuid() ? s->program.user : "-";
	struct tm tm;

	mode_text(st->st_mode, mode);
	if (gmtime_r(&then, &tm) != NULL)
		strftime(date, sizeof(date), recent ? "%b %e %H:%M" : "%b %e  %Y", &tm);
	snprintf(out, SFTP_LONGNAME_MAX, "%s %4u %-8.32s %-8.32s %12lld %s %s", mode,
	         (unsigned)st->st_nlink, owner, owner, (long long)st->st_size, date, name);
}
