// Quotas of work directories.
#include "cli/files/quota.h"
#include "cli/files/upload.h"
#include "cli/term/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define STALE_SECONDS                                                                          \
	10 // after which a count may be wrong: commands and tools change files too

struct quota_place {
	struct quota_place *next;
	dev_t device;
	ino_t inode;
	uint32_t sessions;
	struct quota_use used, held;
	time_t counted;
	bool freed; // since it was counted
};

struct quota {
	struct quotas *all;
	struct quota_place *place;
	int root;
	struct quota_limits limits;
};

// --- counting ------------------------------------------------------------------------------------

// Directories still to be listed, each as its path and a NUL: deep trees cost no descriptors.
static bool directory_count(int root, struct text *todo, struct quota_use *out)
{
	char path[JAIL_PATH_MAX + 2];
	size_t len = strlen(todo->data + todo->at);
	const struct dirent *e;
	struct stat st;
	DIR *list;
	int fd;

	memcpy(path, todo->data + todo->at, len + 1);
	text_take(todo, len + 1);
	fd = jail_open(root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	list = fd >= 0 ? fdopendir(fd) : NULL;
	if (list == NULL)
		return jail_close(fd, errno == ENOENT); // gone meanwhile
	while ((e = readdir(list)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    strncmp(e->d_name, UPLOAD_BESIDE, sizeof(UPLOAD_BESIDE) - 1) == 0 ||
		    fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		out->files++;
		if (S_ISREG(st.st_mode))
			out->bytes += (uint64_t)st.st_size;
		if (!S_ISDIR(st.st_mode) || len + 1 + strlen(e->d_name) > JAIL_PATH_MAX)
			continue;
		text_puts(todo, path);
		text_puts(todo, "/");
		text_add(todo, e->d_name, strlen(e->d_name) + 1);
	}
	closedir(list);
	return true;
}

bool quota_count(int root, struct quota_use *out)
{
	struct text todo = {0};
	bool ok = true;

	*out = (struct quota_use){0};
	text_add(&todo, "", 1);
	while (ok && !todo.failed && text_left(&todo) > 0)
		ok = directory_count(root, &todo, out);
	if (todo.failed)
		errno = ENOMEM;
	ok = ok && !todo.failed;
	text_fini(&todo);
	return ok;
}

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

// Outside the lock: what others settle meanwhile may be counted twice, until the next time.
static void place_count(struct quota *q)
{
	struct quota_use use;

	if (!quota_count(q->root, &use))
		return;
	pthread_mutex_lock(&q->all->lock);
	q->place->used = use;
	q->place->counted = now();
	q->place->freed = false;
	pthread_mutex_unlock(&q->all->lock);
}

// --- sessions ------------------------------------------------------------------------------------

static struct quota_place *place_find(struct quotas *all, const struct stat *st)
{
	struct quota_place *p = all->first;

	while (p != NULL && (p->device != st->st_dev || p->inode != st->st_ino))
		p = p->next;
	return p;
}

struct quota *quota_open(struct quotas *all, int root, struct quota_limits limits)
{
	struct quota *q = calloc(1, sizeof(*q));
	struct quota_place *p = NULL;
	struct stat st;
	bool counted;

	if (q == NULL || fstat(root, &st) != 0) {
		free(q);
		return NULL;
	}
	pthread_mutex_lock(&all->lock);
	p = place_find(all, &st);
	counted = p != NULL;
	if (p == NULL && (p = calloc(1, sizeof(*p))) != NULL) {
		*p = (struct quota_place){
		        .next = all->first, .device = st.st_dev, .inode = st.st_ino};
		all->first = p;
	}
	if (p != NULL)
		p->sessions++;
	pthread_mutex_unlock(&all->lock);
	if (p == NULL) {
		free(q);
		return NULL;
	}
	*q = (struct quota){all, p, root, limits};
	if (!counted)
		place_count(q);
	return q;
}

void quota_close(struct quota *q)
{
	struct quota_place **at;

	if (q == NULL)
		return;
	pthread_mutex_lock(&q->all->lock);
	if (--q->place->sessions == 0) {
		for (at = &q->all->first; *at != q->place; at = &(*at)->next)
			continue;
		*at = q->place->next;
		free(q->place);
	}
	pthread_mutex_unlock(&q->all->lock);
	free(q);
}

// --- holding -------------------------------------------------------------------------------------

static uint64_t left_of(uint64_t limit, uint64_t used, uint64_t held)
{
	if (limit == 0)
		return UINT64_MAX;
	return used + held < limit ? limit - used - held : 0;
}

static struct quota_use place_left(const struct quota *q)
{
	const struct quota_place *p = q->place;

	return (struct quota_use){left_of(q->limits.bytes, p->used.bytes, p->held.bytes),
	                          left_of(q->limits.files, p->used.files, p->held.files)};
}

static bool hold_once(struct quota *q, uint64_t bytes, uint64_t files, bool *stale)
{
	struct quota_place *p = q->place;
	struct quota_use left;
	bool ok;

	pthread_mutex_lock(&q->all->lock);
	left = place_left(q);
	ok = bytes <= left.bytes && files <= left.files;
	if (ok) {
		p->held.bytes += bytes;
		p->held.files += files;
	}
	*stale = p->freed || now() - p->counted >= STALE_SECONDS;
	pthread_mutex_unlock(&q->all->lock);
	return ok;
}

bool quota_hold(struct quota *q, uint64_t bytes, uint64_t files)
{
	bool stale;

	if (q == NULL || (bytes == 0 && files == 0) || hold_once(q, bytes, files, &stale))
		return true;
	if (stale) {
		place_count(q);
		if (hold_once(q, bytes, files, &stale))
			return true;
	}
	errno = EDQUOT;
	return false;
}

static void held_less(struct quota *q, uint64_t bytes, uint64_t files, bool settled)
{
	if (q == NULL)
		return;
	pthread_mutex_lock(&q->all->lock);
	q->place->held.bytes -= bytes;
	q->place->held.files -= files;
	if (settled) {
		q->place->used.bytes += bytes;
		q->place->used.files += files;
	}
	pthread_mutex_unlock(&q->all->lock);
}

void quota_release(struct quota *q, uint64_t bytes, uint64_t files)
{
	held_less(q, bytes, files, false);
}

void quota_settle(struct quota *q, uint64_t bytes, uint64_t files)
{
	held_less(q, bytes, files, true);
}

void quota_freed(struct quota *q)
{
	if (q == NULL)
		return;
	pthread_mutex_lock(&q->all->lock);
	q->place->freed = true;
	pthread_mutex_unlock(&q->all->lock);
}

struct quota_use quota_left(struct quota *q)
{
	struct quota_use left = {UINT64_MAX, UINT64_MAX};
	bool stale;

	if (q == NULL)
		return left;
	(void)hold_once(q, 0, 0, &stale);
	if (stale)
		place_count(q);
	pthread_mutex_lock(&q->all->lock);
	left = place_left(q);
	pthread_mutex_unlock(&q->all->lock);
	return left;
}

struct quota_limits quota_limits(const struct quota *q)
{
	return q != NULL ? q->limits : (struct quota_limits){0};
}

// --- files being written -------------------------------------------------------------------------

bool charge_to(struct charge *c, uint64_t size)
{
	if (c->quota == NULL || size <= c->size)
		return true;
	if (!quota_hold(c->quota, size - c->size, 0))
		return false;
	c->bytes += size - c->size;
	c->size = size;
	return true;
}

void charge_settle(struct charge *c)
{
	quota_settle(c->quota, c->bytes, c->files);
	c->bytes = c->files = 0;
}

void charge_release(struct charge *c)
{
	quota_release(c->quota, c->bytes, c->files);
	c->bytes = c->files = 0;
}
