// The supervisor: makes what the processes of an appliance share, starts them with the privileges
// that each needs, and starts again what dies. It parses nothing from the network.
#include "control/supervisor/supervisor_files.h"
#include "control/supervisor/supervisor_log.h"
#include "control/supervisor/supervisor_run.h"
#include "control/supervisor/supervisor_trace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Block what the loop reads from its descriptor, before any child exists.
static void signals_block(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}

// A daemon has nobody at its standard error: what it and its helpers say there joins the log.
static bool log_open(const struct supervisor_options *o)
{
	int log = files_log(o, "supervisor");

	supervisor_log_to(log, !o->daemon);
	return log >= 0 && (!o->daemon || dup2(log, STDERR_FILENO) >= 0);
}

// The one who called waits for a byte: everything has been started.
static int wait_for_start(int from)
{
	char byte;

	return read(from, &byte, 1) == 1 ? 0 : 1;
}

static void tell_started(void *arg)
{
	int *to = arg;

	if (*to < 0)
		return;
	(void)!write(*to, "s", 1);
	close(*to);
	*to = -1;
}

static int live(const struct supervisor_options *o, int to)
{
	int lock, code;

	if (!files_prepare(o) || !log_open(o) || chdir("/") != 0)
		return 1;
	lock = files_lock(o);
	if (lock < 0) {
		supervisor_say("%s: %s", o->run,
		               errno == EWOULDBLOCK ? "another supervisor is at work"
		                                    : strerror(errno));
		return 1;
	}
	code = supervisor_run(o, tell_started, &to);
	close(lock);
	return code;
}

static int live_apart(const struct supervisor_options *o)
{
	int ends[2], null;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0 || (pid = fork()) < 0) {
		perror("sallyport-supervisor");
		return 1;
	}
	if (pid > 0) {
		close(ends[1]);
		return wait_for_start(ends[0]);
	}
	close(ends[0]);
	setsid();
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	return live(o, ends[1]);
}

int main(int argc, char **argv)
{
	struct supervisor_options options;

	switch (supervisor_options_read(argc, argv, &options)) {
	case SUPERVISOR_HELP:
		fputs(supervisor_help, stdout);
		return 0;
	case SUPERVISOR_USAGE:
		return 2;
	default:
		break;
	}
	if (options.dump != NULL)
		return supervisor_trace_dump(options.dump);
	umask(0022);
	signals_block();
	setlinebuf(stderr);
	return options.daemon ? live_apart(&options) : live(&options, -1);
}
