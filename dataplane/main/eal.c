// Build EAL's argument vector and start it; then give up what only that needed.
#include "dataplane/main/eal.h"

#include <errno.h>
#include <grp.h>
#include <net/if.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ARGS_MAX     (24 + 2 * NET_PORTS_MAX)
#define ARG_BYTES    256
#define PAGES_FIXED  24 // hugepages of 2 MiB, whatever the number of workers
#define PAGES_WORKER 32
#define PLAIN_WORKER 64 // MiB without hugepages
#define MEMIF_SOCKET "socket="

struct args {
	int count;
	bool overflow;
	char text[ARGS_MAX][ARG_BYTES];
	char *vector[ARGS_MAX + 1];
};

__attribute__((format(printf, 2, 3))) static void args_add(struct args *a, const char *format,
                                                           ...)
{
	va_list list;
	int len;

	if (a->count == ARGS_MAX) {
		a->overflow = true;
		return;
	}
	va_start(list, format);
	len = vsnprintf(a->text[a->count], ARG_BYTES, format, list);
	va_end(list);
	a->overflow |= len < 0 || len >= ARG_BYTES;
	a->vector[a->count] = a->text[a->count];
	a->count++;
}

static long hugepages_free(void)
{
	FILE *f = fopen("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "re");
	long pages = 0;

	if (f == NULL)
		return 0;
	if (fscanf(f, "%ld", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages;
}

static void args_memory(struct args *a, uint32_t workers)
{
	if (hugepages_free() >= (long)(PAGES_FIXED + PAGES_WORKER * workers)) {
		args_add(a, "--in-memory");
		return;
	}
	args_add(a, "--no-huge");
	args_add(a, "--no-shconf");
	args_add(a, "-m");
	args_add(a, "%u", PLAIN_WORKER * (workers + 1));
}

// lcore i is worker i: the first CPU is worker 0's alone, the rest share the others.
static void args_cores(struct args *a, uint32_t workers)
{
	unsigned cpu[CPU_SETSIZE], cpus = 0;
	char list[ARG_BYTES] = "--lcores=";
	size_t len = strlen(list);
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		CPU_ZERO(&set);
	for (unsigned i = 0; i < CPU_SETSIZE; i++) {
		if (CPU_ISSET(i, &set))
			cpu[cpus++] = i;
	}
	if (cpus == 0)
		cpu[cpus++] = 0;
	for (uint32_t i = 0; i < workers && len < sizeof(list); i++) {
		unsigned on = i == 0 || cpus == 1 ? cpu[0] : cpu[1 + (i - 1) % (cpus - 1)];

		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%u@%u",
		                        i == 0 ? "" : ",", i, on);
	}
	a->overflow |= len >= sizeof(list);
	args_add(a, "%s", list);
}

// net_tap gives the kernel's end an address of its choice unless told the one it has.
static void args_tap(struct args *a, uint32_t port, const char *interface)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ask = {0};
	const uint8_t *m = (const uint8_t *)ask.ifr_hwaddr.sa_data;

	snprintf(ask.ifr_name, sizeof(ask.ifr_name), "%s", interface);
	if (fd >= 0 && ioctl(fd, SIOCGIFHWADDR, &ask) == 0)
		args_add(a, "--vdev=net_tap%u,iface=%s,mac=%02x:%02x:%02x:%02x:%02x:%02x", port,
		         interface, m[0], m[1], m[2], m[3], m[4], m[5]);
	else
		args_add(a, "--vdev=net_tap%u,iface=%s", port, interface);
	if (fd >= 0)
		close(fd);
}

// A dataplane that was killed leaves its socket, at which the next one could not listen. One that
// somebody listens at stays.
static void socket_clear(const char *path, size_t len)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0 || len >= sizeof(at.sun_path)) {
		close(fd);
		return;
	}
	memcpy(at.sun_path, path, len);
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0 && errno == ECONNREFUSED)
		unlink(at.sun_path);
	close(fd);
}

static void args_memif(struct args *a, uint32_t port, const char *parameters)
{
	const char *path = strstr(parameters, MEMIF_SOCKET);

	args_add(a, "--vdev=net_memif%u,role=server,%s", port, parameters);
	if (path == NULL)
		return;
	path += strlen(MEMIF_SOCKET);
	socket_clear(path, strcspn(path, ","));
}

// What is the first port's has no number: sp0 and memif.sock. sp1 is our own end of a veth pair.
static void args_usual_tap(struct args *a, uint32_t port)
{
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "sp%u", port == 0 ? 0 : port + 1);
	args_tap(a, port, name);
}

