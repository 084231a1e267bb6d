// Make and remove the directories and files of an appliance.
#include "control/supervisor/supervisor_files.h"

#include "dataplane/base/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define LOG_BYTES  (16 << 20) // then it starts anew
#define BACKLOG    8

struct path {
	char text[PATH_BYTES];
};

__attribute__((format(printf, 2, 3))) static struct path path_of(const char *base,
                                                                 const char *format, ...)
{
	struct path p;
	int used = snprintf(p.text, sizeof(p.text), "%s/", base);
	va_list args;

	va_start(args, format);
	if (used < PATH_BYTES)
		vsnprintf(p.text + used, sizeof(p.text) - (size_t)used, format, args);
	va_end(args);
	return p;
}

// --- directories ---------------------------------------------------------------------------------

static bool directory(const char *path, mode_t mode, uint32_t uid)
{
	bool ok;
	int fd;

	if (mkdir(path, mode) != 0 && errno != EEXIST) {
		perror(path);
		return false;
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	ok = fd >= 0 && fchmod(fd, mode) == 0 && (geteuid() != 0 || fchown(fd, uid, uid) == 0);
	if (!ok)
		perror(path);
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool copy_all(int from, int to)
{
	ssize_t n;

	do {
		n = sendfile(to, from, NULL, 1 << 20);
	} while (n > 0);
	return n == 0;
}

// The directory belongs to cli: nothing in it is followed.
static bool config_copy(int from, const char *flash)
{
	uint32_t uid = child_uid(CHILD_CLI);
	int dir = open(flash, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool ok;
	int to;

	unlinkat(dir, ".startup.new", 0);
	to = openat(dir, ".startup.new", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	            0600);
	ok = to >= 0 && copy_all(from, to) && (geteuid() != 0 || fchown(to, uid, uid) == 0) &&
	     fsync(to) == 0 && renameat(dir, ".startup.new", dir, "startup.cfg") == 0 &&
	     (unlinkat(dir, ".startup", 0) == 0 || errno == ENOENT) && // an earlier choice
	     fsync(dir) == 0;
	if (to >= 0)
		close(to);
	if (dir >= 0)
		close(dir);
	return ok;
}

static bool config_install(const struct supervisor_options *o)
{
	int from = open(o->config, O_RDONLY | O_CLOEXEC);
	bool ok = from >= 0 && config_copy(from, path_of(o->state, "flash").text);

	if (!ok)
		fprintf(stderr, "%s: cannot become the start-up file: %s\n", o->config,
		        strerror(errno));
	if (from >= 0)
		close(from);
	return ok;
}

bool files_prepare(const struct supervisor_options *o)
{
	return directory(o->state, 0711, 0) &&
	       directory(path_of(o->state, "log").text, 0755, 0) &&
	       directory(path_of(o->state, "keys").text, 0700, child_uid(CHILD_KEEPER)) &&
	       directory(path_of(o->state, "flash").text, 0700, child_uid(CHILD_CLI)) &&
	       directory(o->run, 0755, 0) &&
	       (!o->trace || directory(path_of(o->run, "trace").text, 0755, 0)) &&
	       (o->config == NULL || config_install(o));
}

int files_lock(const struct supervisor_options *o)
{
	int fd = open(o->run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

// --- files that are handed out -------------------------------------------------------------------

int files_log(const struct supervisor_options *o, const char *name)
{
	struct path p = path_of(o->state, "log/%s.log", name);
	struct stat st;

	if (stat(p.text, &st) == 0 && st.st_size > LOG_BYTES)
		rename(p.text, path_of(o->state, "log/%s.log.1", name).text);
	return open(p.text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

int files_capture(const struct supervisor_options *o, uint32_t worker, uint64_t bytes)
{
	struct path p = path_of(o->run, "capture.%u", worker);
	int fd = open(p.text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0 && ftruncate(fd, (off_t)bytes) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int files_trace(const struct supervisor_options *o, const char *process)
{
	struct path p = path_of(o->run, "trace/%s", process);
	int fd = open(p.text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0 && !trace_create(fd)) {
		close(fd);
		return -1;
	}
	return fd;
}

// Bound under the umask that makes it 0600, so that it is never open to others.
static bool socket_bind(int fd, const struct sockaddr_un *at)
{
	mode_t before = umask(0177);
	bool ok = bind(fd, (const struct sockaddr *)at, sizeof(*at)) == 0;

	umask(before);
	return ok && listen(fd, BACKLOG) == 0;
}

int files_console(const struct supervisor_options *o)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd;

	if (snprintf(at.sun_path, sizeof(at.sun_path), "%s/console.sock", o->run) >=
	    (int)sizeof(at.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	unlink(at.sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && !socket_bind(fd, &at)) {
		close(fd);
		return -1;
	}
	return fd;
}

// --- files that tell others ----------------------------------------------------------------------

bool files_pids(const struct supervisor_options *o, const struct child children[CHILDREN])
{
	struct path fresh = path_of(o->run, ".pids.new");
	FILE *f = fopen(fresh.text, "we");
	bool ok;

	if (f == NULL)
		return false;
	fprintf(f, "supervisor %d\n", getpid());
	for (int i = 0; i < CHILDREN; i++)
		if (children[i].pid > 0)
			fprintf(f, "%s %d\n", child_text((enum child_name)i), children[i].pid);
	ok = fclose(f) == 0;
	return ok && rename(fresh.text, path_of(o->run, "pids").text) == 0;
}

void files_ready(const struct supervisor_options *o, bool ready)
{
	struct path p = path_of(o->run, "ready");
	int fd;

	if (!ready) {
		unlink(p.text);
		return;
	}
	fd = open(p.text, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd >= 0)
		close(fd);
}

void files_remove(const struct supervisor_options *o)
{
	static const char *const names[] = {"pids",         ".pids.new",  "ready",
	                                    "console.sock", "memif.sock", "memif1.sock",
	                                    "memif2.sock",  "memif3.sock"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(path_of(o->run, "%s", names[i]).text);
	for (uint32_t i = 0; i < o->workers; i++)
		unlink(path_of(o->run, "capture.%u", i).text);
	for (int i = 0; i < CHILDREN; i++)
		unlink(path_of(o->run, "trace/%s", child_text((enum child_name)i)).text);
	rmdir(path_of(o->run, "trace").text);
}
