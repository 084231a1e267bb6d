// START HERE: sallyport-control negotiates keys, authenticates and opens channels. It is started
// by the supervisor, which hands it every joint as an offer on descriptor 3; one shard per worker
// of the dataplane does the work (shard.c), each on a thread of its own (loop.c).
#include "control/aaa/aaa_pool.h"
#include "control/main/crypto_pool.h"
#include "control/main/log.h"
#include "control/main/loop.h"
#include "control/main/memory.h"
#include "dataplane/base/counters_page.h"
#include "dataplane/base/trace.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define CRYPTO_THREADS 2
#define FIRST_OFFERS   (SHARDS_MAX * 8)

static struct control control;
static struct loop *loops[SHARDS_MAX];

// Offers that came before START, to be taken in the order that they need each other.
static struct link_offer first[FIRST_OFFERS];
static uint32_t first_count;

static void usage(FILE *to)
{
	fputs("usage: sallyport-control --workers K\n"
	      "Started by sallyport-supervisor; takes its joints from descriptor 3.\n",
	      to);
}

static void report(uint32_t what)
{
	if (link_report_send(LINK_OFFER_SOCKET, (enum link_report)what) != STATUS_OK)
		log_control(LOG_ERROR, "SSHS_LOG", "supervisor does not hear us");
}

// --- offers --------------------------------------------------------------------------------------

static void offer_drop(const struct link_offer *offer)
{
	for (uint32_t i = 0; i < offer->fd_count; i++)
		close(offer->fds[i]);
}

// The counters of a worker: read by any shard, so they hang off the process. A page that is
// replaced stays mapped, since another thread may be reading it; this is rare.
static void counters_map(const struct link_offer *offer)
{
	void *at = mmap(NULL, COUNTERS_PAGE_BYTES, PROT_READ, MAP_SHARED, offer->fds[0], 0);

	close(offer->fds[0]);
	if (at == MAP_FAILED)
		return;
	pthread_mutex_lock(&control.counters_lock);
	control.pages[offer->index] = at;
	pthread_mutex_unlock(&control.counters_lock);
}

static void offer_take(const struct link_offer *offer)
{
	if (offer->role == LINK_OFFER_TRACE) {
		trace_attach(offer->fds[0]);
		close(offer->fds[0]);
	} else if (offer->index >= control.shard_count) {
		log_control(LOG_ERROR, "SSHS_LOG", "offer of %s %u: no such shard",
		            link_offer_name(offer->role), offer->index);
		offer_drop(offer);
	} else if (offer->role == LINK_OFFER_COUNTERS) {
		counters_map(offer);
	} else {
		loop_offer(loops[offer->index], offer);
	}
}

// Sessions need their arena, logins their keeper, shells their cli: the dataplane comes last.
static void first_take(void)
{
	static const uint32_t order[] = {LINK_OFFER_TRACE,    LINK_OFFER_COUNTERS,
	                                 LINK_OFFER_SESSIONS, LINK_OFFER_KEEPER,
	                                 LINK_OFFER_DIALOGUE, LINK_OFFER_DATA};

	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		for (uint32_t i = 0; i < first_count; i++) {
			if (first[i].role != order[k])
				continue;
			offer_take(&first[i]);
			first[i].fd_count = 0;
		}
	}
	for (uint32_t i = 0; i < first_count; i++)
		offer_drop(&first[i]);
	first_count = 0;
	report(LINK_REPORT_READY);
}

// Until the supervisor says stop, or is gone. Returns the exit status.
static int offers_serve(void)
{
	bool started = false;
	struct link_offer offer;
	enum status status;

	for (;;) {
		status = link_offer_receive(LINK_OFFER_SOCKET, &offer);
		if (status == STATUS_UNEXPECTED)
			continue;
		if (status != STATUS_OK)
			return status == STATUS_SHUTDOWN ? EXIT_SUCCESS : EXIT_FAILURE;
		if (offer.role == LINK_OFFER_STOP)
			return EXIT_SUCCESS;
		if (offer.role == LINK_OFFER_START) {
			first_take();
			started = true;
		} else if (started) {
			offer_take(&offer);
		} else if (first_count < FIRST_OFFERS) {
			first[first_count++] = offer;
		} else {
			offer_drop(&offer);
		}
	}
}

// --- the process ---------------------------------------------------------------------------------

static bool shards_start(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		control.shards[i] = shard_new(&control, i);
		if (control.shards[i] == NULL)
			return false;
	}
	control.shard_count = count;
	for (uint32_t i = 0; i < count; i++) {
		loops[i] = loop_start(control.shards[i]);
		if (loops[i] == NULL)
			return false;
	}
	return true;
}

static void shards_stop(void)
{
	for (uint32_t i = 0; i < control.shard_count; i++)
		loop_stop(loops[i]);
	for (uint32_t i = 0; i < control.shard_count; i++)
		loop_join(loops[i]);
	work_pool_free(control.aaa);
	crypto_pool_free(control.crypto);
	for (uint32_t i = 0; i < control.shard_count; i++)
		shard_free(control.shards[i]);
	control_fini(&control);
}

// 0 when the arguments make no sense.
static uint32_t workers_of(int argc, char **argv)
{
	static const struct option options[] = {{"workers", required_argument, NULL, 'w'},
	                                        {"help", no_argument, NULL, 'h'},
	                                        {0}};
	unsigned long workers = 1;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h') {
			usage(stdout);
			exit(EXIT_SUCCESS);
		}
		if (option != 'w')
			return 0;
		workers = strtoul(optarg, NULL, 10);
	}
	return optind == argc && workers <= SHARDS_MAX ? (uint32_t)workers : 0;
}

int main(int argc, char **argv)
{
	uint32_t workers = workers_of(argc, argv);
	int status;

	if (workers == 0) {
		usage(stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	control_init(&control);
	control.started_at = (uint64_t)time(NULL);
	control.report = report;
	control.memory = memory_stat;
	control.crypto = crypto_pool_new(CRYPTO_THREADS);
	control.aaa = aaa_pool_new();
	if (control.crypto == NULL || control.aaa == NULL || !shards_start(workers)) {
		log_control(LOG_ERROR, "SSHS_LOG", "threads cannot be started");
		return EXIT_FAILURE;
	}
	log_control(LOG_NOTICE, "SSHS_LOG", "control begins with %u shards", workers);
	status = offers_serve();
	log_control(LOG_NOTICE, "SSHS_LOG", "control ends");
	shards_stop();
	return status;
}
