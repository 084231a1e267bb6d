// The supervisor with four children that only take offers: start, death, reboot, stop.
#include "control/supervisor/supervisor_child.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
	char top[64], state[96], run[96], bin[96];
	char build[512]; // of the tree under test
	pid_t supervisor;
};

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	return remove(path);
}

static void build_find(struct place *p)
{
	ssize_t n = readlink("/proc/self/exe", p->build, sizeof(p->build) - 1);

	p->build[n > 0 ? n : 0] = 0;
	*strrchr(p->build, '/') = 0; // .../tests/unit
}

// One fake under the name and in the folder where the supervisor looks for it.
static void fake_link(struct place *p, const char *folder, const char *name)
{
	char from[600], to[256];

	snprintf(from, sizeof(from), "%s/supervisor_fake", p->build);
	snprintf(to, sizeof(to), "%s/%s", p->bin, folder);
	mkdir(to, 0755);
	snprintf(to, sizeof(to), "%s/%s/sallyport-%s", p->bin, folder, name);
	CHECK(symlink(from, to) == 0);
}

static struct place place_make(void)
{
	struct place p = {.top = "/tmp/supervisor.XXXXXX"};

	CHECK(mkdtemp(p.top) != NULL);
	CHECK(chmod(p.top, 0755) == 0);
	snprintf(p.state, sizeof(p.state), "%s/state", p.top);
	snprintf(p.run, sizeof(p.run), "%s/run", p.top);
	snprintf(p.bin, sizeof(p.bin), "%s/bin", p.top);
	CHECK(mkdir(p.bin, 0755) == 0);
	build_find(&p);
	fake_link(&p, "cli", "cli");
	fake_link(&p, "control", "control");
	fake_link(&p, "control", "keeper");
	fake_link(&p, "control", "launcher");
	fake_link(&p, "dataplane", "dataplane");
	return p;
}

static void supervisor_exec(const struct place *p, const char *extra)
{
	char program[600];

	snprintf(program, sizeof(program), "%s/../../control/sallyport-supervisor", p->build);
	if (freopen("/dev/null", "w", stderr) == NULL)
		_exit(126);
	execl(program, program, "--name", "test", "--state", p->state, "--run", p->run, "--bin",
	      p->bin, "--link", "none", "--workers", "2", extra, (char *)NULL);
	_exit(127);
}

static void supervisor_start(struct place *p, const char *extra)
{
	p->supervisor = fork();
	if (p->supervisor == 0)
		supervisor_exec(p, extra);
}

// The text of a file, or "".
static const char *text_of(const struct place *p, const char *file)
{
	static char text[65536];
	char path[256];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", p->top, file);
	f = fopen(path, "r");
	if (f != NULL) {
		n = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[n] = 0;
	return text;
}

static unsigned times(const struct place *p, const char *file, const char *what)
{
	unsigned count = 0;

	for (const char *t = text_of(p, file); (t = strstr(t, what)) != NULL; t++)
		count++;
	return count;
}

static bool comes(const struct place *p, const char *file, const char *what, unsigned count)
{
	for (int i = 0; i < 500; i++, usleep(20000))
		if (times(p, file, what) >= count)
			return true;
	return false;
}

static bool exists(const struct place *p, const char *file)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", p->top, file);
	return lstat(path, &st) == 0;
}

static bool comes_or_goes(const struct place *p, const char *file, bool wanted)
{
	for (int i = 0; i < 500; i++, usleep(20000))
		if (exists(p, file) == wanted)
			return true;
	return false;
}

static pid_t pid_of(const struct place *p, const char *name)
{
	char line[32];
	const char *at;

	snprintf(line, sizeof(line), "%s ", name);
	at = strstr(text_of(p, "run/pids"), line);
	return at != NULL ? (pid_t)atoi(at + strlen(line)) : 0;
}

static int ended(const struct place *p)
{
	int status = -1;

	for (int i = 0; i < 500; i++, usleep(20000))
		if (waitpid(p->supervisor, &status, WNOHANG) == p->supervisor)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
	kill(p->supervisor, SIGKILL);
	waitpid(p->supervisor, &status, 0);
	return 1001;
}

static struct place up(const char *extra)
{
	struct place p = place_make();

	supervisor_start(&p, extra);
	CHECK(comes_or_goes(&p, "run/ready", true));
	CHECK(comes(&p, "state/log/supervisor.log", "ready after", 4));
	return p;
}

