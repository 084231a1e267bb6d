// START HERE. The poll-mode process: take the supervisor's offers, start EAL, open the ports, run
// the workers; a small thread beside them listens to the supervisor. Undo in reverse.
#include <errno.h>
#include <poll.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "crypto/core/random.h"
#include "dataplane/main/eal.h"
#include "dataplane/main/worker.h"
#include "dataplane/nic/unmap.h"

#define FRAME_CACHE 256

struct dataplane {
	struct options options;
	struct offers offers;
	struct host host[NET_PORTS_MAX];
	struct port port[NET_PORTS_MAX];
	uint32_t opened; // ports
	struct rte_mempool *pools[PORT_WORKERS_MAX];
	struct worker *workers;
	int signals; // signalfd of the listener
	pthread_t listener;
};

// --- the listener: everything that comes from outside while workers run --------------------------

static void workers_stop(struct dataplane *d)
{
	for (uint32_t i = 0; i < d->options.workers; i++)
		worker_stop(&d->workers[i]);
}

static void offer_drop(const struct link_offer *offer)
{
	for (uint32_t i = 0; i < offer->fd_count; i++)
		close(offer->fds[i]);
}

static void joint_offered(struct dataplane *d, const struct link_offer *offer)
{
	struct link *link = NULL;

	if (offer->index < d->options.workers && offer->fd_count == 3)
		link = link_attach(offer->fds[0], offer->fds[1], offer->fds[2], LINK_A);
	if (link == NULL)
		offer_drop(offer);
	else
		worker_offer_link(&d->workers[offer->index], link);
}

// False: the end.
static bool offer_serve(struct dataplane *d)
{
	struct link_offer offer;
	enum status status = link_offer_receive(LINK_OFFER_SOCKET, &offer);

	if (status == STATUS_UNEXPECTED)
		return true;
	if (status != STATUS_OK || offer.role == LINK_OFFER_STOP)
		return false;
	if (offer.role == LINK_OFFER_DATA)
		joint_offered(d, &offer);
	else
		offer_drop(&offer);
	return true;
}

static void *listener_run(void *dataplane)
{
	struct dataplane *d = dataplane;
	struct pollfd watched[] = {{LINK_OFFER_SOCKET, POLLIN, 0}, {d->signals, POLLIN, 0}};

	for (;;) {
		if (poll(watched, 2, -1) < 0 && errno != EINTR)
			break;
		if (watched[1].revents != 0)
			break;
		if (watched[0].revents != 0 && !offer_serve(d))
			break;
	}
	workers_stop(d);
	return NULL;
}

// Everything is blocked but in the workers, which let the tap driver's signals in.
static bool signals_prepare(struct dataplane *d)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t all, ends;

	sigfillset(&all);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGILL);
	sigdelset(&all, SIGABRT);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	sigaction(SIGIO, &ignore, NULL); // its queue of signals is full: nothing is lost
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	d->signals = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
	return d->signals >= 0;
}

// --- start and end -------------------------------------------------------------------------------

// One buffer holds a frame of any length that we take. Of long ones there are fewer.
static bool pools_make(struct dataplane *d)
{
	uint32_t usual = RTE_MBUF_DEFAULT_BUF_SIZE;
	uint32_t room = RTE_PKTMBUF_HEADROOM + FRAME_HEAD_MAX + d->options.host.mtu;
	uint32_t frames;
	char name[32];

	room = room < usual ? usual : room;
	frames = WORKER_FRAMES * usual / room - 1;

	for (uint32_t i = 0; i < d->options.workers; i++) {
		snprintf(name, sizeof(name), "frames_%u", i);
		d->pools[i] = rte_pktmbuf_pool_create(name, frames, FRAME_CACHE, 0,
		                                      (uint16_t)room, SOCKET_ID_ANY);
		if (d->pools[i] == NULL) {
			fprintf(stderr, "sallyport-dataplane: no memory for frames: %s\n",
			        rte_strerror(rte_errno));
			return false;
		}
	}
	return true;
}

static bool workers_make(struct dataplane *d)
{
	struct tcp *stacks[PORT_WORKERS_MAX];
	struct hash_key key;
	uint8_t secret[16];

	random_fill(secret, sizeof(secret));
	key = hash_key_from(secret);
	d->workers =
	        aligned_alloc(64, (sizeof(*d->workers) * d->options.workers + 63) / 64 * 64);
	if (d->workers == NULL)
		return false;
	memset(d->workers, 0, sizeof(*d->workers) * d->options.workers);
	for (uint32_t i = 0; i < d->options.workers; i++) {
		struct worker_config config = {
		        .options = &d->options,
		        .port = d->port,
		        .host = d->host,
		        .offer = &d->offers.worker[i],
		        .pool = d->pools[i],
		        .all = d->workers,
		        .index = i,
		};

		d->workers[i].flow_key = key;
		if (!worker_init(&d->workers[i], &config))
			return false;
		stacks[i] = d->workers[i].tcp;
	}
	tcp_share(stacks, d->options.workers);
	return true;
}

static void workers_run(struct dataplane *d)
{
	unsigned lcore;
	uint32_t i = 1;

	RTE_LCORE_FOREACH_WORKER(lcore)
	if (i < d->options.workers)
		rte_eal_remote_launch(worker_run, &d->workers[i++], lcore);
	worker_run(&d->workers[0]);
	rte_eal_mp_wait_lcore();
}

