// Write and read trace rings.
#include "dataplane/base/trace.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define TRACE_MAGIC   0x53505431u // "SPT1"
#define TRACE_VERSION 1u
#define RECORDS_AT    offsetof(struct trace_ring, records)

struct trace_ring *trace_ring;

static bool trace_is(int fd)
{
	uint32_t label[2];
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_size == (off_t)TRACE_BYTES &&
	       pread(fd, label, sizeof(label), 0) == (ssize_t)sizeof(label) &&
	       label[0] == TRACE_MAGIC && label[1] == TRACE_VERSION;
}

bool trace_create(int fd)
{
	uint32_t label[2] = {TRACE_MAGIC, TRACE_VERSION};

	if (trace_is(fd))
		return true;
	return ftruncate(fd, 0) == 0 && ftruncate(fd, (off_t)TRACE_BYTES) == 0 &&
	       pwrite(fd, label, sizeof(label), 0) == (ssize_t)sizeof(label);
}

bool trace_attach(int fd)
{
	void *base;

	if (!trace_is(fd))
		return false;
	base = mmap(NULL, TRACE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (base == MAP_FAILED)
		return false;
	trace_ring = base;
	return true;
}

void trace_write(const char *function, uint32_t slot, uint32_t life)
{
	static _Thread_local uint32_t pid, thread;
	struct trace_record *r;
	struct timespec now;
	uint64_t at;

	if (thread == 0) {
		pid = (uint32_t)getpid();
		thread = (uint32_t)syscall(SYS_gettid);
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	at = atomic_fetch_add_explicit(&trace_ring->next, 1, memory_order_relaxed);
	r = &trace_ring->records[at % TRACE_RECORDS];
	__atomic_store_n(&r->ns, 0, __ATOMIC_RELEASE);
	r->slot = slot;
	r->life = life;
	r->pid = pid;
	r->thread = thread;
	strncpy(r->function, function, TRACE_FUNCTION - 1);
	__atomic_store_n(&r->ns, (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec,
	                 __ATOMIC_RELEASE);
}

static void text_clean(char text[TRACE_FUNCTION])
{
	text[TRACE_FUNCTION - 1] = 0;
	for (char *c = text; *c != 0; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

size_t trace_read(int fd, struct trace_record *out)
{
	uint64_t next, first;
	size_t count = 0;

	if (!trace_is(fd) || pread(fd, &next, sizeof(next),
	                           offsetof(struct trace_ring, next)) != (ssize_t)sizeof(next))
		return 0;
	first = next > TRACE_RECORDS ? next - TRACE_RECORDS : 0;
	for (uint64_t i = first; i < next; i++) {
		off_t at = (off_t)(RECORDS_AT + i % TRACE_RECORDS * sizeof(*out));

		if (pread(fd, &out[count], sizeof(*out), at) != (ssize_t)sizeof(*out))
			break;
		text_clean(out[count].function);
		count += out[count].ns != 0;
	}
	return count;
}
