// Programs as the launcher runs them: terminals, signals, ends.
#include "tests/unit/launcher_child.h"

#include <errno.h>
#include <sys/ioctl.h>

#define PATIENCE_MS 10000

static uint8_t packet[LAUNCH_BYTES_MAX];

static bool readable(int fd)
{
	struct pollfd p = {fd, POLLIN, 0};

	return poll(&p, 1, PATIENCE_MS) > 0;
}

static struct launch_msg heard(struct launcher_child *c, int *fd)
{
	struct launch_msg m = {0};

	CHECK(readable(c->socket));
	CHECK_EQ(launch_receive(c->socket, packet, &m, fd), STATUS_OK);
	return m;
}

// Returns our end.
static int run(struct launcher_child *c, uint32_t id, const char *command, const char *request,
               bool has_pty)
{
	struct launch_msg m = {.kind = LAUNCH_START,
	                       .id = id,
	                       .has_pty = has_pty,
	                       .columns = 90,
	                       .rows = 31,
	                       .command = span_text(command),
	                       .request = span_text(request),
	                       .user = span_text("client1"),
	                       .terminal = span_text("vt100")},
	                  got;
	int fd;

	CHECK_EQ(launch_send(c->socket, &m, -1), STATUS_OK);
	got = heard(c, &fd);
	CHECK_EQ(got.kind, LAUNCH_STARTED);
	CHECK_EQ(got.id, id);
	CHECK_EQ(got.number, 0);
	return fd;
}

static uint32_t ended(struct launcher_child *c)
{
	int fd;
	struct launch_msg m = heard(c, &fd);

	CHECK_EQ(m.kind, LAUNCH_ENDED);
	return m.number;
}

// All until the end, or until `stop` has come.
static const char *shown(int fd, const char *stop)
{
	static char text[4096];
	size_t len = 0;
	ssize_t got;

	while (len < sizeof(text) - 1 && readable(fd)) {
		got = read(fd, text + len, sizeof(text) - 1 - len);
		if (got <= 0)
			break;
		len += (size_t)got;
		text[len] = 0;
		if (stop != NULL && strstr(text, stop) != NULL)
			break;
	}
	text[len] = 0;
	return text;
}

TEST(a_request_runs_without_a_terminal_and_says_its_status)
{
	struct launcher_child c = launcher_begin();
	int fd = run(&c, 1, "sh", "echo hello; exit 7", false);

	CHECK_TEXT(shown(fd, NULL), "hello\n");
	CHECK_EQ(ended(&c), 7);
	close(fd);
	CHECK_EQ(launcher_end(&c), 0);
}

TEST(a_terminal_has_the_size_and_the_type_that_were_given)
{
	struct launcher_child c = launcher_begin();
	int fd = run(&c, 1, "sh", "tty >/dev/null && stty size && echo $TERM $USER", true);

	CHECK_TEXT(shown(fd, NULL), "31 90\r\nvt100 client1\r\n");
	CHECK_EQ(ended(&c), 0);
	close(fd);
	launcher_end(&c);
}

TEST(a_program_holds_no_descriptor_but_its_own_three)
{
	struct launcher_child c = launcher_begin();
	int fd = run(&c, 1, "ls /proc/self/fd", "", false);

	CHECK_TEXT(shown(fd, NULL), "0\n1\n2\n3\n"); // 3 is the directory that it lists
	CHECK_EQ(ended(&c), 0);
	close(fd);
	launcher_end(&c);
}

TEST(ctrl_c_interrupts_and_the_status_says_so)
{
	struct launcher_child c = launcher_begin();
	int fd = run(&c, 1, "sh", "echo ready; exec sleep 60", true);

	CHECK_TEXT(shown(fd, "ready\r\n"), "ready\r\n");
	CHECK(write(fd, "\3", 1) == 1);
	CHECK_EQ(ended(&c), 128 + SIGINT);
	close(fd);
	launcher_end(&c);
}

