// One loop: what cli asks, who has ended, who must be killed.
#include "control/launcher/launcher.h"

#include "dataplane/link/link_offer.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PACKETS_PER_TURN 64

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

// --- programs ------------------------------------------------------------------------------------

static struct launched *find(struct launcher *l, uint32_t id)
{
	for (struct launched *p = l->programs; p < l->programs + LAUNCHED_MAX; p++)
		if (p->pid > 0 && p->id == id && p->kill_at_ms == 0)
			return p;
	return NULL;
}

static struct launched *find_free(struct launcher *l)
{
	for (struct launched *p = l->programs; p < l->programs + LAUNCHED_MAX; p++)
		if (p->pid == 0)
			return p;
	return NULL;
}

static void hang_up(struct launched *p)
{
	launch_signal_session(p->pid, SIGHUP);
	p->kill_at_ms = now_ms() + LAUNCHED_GRACE_MS;
}

static void cli_gone(struct launcher *l)
{
	if (l->cli >= 0)
		close(l->cli);
	l->cli = -1;
	for (struct launched *p = l->programs; p < l->programs + LAUNCHED_MAX; p++)
		if (p->pid > 0 && p->kill_at_ms == 0)
			hang_up(p);
}

// What cli does not take, in packets so few and so small, it will never take.
static bool tell(struct launcher *l, const struct launch_msg *m, int fd)
{
	if (l->cli < 0)
		return false;
	if (launch_send(l->cli, m, fd) == STATUS_OK)
		return true;
	fprintf(stderr, "launcher: cli does not listen: %s\n", strerror(errno));
	cli_gone(l);
	return false;
}

// --- what cli asks -------------------------------------------------------------------------------

static void on_start(struct launcher *l, const struct launch_msg *m)
{
	struct launch_msg answer = {.kind = LAUNCH_STARTED, .id = m->id, .number = EAGAIN};
	struct launched *p = find_free(l);
	int end = -1;
	pid_t pid;

	if (p == NULL || find(l, m->id) != NULL) {
		(void)tell(l, &answer, -1);
		return;
	}
	pid = launch_spawn(m, &end);
	answer.number = pid > 0 ? 0 : (uint32_t)errno;
	if (pid > 0)
		*p = (struct launched){.pid = pid, .id = m->id};
	(void)tell(l, &answer, end);
	if (end >= 0)
		close(end);
}

static void on_signal(struct launcher *l, const struct launch_msg *m)
{
	const struct launched *p = find(l, m->id);
	int number = launch_signal_number(m->name);

	if (p != NULL && number != 0)
		launch_signal_foreground(p->pid, number);
}

static void on_end(struct launcher *l, const struct launch_msg *m)
{
	struct launched *p = find(l, m->id);

	if (p != NULL)
		hang_up(p);
}

static void cli_read(struct launcher *l)
{
	static void (*const handlers[LAUNCH_KINDS])(struct launcher *,
	                                            const struct launch_msg *) = {
	        [LAUNCH_START] = on_start, [LAUNCH_SIGNAL] = on_signal, [LAUNCH_END] = on_end};
	static uint8_t packet[LAUNCH_BYTES_MAX];
	struct launch_msg m;
	enum status status;
	int fd;

	for (int i = 0; i < PACKETS_PER_TURN && l->cli >= 0; i++) {
		status = launch_receive(l->cli, packet, &m, &fd);
		if (status == STATUS_NOT_FOUND)
			return;
		if (fd >= 0)
			close(fd);
		if (status == STATUS_SHUTDOWN || status == STATUS_SYSTEM)
			cli_gone(l);
		else if (status == STATUS_OK && handlers[m.kind] != NULL)
			handlers[m.kind](l, &m);
		else
			fprintf(stderr, "launcher: cli sent what makes no sense: %s\n",
			        status_text(status));
	}
}

// --- who has ended -------------------------------------------------------------------------------

