// SCP: what a client's old scp says, and what it gets.
#include "tests/unit/check.h"

#include "cli/files/scp.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct scp_fixture {
	char above[64];
	int above_fd, root;
	struct program *p;
	enum program_turn turn;
	char out[65536];
	size_t len;
};

static void file_put(struct scp_fixture *f, const char *name, const char *text)
{
	int fd = openat(f->above_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
}

static const char *file_text(struct scp_fixture *f, const char *name)
{
	static char text[4096];
	int fd = openat(f->above_fd, name, O_RDONLY | O_NOFOLLOW);
	ssize_t got = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;

	if (fd >= 0)
		close(fd);
	if (got < 0)
		return NULL;
	text[got] = 0;
	return text;
}

static struct scp_fixture *fixture(const char *command, bool read_only)
{
	struct scp_fixture *f = calloc(1, sizeof(*f));

	snprintf(f->above, sizeof(f->above), "/tmp/sallyport-scp-XXXXXX");
	if (mkdtemp(f->above) == NULL)
		abort();
	f->above_fd = open(f->above, O_RDONLY | O_DIRECTORY);
	if (mkdirat(f->above_fd, "root", 0755) != 0)
		abort();
	f->root = openat(f->above_fd, "root", O_RDONLY | O_DIRECTORY);
	f->p = scp_new(&(struct program_setup){.root = f->root,
	                                       .read_only = read_only,
	                                       .user = span_text("tester"),
	                                       .peer = span_text("192.0.2.1")},
	               span_text(command));
	return f;
}

static void fixture_free(struct scp_fixture *f)
{
	char command[128];

	if (f->p != NULL)
		f->p->kind->free(f->p);
	close(f->root);
	close(f->above_fd);
	snprintf(command, sizeof(command), "rm -rf %s", f->above);
	if (system(command) != 0)
		printf("%s is left\n", f->above);
	free(f);
}

// Say something; what is answered is in f->out.
static void say_bytes(struct scp_fixture *f, const char *bytes, size_t len)
{
	struct span out;

	text_add(&f->p->in, bytes, len);
	do
		f->turn = f->p->kind->run(f->p);
	while (f->turn == PROGRAM_AGAIN && text_left(&f->p->out) < PROGRAM_OUT_HIGH);
	out = text_span(&f->p->out);
	f->len = out.len < sizeof(f->out) - 1 ? out.len : sizeof(f->out) - 1;
	memcpy(f->out, out.data, f->len);
	f->out[f->len] = 0;
	text_fini(&f->p->out);
}

static void say(struct scp_fixture *f, const char *text)
{
	say_bytes(f, text, strlen(text));
}

// A literal, with the zero byte at its end: the status after a file's bytes.
#define SAY_Z(f, text) say_bytes(f, text, sizeof(text))

static bool said_ok(const struct scp_fixture *f, size_t times)
{
	return f->len == times && (times == 0 || f->out[times - 1] == 0) && f->out[0] == 0;
}

// --- taking ------------------------------------------------------------------------------------

TEST(a_file_is_taken)
{
	struct scp_fixture *f = fixture("scp -t /new.cfg", false);

	say(f, "");
	CHECK(said_ok(f, 1));
	say(f, "C0644 5 local.cfg\n");
	CHECK(said_ok(f, 1));
	say(f, "hel");
	SAY_Z(f, "lo");
	CHECK(said_ok(f, 1));
	CHECK_TEXT(file_text(f, "root/new.cfg"), "hello");
	f->p->in_ended = true;
	say(f, "");
	CHECK_EQ(f->turn, PROGRAM_OVER);
	CHECK_EQ(f->p->exit_status, 0);
	fixture_free(f);
}

TEST(a_file_goes_into_a_directory_under_its_own_name)
{
	struct scp_fixture *f = fixture("scp -t .", false);

	say(f, "");
	SAY_Z(f, "C0644 2 a\nhi");
	CHECK_TEXT(file_text(f, "root/a"), "hi");
	fixture_free(f);
}

TEST(an_empty_file_is_taken)
{
	struct scp_fixture *f = fixture("scp -t a", false);

	say(f, "");
	SAY_Z(f, "C0644 0 a\n");
	CHECK(said_ok(f, 2));
	CHECK_TEXT(file_text(f, "root/a"), "");
	fixture_free(f);
}

TEST(times_and_mode_are_kept_with_p)
{
	struct scp_fixture *f = fixture("scp -p -t a", false);
	struct stat st;

	say(f, "");
	SAY_Z(f, "T2000 0 1000 0\nC0600 2 a\nhi");
	CHECK(said_ok(f, 3));
	CHECK(fstatat(f->root, "a", &st, 0) == 0);
	CHECK_EQ(st.st_mtim.tv_sec, 2000);
	CHECK_EQ(st.st_atim.tv_sec, 1000);
	CHECK_EQ(st.st_mode & 07777, 0600);
	fixture_free(f);
}

TEST(a_tree_is_taken_with_r)
{
	struct scp_fixture *f = fixture("scp -r -t tree", false);

	say(f, "");
	say_bytes(f, "D0755 0 local\nD0755 0 sub\nC0644 1 x\nX\0E\nC0644 1 y\nY\0E\n",
	          sizeof("D0755 0 local\nD0755 0 sub\nC0644 1 x\nX\0E\nC0644 1 y\nY\0E\n") - 1);
	CHECK(said_ok(f, 8));
	CHECK_TEXT(file_text(f, "root/tree/sub/x"), "X");
	CHECK_TEXT(file_text(f, "root/tree/y"), "Y");
	fixture_free(f);
}

TEST(a_file_cut_short_leaves_the_old_one)
{
	struct scp_fixture *f = fixture("scp -t a", false);

	file_put(f, "root/a", "old");
	say(f, "");
	say(f, "C0644 10 a\nhalf");
	f->p->in_ended = true;
	say(f, "");
	CHECK_EQ(f->turn, PROGRAM_OVER);
	CHECK_EQ(f->p->exit_status, 1);
	f->p->kind->end(f->p);
	CHECK_TEXT(file_text(f, "root/a"), "old");
	fixture_free(f);
}

TEST(a_file_that_its_sender_could_not_read_is_not_named)
{
	struct scp_fixture *f = fixture("scp -t a", false);

	say(f, "");
	say(f, "C0644 2 a\nhi\1read error\n");
	CHECK_EQ(f->out[1], 1);
	CHECK(file_text(f, "root/a") == NULL);
	fixture_free(f);
}

TEST(a_size_larger_than_the_disk_is_refused_and_the_old_file_stays)
{
	struct scp_fixture *f = fixture("scp -t a", false);

	file_put(f, "root/a", "old");
	say(f, "");
	say(f, "C0644 9000000000000000000 a\n");
	CHECK_EQ(f->out[0], 1);
	CHECK(strstr(f->out, "No space left on device") != NULL);
	CHECK_TEXT(file_text(f, "root/a"), "old");
	fixture_free(f);
}

TEST(names_with_directories_dots_or_control_bytes_end_it)
{
	static const char *const names[] = {"../x", "/etc/x", "a/b",  ".",
	                                    "..",   "",       "a\tb", "a\033b"};
	char line[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct scp_fixture *f = fixture("scp -r -t .", false);

		say(f, "");
		snprintf(line, sizeof(line), "%s 1 %s\n", i % 2 ? "C0644" : "D0755", names[i]);
		say(f, line);
		CHECK_EQ(f->turn, PROGRAM_OVER);
		CHECK_EQ(f->p->exit_status, 1);
		CHECK(file_text(f, "x") == NULL);
		fixture_free(f);
	}
}

TEST(lines_that_are_none_end_it)
{
	static const char *const lines[] = {
	        "X\n",          "C\n",          "C0644\n",    "C0644 \n",
	        "C9 1 a\n",     "C0644 -1 a\n", "Cabc 1 a\n", "C0644 99999999999999999999 a\n",
	        "T1 0\n",       "T1 0 1 0 x\n", "E\n",        "Ex\n",
	        "C77777 1 a\n",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct scp_fixture *f = fixture("scp -r -t .", false);

		say(f, "");
		say(f, lines[i]);
		CHECK_EQ(f->turn, PROGRAM_OVER);
		CHECK_EQ(f->p->exit_status, 1);
		fixture_free(f);
	}
}

TEST(a_line_without_end_is_bounded)
{
	struct scp_fixture *f = fixture("scp -t .", false);
	char line[2000];

	memset(line, 'a', sizeof(line));
	line[0] = 'C';
	say(f, "");
	say_bytes(f, line, sizeof(line));
	CHECK_EQ(f->turn, PROGRAM_OVER);
	fixture_free(f);
}

TEST(a_directory_is_refused_without_r_and_below_a_bound_with_it)
{
	struct scp_fixture *f = fixture("scp -t .", false);

	say(f, "");
	say(f, "D0755 0 d\n");
	CHECK_EQ(f->turn, PROGRAM_OVER);
	fixture_free(f);
	f = fixture("scp -r -t .", false);
	say(f, "");
	for (int i = 0; i < 100 && f->turn != PROGRAM_OVER; i++)
		say(f, "D0755 0 d\n");
	CHECK_EQ(f->turn, PROGRAM_OVER);
	fixture_free(f);
}

TEST(a_link_out_is_no_place_to_put_a_file)
{
	struct scp_fixture *f = fixture("scp -t out/x", false);

	symlinkat("..", f->root, "out");
	say(f, "");
	SAY_Z(f, "C0644 1 x\n");
	CHECK_EQ(f->out[0], 1);
	CHECK(file_text(f, "x") == NULL);
	fixture_free(f);
}

TEST(a_read_only_role_puts_nothing)
{
	struct scp_fixture *f = fixture("scp -t a", true);

	say(f, "");
	CHECK_EQ(f->turn, PROGRAM_OVER);
	CHECK_EQ(f->out[0], 1);
	CHECK_EQ(f->p->exit_status, 1);
	fixture_free(f);
}

// --- giving ------------------------------------------------------------------------------------

TEST(a_file_is_given)
{
	struct scp_fixture *f = fixture("scp -f a", false);

	file_put(f, "root/a", "hello");
	say(f, "");
	CHECK_EQ(f->len, 0);
	SAY_Z(f, "");
	CHECK_TEXT(f->out, "C0644 5 a\n");
	SAY_Z(f, "");
	CHECK_EQ(f->len, 6);
	CHECK_TEXT(f->out, "hello");
	SAY_Z(f, "");
	CHECK_EQ(f->turn, PROGRAM_OVER);
	CHECK_EQ(f->p->exit_status, 0);
	fixture_free(f);
}

TEST(a_tree_is_given_with_r_and_times_with_p)
{
	struct scp_fixture *f = fixture("scp -r -p -f d", false);
	struct timespec times[2] = {{1000, 0}, {2000, 0}};

	mkdirat(f->root, "d", 0755);
	file_put(f, "root/d/x", "X");
	utimensat(f->root, "d/x", times, 0);
	utimensat(f->root, "d", times, 0);
	SAY_Z(f, "");
	CHECK_TEXT(f->out, "T2000 0 1000 0\nD0755 0 d\n");
	SAY_Z(f, "\0");
	CHECK(strncmp(f->out, "T2000 0 1000 0\n", 15) == 0);
	SAY_Z(f, "");
	CHECK_TEXT(f->out, "C0644 1 x\n");
	SAY_Z(f, "");
	CHECK_TEXT(f->out, "X");
	SAY_Z(f, "");
	CHECK_TEXT(f->out, "E\n");
	SAY_Z(f, "");
	CHECK_EQ(f->turn, PROGRAM_OVER);
	CHECK_EQ(f->p->exit_status, 0);
	fixture_free(f);
}

TEST(a_refused_directory_is_not_walked)
{
	struct scp_fixture *f = fixture("scp -r -f d", false);

	mkdirat(f->root, "d", 0755);
	file_put(f, "root/d/x", "X");
	SAY_Z(f, "");
	say(f, "\1no\n");
	CHECK_EQ(f->turn, PROGRAM_OVER);
	CHECK_EQ(f->len, 0);
	CHECK_EQ(f->p->exit_status, 1);
	fixture_free(f);
}

TEST(a_pattern_gives_what_it_matches)
{
	struct scp_fixture *f = fixture("scp -f *.cfg", false);

	file_put(f, "root/a.cfg", "");
	file_put(f, "root/b.txt", "");
	SAY_Z(f, "");
	CHECK_TEXT(f->out, "C0644 0 a.cfg\n");
	SAY_Z(f, "\0");
	CHECK_EQ(f->turn, PROGRAM_OVER);
	CHECK_EQ(f->p->exit_status, 0);
	fixture_free(f);
}

TEST(what_is_missing_outside_or_a_directory_is_said)
{
	static const char *const commands[] = {"scp -f none", "scp -f ../secret", "scp -f out",
	                                       "scp -f /etc/passwd", "scp -f d"};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct scp_fixture *f = fixture(commands[i], false);

		file_put(f, "secret", "secret");
		symlinkat("../secret", f->root, "out");
		mkdirat(f->root, "d", 0755);
		SAY_Z(f, "");
		CHECK_EQ(f->out[0], 1);
		CHECK(strstr(f->out, i < 4 ? "No such file" : "not a regular file") != NULL);
		CHECK_EQ(f->turn, PROGRAM_OVER);
		CHECK_EQ(f->p->exit_status, 1);
		fixture_free(f);
	}
}

