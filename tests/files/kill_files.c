// Kills a process that writes a file, at a random moment, many times; each time the file must be
// whole: one of those that were written, from its first byte to its last. The writer is the
// device's own: a saved configuration, an upload by SFTP, one by SCP.
//
//   kill_files COUNT [SEED]
#include "cli/config/config_text.h"
#include "cli/files/scp.h"
#include "cli/files/upload.h"
#include "tests/unit/sftp_fixture.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define BYTES_MAX    (192u * 1024)
#define PIECE        (16u * 1024)
#define MOMENT_MAX   20000 // microseconds after the writer began
#define NAME_WRITTEN "written"

static int place; // the writer's directory
static unsigned bad;

// --- files that say what they are ----------------------------------------------------------------

struct version {
	uint32_t bytes, seed;
};

static uint8_t byte_of(uint32_t seed, uint32_t at)
{
	return (uint8_t)((seed + at) * 2654435761u >> 24);
}

static void version_fill(const struct version *v, uint8_t *out)
{
	memcpy(out, v, sizeof(*v));
	for (uint32_t at = sizeof(*v); at < v->bytes; at++)
		out[at] = byte_of(v->seed, at);
}

static struct version version_any(void)
{
	return (struct version){.bytes = 16 + (uint32_t)random() % (BYTES_MAX - 16),
	                        .seed = (uint32_t)random()};
}

// What stands there: 0 nothing, 1 a whole version, -1 anything else.
static int version_look(uint32_t *seed)
{
	static uint8_t got[BYTES_MAX + 1], want[BYTES_MAX];
	int fd = openat(place, NAME_WRITTEN, O_RDONLY | O_CLOEXEC);
	struct version v = {0};
	ssize_t len;

	if (fd < 0)
		return 0;
	len = read(fd, got, sizeof(got));
	close(fd);
	if (len < (ssize_t)sizeof(v))
		return -1;
	memcpy(&v, got, sizeof(v));
	if (v.bytes > BYTES_MAX || (size_t)len != v.bytes)
		return -1;
	version_fill(&v, want);
	*seed = v.seed;
	return memcmp(got, want, v.bytes) == 0 ? 1 : -1;
}

// --- writers: each runs until it is killed -------------------------------------------------------

static void write_saves(const struct version *v, const uint8_t *bytes)
{
	if (file_write(place, NAME_WRITTEN, span_of(bytes, v->bytes)) != STATUS_OK)
		_exit(1);
}

static void write_sftp(const struct version *v, const uint8_t *bytes)
{
	static struct sftp_fixture f;
	struct program_setup setup = {
	        .root = place, .user = span_text("x"), .peer = span_text("::1")};
	struct handle_name h;

	if (f.p == NULL) {
		f.p = sftp_new(&setup);
		text_add(&f.p->in, (uint8_t[]){0, 0, 0, 5, 1, 0, 0, 0, 3}, 9);
		fixture_run(&f);
		text_fini(&f.p->out);
	}
	h = ask_open(&f, "/" NAME_WRITTEN, ALL_BUT_READ);
	for (uint32_t at = 0; at < v->bytes; at += PIECE) {
		size_t left = v->bytes - at < PIECE ? v->bytes - at : PIECE;

		builder_u64(request_on(&f, SFTP_WRITE, &h), at);
		builder_string(&f.b, span_of(bytes + at, left));
		request_send(&f);
	}
	if (ask_close(&f, &h) != SFTP_OK)
		_exit(1);
	text_fini(&f.p->log);
}

static void write_scp(const struct version *v, const uint8_t *bytes)
{
	struct program_setup setup = {
	        .root = place, .user = span_text("x"), .peer = span_text("::1")};
	struct program *p = scp_new(&setup, span_text("scp -t /"));

	text_format(&p->in, "C0644 %u " NAME_WRITTEN "\n", v->bytes);
	text_add(&p->in, bytes, v->bytes);
	text_add(&p->in, "", 1);
	p->in_ended = true;
	while (p->kind->run(p) == PROGRAM_AGAIN)
		continue;
	if (p->exit_status != 0)
		_exit(1);
	p->kind->free(p);
}

static const struct {
	const char *name;
	void (*write)(const struct version *v, const uint8_t *bytes);
} writers[] = {{" save", write_saves},
               {"n upload by SFTP", write_sftp},
               {"n upload by SCP", write_scp}};

static _Noreturn void writer_run(unsigned which, unsigned seed)
{
	static uint8_t bytes[BYTES_MAX];

	srandom(seed);
	for (;;) {
		struct version v = version_any();

		version_fill(&v, bytes);
		writers[which].write(&v, bytes);
	}
}

// --- killing -------------------------------------------------------------------------------------

static void sleep_us(long us)
{
	nanosleep(&(struct timespec){.tv_nsec = us * 1000}, NULL);
}

// True when the writer got further than last time.
static bool round_run(unsigned which, unsigned seed, uint32_t *last)
{
	uint32_t now = *last;
	pid_t pid = fork();
	int status, found;

	if (pid == 0)
		writer_run(which, seed);
	sleep_us(random() % MOMENT_MAX);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	found = version_look(&now);
	if (found < 0 || !WIFSIGNALED(status)) {
		fprintf(stderr, "%s: %s, seed %u\n", writers[which].name,
		        found < 0 ? "the file is not whole" : "the writer failed", seed);
		bad++;
	}
	upload_sweep(place);
	found = now != *last;
	*last = now;
	return found;
}

// Nothing may be left but the file, and what the next save will use.
static unsigned strangers(void)
{
	DIR *list = fdopendir(openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	const struct dirent *e;
	unsigned count = 0;

	while (list != NULL && (e = readdir(list)) != NULL)
		count += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		         strcmp(e->d_name, NAME_WRITTEN) != 0 &&
		         strcmp(e->d_name, "." NAME_WRITTEN ".new") != 0;
	if (list != NULL)
		closedir(list);
	return count;
}

static void writer_kill(unsigned which, unsigned count, unsigned seed)
{
	unsigned further = 0, before = bad;
	uint32_t last = 0;
	bool ok;

	for (unsigned i = 0; i < count; i++)
		further += round_run(which, seed + i, &last);
	ok = bad == before && further > count / 20 && further < count && strangers() == 0;
	printf("%s %u kills during a%s: always a whole file, a new one %u times, nothing "
	       "beside "
	       "it\n",
	       ok ? "ok  " : "FAIL", count, writers[which].name, further);
	bad += !ok && bad == before;
	unlinkat(place, NAME_WRITTEN, 0);
	unlinkat(place, "." NAME_WRITTEN ".new", 0);
}

int main(int argc, char **argv)
{
	unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) : 1000;
	unsigned seed = argc > 2 ? (unsigned)atoi(argv[2]) : (unsigned)time(NULL), failed = 0;
	char path[] = "./kill-files-XXXXXX";

	if (mkdtemp(path) == NULL || (place = open(path, O_RDONLY | O_DIRECTORY)) < 0) {
		perror(path);
		return 2;
	}
	printf("     seed %u\n", seed);
	fflush(stdout);
	srandom(seed);
	for (unsigned i = 0; i < sizeof(writers) / sizeof(writers[0]); i++) {
		unsigned before = bad;

		writer_kill(i, count, seed + i * count);
		fflush(stdout);
		failed += bad != before;
	}
	rmdir(path);
	printf("done\n");
	return failed > 0;
}
