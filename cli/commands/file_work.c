// Steps of the file commands.
#include "cli/commands/file_work.h"
#include "cli/files/upload.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define TRASH      "/.trash"
#define SHOW_BYTES (32u * 1024)
#define COPY_BYTES (1u << 20)

// --- elsewhere and back ------------------------------------------------------------------------

struct file_trip {
	struct file_job job; // first
	struct dialogue_table *table;
	uint32_t slot, life, id;
	struct file_work work;
};

static void trip_work(struct file_job *job)
{
	struct file_work *w = &((struct file_trip *)job)->work;

	w->error = w->run(w) ? 0 : errno;
}

// Closing an archive may wait for the disk, which its last owner must not.
struct tar_end {
	struct file_job job; // first
	struct tar *tar;
};

static void tar_end_work(struct file_job *job)
{
	tar_free(((struct tar_end *)job)->tar);
}

static void tar_end_done(struct file_job *job)
{
	free(job);
}

void file_work_drop(struct file_work *w)
{
	struct tar_end *end = w->tar != NULL ? calloc(1, sizeof(*end)) : NULL;

	text_fini(&w->in);
	text_fini(&w->out);
	if (end != NULL) {
		*end = (struct tar_end){{tar_end_work, tar_end_done, w->shell, NULL}, w->tar};
		w->shell->submit(&end->job);
	}
	w->tar = NULL;
}

static void trip_done(struct file_job *job)
{
	struct file_trip *trip = (struct file_trip *)job;
	struct dialogue *d = table_find(trip->table, trip->slot, trip->life);

	if (d != NULL && d->task != NULL && d->task->wait == WAIT_FILE &&
	    d->task->job == trip->id)
		*(struct file_work *)d->task->own = trip->work;
	else
		file_work_drop(&trip->work);
	task_resume(job->shell, trip->table, trip->slot, trip->life, trip->id, STATUS_OK);
	free(trip);
}

enum turn file_work_begin(struct task *t, bool (*run)(struct file_work *w),
                          enum turn (*next)(struct task *t))
{
	struct dialogue *d = t->dialogue;
	struct shell *shell = task_shell(t);
	struct file_work *w = t->own;
	struct file_trip *trip;

