// The reader of capture rings: filter with libpcap, write pcapng (one interface a worker).
#include "dataplane/main/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "dataplane/main/options.h"
#include "dataplane/main/pcapng.h"

#define POLL_US      20000
#define PATIENT_US   500000 // the wish is renewed before it runs out
#define FILTER_BYTES 4096

struct reading {
	struct capture_ring *ring[PORT_WORKERS_MAX];
	uint64_t lost_before[PORT_WORKERS_MAX];
	size_t bytes[PORT_WORKERS_MAX]; // of the data, checked against the file
	int fd[PORT_WORKERS_MAX];
	unsigned rings;
	FILE *out;
	struct bpf_program filter;
	uint64_t written, limit;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	interrupted = 1;
}

static int complain(const char *what, const char *why)
{
	fprintf(stderr, "sallyport-dataplane: capture: %s: %s\n", what, why);
	return 1;
}

// --- rings ---------------------------------------------------------------------------------------

static bool ring_open(struct reading *r, const char *folder)
{
	struct capture_ring *ring;
	char path[4096];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/capture.%u", folder, r->rings);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &st) != 0 ||
	    st.st_size < (off_t)CAPTURE_HEADER + 65536) {
		close(fd);
		return false;
	}
	ring = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED || ring->magic != CAPTURE_MAGIC ||
	    ring->version != CAPTURE_VERSION) {
		close(fd);
		return false;
	}
	r->bytes[r->rings] = ((size_t)st.st_size - CAPTURE_HEADER) / 8 * 8;
	r->lost_before[r->rings] = ring->lost;
	r->fd[r->rings] = fd;
	r->ring[r->rings++] = ring;
	atomic_store(&ring->tail, atomic_load(&ring->head));
	return true;
}

// Give the memory of what was read back to the system.
static void ring_close(struct reading *r, unsigned i)
{
	atomic_store(&r->ring[i]->wanted_until_us, 0);
	fallocate(r->fd[i], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, CAPTURE_HEADER,
	          (off_t)r->bytes[i]);
	close(r->fd[i]);
}

static void ring_get(const struct reading *r, unsigned i, uint64_t at, void *to, size_t len)
{
	size_t start = at % r->bytes[i];
	size_t first = len < r->bytes[i] - start ? len : r->bytes[i] - start;

	memcpy(to, r->ring[i]->data + start, first);
	memcpy((uint8_t *)to + first, r->ring[i]->data, len - first);
}

static void frame_take(struct reading *r, unsigned i, const struct capture_entry *e,
                       const uint8_t *bytes)
{
	struct pcap_pkthdr head = {.caplen = e->length, .len = e->length};

	if (pcap_offline_filter(&r->filter, &head, bytes) == 0)
		return;
	pcapng_frame(r->out, i, e->unix_ns, e->direction, span_of(bytes, e->length), e->length);
	r->written++;
}

// The worker is not trusted with our memory: lengths are checked after the copy.
static void ring_read(struct reading *r, unsigned i)
{
	uint64_t tail = atomic_load_explicit(&r->ring[i]->tail, memory_order_relaxed);
	uint64_t head = atomic_load_explicit(&r->ring[i]->head, memory_order_acquire);
	uint8_t bytes[CAPTURE_FRAME_MAX];
	struct capture_entry e;

	if (head - tail > r->bytes[i])
		tail = head;
	while (tail != head && (r->limit == 0 || r->written < r->limit)) {
		ring_get(r, i, tail, &e, sizeof(e));
		if (e.length > CAPTURE_FRAME_MAX) {
			tail = head;
			break;
		}
		ring_get(r, i, tail + sizeof(e), bytes, e.length);
		frame_take(r, i, &e, bytes);
		tail += sizeof(e) + (e.length + 7u) / 8 * 8;
	}
	atomic_store_explicit(&r->ring[i]->tail, tail, memory_order_release);
}

static void rings_want(struct reading *r)
{
	struct timespec now;
	uint64_t until;

	clock_gettime(CLOCK_MONOTONIC, &now);
	until = (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000 +
	        CAPTURE_PATIENCE_US;
	for (unsigned i = 0; i < r->rings; i++)
		atomic_store_explicit(&r->ring[i]->wanted_until_us, until,
		                      memory_order_relaxed);
}

// --- the program -----------------------------------------------------------------------------

static bool filter_make(const struct options *o, struct bpf_program *out)
{
	char text[FILTER_BYTES] = "";
	size_t len = 0;
	pcap_t *p = pcap_open_dead(DLT_EN10MB, CAPTURE_FRAME_MAX);
	bool ok = p != NULL;

	for (int i = 0; i < o->filter_words && len < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
		                        i > 0 ? " " : "", o->filter[i]);
	if (len >= sizeof(text))
		ok = complain("filter", "too long") == 0;
	else if (ok && pcap_compile(p, out, text, 1, PCAP_NETMASK_UNKNOWN) != 0)
		ok = complain("filter", pcap_geterr(p)) == 0;
	if (p != NULL)
		pcap_close(p);
	return ok;
}

static void frames_copy(struct reading *r)
{
	rings_want(r);
	for (unsigned turn = 0; !interrupted && (r->limit == 0 || r->written < r->limit);
	     turn++) {
		if (turn % (PATIENT_US / POLL_US) == 0)
			rings_want(r);
		for (unsigned i = 0; i < r->rings; i++)
			ring_read(r, i);
		fflush(r->out);
		usleep(POLL_US);
	}
	for (unsigned i = 0; i < r->rings; i++)
		ring_read(r, i);
}

static uint64_t frames_lost(const struct reading *r)
{
	uint64_t lost = 0;

	for (unsigned i = 0; i < r->rings; i++)
		lost += atomic_load(&r->ring[i]->lost) - r->lost_before[i];
	return lost;
}

int capture_run(const struct options *options)
{
	struct reading r = {.limit = options->capture_frames};
	struct sigaction act = {.sa_handler = on_interrupt};
	bool to_stdout = strcmp(options->capture_file, "-") == 0;

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	if (!filter_make(options, &r.filter))
		return 1;
	while (r.rings < PORT_WORKERS_MAX && ring_open(&r, options->capture_run))
		;
	if (r.rings == 0)
		return complain(options->capture_run,
		                "no appliance to capture from, or another capture runs");
	r.out = to_stdout ? stdout : fopen(options->capture_file, "we");
	if (r.out == NULL)
		return complain(options->capture_file, strerror(errno));
	pcapng_begin(r.out, r.rings);
	frames_copy(&r);
	fprintf(stderr, "%lu frames captured, %lu lost\n", (unsigned long)r.written,
	        (unsigned long)frames_lost(&r));
	for (unsigned i = 0; i < r.rings; i++)
		ring_close(&r, i);
	pcap_freecode(&r.filter);
	if (fflush(r.out) != 0 || (!to_stdout && fclose(r.out) != 0))
		return complain(options->capture_file, strerror(errno));
	return 0;
}