// As they are at start: the first with the addresses and routes of the command line.
static void hosts_complete(struct dataplane *d)
{
	struct hash_key key;
	uint8_t secret[16];

	random_fill(secret, sizeof(secret));
	key = hash_key_from(secret);
	for (uint32_t i = 0; i < d->options.ports; i++) {
		const struct host *o = &d->options.host;

		d->host[i] = i == 0 ? *o : (struct host){.mtu = o->mtu, .vlan = o->vlan};
		d->host[i].ether = d->port[i].ether;
		d->host[i].label_key = key;
	}
}

static const char *yes(bool is)
{
	return is ? "yes" : "no";
}

static const char *spreading(const struct port *port, uint32_t workers)
{
	return workers == 1    ? "not needed"
	       : port->spreads ? "by the port to all queues, owners by software"
	                       : "by software alone";
}

// What the port can do, as tried at its start, and what of it is left to software.
static void port_tell(const struct port *port, uint32_t index, uint32_t workers)
{
	char number[8] = "";

	if (index > 0)
		snprintf(number, sizeof(number), " %u", index);
	fprintf(stderr,
	        "sallyport-dataplane: port%s: finishes checksums %s, checks them %s; has and "
	        "we "
	        "need not: segmentation %s, VLAN strip %s, flow spreading %s\n",
	        number, yes(port->partial_sums), yes(port->checks_sums), yes(port->can_segment),
	        yes(port->can_strip), yes(port->can_spread));
	fprintf(stderr,
	        "sallyport-dataplane: port%s self-test: checksums sent: %s; checksums "
	        "received: "
	        "%s; flows spread: %s\n",
	        number, port->partial_sums ? "its driver takes both families" : "in software",
	        port->checks_sums ? "software verifies until the port has proven right"
	                          : "in software",
	        spreading(port, workers));
}

static uint16_t queues_wanted(const struct options *o, uint32_t port)
{
	uint32_t asked = o->port[port].queues;

	return (uint16_t)(asked != 0 && asked < o->workers ? asked : o->workers);
}

static bool ports_open(struct dataplane *d)
{
	const struct options *o = &d->options;
	char device[EAL_DEVICE_MAX];

	for (uint32_t i = 0; i < o->ports; i++) {
		eal_device(o, i, device);
		if (!port_open(&d->port[i], o->ports > 1 ? device : NULL, o->host.mtu,
		               queues_wanted(o, i), d->pools))
			return false;
		d->opened++;
		port_tell(&d->port[i], i, o->workers);
	}
	return true;
}

static void clients_guard(struct dataplane *d)
{
	struct rounds *rounds[PORT_WORKERS_MAX];

	for (uint32_t i = 0; i < d->options.workers; i++)
		rounds[i] = &d->workers[i].rounds;
	unmap_wait_for(rounds, d->options.workers);
}

static const char *idleness(const struct dataplane *d)
{
	for (uint32_t i = 0; i < d->opened; i++) {
		if (!d->port[i].interrupts)
			return "nap";
	}
	return "wait for the port";
}

static bool dataplane_start(struct dataplane *d)
{
	if (!signals_prepare(d) || !eal_start(&d->options) || !pools_make(d) || !ports_open(d))
		return false;
	hosts_complete(d);
	suite_backend_set(SUITE_BACKEND_AUTO);
	if (!workers_make(d) || !eal_drop_privileges())
		return false;
	clients_guard(d);
	fprintf(stderr,
	        "sallyport-dataplane: %s, %u workers, %s, checksums in %s, idle workers %s\n",
	        d->port[0].driver, d->options.workers,
	        rte_eal_has_hugepages() ? "hugepages" : "ordinary pages",
	        d->port[0].partial_sums ? "the port" : "software",
	        d->options.spin ? "spin" : idleness(d));
	return pthread_create(&d->listener, NULL, listener_run, d) == 0 &&
	       link_report_send(LINK_OFFER_SOCKET, LINK_REPORT_READY) == STATUS_OK;
}

static void dataplane_end(struct dataplane *d)
{
	unmap_wait_for(NULL, 0);
	for (uint32_t i = 0; i < d->options.workers; i++)
		worker_fini(&d->workers[i]);
	for (uint32_t i = 0; i < d->opened; i++)
		port_close(&d->port[i]);
	rte_eal_cleanup();
}

int main(int argc, char **argv)
{
	static struct dataplane d;
	char run[256];

	if (!options_parse(argc, argv, &d.options))
		return 2;
	if (d.options.show_help) {
		fputs(options_help, stdout);
		return 0;
	}
	if (d.options.capture_run != NULL)
		return capture_run(&d.options);
	if (d.options.run == NULL) {
		snprintf(run, sizeof(run), "/run/sallyport/%s", d.options.name);
		d.options.run = run;
	}
	if (!offers_collect(LINK_OFFER_SOCKET, d.options.workers, &d.offers))
		return 1;
	if (!dataplane_start(&d))
		return 1;
	workers_run(&d);
	pthread_join(d.listener, NULL);
	dataplane_end(&d);
	return 0;
}
