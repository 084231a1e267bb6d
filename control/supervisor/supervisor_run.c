// One loop over signals, reports and deadlines.
#include "control/supervisor/supervisor_run.h"

#include "control/supervisor/supervisor_files.h"
#include "control/supervisor/supervisor_log.h"
#include "control/supervisor/supervisor_supply.h"
#include "control/supervisor/supervisor_tap.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DELAY_FIRST 100ull   // ms before a restart; doubles ...
#define DELAY_MAX   5000ull  // ... up to this ...
#define LIFE_GOOD   30000ull // ... until a process has lived so long
#define STOP_EACH   1000ull  // ms that one process may take to end

enum stopping { STOP_NO, STOP_FOR_GOOD, STOP_AND_START };

struct supervisor {
	const struct supervisor_options *options;
	struct supply *supply;
	struct child children[CHILDREN];
	int signals;
	enum stopping stopping;
	uint64_t stop_by; // ms: when the process that is stopping now is killed
	bool listening; // control has said so; true to clients once the dataplane is ready too
	bool failed;    // ends with exit status 1
};

static const enum child_name start_order[CHILDREN] = {
        CHILD_KEEPER, CHILD_CONTROL, CHILD_LAUNCHER, CHILD_CLI, CHILD_DATAPLANE};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static bool alive(const struct supervisor *s, enum child_name name)
{
	return s->children[name].pid > 0;
}

static void ready_tell(struct supervisor *s)
{
	files_ready(s->options, s->listening && s->children[CHILD_DATAPLANE].ready &&
	                                s->stopping == STOP_NO);
}

static void pids_write(struct supervisor *s)
{
	if (!files_pids(s->options, s->children))
		supervisor_say("cannot write pids: %s", strerror(errno));
}

// --- starting ------------------------------------------------------------------------------------

static void restart_later(struct supervisor *s, enum child_name name)
{
	struct child *c = &s->children[name];

	if (c->delay == 0 || now_ms() - c->started > LIFE_GOOD)
		c->delay = DELAY_FIRST;
	c->restart_at = now_ms() + c->delay;
	c->delay = c->delay * 2 < DELAY_MAX ? c->delay * 2 : DELAY_MAX;
}

// A child that does not take its offers cannot go on: its death starts it anew.
static void offer_or_kill(struct supervisor *s, enum child_name name, enum status status)
{
	if (status == STATUS_OK || status == STATUS_SHUTDOWN)
		return;
	supervisor_say("%s: does not take its offers: %s", child_text(name),
	               status == STATUS_NO_ROOM ? "it does not read" : strerror(errno));
	kill(s->children[name].pid, SIGKILL);
}

static void start(struct supervisor *s, enum child_name name)
{
	struct child *c = &s->children[name];
	struct link_offer begin = {.role = LINK_OFFER_START};
	int log = files_log(s->options, child_text(name));
	enum status status;

	c->started = now_ms();
	if (log < 0 || !child_start(c, name, s->options, log)) {
		supervisor_say("%s: cannot be started: %s", child_text(name), strerror(errno));
		restart_later(s, name);
	} else {
		supervisor_say("%s: started pid=%d", child_text(name), c->pid);
		status = supply_offer(s->supply, name, CHILDREN, c->socket);
		if (status == STATUS_OK)
			status = link_offer_send(c->socket, &begin);
		offer_or_kill(s, name, status);
	}
	if (log >= 0)
		close(log);
}

static void start_all(struct supervisor *s)
{
	for (int i = 0; i < CHILDREN; i++) {
		enum child_name name = start_order[i];

		s->children[name] = (struct child){.socket = -1};
		if (child_is_wanted(name, s->options))
			start(s, name);
	}
	pids_write(s);
}

static void restart_due(struct supervisor *s)
{
	for (int i = 0; i < CHILDREN; i++) {
		enum child_name name = start_order[i];

		if (alive(s, name) || s->children[name].restart_at > now_ms() ||
		    !child_is_wanted(name, s->options))
			continue;
		start(s, name);
		pids_write(s);
	}
}

