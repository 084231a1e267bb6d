// Lay out, make, seal and check the memory of a joint.
#include "dataplane/link/link_segment.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEGMENT_MAGIC   0x53504c31u // "SPL1"
#define SEGMENT_VERSION 1u
#define SEGMENT_SEALS   (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

struct segment_header {
	uint32_t magic;
	uint32_t version;
	struct link_shape shapes[2]; // A to B, B to A
};

static bool power_of_two(uint32_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static bool pool_is_sound(uint32_t bytes, uint32_t count)
{
	if (count == 0)
		return bytes == 0;
	return power_of_two(count) && count <= LINK_BUFFERS_MAX && bytes >= LINK_LINE &&
	       bytes <= LINK_BUFFER_MAX && bytes % LINK_LINE == 0;
}

static size_t page_up(size_t n)
{
	return (n + LINK_PAGE - 1) & ~(size_t)(LINK_PAGE - 1);
}

bool link_plan_make(const struct link_shape *shape, size_t start, struct link_plan *out)
{
	uint32_t places = 1;

	if (!power_of_two(shape->cells) || shape->cells > LINK_CELLS_MAX ||
	    !pool_is_sound(shape->small_bytes, shape->small_count) ||
	    !pool_is_sound(shape->large_bytes, shape->large_count) ||
	    (shape->large_count > 0 && shape->large_bytes < shape->small_bytes))
		return false;
	*out = (struct link_plan){.shape = *shape};
	out->names = shape->small_count + shape->large_count;
	while (places < out->names)
		places *= 2;
	out->return_mask = places - 1;
	out->lane = start;
	out->cells = start + LINK_PAGE;
	out->returns = page_up(out->cells + (size_t)shape->cells * sizeof(struct link_cell));
	out->small = page_up(out->returns + (size_t)places * sizeof(uint32_t));
	out->large = page_up(out->small + (size_t)shape->small_count * shape->small_bytes);
	out->end = page_up(out->large + (size_t)shape->large_count * shape->large_bytes);
	return true;
}

static size_t plans_make(const struct link_shape shapes[2], struct link_plan plans[2])
{
	if (!link_plan_make(&shapes[LINK_A], LINK_PAGE, &plans[LINK_A]) ||
	    !link_plan_make(&shapes[LINK_B], plans[LINK_A].end, &plans[LINK_B]))
		return 0;
	return plans[LINK_B].end;
}

size_t link_bytes(const struct link_shape *a_to_b, const struct link_shape *b_to_a)
{
	struct link_shape shapes[2] = {*a_to_b, *b_to_a};
	struct link_plan plans[2];

	return plans_make(shapes, plans);
}

static bool segment_fill(int fd, const struct segment_header *header, size_t bytes)
{
	return ftruncate(fd, (off_t)bytes) == 0 &&
	       pwrite(fd, header, sizeof(*header), 0) == (ssize_t)sizeof(*header) &&
	       fcntl(fd, F_ADD_SEALS, SEGMENT_SEALS) == 0;
}

int link_create(const char *name, const struct link_shape *a_to_b,
                const struct link_shape *b_to_a)
{
	struct segment_header header = {SEGMENT_MAGIC, SEGMENT_VERSION, {*a_to_b, *b_to_a}};
	size_t bytes = link_bytes(a_to_b, b_to_a);
	int fd;

	if (bytes == 0) {
		errno = EINVAL;
		return -1;
	}
	fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -1;
	if (!segment_fill(fd, &header, bytes)) {
		int why = errno;

		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

// The header is read into private memory once: what the other side writes there later is nothing
// to us.
static size_t segment_check(int memfd, struct link_plan plans[2])
{
	struct segment_header header;
	struct stat st;
	size_t bytes;
	int seals = fcntl(memfd, F_GET_SEALS);

	if (seals < 0 || (seals & SEGMENT_SEALS) != SEGMENT_SEALS || fstat(memfd, &st) != 0 ||
	    pread(memfd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
	    header.magic != SEGMENT_MAGIC || header.version != SEGMENT_VERSION)
		return 0;
	bytes = plans_make(header.shapes, plans);
	return bytes == (size_t)st.st_size ? bytes : 0;
}

void *link_segment_map(int memfd, struct link_plan plans[2], size_t *bytes)
{
	void *base;

	*bytes = segment_check(memfd, plans);
	if (*bytes == 0) {
		errno = EINVAL;
		return NULL;
	}
	base = mmap(NULL, *bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, memfd, 0);
	if (base == MAP_FAILED)
		return NULL;
	madvise(base, *bytes, MADV_DONTDUMP); // session keys pass through the buffers
	return base;
}
