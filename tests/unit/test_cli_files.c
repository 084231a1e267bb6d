// The file commands.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

#include <sys/stat.h>

static struct fixture *fixture_with_files(void)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	if (file_write(f->shell.flash, "a.cfg", span_text("one\ntwo\n")) != STATUS_OK ||
	    mkdirat(f->shell.flash, "d", 0755) != 0)
		abort();
	fchmodat(f->shell.flash, "a.cfg", 0644, 0);
	return f;
}

static bool is_there(struct fixture *f, const char *name)
{
	return faccessat(f->shell.flash, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static const char *terminal(struct fixture *f, const char *typed)
{
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, typed);
	return shown(f);
}

TEST(dir_lists_files_with_size_and_space)
{
	struct fixture *f = fixture_with_files();
	const char *text = fixture_exec(f, "dir");

	CHECK(strncmp(text, "Directory of flash:\n", 20) == 0);
	CHECK(strstr(text, "   0 -rw-           8 ") != NULL);
	CHECK(strstr(text, "   a.cfg\n") != NULL);
	CHECK(strstr(text, "   1 drw-           - ") != NULL);
	CHECK(strstr(text, " KB free)\n") != NULL);
	fixture_free(f);
}

TEST(dir_shows_hidden_files_only_with_all)
{
	struct fixture *f = fixture_with_files();

	fixture_exec(f, "startup saved-configuration a.cfg");
	CHECK(strstr(fixture_exec(f, "dir"), ".startup") == NULL);
	CHECK(strstr(fixture_exec(f, "dir /all"), ".startup") != NULL);
	fixture_free(f);
}

TEST(more_shows_a_file_and_nothing_that_steers_a_terminal)
{
	struct fixture *f = fixture_with_files();

	if (file_write(f->shell.flash, "b", span_text("x\033[2Jy\n")) != STATUS_OK)
		abort();
	CHECK(strstr(fixture_exec(f, "more flash:/a.cfg"), "one\ntwo\n") != NULL);
	CHECK(strstr(fixture_exec(f, "more b"), "x.[2Jy\n") != NULL);
	CHECK_TEXT(fixture_exec(f, "more none"), " % The file or directory does not exist.\n");
	fixture_free(f);
}

TEST(digests_are_those_of_the_file)
{
	struct fixture *f = fixture_with_files();

	CHECK_TEXT(fixture_exec(f, "md5sum a.cfg"),
	           "MD5 digest:\n2094b601daac3d68f5aed51d3c20f7cd\n");
	CHECK_TEXT(
	        fixture_exec(f, "sha256sum a.cfg"),
	        "SHA256 "
	        "digest:\nc3f9c8c283a2b1f2f1896f27a01cbe3cddc0c9d93f752e4639035a0f5b36f6e8\n");
	fixture_free(f);
}

TEST(copy_asks_and_asks_again_before_it_overwrites)
{
	struct fixture *f = fixture_with_files();

	CHECK(strstr(terminal(f, "copy a.cfg b.cfg\ry\r"),
	             "Copy flash:/a.cfg to flash:/b.cfg? [Y/N]:y\r\n"
	             "Copying file flash:/a.cfg to flash:/b.cfg... Done.\r\n") != NULL);
	CHECK(is_there(f, "b.cfg"));
	CHECK(strstr(terminal(f, "copy a.cfg b.cfg\ry\rn\r"),
	             "flash:/b.cfg already exists. Overwrite it? [Y/N]:n\r\n<") != NULL);
	fixture_free(f);
}

TEST(move_into_a_directory_keeps_the_name)
{
	struct fixture *f = fixture_with_files();

	terminal(f, "move a.cfg flash:/d\ry\r");
	CHECK(is_there(f, "d/a.cfg") && !is_there(f, "a.cfg"));
	fixture_free(f);
}

TEST(rename_does_not_replace)
{
	struct fixture *f = fixture_with_files();

	terminal(f, "copy a.cfg b.cfg\ry\r");
	CHECK(strstr(terminal(f, "rename a.cfg b.cfg\ry\r"), "already exists.") != NULL);
	CHECK(is_there(f, "a.cfg"));
	terminal(f, "rename a.cfg c.cfg\ry\r");
	CHECK(is_there(f, "c.cfg") && !is_there(f, "a.cfg"));
	fixture_free(f);
}

TEST(delete_can_be_undone_and_unreserved_cannot)
{
	struct fixture *f = fixture_with_files();

	CHECK(strstr(terminal(f, "delete flash:/a.cfg\ry\r"),
	             "Delete flash:/a.cfg? [Y/N]:y\r\nDeleting file flash:/a.cfg... "
	             "Done.\r\n") != NULL);
	CHECK(!is_there(f, "a.cfg"));
	terminal(f, "undelete a.cfg\ry\r");
	CHECK(is_there(f, "a.cfg"));
	CHECK(strstr(terminal(f, "delete /unreserved a.cfg\ry\r"),
	             "The file cannot be restored. Delete flash:/a.cfg? [Y/N]:") != NULL);
	CHECK(strstr(terminal(f, "undelete a.cfg\ry\r"), "does not exist.") != NULL);
	fixture_free(f);
}

TEST(directories_are_made_and_removed_when_empty)
{
	struct fixture *f = fixture_with_files();

	CHECK_TEXT(fixture_exec(f, "mkdir e"), "Creating directory flash:/e... Done.\n");
	CHECK(strstr(fixture_exec(f, "mkdir e"), "already exists.") != NULL);
	terminal(f, "rmdir e\ry\r");
	CHECK(!is_there(f, "e"));
	terminal(f, "move a.cfg d\ry\rrmdir d\ry\r");
	CHECK(is_there(f, "d"));
	fixture_free(f);
}

TEST(nothing_outside_of_flash_is_named)
{
	struct fixture *f = fixture_with_files();

	symlinkat("/etc/passwd", f->shell.flash, "out");
	CHECK_TEXT(fixture_exec(f, "more out"), " % The file or directory does not exist.\n");
	CHECK_TEXT(fixture_exec(f, "more ../../etc/passwd"),
	           " % The file or directory does not exist.\n");
	fixture_free(f);
}

TEST(an_operator_reads_what_everybody_may_and_changes_nothing)
{
	struct fixture *f = fixture_with_files();
	struct dialogue *d;

	if (file_write(f->shell.flash, "s.cfg", span_text("hash\n")) != STATUS_OK)
		abort();
	d = fixture_open(f, DIALOGUE_EXEC, false, API_ROLE_OPERATOR,
	                 "more a.cfg\nmore s.cfg\nmkdir x\n");
	dialogue_credit(d, 4096);
	settle(f);
	CHECK(strstr(shown(f), "one\ntwo\n") != NULL);
	CHECK(strstr(shown(f), "hash") == NULL);
	CHECK(!is_there(f, "x"));
	fixture_free(f);
}

TEST(quotas_are_configured_by_user_and_shown_with_what_is_used)
{
	struct fixture *f = fixture_with_files();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "sys\rlocal-user bob\rfile-quota size 2\rfile-quota files 7\r");
	const char *row = strstr(fixture_exec(f, "display file-quota"), "\nbob ");
	char place[16];
	unsigned kb = 0, kb_limit = 0, files = 0, file_limit = 0;

	CHECK(row != NULL && sscanf(row, " bob %15s %u %u %u %u", place, &kb, &kb_limit, &files,
	                            &file_limit) == 5);
	CHECK_TEXT(place, "flash:/");
	CHECK_EQ(kb, 1);
	CHECK_EQ(kb_limit, 2048);
	CHECK_EQ(files, 2);
	CHECK_EQ(file_limit, 7);
	CHECK(strstr(fixture_exec(f, "display current-configuration"),
	             "\n file-quota size 2\n file-quota files 7\n") != NULL);
	type_text(f, d, "undo file-quota size\rundo file-quota files\r");
	CHECK(strstr(fixture_exec(f, "display file-quota"), "bob") == NULL);
	fixture_free(f);
}

TEST(the_text_of_an_exec_means_nothing_to_a_shell)
{
	struct fixture *f = fixture_with_files();
	char command[400];

	snprintf(command, sizeof(command),
	         "display clock; touch %s/x `touch %s/x` $(touch %s/x)", f->flash, f->flash,
	         f->flash);
	CHECK(strstr(fixture_exec(f, command), "% ") != NULL);
	CHECK(f->exit_status == 1);
	snprintf(command, sizeof(command), "scp -t .;touch %s/x", f->flash);
	fixture_exec(f, command);
	CHECK(!is_there(f, "x"));
	fixture_free(f);
}

CHECK_MAIN()