// --- stopping ------------------------------------------------------------------------------------

static void stop_begin(struct supervisor *s, enum stopping how)
{
	if (s->stopping == STOP_NO || how == STOP_FOR_GOOD)
		s->stopping = how;
	ready_tell(s);
}

static void stop_tell(struct supervisor *s, enum child_name name)
{
	struct child *c = &s->children[name];
	struct link_offer stop = {.role = LINK_OFFER_STOP};

	c->told = true;
	s->stop_by = now_ms() + STOP_EACH;
	if (c->socket < 0 || link_offer_send(c->socket, &stop) != STATUS_OK)
		s->stop_by = now_ms(); // it cannot hear
}

static void supply_anew(struct supervisor *s)
{
	supply_free(s->supply);
	s->supply = supply_new(s->options);
	if (s->supply == NULL) {
		supervisor_say("cannot make what the processes share: %s", strerror(errno));
		s->failed = true;
		s->stopping = STOP_FOR_GOOD;
	}
}

// Go on stopping: one process after the other. True when all have gone.
static bool stop_go_on(struct supervisor *s)
{
	for (int i = 0; i < CHILDREN; i++) {
		struct child *c = &s->children[i];

		if (c->pid == 0)
			continue;
		if (!c->told)
			stop_tell(s, (enum child_name)i);
		if (now_ms() >= s->stop_by) {
			supervisor_say("%s: killed, it did not stop",
			               child_text((enum child_name)i));
			kill(c->pid, SIGKILL);
			s->stop_by = now_ms() + STOP_EACH;
		}
		return false;
	}
	return true;
}

static void start_again(struct supervisor *s)
{
	supervisor_say("everything has stopped; starting again");
	s->stopping = STOP_NO;
	s->listening = false;
	supply_anew(s);
	if (s->supply != NULL)
		start_all(s);
}

// --- deaths --------------------------------------------------------------------------------------

static void death_say(enum child_name name, int status)
{
	if (WIFSIGNALED(status))
		supervisor_say("%s: killed by signal %d (%s)", child_text(name),
		               WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		supervisor_say("%s: ended with status %d", child_text(name),
		               WEXITSTATUS(status));
}

// The others keep running; what they shared with the dead one is replaced.
static void death_mend(struct supervisor *s, enum child_name dead)
{
	if (!supply_renew(s->supply, dead)) {
		supervisor_say("cannot replace what %s shared: %s", child_text(dead),
		               strerror(errno));
		s->failed = true;
		stop_begin(s, STOP_FOR_GOOD);
		return;
	}
	for (int i = 0; i < CHILDREN; i++) {
		enum child_name name = (enum child_name)i;

		if (alive(s, name) && s->children[i].socket >= 0)
			offer_or_kill(
			        s, name,
			        supply_offer(s->supply, name, dead, s->children[i].socket));
	}
	restart_later(s, dead);
	supervisor_say("%s: starts again in %llu ms", child_text(dead),
	               (unsigned long long)(s->children[dead].restart_at - now_ms()));
}

static void socket_close(struct child *c)
{
	if (c->socket >= 0)
		close(c->socket);
	c->socket = -1;
}

static void died(struct supervisor *s, enum child_name name, int status)
{
	struct child *c = &s->children[name];

	death_say(name, status);
	c->pid = 0;
	c->ready = false;
	socket_close(c);
	if (name == CHILD_CONTROL)
		s->listening = false;
	ready_tell(s);
	if (s->stopping == STOP_NO)
		death_mend(s, name);
	pids_write(s);
}

static void deaths_collect(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < CHILDREN; i++)
			if (s->children[i].pid == pid)
				died(s, (enum child_name)i, status);
}

// --- reports -------------------------------------------------------------------------------------

