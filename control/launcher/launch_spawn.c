// Fork and execute; find and signal what belongs to a session.
#include "control/launcher/launch_spawn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS 8 // a program may fork while its processes are being looked for

// --- in the new process --------------------------------------------------------------------------

static void signals_default(void)
{
	sigset_t none;

	for (int i = 1; i < SIGRTMAX; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool descriptors_settle(int theirs)
{
	for (int i = 0; i <= STDERR_FILENO; i++)
		if (dup2(theirs, i) < 0)
			return false;
	return close_range(STDERR_FILENO + 1, UINT32_MAX, 0) == 0;
}

// It dies with the launcher: nobody else would end it.
_Noreturn static void become(const struct launch_exec *x, bool has_pty, int theirs,
                             pid_t parent)
{
	signals_default();
	umask(022);
	if (setsid() < 0 || (has_pty && ioctl(theirs, TIOCSCTTY, 0) != 0) ||
	    !descriptors_settle(theirs) || chdir("/") != 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		_exit(127);
	execvpe(x->argv[0], x->argv, x->env);
	dprintf(STDOUT_FILENO, "%% Cannot run %s: %s.\n", x->argv[0], strerror(errno));
	_exit(127);
}

// --- in ours -------------------------------------------------------------------------------------

static bool terminal_open(const struct launch_msg *m, int pair[2])
{
	struct winsize size = {.ws_row = (unsigned short)m->rows,
	                       .ws_col = (unsigned short)m->columns};

	pair[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	pair[1] = -1;
	if (pair[0] >= 0 && grantpt(pair[0]) == 0 && unlockpt(pair[0]) == 0)
		pair[1] = ioctl(pair[0], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return pair[1] >= 0 && ioctl(pair[0], TIOCSWINSZ, &size) == 0;
}

static bool socket_open(int pair[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0 &&
	       fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0;
}

pid_t launch_spawn(const struct launch_msg *m, int *end)
{
	static struct launch_exec x;
	int pair[2] = {-1, -1}, why;
	pid_t parent = getpid(), pid = -1;

	if (!launch_exec_make(&x, m)) {
		errno = E2BIG;
		return 0;
	}
	if (m->has_pty ? terminal_open(m, pair) : socket_open(pair))
		pid = fork();
	if (pid == 0)
		become(&x, m->has_pty, pair[1], parent);
	why = errno;
	if (pair[1] >= 0)
		close(pair[1]);
	if (pid < 0 && pair[0] >= 0)
		close(pair[0]);
	*end = pid > 0 ? pair[0] : -1;
	errno = why;
	return pid > 0 ? pid : 0;
}

// --- those of a session --------------------------------------------------------------------------

static bool stat_of(const char *pid, struct launch_stat *out)
{
	char path[64], text[512];
	ssize_t got = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		got = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	text[got > 0 ? got : 0] = 0;
	return got > 0 && launch_stat_read(text, out);
}

// Returns how many there were besides the leader.
static unsigned session_signal(pid_t leader, int number)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	struct launch_stat s;
	unsigned count = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		pid_t pid = atoi(entry->d_name);

		if (pid <= 0 || pid == leader || !stat_of(entry->d_name, &s) ||
		    s.session != leader)
			continue;
		count += kill(pid, number) == 0;
	}
	if (dir != NULL)
		closedir(dir);
	return count;
}

void launch_signal_session(pid_t leader, int number)
{
	unsigned left = ROUNDS;

	kill(leader, number);
	while (left-- > 0 && session_signal(leader, number) > 0 && number == SIGKILL)
		;
	if (number == SIGHUP) {
		kill(leader, SIGCONT); // a stopped one hears nothing
		(void)session_signal(leader, SIGCONT);
	}
}

void launch_signal_foreground(pid_t leader, int number)
{
	struct launch_stat s;
	char digits[16];

	snprintf(digits, sizeof(digits), "%d", leader);
	if (stat_of(digits, &s) && s.foreground > 0)
		kill(-s.foreground, number);
	else
		kill(-leader, number);
}