	if (shell->disks_hang)
		return task_fail(t, "The disk does not answer. Try again later.");
	trip = calloc(1, sizeof(*trip));
	if (trip == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	*trip = (struct file_trip){.job = {trip_work, trip_done, shell, NULL},
	                           .table = d->table,
	                           .slot = d->slot,
	                           .life = d->life,
	                           .id = ++shell->next_job,
	                           .work = *w};
	w->in = w->out = (struct text){0};
	w->tar = NULL;
	trip->work.run = run;
	t->job = trip->id;
	t->wait = WAIT_FILE;
	t->next = next;
	shell->submit(&trip->job);
	return TURN_WAIT;
}

// --- shared ------------------------------------------------------------------------------------

static int open_shown(const struct file_work *w)
{
	int fd = jail_open_file(w->root, w->from.text, O_RDONLY, 0);
	struct stat st;

	if (fd < 0 || !w->read_only || (fstat(fd, &st) == 0 && st.st_mode & S_IROTH))
		return fd;
	close(fd);
	errno = EACCES;
	return -1;
}

static bool path_join(struct jail_path *path, const char *name)
{
	struct jail_path above = *path;
	char text[JAIL_PATH_MAX + 300];

	snprintf(text, sizeof(text), "%s/%s", above.text, name);
	return jail_path(span_text(text), path);
}

bool file_there(struct file_work *w)
{
	struct stat st;

	return jail_stat(w->root, &w->from, false, &st) == 0;
}

bool file_tar(struct file_work *w)
{
	w->more = tar_step(w->tar, &w->out);
	return true;
}

bool file_probe(struct file_work *w)
{
	struct stat st;

	if (jail_stat(w->root, &w->from, false, &st) != 0)
		return false;
	if (jail_stat(w->root, &w->to, true, &st) == 0 && S_ISDIR(st.st_mode) &&
	    !path_join(&w->to, jail_leaf(&w->from)))
		return false;
	w->there = jail_stat(w->root, &w->to, false, &st) == 0;
	return true;
}

// --- listing and showing -----------------------------------------------------------------------

static void list_row(struct file_work *w, unsigned number, const char *name,
                     const struct stat *st)
{
	bool directory = S_ISDIR(st->st_mode);
	char date[32], size[24] = "-";
	struct tm tm;

	gmtime_r(&st->st_mtim.tv_sec, &tm);
	strftime(date, sizeof(date), "%b %d %Y %H:%M:%S", &tm);
	if (!directory)
		snprintf(size, sizeof(size), "%lld", (long long)st->st_size);
	text_format(&w->out, "%4u %crw%c %11s %s   ", number, directory ? 'd' : '-',
	            w->read_only                          ? '-'
	            : st->st_mode & S_IXUSR && !directory ? 'x'
	                                                  : '-',
	            size, date);
	for (; *name != 0; name++) // what a client chose does not reach a terminal as it is
		text_repeat(&w->out, (unsigned char)*name < ' ' || *name == 0x7f ? '?' : *name,
		            1);
	text_puts(&w->out, "\n");
}

static void list_rows(struct file_work *w, int fd)
{
	struct dirent **entries;
	int count = scandirat(fd, ".", &entries, NULL, alphasort);
	unsigned number = 0;
	struct stat st;

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		bool self = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;

		if (!self && (name[0] != '.' || w->all) &&
		    fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			list_row(w, number++, name, &st);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

bool file_list(struct file_work *w)
{
	int fd = jail_open(w->root, w->from.text, O_RDONLY | O_DIRECTORY, 0);
	struct statvfs v;
	struct stat st;

	if (fd >= 0) {
		text_format(&w->out, "Directory of flash:%s\n",
		            w->from.text[1] != 0 ? w->from.text : "");
		list_rows(w, fd);
	} else if (jail_stat(w->root, &w->from, false, &st) == 0) {
		text_puts(&w->out, "Directory of flash:\n");
		list_row(w, 0, w->from.text + 1, &st);
	} else {
		return false;
	}
	if (fstatvfs(w->root, &v) == 0)
		text_format(&w->out, "\n%llu KB total (%llu KB free)\n",
		            (unsigned long long)v.f_blocks * v.f_frsize / 1024,
		            (unsigned long long)v.f_bavail * v.f_frsize / 1024);
	return jail_close(fd, true);
}

// A stretch of a file, as text: bytes that would steer a terminal become dots.
bool file_show(struct file_work *w)
{
	int fd = open_shown(w);
	char *room = fd >= 0 ? text_room(&w->out, SHOW_BYTES) : NULL;
	ssize_t got = room != NULL ? pread(fd, room, SHOW_BYTES, (off_t)w->at) : -1;

	for (ssize_t i = 0; i < got; i++)
		if (((unsigned char)room[i] < ' ' && room[i] != '\n' && room[i] != '\t') ||
		    room[i] == 0x7f)
			room[i] = room[i] == '\r' ? ' ' : '.';
	if (got > 0)
		w->out.len += (size_t)got;
	w->at += got > 0 ? (uint64_t)got : 0;
	w->more = got == SHOW_BYTES;
	return jail_close(fd, got >= 0);
}

// --- changing ----------------------------------------------------------------------------------

static bool copy_bytes(int from, int to)
{
	ssize_t done = 1;

	while (done > 0)
		done = copy_file_range(from, NULL, to, NULL, COPY_BYTES, 0);
	return done == 0;
}

bool file_copy(struct file_work *w)
{
	int from = open_shown(w);
	struct upload u;
	struct stat st;

	if (from < 0)
		return false;
	if (!upload_suits(w->root, &w->to)) {
		errno = EISDIR;
		return jail_close(from, false);
	}
	if (fstat(from, &st) != 0 ||
	    !upload_begin(&u, w->root, &w->to, O_WRONLY, st.st_mode & 0777))
		return jail_close(from, false);
	if (!copy_bytes(from, u.fd)) {
		upload_abandon(&u);
		return jail_close(from, false);
	}
	return jail_close(from, upload_publish(&u));
}

static bool name_move(int root, const struct jail_path *from, const struct jail_path *to,
                      unsigned flags)
{
	const char *from_leaf, *to_leaf;
	int above = jail_parent(root, from, &from_leaf), below;
	bool ok;

	if (above < 0)
		return false;
	below = jail_parent(root, to, &to_leaf);
	ok = below >= 0 && renameat2(above, from_leaf, below, to_leaf, flags) == 0;
	return jail_close(above, jail_close(below, ok));
}

bool file_move(struct file_work *w)
{
	return name_move(w->root, &w->from, &w->to, 0);
}

static bool name_call(struct file_work *w, int (*call)(int, const char *, int), int flag)
{
	const char *leaf;
	int above = jail_parent(w->root, &w->from, &leaf);

	return above >= 0 && jail_close(above, call(above, leaf, flag) == 0);
}

bool file_erase(struct file_work *w)
{
	return name_call(w, unlinkat, 0);
}

bool file_rmdir(struct file_work *w)
{
	return name_call(w, unlinkat, AT_REMOVEDIR);
}

static int directory_make(int above, const char *name, int mode)
{
	return mkdirat(above, name, (mode_t)mode);
}

bool file_mkdir(struct file_work *w)
{
	return name_call(w, directory_make, 0755);
}

// The name in the trash is the whole path, its slashes escaped.
static bool trash_path(const struct jail_path *path, struct jail_path *out)
{
	struct text text = {0};
	bool ok;

	text_puts(&text, TRASH "/");
	for (const char *at = path->text; *at != 0; at++) {
		if (*at == '/' || *at == '%')
			text_format(&text, "%%%02X", *at);
		else
			text_add(&text, at, 1);
	}
	ok = jail_path(text_span(&text), out);
	text_fini(&text);
	return ok;
}

bool file_delete(struct file_work *w)
{
	struct stat st;

	if (jail_stat(w->root, &w->from, false, &st) != 0 || !trash_path(&w->from, &w->to))
		return false;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return false;
	}
	if (strncmp(w->from.text, TRASH "/", sizeof(TRASH)) == 0)
		return file_erase(w);
	(void)!mkdirat(w->root, &TRASH[1], 0700);
	return name_move(w->root, &w->from, &w->to, 0);
}

bool file_undelete(struct file_work *w)
{
	return trash_path(&w->from, &w->to) &&
	       name_move(w->root, &w->to, &w->from, RENAME_NOREPLACE);
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// A name in the trash as the path it was; others are no business of ours.
static void trash_row(struct text *out, const char *name)
{
	size_t before = out->len;

	for (; *name != 0; name++) {
		char byte = *name;

		if (byte == '%' && hex_value(name[1]) >= 0 && hex_value(name[2]) >= 0) {
			byte = (char)(hex_value(name[1]) << 4 | hex_value(name[2]));
			name += 2;
		}
		if (byte == '\n') {
			out->len = before;
			return;
		}
		text_add(out, &byte, 1);
	}
	if (out->len > before && out->data[before] == '/')
		text_puts(out, "\n");
	else
		out->len = before;
}

bool file_trash_list(struct file_work *w)
{
	int fd = jail_open(w->root, TRASH, O_RDONLY | O_DIRECTORY, 0);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	while (list != NULL && (entry = readdir(list)) != NULL)
		trash_row(&w->out, entry->d_name);
	if (list != NULL)
		closedir(list);
	else
		(void)jail_close(fd, false);
	return true;
}

bool file_trash_erase(struct file_work *w)
{
	const char *leaf;
	int above = trash_path(&w->from, &w->to) ? jail_parent(w->root, &w->to, &leaf) : -1;

	return above >= 0 && jail_close(above, unlinkat(above, leaf, 0) == 0);
}

// --- digests -----------------------------------------------------------------------------------

static bool file_digest(struct file_work *w, const EVP_MD *kind, const char *name)
{
	int fd = open_shown(w);
	uint8_t *bytes = malloc(COPY_BYTES), digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned len = 0;
	ssize_t got = -1;

	if (fd >= 0 && bytes != NULL && c != NULL && EVP_DigestInit_ex(c, kind, NULL) == 1)
		while ((got = read(fd, bytes, COPY_BYTES)) > 0)
			EVP_DigestUpdate(c, bytes, (size_t)got);
	if (got == 0 && EVP_DigestFinal_ex(c, digest, &len) == 1) {
		text_format(&w->out, "%s digest:\n", name);
		for (unsigned i = 0; i < len; i++)
			text_format(&w->out, "%02x", digest[i]);
		text_puts(&w->out, "\n");
	}
	EVP_MD_CTX_free(c);
	free(bytes);
	return jail_close(fd, got == 0 && len > 0);
}

bool file_md5(struct file_work *w)
{
	return file_digest(w, EVP_md5(), "MD5");
}

bool file_sha256(struct file_work *w)
{
	return file_digest(w, EVP_sha256(), "SHA256");
}