TEST(a_read_only_role_is_given_what_everybody_may_read)
{
	struct scp_fixture *f = fixture("scp -f a", true);

	file_put(f, "root/a", "hash");
	fchmodat(f->root, "a", 0600, 0);
	SAY_Z(f, "");
	CHECK_EQ(f->out[0], 1);
	CHECK_EQ(f->turn, PROGRAM_OVER);
	fixture_free(f);
}

// --- the command line --------------------------------------------------------------------------

TEST(command_lines_that_are_not_scp_are_refused)
{
	static const char *const commands[] = {
	        "",          "scp",       "scp a b",        "scp -t",    "scp -t a b",
	        "scp -x -t", "display x", "scp -S sh -t a", "sftp -t a", "scp -f",
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct scp_fixture *f = fixture(commands[i], false);

		CHECK(f->p == NULL);
		fixture_free(f);
	}
}

TEST(quotes_and_joined_options_are_read_as_a_shell_does)
{
	struct scp_fixture *f = fixture("scp -pt -- 'a b'\\ \"c\"", false);

	say(f, "");
	SAY_Z(f, "C0644 1 x\nX");
	CHECK_TEXT(file_text(f, "root/a b c"), "X");
	fixture_free(f);
}

TEST(flash_names_the_root)
{
	struct scp_fixture *f = fixture("scp -t flash:/a", false);

	say(f, "");
	SAY_Z(f, "C0644 1 x\nX");
	CHECK_TEXT(file_text(f, "root/a"), "X");
	fixture_free(f);
}

CHECK_MAIN()
