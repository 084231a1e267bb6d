// EAL's command line: no telemetry, no files, only the one device.
#include "tests/load/link/load_eal.h"

#include <rte_eal.h>
#include <rte_errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ARGS_MAX   20
#define PAGES_HUGE 48 // of 2 MiB
#define PLAIN_MIB  128

struct args {
	int count;
	char text[ARGS_MAX][256];
	char *vector[ARGS_MAX + 1];
};

__attribute__((format(printf, 2, 3))) static void add(struct args *a, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(a->text[a->count], sizeof(a->text[0]), format, list);
	va_end(list);
	a->vector[a->count] = a->text[a->count];
	a->count++;
}

static long huge_pages_free(void)
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

static void add_memory(struct args *a)
{
	if (huge_pages_free() >= PAGES_HUGE) {
		add(a, "--in-memory");
		return;
	}
	add(a, "--no-huge");
	add(a, "--no-shconf");
	add(a, "-m");
	add(a, "%d", PLAIN_MIB);
}

static void add_device(struct args *a, const char *device)
{
	const char *detail = strchr(device, ':') + 1;

	if (strncmp(device, "pci:", 4) == 0) {
		add(a, "-a");
		add(a, "%s", detail);
		return;
	}
	add(a, "--no-pci");
	add(a, "--iova-mode=va");
	if (strncmp(device, "memif:", 6) == 0)
		add(a, "--vdev=net_memif0,role=client,%s%s", detail,
		    strstr(detail, "socket-abstract") == NULL ? ",socket-abstract=no" : "");
	else if (strncmp(device, "tap:", 4) == 0)
		add(a, "--vdev=net_tap0,iface=%s", detail);
	else
		add(a, "--vdev=net_af_packet0,iface=%s", detail);
}

bool load_eal_start(const char *device)
{
	static struct args args; // EAL keeps pointers into it
	struct args *a = &args;

	add(a, "sallyport-load");
	add_memory(a);
	add(a, "--lcores=0@(0-%ld)", sysconf(_SC_NPROCESSORS_ONLN) - 1);
	add(a, "--no-telemetry");
	add(a, "--file-prefix=sallyport-load-%d", (int)getpid());
	add(a, "--log-level=error");
	add(a, "--log-level=pmd.net.memif:critical");
	add(a, "--log-level=pmd.net.tap:critical");
	add_device(a, device);
	if (rte_eal_init(a->count, a->vector) >= 0)
		return true;
	fprintf(stderr, "sallyport-load: EAL does not start: %s\n", rte_strerror(rte_errno));
	return false;
}
