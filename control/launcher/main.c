// The launcher, started by the supervisor when --exec-user names whom programs run as.
#include "control/launcher/launcher.h"

#include "dataplane/link/link_offer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static const char help[] =
        "Usage: sallyport-launcher (started by the supervisor with --exec-user USER)\n"
        "\n"
        "Runs the programs that `ssh user ... exec COMMAND` names, as that user.\n";

int main(int argc, char **argv)
{
	static struct launcher l;

	if (argc > 1) {
		fputs(help, stdout);
		return 0;
	}
	setlinebuf(stderr);
	if (geteuid() == 0) {
		fprintf(stderr, "launcher: runs no programs as root\n");
		return 2;
	}
	prctl(PR_SET_DUMPABLE, 0); // programs of the same user do not read us
	signal(SIGPIPE, SIG_IGN);
	setenv("PATH", LAUNCH_PATH, 1); // where the words of a command are looked for
	return launcher_init(&l, LINK_OFFER_SOCKET, -1) ? launcher_serve(&l) : 1;
}