static void down(struct place *p)
{
	kill(p->supervisor, SIGTERM);
	CHECK_EQ(ended(p), 0);
	nftw(p->top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

TEST(options_about_the_network_are_passed_on_as_they_are)
{
	char *argv[] = {"supervisor",
	                "--name",
	                "n",
	                "--state",
	                "/s",
	                "--run",
	                "/r",
	                "--bin",
	                "/b",
	                "--mtu",
	                "1400",
	                "--route",
	                "10.0.0.0/8=192.0.2.1",
	                "--address6",
	                "none",
	                "--route",
	                "::/0=fe80::1",
	                "--discard-port",
	                "9",
	                NULL};
	static const char *const passed[] = {
	        "--mtu", "1400",    "--route",      "10.0.0.0/8=192.0.2.1", "--address6",
	        "none",  "--route", "::/0=fe80::1", "--discard-port",       "9"};
	struct supervisor_options o;

	CHECK_EQ(supervisor_options_read(19, argv, &o), SUPERVISOR_RUN);
	CHECK_EQ(o.network_words, 10);
	for (uint32_t i = 0; i < o.network_words; i++)
		CHECK_TEXT(o.network[i], passed[i]);
}

TEST(every_child_gets_what_it_is_to_share)
{
	struct place p = up(NULL);

	CHECK_EQ(times(&p, "state/log/dataplane.log", "offer DATA 1 joint=1"), 1);
	CHECK_EQ(times(&p, "state/log/dataplane.log", "offer CONNS 1 joint=0 bytes=1073741824"),
	         1);
	CHECK_EQ(times(&p, "state/log/dataplane.log",
	               "offer COUNTERS 0 joint=0 bytes=65536 writable=1"),
	         1);
	CHECK_EQ(times(&p, "state/log/dataplane.log", "offer CAPTURE 1"), 1);
	CHECK_EQ(times(&p, "state/log/control.log", "joint=1"), 6);
	CHECK_EQ(
	        times(&p, "state/log/control.log", "offer SESSIONS 0 joint=0 bytes=2147483648"),
	        1);
	CHECK_EQ(times(&p, "state/log/control.log",
	               "offer COUNTERS 0 joint=0 bytes=65536 writable=0"),
	         1);
	CHECK_EQ(times(&p, "state/log/keeper.log", "offer KEEPER 1 joint=1"), 1);
	CHECK_EQ(times(&p, "state/log/cli.log", "offer DIALOGUE 0 joint=1"), 1);
	CHECK_EQ(times(&p, "state/log/cli.log", "offer CONSOLE 0"), 1);
	down(&p);
}

TEST(children_run_without_privileges)
{
	struct place p = up(NULL);
	int uid = geteuid() == 0 ? (int)child_uid(CHILD_KEEPER) : (int)getuid();
	char line[64];

	snprintf(line, sizeof(line), "keeper: uid=%d core=0 nnp=1", uid);
	CHECK_EQ(times(&p, "state/log/keeper.log", line), 1);
	CHECK_EQ(times(&p, "state/log/cli.log", "core=0 nnp=1"), 1);
	CHECK_EQ(times(&p, "state/log/control.log", "core=0 nnp=1"), 1);
	down(&p);
}

TEST(no_launcher_runs_unless_its_user_is_named)
{
	struct place p = up(NULL);

	CHECK_EQ(pid_of(&p, "launcher"), 0);
	CHECK_EQ(times(&p, "state/log/cli.log", "offer LAUNCHER"), 0);
	down(&p);
}

TEST(the_launcher_runs_as_the_user_that_was_named)
{
	struct place p = up("--exec-user=nobody");
	int uid = geteuid() == 0 ? 65534 : (int)getuid();
	char line[64];

	snprintf(line, sizeof(line), "launcher: uid=%d core=0 nnp=1", uid);
	CHECK(comes(&p, "state/log/launcher.log", line, 1));
	CHECK(comes(&p, "state/log/launcher.log", "offer LAUNCHER 0", 1));
	CHECK(comes(&p, "state/log/cli.log", "offer LAUNCHER 0", 1));
	down(&p);
}

TEST(a_launcher_that_dies_and_cli_are_joined_anew)
{
	struct place p = up("--exec-user=nobody");
	pid_t before = pid_of(&p, "launcher");

	CHECK(comes(&p, "state/log/launcher.log", "offer START", 1));
	CHECK(before > 0 && kill(before, SIGKILL) == 0);
	CHECK(comes(&p, "state/log/launcher.log", "offer LAUNCHER 0", 2));
	CHECK(comes(&p, "state/log/cli.log", "offer LAUNCHER 0", 2));
	down(&p);
}

TEST(programs_are_not_run_as_root_or_nobody_known)
{
	char *root[] = {"s",  "--name", "n",  "--state",     "/s",   "--run",
	                "/r", "--bin",  "/b", "--exec-user", "root", NULL};
	char *unknown[] = {
	        "s",     "--name", "n",           "--state",           "/s", "--run", "/r",
	        "--bin", "/b",     "--exec-user", "no-such-user-here", NULL};
	struct supervisor_options o;

	CHECK_EQ(supervisor_options_read(11, root, &o), SUPERVISOR_USAGE);
	CHECK_EQ(supervisor_options_read(11, unknown, &o), SUPERVISOR_USAGE);
}

TEST(a_child_that_dies_is_restarted_and_its_peers_are_offered_new_joints)
{
	struct place p = up(NULL);
	pid_t before = pid_of(&p, "cli");

	CHECK(before > 0 && kill(before, SIGKILL) == 0);
	CHECK(comes(&p, "state/log/cli.log", "offer START", 2));
	CHECK(comes(&p, "state/log/control.log", "offer DIALOGUE 1", 2));
	CHECK_EQ(times(&p, "state/log/control.log", "offer DATA 0"), 1);
	CHECK(comes(&p, "state/log/supervisor.log", "cli: killed by signal 9", 1));
	CHECK(pid_of(&p, "cli") != before);
	CHECK(exists(&p, "run/ready"));
	down(&p);
}

TEST(the_death_of_the_dataplane_closes_the_listener_until_control_opens_it)
{
	struct place p = up(NULL);

	kill(pid_of(&p, "dataplane"), SIGKILL);
	CHECK(comes_or_goes(&p, "run/ready", false));
	CHECK(comes(&p, "state/log/control.log", "offer COUNTERS 1", 2));
	CHECK(comes(&p, "state/log/dataplane.log", "offer START", 2));
	down(&p);
}

TEST(a_child_that_keeps_dying_is_started_ever_more_slowly)
{
	struct place p = up(NULL);

	kill(pid_of(&p, "keeper"), SIGKILL);
	CHECK(comes(&p, "state/log/keeper.log", "offer START", 2));
	kill(pid_of(&p, "keeper"), SIGKILL);
	CHECK(comes(&p, "state/log/keeper.log", "offer START", 3));
	CHECK(times(&p, "state/log/supervisor.log", "keeper: starts again in 100 ms") +
	              times(&p, "state/log/supervisor.log", "keeper: starts again in 99 ms") ==
	      1);
	CHECK(times(&p, "state/log/supervisor.log", "keeper: starts again in 200 ms") +
	              times(&p, "state/log/supervisor.log", "keeper: starts again in 199 ms") ==
	      1);
	down(&p);
}

TEST(a_reboot_starts_everything_anew)
{
	struct place p = up(NULL);

	kill(pid_of(&p, "cli"), SIGUSR1);
	CHECK(comes(&p, "state/log/supervisor.log", "starting again", 1));
	CHECK(comes_or_goes(&p, "run/ready", true));
	CHECK(comes(&p, "state/log/dataplane.log", "offer START", 2));
	CHECK_EQ(times(&p, "state/log/keeper.log", "offer STOP"), 1);
	CHECK_EQ(times(&p, "state/log/supervisor.log", "killed"), 0);
	down(&p);
}

TEST(a_stop_leaves_no_process_and_no_file)
{
	struct place p = up(NULL);
	pid_t keeper = pid_of(&p, "keeper");

	kill(p.supervisor, SIGTERM);
	CHECK_EQ(ended(&p), 0);
	CHECK(kill(keeper, 0) != 0 && errno == ESRCH);
	CHECK_EQ(times(&p, "state/log/cli.log", "offer STOP"), 1);
	CHECK(rmdir(p.run) == 0);
	nftw(p.top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

TEST(a_child_that_does_not_stop_is_killed)
{
	struct place p = up(NULL);

	kill(pid_of(&p, "control"), SIGUSR2);
	usleep(50000);
	kill(p.supervisor, SIGTERM);
	CHECK_EQ(ended(&p), 0);
	CHECK_EQ(times(&p, "state/log/supervisor.log", "control: killed, it did not stop"), 1);
	CHECK_EQ(times(&p, "state/log/dataplane.log", "offer STOP"), 1);
	nftw(p.top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

TEST(the_death_of_the_supervisor_takes_the_children_along)
{
	struct place p = up(NULL);
	pid_t keeper = pid_of(&p, "keeper");
	int gone = -1;

	kill(p.supervisor, SIGKILL);
	CHECK_EQ(ended(&p), 1000);
	for (int i = 0; i < 250 && gone != 0; i++, usleep(20000))
		gone = kill(keeper, 0) == 0;
	CHECK_EQ(gone, 0);
	nftw(p.top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

TEST(a_second_supervisor_is_refused)
{
	struct place p = up(NULL), second = p;

	supervisor_start(&second, NULL);
	CHECK_EQ(ended(&second), 1);
	CHECK(exists(&p, "run/ready"));
	down(&p);
}

TEST(a_daemon_returns_when_everything_has_been_started)
{
	struct place p = place_make();

	supervisor_start(&p, "--daemon");
	CHECK_EQ(ended(&p), 0);
	CHECK(pid_of(&p, "keeper") > 0);
	CHECK(kill(pid_of(&p, "supervisor"), SIGTERM) == 0);
	CHECK(comes_or_goes(&p, "run/pids", false));
	CHECK(comes(&p, "state/log/supervisor.log", "stopped", 1));
	nftw(p.top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

TEST(traces_of_all_processes_are_merged)
{
	struct place p = up("--trace");
	char command[800];

	snprintf(command, sizeof(command),
	         "%s/../../control/sallyport-supervisor --trace-dump %s >%s/dump", p.build,
	         p.run, p.top);
	CHECK(system(command) == 0);
	CHECK_EQ(times(&p, "dump", " keeper 1.2 say_offer"), 1);
	CHECK_EQ(times(&p, "dump", " 1.2 say_offer"), 4);
	down(&p);
}

CHECK_MAIN()
