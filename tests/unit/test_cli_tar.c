// The tar command: archives made, listed and taken apart, the hostile ones too.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

#include <sys/stat.h>
#include <sys/wait.h>

static struct fixture *fixture_with_tree(void)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	if (mkdirat(f->shell.flash, "d", 0755) != 0 ||
	    mkdirat(f->shell.flash, "d/e", 0755) != 0 ||
	    mkdirat(f->shell.flash, "out", 0755) != 0 ||
	    file_write(f->shell.flash, "a.cfg", span_text("one\ntwo\n")) != STATUS_OK ||
	    symlinkat("f", f->shell.flash, "d/e/link") != 0)
		abort();
	close(openat(f->shell.flash, "d/e/f", O_WRONLY | O_CREAT, 0640));
	return f;
}

static bool is_there(struct fixture *f, const char *name)
{
	return faccessat(f->shell.flash, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static struct stat stat_of(struct fixture *f, const char *name)
{
	struct stat st = {0};

	if (fstatat(f->shell.flash, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		printf("  %s is not there\n", name);
	return st;
}

// --- archives by hand ------------------------------------------------------------------------------

struct hand {
	const char *name, *link, *content;
	char type; // '0' file, '1' hard link, '2' symbolic link, '3' device, '5' directory
	unsigned long long size; // instead of the content's
};

static void header_make(char *h, const struct hand *e)
{
	unsigned sum = 0;
	size_t size = e->content != NULL ? strlen(e->content) : (size_t)e->size;

	memset(h, 0, 512);
	snprintf(h, 100, "%s", e->name);
	snprintf(h + 100, 8, "%07o", 0644);
	snprintf(h + 108, 8, "%07o", 0);
	snprintf(h + 116, 8, "%07o", 0);
	snprintf(h + 124, 12, "%011llo", (unsigned long long)size);
	snprintf(h + 136, 12, "%011o", 1000000000);
	h[156] = e->type;
	snprintf(h + 157, 100, "%s", e->link != NULL ? e->link : "");
	memcpy(h + 257, "ustar\00000", 8);
	memset(h + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
}

// Without its end when `cut`.
static void archive_make(struct fixture *f, const struct hand *entries, unsigned count,
                         bool cut)
{
	static char block[1024];
	int fd = openat(f->shell.flash, "h.tar", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	bool ok = fd >= 0;

	for (unsigned i = 0; i < count; i++) {
		header_make(block, &entries[i]);
		memset(block + 512, 0, 512);
		if (entries[i].content != NULL)
			memcpy(block + 512, entries[i].content, strlen(entries[i].content));
		ok = ok && write(fd, block, entries[i].content != NULL ? 1024 : 512) > 0;
	}
	memset(block, 0, sizeof(block));
	if (!ok || (!cut && write(fd, block, 1024) != 1024))
		abort();
	close(fd);
}

#define HAND(f, ...)                                                                           \
	archive_make(f, (const struct hand[]){__VA_ARGS__},                                    \
	             sizeof((const struct hand[]){__VA_ARGS__}) / sizeof(struct hand), false)

// --- claims ----------------------------------------------------------------------------------------

TEST(a_tree_comes_back_from_an_archive_with_modes_times_and_links)
{
	struct fixture *f = fixture_with_tree();

	CHECK_TEXT(fixture_exec(f, "tar create archive-file t.tar source d a.cfg"),
	           "Creating archive t.tar Done.\n");
	CHECK_TEXT(fixture_exec(f, "tar extract archive-file t.tar to out"),
	           "Extracting archive t.tar Done.\n");
	CHECK_EQ(stat_of(f, "out/d/e/f").st_mode & 0777, stat_of(f, "d/e/f").st_mode & 0777);
	CHECK_EQ(stat_of(f, "out/a.cfg").st_mtim.tv_sec, stat_of(f, "a.cfg").st_mtim.tv_sec);
	CHECK(S_ISLNK(stat_of(f, "out/d/e/link").st_mode));
	CHECK(strstr(fixture_exec(f, "more out/a.cfg"), "one\ntwo\n") != NULL);
	fixture_free(f);
}

TEST(list_names_what_create_took)
{
	struct fixture *f = fixture_with_tree();

	fixture_exec(f, "tar create gz archive-file t.tgz source a.cfg d/e/f");
	CHECK_TEXT(fixture_exec(f, "tar list archive-file t.tgz"), "a.cfg\nd/e/f\n");
	fixture_free(f);
}

TEST(verbose_names_each_file)
{
	struct fixture *f = fixture_with_tree();

	CHECK_TEXT(fixture_exec(f, "tar create archive-file t.tar verbose source a.cfg d/e/f"),
	           "Creating archive t.tar\na.cfg\nd/e/f\nDone.\n");
	fixture_free(f);
}

TEST(screen_shows_contents_and_makes_nothing)
{
	struct fixture *f = fixture_with_tree();

	HAND(f, {.name = "new", .type = '0', .content = "x\033[2Jy\n"});
	CHECK_TEXT(fixture_exec(f, "tar extract archive-file h.tar screen"), "x.[2Jy\n");
	CHECK(!is_there(f, "new"));
	fixture_free(f);
}

TEST(create_asks_before_it_overwrites)
{
	struct fixture *f = fixture_with_tree();

	fixture_exec(f, "tar create archive-file t.tar source a.cfg");
	struct dialogue *d = fixture_terminal(f);
	type_text(f, d, "tar create archive-file t.tar source d\rn\r");
	CHECK(strstr(shown(f), "flash:/t.tar already exists. Overwrite it? [Y/N]:n") != NULL);
	CHECK_TEXT(fixture_exec(f, "tar list archive-file t.tar"), "a.cfg\n");
	fixture_free(f);
}

TEST(an_archive_of_everything_has_neither_itself_nor_the_trash)
{
	struct fixture *f = fixture_with_tree();

	fixture_exec(f, "tar create archive-file t.tar source a.cfg");
	struct dialogue *d = fixture_terminal(f);
	type_text(f, d, "delete a.cfg\ry\rtar create archive-file t.tar source flash:/\ry\r");
	CHECK(strstr(shown(f), "Creating archive t.tar Done.") != NULL);
	CHECK(strstr(fixture_exec(f, "tar list archive-file t.tar"), "trash") == NULL);
	CHECK(strstr(fixture_exec(f, "tar list archive-file t.tar"), "t.tar") == NULL);
	CHECK(strstr(fixture_exec(f, "tar list archive-file t.tar"), "d/e/f\n") != NULL);
	fixture_free(f);
}

TEST(a_source_that_is_missing_leaves_no_archive)
{
	struct fixture *f = fixture_with_tree();

	CHECK(strstr(fixture_exec(f, "tar create archive-file t.tar source a.cfg none"),
	             " % /none: No such file or directory.\n") != NULL);
	CHECK(!is_there(f, "t.tar"));
	fixture_free(f);
}

TEST(names_that_climb_make_nothing_and_the_rest_is_extracted)
{
	struct fixture *f = fixture_with_tree();

	HAND(f, {.name = "../up", .type = '0', .content = "x"},
	     {.name = "a/../../up", .type = '0', .content = "x"},
	     {.name = "good", .type = '0', .content = "x"});
	const char *text = fixture_exec(f, "tar extract archive-file h.tar to out");
	CHECK(strstr(text, "Not extracted, it leads out of the directory: ../up\n") != NULL);
	CHECK(strstr(text, " % /h.tar: not everything could be extracted.") != NULL);
	CHECK(is_there(f, "out/good") && !is_there(f, "up") && !is_there(f, "out/up"));
	fixture_free(f);
}

TEST(an_absolute_name_begins_at_the_directory)
{
	struct fixture *f = fixture_with_tree();

	HAND(f, {.name = "/etc/x", .type = '0', .content = "x"});
	fixture_exec(f, "tar extract archive-file h.tar to out");
	CHECK(is_there(f, "out/etc/x"));
	fixture_free(f);
}

TEST(a_link_in_the_archive_leads_nothing_out)
{
	struct fixture *f = fixture_with_tree();

	HAND(f, {.name = "l", .type = '2', .link = "../d"},
	     {.name = "m", .type = '2', .link = "/"}, {.name = "n", .type = '2', .link = "sub"},
	     {.name = "n/x", .type = '0', .content = "x"});
	fixture_exec(f, "tar extract archive-file h.tar to out");
	CHECK(!is_there(f, "out/l") && !is_there(f, "out/m") && is_there(f, "out/n"));
	CHECK(!is_there(f, "out/sub/x") && !is_there(f, "out/n/x"));
	fixture_free(f);
}

TEST(a_link_that_is_there_is_not_followed_out)
{
	struct fixture *f = fixture_with_tree();

	if (symlinkat("../d", f->shell.flash, "out/way") != 0 ||
	    symlinkat("../a.cfg", f->shell.flash, "out/file") != 0)
		abort();
	HAND(f, {.name = "way/x", .type = '0', .content = "x"},
	     {.name = "file", .type = '0', .content = "x"});
	fixture_exec(f, "tar extract archive-file h.tar to out");
	CHECK(!is_there(f, "d/x"));
	CHECK(S_ISLNK(stat_of(f, "out/file").st_mode));
	CHECK_TEXT(fixture_exec(f, "tar list archive-file h.tar"), "way/x\nfile\n");
	fixture_free(f);
}

TEST(a_hard_link_names_only_a_file_of_the_directory)
{
	struct fixture *f = fixture_with_tree();

	HAND(f, {.name = "one", .type = '0', .content = "x"},
	     {.name = "two", .type = '1', .link = "one"},
	     {.name = "bad", .type = '1', .link = "../a.cfg"},
	     {.name = "odd", .type = '1', .link = "/a.cfg"});
	fixture_exec(f, "tar extract archive-file h.tar to out");
	CHECK_EQ(stat_of(f, "out/two").st_ino, stat_of(f, "out/one").st_ino);
	CHECK(!is_there(f, "out/bad") && !is_there(f, "out/odd"));
	fixture_free(f);
}

TEST(devices_are_not_made)
{
	struct fixture *f = fixture_with_tree();

	HAND(f, {.name = "null", .type = '3'}, {.name = "pipe", .type = '6'});
	CHECK(strstr(fixture_exec(f, "tar extract archive-file h.tar to out"),
	             "it is neither a file nor a directory: null") != NULL);
	CHECK(!is_there(f, "out/null") && !is_there(f, "out/pipe"));
	fixture_free(f);
}

TEST(a_file_larger_than_the_disk_is_not_begun)
{
	struct fixture *f = fixture_with_tree();
	struct hand bomb = {.name = "bomb", .type = '0', .size = 077777777777};

	// 8 GB a piece; the disk is smaller than all of what the last one claims.
	archive_make(f, &bomb, 1, true);
	int fd = openat(f->shell.flash, "h.tar", O_WRONLY);
	char size[12] = {(char)0x80, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0}, block[512];
	header_make(block, &bomb);
	memcpy(block + 124, size, 12);
	memset(block + 148, ' ', 8);
	unsigned sum = 0;
	for (int i = 0; i < 512; i++)
		sum += (unsigned char)block[i];
	snprintf(block + 148, 8, "%06o", sum);
	CHECK_EQ(write(fd, block, 512), 512);
	close(fd);
	CHECK(strstr(fixture_exec(f, "tar extract archive-file h.tar to out"),
	             "No space left on device.") != NULL);
	CHECK(!is_there(f, "out/bomb"));
	fixture_free(f);
}

TEST(an_archive_that_ends_early_leaves_no_part_of_a_file)
{
	struct fixture *f = fixture_with_tree();
	struct hand entries[] = {{.name = "whole", .type = '0', .content = "x"},
	                         {.name = "part", .type = '0', .size = 5000}};

	archive_make(f, entries, 2, true);
	CHECK(strstr(fixture_exec(f, "tar extract archive-file h.tar to out"), " % ") != NULL);
	CHECK(is_there(f, "out/whole") && !is_there(f, "out/part"));
	fixture_free(f);
}

TEST(an_archive_compressed_twice_is_refused)
{
	struct fixture *f = fixture_with_tree();
	char command[160];

	fixture_exec(f, "tar create gz archive-file t.tgz source a.cfg");
	snprintf(command, sizeof(command), "gzip <%s/t.tgz >%s/t2.tgz", f->flash, f->flash);
	CHECK_EQ(WEXITSTATUS(system(command)), 0);
	CHECK(strstr(fixture_exec(f, "tar list archive-file t2.tgz"),
	             "compressed more than once") != NULL);
	fixture_free(f);
}

TEST(what_is_no_archive_says_so)
{
	struct fixture *f = fixture_with_tree();

	CHECK(strstr(fixture_exec(f, "tar list archive-file a.cfg"), " % /a.cfg: ") != NULL);
	CHECK(strstr(fixture_exec(f, "tar list archive-file none"), "No such file") != NULL);
	CHECK(strstr(fixture_exec(f, "tar extract archive-file a.cfg to none"),
	             "No such file") != NULL);
	fixture_free(f);
}

TEST(a_name_that_is_a_directory_stays_one)
{
	struct fixture *f = fixture_with_tree();

	HAND(f, {.name = "d", .type = '0', .content = "x"});
	fixture_exec(f, "tar extract archive-file h.tar");
	CHECK(S_ISDIR(stat_of(f, "d").st_mode));
	fixture_free(f);
}

TEST(ctrl_c_leaves_no_archive)
{
	struct fixture *f = fixture_with_tree();
	int fd = openat(f->shell.flash, "d/large", O_WRONLY | O_CREAT, 0644);
	struct dialogue *d;

	CHECK_EQ(ftruncate(fd, 64 << 20), 0);
	close(fd);
	d = fixture_terminal(f);
	dialogue_input(d, span_text("tar create archive-file t.tar source d\r"));
	for (int i = 0; i < 3; i++) { // is it there, then two steps
		while (f->job == NULL)
			shell_turn(&f->shell);
		struct file_job *job = job_take(f);
		job->work(job);
		job->done(job);
	}
	while (f->job == NULL)
		shell_turn(&f->shell);
	task_abort(d->task);
	settle(f);
	CHECK(strstr(shown(f), " % Interrupted.") != NULL);
	CHECK(!is_there(f, "t.tar"));
	fixture_free(f);
}

CHECK_MAIN()