static void args_usual_memif(struct args *a, uint32_t port, const char *run)
{
	static const char *const numbers[NET_PORTS_MAX] = {"", "1", "2", "3"};
	char usual[ARG_BYTES];

	snprintf(usual, sizeof(usual), MEMIF_SOCKET "%s/memif%s.sock,socket-abstract=no", run,
	         numbers[port]);
	args_memif(a, port, usual);
}

static void args_port(struct args *a, const struct options *o, uint32_t port)
{
	const char *detail = o->port[port].detail;

	switch (o->port[port].link) {
	case LINK_KIND_PCI:
		args_add(a, "-a");
		args_add(a, "%s", detail);
		return;
	case LINK_KIND_TAP:
		if (detail == NULL)
			args_usual_tap(a, port);
		else
			args_tap(a, port, detail);
		return;
	case LINK_KIND_MEMIF:
		if (detail == NULL)
			args_usual_memif(a, port, o->run);
		else
			args_memif(a, port, detail);
		return;
	case LINK_KIND_AF_PACKET:
		args_add(a, "--vdev=net_af_packet%u,iface=%s,qpairs=%u", port, detail,
		         o->workers);
		return;
	case LINK_KIND_AF_XDP:
		args_add(a, "--vdev=net_af_xdp%u,iface=%s,queue_count=%u", port, detail,
		         o->workers);
		return;
	}
}

static void args_ports(struct args *a, const struct options *o)
{
	bool pci = false;

	for (uint32_t i = 0; i < o->ports; i++)
		pci |= o->port[i].link == LINK_KIND_PCI;
	if (!pci) {
		args_add(a, "--no-pci");
		args_add(a, "--iova-mode=va");
	}
	for (uint32_t i = 0; i < o->ports; i++)
		args_port(a, o, i);
}

void eal_device(const struct options *options, uint32_t port, char out[EAL_DEVICE_MAX])
{
	static const char *const kinds[] = {
	        [LINK_KIND_TAP] = "net_tap",
	        [LINK_KIND_MEMIF] = "net_memif",
	        [LINK_KIND_AF_PACKET] = "net_af_packet",
	        [LINK_KIND_AF_XDP] = "net_af_xdp",
	};
	const struct options_port *p = &options->port[port];

	if (p->link == LINK_KIND_PCI)
		snprintf(out, EAL_DEVICE_MAX, "%s", p->detail);
	else
		snprintf(out, EAL_DEVICE_MAX, "%s%u", kinds[p->link], port);
}

bool eal_start(const struct options *options)
{
	static struct args args; // EAL keeps pointers into it
	struct args *a = &args;

	*a = (struct args){0};
	args_add(a, "sallyport-dataplane");
	args_memory(a, options->workers);
	args_cores(a, options->workers);
	args_add(a, "--no-telemetry");
	args_add(a, "--file-prefix=%s", options->name);
	args_add(a, "--log-level=warning");
	// They complain of huge pages of other sizes, traffic control and secondary processes, none
	// of which we use.
	args_add(a, "--log-level=lib.eal:error");
	args_add(a, "--log-level=pmd.net.tap:critical");
	args_add(a, "--log-level=pmd.net.memif:critical");
	args_ports(a, options);
	if (a->overflow) {
		fprintf(stderr, "sallyport-dataplane: the link's description is too long\n");
		return false;
	}
	// EAL's own folder goes into ours, which is removed at the end.
	if (access(options->run, W_OK) == 0)
		setenv("RUNTIME_DIRECTORY", options->run, 1);
	if (rte_eal_init(a->count, a->vector) < 0) {
		fprintf(stderr, "sallyport-dataplane: EAL does not start: %s\n",
		        rte_strerror(rte_errno));
		return false;
	}
	return true;
}

bool eal_drop_privileges(void)
{
	if (geteuid() != 0)
		return true;
	if (setgroups(0, NULL) != 0 ||
	    setresgid(DATAPLANE_ACCOUNT, DATAPLANE_ACCOUNT, DATAPLANE_ACCOUNT) != 0 ||
	    setresuid(DATAPLANE_ACCOUNT, DATAPLANE_ACCOUNT, DATAPLANE_ACCOUNT) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		fprintf(stderr, "sallyport-dataplane: cannot drop privileges: %s\n",
		        strerror(errno));
		return false;
	}
	return true;
}
