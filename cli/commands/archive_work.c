// Archived configurations on the disk: PREFIX_1.cfg ... PREFIX_1000.cfg in a directory, the newest
// known by its time.
#include "cli/commands/file_work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NUMBER_MAX 1000
#define FOUND_MAX  1024

struct archive {
	unsigned number;
	struct timespec made;
};

struct archives {
	int directory;
	unsigned count; // oldest first
	struct archive found[FOUND_MAX];
};

// PREFIX_N.cfg, or 0.
static unsigned number_of(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);
	unsigned number = 0;
	char end[6] = "", more = 0;

	if (strncmp(name, prefix, len) != 0 || name[len] != '_' || name[len + 1] == '0' ||
	    sscanf(name + len + 1, "%4u%4[.cfg]%c", &number, end, &more) != 2 ||
	    strcmp(end, ".cfg") != 0 || number > NUMBER_MAX)
		return 0;
	return number;
}

static int older(const void *a, const void *b)
{
	const struct archive *x = a, *y = b;

	if (x->made.tv_sec != y->made.tv_sec)
		return x->made.tv_sec < y->made.tv_sec ? -1 : 1;
	return x->made.tv_nsec < y->made.tv_nsec ? -1 : x->made.tv_nsec > y->made.tv_nsec;
}

static bool archives_find(const struct file_work *w, struct archives *a)
{
	DIR *list;
	const struct dirent *entry;
	struct stat st;

	*a = (struct archives){
	        .directory = jail_open(w->root, w->from.text, O_RDONLY | O_DIRECTORY, 0)};
	list = a->directory >= 0 ? fdopendir(a->directory) : NULL;
	if (list == NULL)
		return false;
	while ((entry = readdir(list)) != NULL && a->count < FOUND_MAX) {
		unsigned number = number_of(entry->d_name, w->name);

		if (number > 0 &&
		    fstatat(a->directory, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			a->found[a->count++] =
			        (struct archive){.number = number, .made = st.st_mtim};
	}
	a->directory = dup(a->directory);
	closedir(list);
	qsort(a->found, a->count, sizeof(a->found[0]), older);
	return a->directory >= 0;
}

static unsigned number_next(const struct archives *a)
{
	return a->count > 0 ? a->found[a->count - 1].number % NUMBER_MAX + 1 : 1;
}

static void archive_name(const struct file_work *w, unsigned number, char out[80])
{
	snprintf(out, 80, "%s_%u.cfg", w->name, number);
}

bool archive_write(struct file_work *w)
{
	struct archives *a = calloc(1, sizeof(*a));
	char name[80];
	bool ok;

	if (a == NULL || !archives_find(w, a)) {
		free(a);
		return false;
	}
	archive_name(w, number_next(a), name);
	ok = file_write(a->directory, name, text_span(&w->in)) == STATUS_OK;
	text_puts(&w->out, name);
	for (unsigned i = 0; ok && i + w->most < a->count + 1; i++) {
		archive_name(w, a->found[i].number, name);
		unlinkat(a->directory, name, 0);
	}
	close(a->directory);
	free(a);
	if (!ok && errno == 0)
		errno = EIO;
	return ok;
}

bool archive_list(struct file_work *w)
{
	struct archives *a = calloc(1, sizeof(*a));
	char name[80], date[40];
	struct tm tm;

	if (a == NULL || !archives_find(w, a)) {
		free(a);
		return false;
	}
	if (a->count > 0)
		text_puts(&w->out, "Saved archive files:\n"
		                   "  No. TimeStamp                FileName\n");
	for (unsigned i = 0; i < a->count; i++) {
		gmtime_r(&a->found[i].made.tv_sec, &tm);
		strftime(date, sizeof(date), "%a %b %d %H:%M:%S %Y", &tm);
		archive_name(w, a->found[i].number, name);
		text_format(&w->out, "%c %-3u %s %s\n", i + 1 == a->count ? '#' : ' ', i + 1,
		            date, name);
	}
	if (a->count > 0)
		text_puts(&w->out, "'#' indicates the most recent archive file.\n");
	archive_name(w, number_next(a), name);
	text_format(&w->out, "Next archive file to be saved: %s\n", name);
	close(a->directory);
	free(a);
	return true;
}
