// Handles: names for what a client has open.
#include "cli/files/sftp_session.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define HANDLE_BYTES   8
#define HANDLES_OF_ALL 1536 // of the process: descriptors are shared with everything else

static atomic_uint handles_open;

struct sftp_handle *sftp_handle_take(struct sftp *s)
{
	for (uint32_t i = 0; i < SFTP_HANDLES; i++) {
		struct sftp_handle *h = &s->handles[i];

		if (h->kind != SFTP_HANDLE_FREE)
			continue;
		if (atomic_fetch_add(&handles_open, 1) >= HANDLES_OF_ALL) {
			atomic_fetch_sub(&handles_open, 1);
			break;
		}
		*h = (struct sftp_handle){
		        .kind = SFTP_HANDLE_FILE, .life = ++s->lives, .fd = -1};
		return h;
	}
	errno = EMFILE;
	return NULL;
}

void sftp_handle_give(struct sftp_handle *h)
{
	if (h->kind == SFTP_HANDLE_FREE)
		return;
	if (h->upload != NULL)
		upload_abandon(h->upload);
	else if (h->fd >= 0)
		close(h->fd);
	if (h->list != NULL)
		closedir(h->list);
	free(h->upload);
	free(h->path);
	*h = (struct sftp_handle){.fd = -1};
	atomic_fetch_sub(&handles_open, 1);
}

struct sftp_handle *sftp_read_any_handle(struct sftp *s, struct sftp_request *r)
{
	struct span name = cursor_string_max(&r->c, 256);
	struct cursor c = cursor_over(name);
	uint32_t index = cursor_u32(&c), life = cursor_u32(&c);

	if (!cursor_ok(&r->c) || cursor_end(&c) != STATUS_OK || index >= SFTP_HANDLES)
		return NULL;
	return s->handles[index].kind != SFTP_HANDLE_FREE && s->handles[index].life == life
	               ? &s->handles[index]
	               : NULL;
}

struct sftp_handle *sftp_read_handle(struct sftp *s, struct sftp_request *r,
                                     enum sftp_handle_kind kind)
{
	struct sftp_handle *h = sftp_read_any_handle(s, r);

	return h != NULL && h->kind == kind ? h : NULL;
}

void sftp_answer_handle(struct sftp *s, uint32_t id, const struct sftp_handle *h)
{
	struct builder b = sftp_reply(s, SFTP_HANDLE, id, 4 + HANDLE_BYTES);

	builder_u32(&b, HANDLE_BYTES);
	builder_u32(&b, (uint32_t)(h - s->handles));
	builder_u32(&b, h->life);
	sftp_reply_end(s, &b);
}

struct charge *sftp_charge(struct sftp_handle *h)
{
	return h->upload != NULL ? &h->upload->charge : &h->charge;
}

bool sftp_pay(struct sftp_handle *h, uint64_t size)
{
	if (!charge_to(sftp_charge(h), size))
		return false;
	if (h->upload == NULL)
		charge_settle(&h->charge);
	return true;
}

struct sftp_handle *sftp_pending(struct sftp *s, const struct jail_path *path)
{
	for (uint32_t i = 0; i < SFTP_HANDLES; i++) {
		struct sftp_handle *h = &s->handles[i];

		if (h->upload != NULL && strcmp(h->upload->path.text, path->text) == 0)
			return h;
	}
	return NULL;
}

// The handle stays good: it goes on writing, now under the file's name.
bool sftp_publish(struct sftp *s, const struct jail_path *path)
{
	struct sftp_handle *h = sftp_pending(s, path);
	int fd;

	if (h == NULL || h->upload->error != 0)
		return true;
	fd = dup(h->fd);
	if (fd < 0)
		return false;
	h->charge = (struct charge){.quota = h->upload->charge.quota,
	                            .size = h->upload->charge.size};
	if (!upload_publish(h->upload)) {
		close(fd);
		h->fd = -1;
		free(h->upload);
		h->upload = NULL;
		return false;
	}
	free(h->upload);
	h->upload = NULL;
	h->fd = fd;
	return true;
}
