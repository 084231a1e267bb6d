// Fork, shed privileges, execute.
#include "control/supervisor/supervisor_child.h"

#include "control/supervisor/accounts.h"
#include "dataplane/link/link_offer.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARGS_MAX   (16 + 2 * SUPERVISOR_NETWORK_MAX)
#define PATH_BYTES 4096
#define HIGH_FD    10 // descriptors that survive the shuffle below it

#define LAUNCHER_PROCESSES 4096 // of its user: programs must not use up the machine's

static const struct {
	const char *text;
	const char *folder; // of the program below --bin
	uint32_t uid;       // 0: root, drops itself
	rlim_t files;
	rlim_t nice; // RLIMIT_NICE: how far a thread may rise again (20 - nice value)
} rows[CHILDREN] = {
        [CHILD_CLI] = {"cli", "cli", ACCOUNT_CLI, 4096, 0},
        [CHILD_CONTROL] = {"control", "control", ACCOUNT_CONTROL, 1024, 20},
        [CHILD_DATAPLANE] = {"dataplane", "dataplane", 0, 4096, 20},
        [CHILD_LAUNCHER] = {"launcher", "control", 0, 1024, 0}, // its user is an option
        [CHILD_KEEPER] = {"keeper", "control", ACCOUNT_KEEPER, 512, 20},
};

const char *child_text(enum child_name name)
{
	return rows[name].text;
}

uint32_t child_uid(enum child_name name)
{
	return rows[name].uid;
}

bool child_is_wanted(enum child_name name, const struct supervisor_options *o)
{
	return name != CHILD_LAUNCHER || o->exec_uid != 0;
}

// --- what it is executed with --------------------------------------------------------------------

struct command {
	char path[PATH_BYTES], flash[PATH_BYTES], workers[16];
	const char *args[ARGS_MAX];
	unsigned count;
};

static void arg(struct command *c, const char *name, const char *value)
{
	c->args[c->count++] = name;
	c->args[c->count++] = value;
}

static void command_make(struct command *c, enum child_name name,
                         const struct supervisor_options *o)
{
	*c = (struct command){.count = 1};
	snprintf(c->path, sizeof(c->path), "%s/%s/sallyport-%s", o->bin, rows[name].folder,
	         rows[name].text);
	snprintf(c->flash, sizeof(c->flash), "%s/flash", o->state);
	snprintf(c->workers, sizeof(c->workers), "%u", o->workers);
	c->args[0] = c->path;
	switch (name) {
	case CHILD_DATAPLANE:
		arg(c, "--link", o->link);
		arg(c, "--worker-count", c->workers);
		arg(c, "--name", o->name);
		arg(c, "--idle", o->spin ? "spin" : "ladder");
		for (uint32_t i = 0; i < o->network_words; i += 2)
			arg(c, o->network[i], o->network[i + 1]);
		break;
	case CHILD_CONTROL:
		arg(c, "--workers", c->workers);
		break;
	case CHILD_LAUNCHER:
		break;
	case CHILD_CLI:
		arg(c, "--flash", c->flash);
		arg(c, "--state", o->state);
		break;
	default:
		arg(c, "--state", o->state);
		break;
	}
}

// --- in the new process --------------------------------------------------------------------------

_Noreturn static void give_up(const char *what)
{
	dprintf(STDERR_FILENO, "cannot start: %s: %s\n", what, strerror(errno));
	_exit(127);
}

static void descriptors_settle(int socket, int log)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(log, STDOUT_FILENO) < 0 ||
	    dup2(log, STDERR_FILENO) < 0 || dup2(socket, LINK_OFFER_SOCKET) < 0 ||
	    close_range(LINK_OFFER_SOCKET + 1, UINT32_MAX, CLOSE_RANGE_CLOEXEC) != 0)
		give_up("descriptors");
}

static void limit(int what, rlim_t soft_and_hard)
{
	setrlimit((__rlimit_resource_t)what, &(struct rlimit){soft_and_hard, soft_and_hard});
}

// No user of the system has these ids; without root we cannot become them and stay who we are.
static void privileges_shed(enum child_name name, const struct supervisor_options *o)
{
	bool launcher = name == CHILD_LAUNCHER;
	int uid = (int)(launcher ? o->exec_uid : rows[name].uid);
	int gid = launcher ? (int)o->exec_gid : uid;
	capng_flags_t groups = launcher ? CAPNG_INIT_SUPP_GRP : CAPNG_DROP_SUPP_GRP;

	if (launcher)
		limit(RLIMIT_NPROC, LAUNCHER_PROCESSES);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, rows[name].files);
	limit(RLIMIT_NICE, rows[name].nice);
	if (uid != 0 && geteuid() == 0) {
		capng_clear(CAPNG_SELECT_ALL);
		if (capng_change_id(uid, gid, groups | CAPNG_CLEAR_BOUNDING) != 0)
			give_up("privileges");
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		give_up("no new privileges");
}

static void signals_default(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
}

// A change of user clears the death signal, so it is set last; the parent may be gone already.
_Noreturn static void child_become(enum child_name name, const struct supervisor_options *o,
                                   const struct command *c, int binary, int socket, int log,
                                   pid_t parent)
{
	setsid(); // the terminal's Ctrl-C is for the supervisor
	signals_default();
	descriptors_settle(socket, log);
	umask(0077);
	if (chdir("/") != 0)
		give_up("/");
	privileges_shed(name, o);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		give_up("the supervisor has gone");
	execv(c->path, (char *const *)c->args);
	// The way to the program may be closed to its user; the program itself was opened before.
	fexecve(binary, (char *const *)c->args, environ);
	give_up(c->path);
}

// --- in ours -------------------------------------------------------------------------------------

static int high(int fd)
{
	int up = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);

	if (fd >= 0)
		close(fd);
	return up;
}

static bool fork_with(struct child *c, enum child_name name, const struct supervisor_options *o,
                      const struct command *command, int binary, int log)
{
	pid_t parent = getpid();
	int pair[2], theirs;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return false;
	theirs = high(pair[1]);
	c->socket = pair[0];
	fcntl(c->socket, F_SETFL, O_NONBLOCK);
	setsockopt(c->socket, SOL_SOCKET, SO_SNDBUFFORCE, &(int){4 << 20}, sizeof(int));
	c->pid = theirs < 0 ? -1 : fork();
	if (c->pid == 0)
		child_become(name, o, command, binary, theirs, log, parent);
	if (theirs >= 0)
		close(theirs);
	if (c->pid > 0)
		return true;
	close(c->socket);
	c->pid = 0;
	c->socket = -1;
	return false;
}

bool child_start(struct child *c, enum child_name name, const struct supervisor_options *o,
                 int log)
{
	struct command *command = malloc(sizeof(*command));
	int binary, copy = fcntl(log, F_DUPFD_CLOEXEC, HIGH_FD);
	bool ok;

	if (command == NULL)
		return false;
	command_make(command, name, o);
	binary = high(open(command->path, O_RDONLY | O_CLOEXEC));
	ok = binary >= 0 && copy >= 0 && fork_with(c, name, o, command, binary, copy);
	c->ready = c->told = false;
	if (binary >= 0)
		close(binary);
	if (copy >= 0)
		close(copy);
	free(command);
	return ok;
}
