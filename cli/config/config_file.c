// Files of the device: reading, and writing so that a crash leaves the old or the new.
#include "cli/config/config_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *flash_name(struct span file, char out[256])
{
	static const char prefix[] = "flash:/";

	if (file.len >= sizeof(prefix) - 1 &&
	    memcmp(file.data, prefix, sizeof(prefix) - 1) == 0)
		file = span_of(file.data + sizeof(prefix) - 1, file.len - sizeof(prefix) + 1);
	// Names in the root of flash only: nothing above it can be named, nothing is followed.
	if (file.len == 0 || file.len > 255 || file.data[0] == '.' ||
	    !span_is_printable(file) || memchr(file.data, '/', file.len) != NULL ||
	    memchr(file.data, 0, file.len) != NULL)
		return NULL;
	memcpy(out, file.data, file.len);
	out[file.len] = 0;
	return out;
}

static enum status read_all(int fd, size_t most, struct blob *out)
{
	struct stat st;
	ssize_t got = 1;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return STATUS_SYSTEM;
	if ((uint64_t)st.st_size > most)
		return STATUS_TOO_LONG;
	out->data = malloc((size_t)st.st_size + 1);
	if (out->data == NULL)
		return STATUS_NO_MEMORY;
	while (out->len < (size_t)st.st_size && got > 0) {
		got = read(fd, out->data + out->len, (size_t)st.st_size - out->len);
		if (got > 0)
			out->len += (size_t)got;
	}
	out->data[out->len] = 0;
	return got < 0 ? STATUS_SYSTEM : STATUS_OK;
}

enum status file_read(int directory, const char *name, size_t most, struct blob *out)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	enum status status;

	*out = (struct blob){0};
	if (fd < 0)
		return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_SYSTEM;
	status = read_all(fd, most, out);
	close(fd);
	if (status != STATUS_OK)
		blob_fini(out);
	return status;
}

static bool write_all(int fd, struct span text)
{
	while (text.len > 0) {
		ssize_t wrote = write(fd, text.data, text.len);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		text = span_of(text.data + wrote, text.len - (size_t)wrote);
	}
	return true;
}

enum status file_write(int directory, const char *name, struct span text)
{
	char beside[280];
	bool ok;
	int fd;

	snprintf(beside, sizeof(beside), ".%s.new", name);
	fd = openat(directory, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	            0600);
	if (fd < 0)
		return STATUS_SYSTEM;
	ok = write_all(fd, text) && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	if (!ok || renameat(directory, beside, directory, name) != 0) {
		unlinkat(directory, beside, 0);
		return STATUS_SYSTEM;
	}
	return fsync(directory) == 0 ? STATUS_OK : STATUS_SYSTEM;
}

// --- off the loop ------------------------------------------------------------------------------

struct write_job {
	struct file_job job; // first
	struct dialogue_table *table;
	uint32_t slot, life, id;
	char name[256];
	struct text text;
	enum status status;
};

static void write_work(struct file_job *job)
{
	struct write_job *w = (struct write_job *)job;

	w->status = w->text.failed
	                    ? STATUS_NO_MEMORY
	                    : file_write(job->shell->flash, w->name, text_span(&w->text));
}

static void write_done(struct file_job *job)
{
	struct write_job *w = (struct write_job *)job;

	job->shell->saving = false;
	if (w->status != STATUS_OK)
		shell_log(job->shell, "%s: not written: %s", w->name, status_text(w->status));
	task_resume(job->shell, w->table, w->slot, w->life, w->id, w->status);
	text_fini(&w->text);
	free(w);
}

enum turn task_file_write(struct task *t, const char *name, struct text *text,
                          enum turn (*next)(struct task *t))
{
	struct dialogue *d = t->dialogue;
	struct shell *shell = task_shell(t);
	struct write_job *w;

	if (shell->saving)
		return task_fail(t, "Another save is in progress.");
	w = calloc(1, sizeof(*w));
	if (w == NULL || shell->flash < 0) {
		free(w);
		return task_fail_status(t, STATUS_SYSTEM);
	}
	*w = (struct write_job){.job = {write_work, write_done, shell, NULL},
	                        .table = d->table,
	                        .slot = d->slot,
	                        .life = d->life,
	                        .id = ++shell->next_job,
	                        .text = *text};
	snprintf(w->name, sizeof(w->name), "%s", name);
	*text = (struct text){0};
	shell->saving = true;
	t->job = w->id;
	t->wait = WAIT_FILE;
	t->next = next;
	shell->submit(&w->job);
	return TURN_WAIT;
}