TEST(a_signal_reaches_a_program_without_a_terminal)
{
	struct launcher_child c = launcher_begin();
	int fd = run(&c, 1, "sh",
	             // The signal ends the sleep too, and the shell would tell of that.
	             "exec 2>/dev/null; trap 'echo got; exit 3' USR1; echo ready;"
	             "while :; do sleep 0.1; done",
	             false);
	struct launch_msg m = {.kind = LAUNCH_SIGNAL, .id = 1, .name = span_text("USR1")};

	CHECK_TEXT(shown(fd, "ready\n"), "ready\n");
	CHECK_EQ(launch_send(c.socket, &m, -1), STATUS_OK);
	CHECK_EQ(ended(&c), 3);
	CHECK_TEXT(shown(fd, NULL), "got\n");
	close(fd);
	launcher_end(&c);
}

TEST(what_cannot_be_run_says_why_and_ends_with_127)
{
	struct launcher_child c = launcher_begin();
	int fd = run(&c, 1, "no-such-program", "", false);

	CHECK_TEXT(shown(fd, NULL),
	           "% Cannot run no-such-program: No such file or directory.\n");
	CHECK_EQ(ended(&c), 127);
	close(fd);
	launcher_end(&c);
}

TEST(a_number_in_use_is_refused)
{
	struct launcher_child c = launcher_begin();
	int fd = run(&c, 1, "sleep 60", "", false), none;
	struct launch_msg m = {.kind = LAUNCH_START, .id = 1, .command = span_text("true")};

	CHECK_EQ(launch_send(c.socket, &m, -1), STATUS_OK);
	m = heard(&c, &none);
	CHECK_EQ(m.kind, LAUNCH_STARTED);
	CHECK_EQ(m.number, EAGAIN);
	CHECK_EQ(none, -1);
	close(fd);
	launcher_end(&c);
}

// The number that a program prints as its first word.
static pid_t pid_shown(int fd)
{
	return atoi(shown(fd, "\n"));
}

static bool gone(pid_t pid)
{
	for (int i = 0; i < PATIENCE_MS / 20; i++) {
		if (kill(pid, 0) != 0)
			return true;
		usleep(20000);
	}
	return false;
}

TEST(jobs_in_the_background_end_with_their_program)
{
	struct launcher_child c = launcher_begin();
	int fd = run(&c, 1, "sh", "sleep 60 >/dev/null 2>&1 & echo $!", false);
	pid_t job = pid_shown(fd);

	CHECK(job > 1);
	CHECK_EQ(ended(&c), 0);
	CHECK(gone(job));
	close(fd);
	launcher_end(&c);
}

TEST(a_program_that_ignores_the_hangup_is_killed)
{
	struct launcher_child c = launcher_begin();
	int fd = run(&c, 1, "sh", "trap '' HUP; echo $$; while :; do sleep 0.1; done", true);
	pid_t program = pid_shown(fd);
	struct launch_msg m = {.kind = LAUNCH_END, .id = 1};

	CHECK(program > 1);
	close(fd);
	CHECK_EQ(launch_send(c.socket, &m, -1), STATUS_OK);
	CHECK(gone(program));
	CHECK_EQ(launcher_end(&c), 0);
}

TEST(everything_ends_when_cli_is_gone)
{
	struct launcher_child c = launcher_begin();
	int fd = run(&c, 1, "sh", "trap '' HUP; echo $$; while :; do sleep 0.1; done", true);
	pid_t program = pid_shown(fd);

	CHECK(program > 1);
	CHECK_EQ(launcher_end(&c), 0);
	CHECK(kill(program, 0) != 0);
	close(fd);
}

TEST(a_packet_that_makes_no_sense_changes_nothing)
{
	struct launcher_child c = launcher_begin();
	int fd;

	CHECK(send(c.socket, "\x01garbage", 8, 0) == 8);
	fd = run(&c, 1, "sh", "echo still here", false);
	CHECK_TEXT(shown(fd, NULL), "still here\n");
	close(fd);
	launcher_end(&c);
}

CHECK_MAIN()
