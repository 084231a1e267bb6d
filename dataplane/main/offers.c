// Collect the supervisor's offers and map what they name.
#include "dataplane/main/offers.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dataplane/base/trace.h"

#define PAGE 4096u

static void offer_drop(const struct link_offer *offer)
{
	for (uint32_t i = 0; i < offer->fd_count; i++)
		close(offer->fds[i]);
}

static void one_keep(int *place, int fd)
{
	if (*place >= 0)
		close(*place);
	*place = fd;
}

static void offer_keep(struct offers *out, const struct link_offer *offer, uint32_t workers)
{
	struct worker_offer *w = &out->worker[offer->index % PORT_WORKERS_MAX];

	if (offer->role == LINK_OFFER_TRACE && offer->fd_count == 1)
		trace_attach(offer->fds[0]);
	if (offer->index < workers && offer->role == LINK_OFFER_DATA && offer->fd_count == 3) {
		for (int i = 0; i < 3; i++)
			one_keep(&w->data[i], offer->fds[i]);
		return;
	}
	if (offer->index >= workers || offer->fd_count != 1) {
		offer_drop(offer);
		return;
	}
	if (offer->role == LINK_OFFER_CONNS)
		one_keep(&w->conns, offer->fds[0]);
	else if (offer->role == LINK_OFFER_COUNTERS)
		one_keep(&w->counters, offer->fds[0]);
	else if (offer->role == LINK_OFFER_CAPTURE)
		one_keep(&w->capture, offer->fds[0]);
	else
		offer_drop(offer);
}

static bool offers_are_whole(const struct offers *o, uint32_t workers)
{
	for (uint32_t i = 0; i < workers; i++) {
		const struct worker_offer *w = &o->worker[i];

		if (w->data[0] < 0 || w->conns < 0 || w->counters < 0) {
			fprintf(stderr, "sallyport-dataplane: worker %u was offered no %s\n", i,
			        w->data[0] < 0 ? "joint with control"
			        : w->conns < 0 ? "connection arena"
			                       : "counters page");
			return false;
		}
	}
	return true;
}

bool offers_collect(int socket, uint32_t workers, struct offers *out)
{
	struct link_offer offer;

	memset(out, 0xff, sizeof(*out)); // every descriptor -1
	for (;;) {
		if (link_offer_receive(socket, &offer) != STATUS_OK) {
			fprintf(stderr,
			        "sallyport-dataplane: no offers on descriptor %d; the "
			        "supervisor starts this program\n",
			        socket);
			return false;
		}
		if (offer.role == LINK_OFFER_STOP)
			return false;
		if (offer.role == LINK_OFFER_START)
			return offers_are_whole(out, workers);
		offer_keep(out, &offer, workers);
	}
}

static size_t tcp_part(uint32_t slots)
{
	return (tcp_arena_bytes(slots) + PAGE - 1) / PAGE * PAGE;
}

static size_t arena_bytes(uint32_t slots)
{
	return tcp_part(slots) + (size_t)slots * sizeof(struct data_conn);
}

bool conn_arena_map(int fd, struct conn_arena *out)
{
	struct stat st;
	size_t bytes;
	uint8_t *at;

	if (fstat(fd, &st) != 0)
		return false;
	bytes = (size_t)st.st_size;
	out->slots = TCP_SLOTS_MAX;
	while (out->slots > 1024 && arena_bytes(out->slots) > bytes)
		out->slots -= 1024;
	if (arena_bytes(out->slots) > bytes)
		return false;
	if (out->slots < TCP_SLOTS_MAX)
		fprintf(stderr,
		        "sallyport-dataplane: the arena holds %u connections, not %u: it would "
		        "take %zu bytes\n",
		        out->slots, TCP_SLOTS_MAX, arena_bytes(TCP_SLOTS_MAX));
	at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return false;
	madvise(at, bytes, MADV_DONTDUMP);
	out->tcp = at;
	out->conns = (struct data_conn *)(at + tcp_part(out->slots));
	return true;
}

struct counters_page *counters_page_map(int fd)
{
	struct counters_page *page;
	struct stat st;

	if (fstat(fd, &st) != 0 || (size_t)st.st_size < sizeof(*page))
		return NULL;
	page = mmap(NULL, COUNTERS_PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return NULL;
	memset(page, 0, sizeof(*page));
	page->version = COUNTERS_PAGE_VERSION;
	page->counters = COUNTERS;
	page->gauges = GAUGES;
	__atomic_store_n(&page->magic, COUNTERS_PAGE_MAGIC, __ATOMIC_RELEASE);
	return page;
}
