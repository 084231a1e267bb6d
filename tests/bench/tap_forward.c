// Joins two taps, each in a network namespace of its own: a frame that one gives is written to the
// other. One frame a read and one a write, no offloads: what a tap costs whoever stands behind one.
//
//   tap_forward NAMESPACE INTERFACE NAMESPACE INTERFACE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FRAME_MAX 1600

struct way {
	int from, to;
};

static _Noreturn void die(const char *what, const char *name)
{
	fprintf(stderr, "tap_forward: %s %s: %s\n", what, name, strerror(errno));
	exit(1);
}

static void enter(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) != 0)
		die("namespace", name);
	close(fd);
}

// The tap of that name there, made if need be; it lasts as long as this program.
static int tap_open(const char *namespace, const char *interface)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd;

	enter(namespace);
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0 || ioctl(fd, TUNSETOFFLOAD, 0) != 0)
		die("tap", interface);
	return fd;
}

// A frame that the other side has no room for, or that comes while it is down, is lost, as on a
// cable.
static void *carry(void *way)
{
	const struct way *w = way;
	char frame[FRAME_MAX];
	ssize_t got;

	while ((got = read(w->from, frame, sizeof(frame))) > 0)
		if (write(w->to, frame, (size_t)got) < 0 && errno != EIO && errno != EAGAIN)
			die("write", "");
	die("read", "");
}

int main(int argc, char **argv)
{
	struct way there, back;
	pthread_t other;

	if (argc != 5) {
		fprintf(stderr, "usage: tap_forward NAMESPACE INTERFACE NAMESPACE INTERFACE\n");
		return 2;
	}
	there.from = back.to = tap_open(argv[1], argv[2]);
	there.to = back.from = tap_open(argv[3], argv[4]);
	puts("ready");
	fflush(stdout);
	if (pthread_create(&other, NULL, carry, &back) != 0)
		die("thread", "");
	carry(&there);
}
