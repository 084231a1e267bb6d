// Any child of the supervisor, for its test: takes offers, says on stderr what came, does what a
// signal asks: USR1 asks for a reboot, USR2 turns a deaf ear to STOP.
#include "dataplane/base/trace.h"
#include "dataplane/link/link.h"
#include "dataplane/link/link_offer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile sig_atomic_t reboot, deaf;

static void on_signal(int number)
{
	if (number == SIGUSR1)
		reboot = 1;
	else
		deaf = 1;
}

static void say_who(const char *name)
{
	struct rlimit core;

	getrlimit(RLIMIT_CORE, &core);
	fprintf(stderr, "%s: uid=%d core=%d nnp=%d groups=%d\n", name, (int)getuid(),
	        (int)core.rlim_cur, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), getgroups(0, NULL));
}

static void say_offer(const struct link_offer *o, bool dataplane, bool cli_or_keeper)
{
	bool a = dataplane || (!cli_or_keeper && o->role != LINK_OFFER_DATA);
	struct link *joint = NULL;
	struct stat st = {0};

	if (o->fd_count == 3)
		joint = link_attach(o->fds[0], o->fds[1], o->fds[2], a ? LINK_A : LINK_B);
	else if (o->fd_count == 1)
		fstat(o->fds[0], &st);
	if (o->role == LINK_OFFER_TRACE && trace_attach(o->fds[0]))
		TRACE_STEP(1, 2);
	fprintf(stderr, "offer %s %u joint=%d bytes=%lld writable=%d\n",
	        link_offer_name(o->role), o->index, joint != NULL, (long long)st.st_size,
	        o->fd_count == 1 && (fcntl(o->fds[0], F_GETFL) & O_ACCMODE) == O_RDWR);
	link_free(joint);
	for (uint32_t i = 0; joint == NULL && i < o->fd_count; i++)
		close(o->fds[i]);
}

static void report(enum link_report what)
{
	if (link_report_send(LINK_OFFER_SOCKET, what) != STATUS_OK)
		exit(3);
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '-') + 1;
	bool control = strcmp(name, "control") == 0, dataplane = strcmp(name, "dataplane") == 0;
	struct sigaction action = {.sa_handler = on_signal};
	struct link_offer offer;
	enum status status;

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	say_who(name);
	for (;;) {
		struct pollfd wait = {LINK_OFFER_SOCKET, POLLIN, 0};

		if (poll(&wait, 1, 20) <= 0) {
			if (reboot)
				report(LINK_REPORT_REBOOT);
			reboot = 0;
			continue;
		}
		status = link_offer_receive(LINK_OFFER_SOCKET, &offer);
		if (status == STATUS_SHUTDOWN)
			return 4;
		if (status != STATUS_OK)
			continue;
		say_offer(&offer, dataplane, !control && !dataplane);
		if (offer.role == LINK_OFFER_STOP && !deaf)
			return 0;
		if (offer.role == LINK_OFFER_START)
			report(LINK_REPORT_READY);
		if (offer.role == LINK_OFFER_START && control)
			report(LINK_REPORT_LISTENING);
	}
}
