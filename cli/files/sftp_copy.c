// copy-data: bytes from one open file into another without passing the network.
#include "cli/files/sftp_session.h"

#include <errno.h>
#include <unistd.h>

#define COPY_SLICE (4u << 20)

static bool same_file(int a, int b)
{
	struct stat one, two;

	return fstat(a, &one) != 0 || fstat(b, &two) != 0 ||
	       (one.st_dev == two.st_dev && one.st_ino == two.st_ino);
}

void sftp_on_copy(struct sftp *s, struct sftp_request *r)
{
	struct sftp_handle *from = sftp_read_handle(s, r, SFTP_HANDLE_FILE), *to;
	uint64_t from_at = cursor_u64(&r->c), left = cursor_u64(&r->c), to_at;

	to = sftp_read_handle(s, r, SFTP_HANDLE_FILE);
	to_at = cursor_u64(&r->c);
	if (!sftp_sound(s, r))
		return;
	if (from == NULL || to == NULL || !from->may_read || !to->may_write || to->append ||
	    from_at > INT64_MAX || to_at > INT64_MAX || left > INT64_MAX ||
	    same_file(from->fd, to->fd)) {
		sftp_answer(s, r->id, SFTP_FAILURE);
		return;
	}
	s->copy = (struct sftp_copy){.active = true,
	                             .to_end = left == 0,
	                             .id = r->id,
	                             .from = from->fd,
	                             .to = to->fd,
	                             .target = to,
	                             .from_at = (int64_t)from_at,
	                             .to_at = (int64_t)to_at,
	                             .left = left};
}

static void copy_end(struct sftp *s, int result)
{
	s->copy.active = false;
	if (result != 0 && s->copy.target->upload != NULL)
		s->copy.target->upload->error = errno;
	sftp_answer_result(s, s->copy.id, result);
}

// While it runs no other request of the session does, so the handles stay what they are.
void sftp_copy_step(struct sftp *s)
{
	struct sftp_copy *c = &s->copy;
	size_t slice = c->to_end || c->left > COPY_SLICE ? COPY_SLICE : (size_t)c->left;
	struct stat st;
	ssize_t done;

	if (fstat(c->from, &st) == 0 && (int64_t)slice > st.st_size - c->from_at)
		slice = st.st_size > c->from_at ? (size_t)(st.st_size - c->from_at) : 0;
	done = sftp_pay(c->target, (uint64_t)c->to_at + slice)
	               ? copy_file_range(c->from, &c->from_at, c->to, &c->to_at, slice, 0)
	               : -1;
	if (done < 0 && errno == EINTR)
		return;
	if (done < 0) {
		copy_end(s, -1);
		return;
	}
	s->copy.target->put += (uint64_t)done;
	c->left -= c->to_end ? 0 : (uint64_t)done;
	if (done == 0 || (!c->to_end && c->left == 0))
		copy_end(s, 0);
}