static void on_ready(struct supervisor *s, enum child_name name)
{
	s->children[name].ready = true;
	supervisor_say("%s: ready after %llu ms", child_text(name),
	               (unsigned long long)(now_ms() - s->children[name].started));
	if (name == CHILD_DATAPLANE && !supervisor_taps_up(s->options))
		supervisor_say("a tap interface could not be set up");
	ready_tell(s);
}

static void on_report(struct supervisor *s, enum child_name name, enum link_report report)
{
	if (report == LINK_REPORT_READY) {
		on_ready(s, name);
	} else if (report == LINK_REPORT_LISTENING && name == CHILD_CONTROL) {
		supervisor_say("control: the listener is open");
		s->listening = true;
		ready_tell(s);
	} else if (report == LINK_REPORT_REBOOT &&
	           (name == CHILD_CONTROL || name == CHILD_CLI)) {
		supervisor_say("%s: asks for a reboot", child_text(name));
		stop_begin(s, STOP_AND_START);
	} else {
		supervisor_say("%s: reports what it may not", child_text(name));
	}
}

// A child without its socket can be told nothing any more: it is ended, if it is not ending.
static void reports_read(struct supervisor *s, enum child_name name)
{
	struct child *c = &s->children[name];
	enum link_report report;
	enum status status;

	while ((status = link_report_receive(c->socket, &report)) == STATUS_OK)
		on_report(s, name, report);
	if (status == STATUS_UNEXPECTED)
		supervisor_say("%s: sent something that is no report", child_text(name));
	if (status != STATUS_SHUTDOWN && status != STATUS_SYSTEM)
		return;
	socket_close(c);
	if (!c->told)
		kill(c->pid, SIGKILL);
}

// --- the loop ------------------------------------------------------------------------------------

static void signals_read(struct supervisor *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			continue;
		supervisor_say("told to stop");
		stop_begin(s, STOP_FOR_GOOD);
	}
	deaths_collect(s);
}

static int wait_ms(const struct supervisor *s)
{
	uint64_t at = s->stopping != STOP_NO ? s->stop_by : UINT64_MAX, now = now_ms();

	for (int i = 0; s->stopping == STOP_NO && i < CHILDREN; i++)
		if (s->children[i].pid == 0 && s->children[i].restart_at < at &&
		    child_is_wanted((enum child_name)i, s->options))
			at = s->children[i].restart_at;
	if (at == UINT64_MAX)
		return -1;
	return at > now ? (int)(at - now) : 0;
}

static void wait_and_serve(struct supervisor *s)
{
	struct pollfd fds[CHILDREN + 1];

	for (int i = 0; i < CHILDREN; i++)
		fds[i] = (struct pollfd){s->children[i].socket, POLLIN, 0}; // -1 is skipped
	fds[CHILDREN] = (struct pollfd){s->signals, POLLIN, 0};
	if (poll(fds, CHILDREN + 1, wait_ms(s)) <= 0)
		return;
	for (int i = 0; i < CHILDREN; i++)
		if (fds[i].revents != 0)
			reports_read(s, (enum child_name)i);
	if (fds[CHILDREN].revents != 0)
		signals_read(s);
}

static void serve(struct supervisor *s)
{
	for (;;) {
		bool gone = s->stopping != STOP_NO && stop_go_on(s);

		if (gone && s->stopping == STOP_FOR_GOOD)
			return;
		if (gone)
			start_again(s);
		if (s->stopping == STOP_NO)
			restart_due(s);
		wait_and_serve(s);
	}
}

static int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int supervisor_run(const struct supervisor_options *o, void (*started)(void *arg), void *arg)
{
	struct supervisor s = {.options = o, .signals = signals_open()};

	supply_anew(&s);
	if (s.supply != NULL && s.signals >= 0) {
		supervisor_say("appliance %s: link=%s workers=%u", o->name, o->link,
		               o->workers);
		start_all(&s);
		started(arg);
		serve(&s);
		supervisor_say("appliance %s: stopped", o->name);
	}
	supply_free(s.supply);
	if (s.signals >= 0)
		close(s.signals);
	files_remove(o);
	return s.failed ? 1 : 0;
}