// The leader is looked at before it is waited for: until then its number is nobody else's, and what
// it left behind can be killed by it.
static void program_look(struct launcher *l, struct launched *p)
{
	siginfo_t info = {0};
	struct launch_msg ended = {.kind = LAUNCH_ENDED, .id = p->id};
	bool told = p->kill_at_ms != 0; // cli has forgotten it
	int status;

	if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
	    info.si_pid == 0)
		return;
	launch_signal_session(p->pid, SIGKILL);
	if (waitpid(p->pid, &status, 0) != p->pid)
		status = 255 << 8;
	p->pid = 0;
	ended.number = WIFEXITED(status) ? (uint32_t)WEXITSTATUS(status)
	                                 : 128u + (uint32_t)WTERMSIG(status);
	if (!told)
		(void)tell(l, &ended, -1);
}

static void programs_look(struct launcher *l)
{
	struct signalfd_siginfo info;
	uint64_t now = now_ms();

	while (read(l->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		;
	for (struct launched *p = l->programs; p < l->programs + LAUNCHED_MAX; p++) {
		if (p->pid > 0 && p->kill_at_ms != 0 && now >= p->kill_at_ms)
			launch_signal_session(p->pid, SIGKILL);
		if (p->pid > 0)
			program_look(l, p);
	}
}

// --- the supervisor ------------------------------------------------------------------------------

// False: the end.
static bool offer_take(struct launcher *l)
{
	struct link_offer offer;
	enum status status = link_offer_receive(l->offers, &offer);

	if (status == STATUS_SHUTDOWN || status == STATUS_SYSTEM)
		return false;
	if (status != STATUS_OK)
		return true;
	if (offer.role == LINK_OFFER_LAUNCHER) {
		cli_gone(l); // that it was made anew says that the old one is dead
		l->cli = offer.fds[0];
		return true;
	}
	for (uint32_t i = 0; i < offer.fd_count; i++)
		close(offer.fds[i]);
	if (offer.role == LINK_OFFER_START &&
	    link_report_send(l->offers, LINK_REPORT_READY) != STATUS_OK)
		fprintf(stderr, "launcher: the supervisor does not hear us\n");
	return offer.role != LINK_OFFER_STOP;
}

// --- the loop ------------------------------------------------------------------------------------

bool launcher_init(struct launcher *l, int offers, int cli)
{
	sigset_t set;

	*l = (struct launcher){.cli = cli, .offers = offers};
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	l->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return l->signals >= 0;
}

static int wait_ms(const struct launcher *l, bool *any)
{
	uint64_t at = UINT64_MAX, now = now_ms();

	*any = false;
	for (const struct launched *p = l->programs; p < l->programs + LAUNCHED_MAX; p++) {
		*any |= p->pid > 0;
		if (p->pid > 0 && p->kill_at_ms != 0 && p->kill_at_ms < at)
			at = p->kill_at_ms;
	}
	if (at == UINT64_MAX)
		return -1;
	return at > now ? (int)(at - now) : 0;
}

int launcher_serve(struct launcher *l)
{
	bool more = true, any = false;

	while (more) {
		struct pollfd fds[] = {{l->offers, POLLIN, 0}, // -1 is skipped
		                       {l->cli, POLLIN, 0},
		                       {l->signals, POLLIN, 0}};
		int wait = wait_ms(l, &any);

		if (l->cli < 0 && l->offers < 0 && !any)
			break;
		if (poll(fds, 3, wait) < 0 && errno != EINTR)
			return 1;
		if (fds[0].revents != 0)
			more = offer_take(l);
		if (fds[1].revents != 0 && fds[1].fd == l->cli)
			cli_read(l);
		programs_look(l);
	}
	for (struct launched *p = l->programs; p < l->programs + LAUNCHED_MAX; p++)
		if (p->pid > 0)
			launch_signal_session(p->pid, SIGKILL);
	close(l->signals);
	return 0;
}
