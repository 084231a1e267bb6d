// Going back: archives of the configuration, and files put in its place.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

#include "cli/main/chore.h"

#include <sys/stat.h>

static const char *typed(struct fixture *f, const char *text)
{
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, text);
	return shown(f);
}

static struct fixture *fixture_with_flash(void)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	if (mkdirat(f->shell.flash, "old", 0700) != 0)
		abort();
	return f;
}

static bool is_there(struct fixture *f, const char *name)
{
	return faccessat(f->shell.flash, name, F_OK, 0) == 0;
}

// --- archives ------------------------------------------------------------------------------------

TEST(an_archive_needs_a_place)
{
	struct fixture *f = fixture_with_flash();

	CHECK(strstr(typed(f, "archive configuration\ry\r"),
	             "Specify the place of archives first") != NULL);
	CHECK_TEXT(fixture_exec(f, "display archive configuration"),
	           "Location: \nFilename prefix: \nArchive interval in minutes: 0\n"
	           "Maximum number of archive files: 5\n");
	fixture_free(f);
}

TEST(archives_are_numbered_shown_and_the_oldest_goes)
{
	struct fixture *f = fixture_with_flash();
	const char *text;

	fixture_exec(f, "system-view\narchive configuration location flash:/old "
	                "filename-prefix my\narchive configuration max 2");
	for (int i = 0; i < 3; i++) {
		CHECK(strstr(typed(f, "archive configuration\ry\r"), " is saved.") != NULL);
		usleep(20000); // a file system's clock ticks now and then
	}
	CHECK(!is_there(f, "old/my_1.cfg"));
	CHECK(is_there(f, "old/my_2.cfg") && is_there(f, "old/my_3.cfg"));
	text = fixture_exec(f, "display archive configuration");
	CHECK(strstr(text, "Location: flash:/old\nFilename prefix: my\n") != NULL);
	CHECK(strstr(text, "my_2.cfg\n# 2   ") != NULL);
	CHECK(strstr(text, "Next archive file to be saved: my_4.cfg\n") != NULL);
	fixture_free(f);
}

TEST(archives_are_saved_at_an_interval)
{
	struct fixture *f = fixture_with_flash();

	fixture_exec(f, "system-view\narchive configuration location old filename-prefix a\n"
	                "archive configuration interval 10");
	for (int i = 0; i < 2; i++) {
		f->shell.now_us += 601 * 1000000ull;
		chore_run(&f->shell);
		settle(f);
	}
	CHECK(is_there(f, "old/a_1.cfg") && is_there(f, "old/a_2.cfg"));
	fixture_exec(f, "system-view\nundo archive configuration interval");
	CHECK_EQ(f->shell.chore_due_us[CHORE_ARCHIVE], 0);
	fixture_free(f);
}

TEST(the_settings_of_archives_print_and_return_to_their_defaults)
{
	struct fixture *f = fixture_with_flash();
	const char *text;

	fixture_exec(f, "system-view\narchive configuration location /old filename-prefix a\n"
	                "archive configuration interval 60\narchive configuration max 3");
	text = fixture_exec(f, "display current-configuration");
	CHECK(strstr(text, " archive configuration location /old filename-prefix a\n") != NULL);
	CHECK(strstr(text, " archive configuration interval 60\n") != NULL);
	CHECK(strstr(text, " archive configuration max 3\n") != NULL);
	fixture_exec(f, "system-view\nundo archive configuration location\n"
	                "undo archive configuration interval\nundo archive configuration max");
	CHECK(strstr(fixture_exec(f, "display current-configuration"), "archive") == NULL);
	CHECK(strstr(fixture_exec(f, "system-view\narchive configuration location /old "
	                             "filename-prefix a/b"),
	             "invalid") != NULL);
	fixture_free(f);
}

TEST(an_archive_that_cannot_be_written_is_said)
{
	struct fixture *f = fixture_with_flash();

	fixture_exec(f, "system-view\narchive configuration location /gone filename-prefix a");
	CHECK(strstr(typed(f, "archive configuration\ry\r"), "does not exist") != NULL);
	fixture_free(f);
}

// --- replacing -----------------------------------------------------------------------------------

static void file_put(struct fixture *f, const char *name, const char *text)
{
	if (file_write(f->shell.flash, name, span_text(text)) != STATUS_OK)
		abort();
}

TEST(a_file_replaces_all_that_is_configured)
{
	struct fixture *f = fixture_with_flash();

	file_put(f, "new.cfg", "sysname New\nalias two display clock\n");
	fixture_exec(f, "system-view\nsysname Before\nalias one display clock\n"
	                "ssh server authentication-retries 5");
	CHECK(strstr(typed(f, "system-view\rconfiguration replace file new.cfg\rn\r"),
	             "Current configuration will be lost, save current configuration? "
	             "[Y/N]:n\r\nNow replacing the current configuration. Please wait...\r\n"
	             "Succeeded in replacing current configuration with the file "
	             "new.cfg.\r\n[New]") != NULL);
	CHECK(strstr(fixture_exec(f, "display current-configuration"), "retries") == NULL);
	CHECK(strstr(fixture_exec(f, "one"), "Unrecognized") != NULL);
	CHECK(strstr(fixture_exec(f, "two"), "UTC") != NULL);
	CHECK(!f->shell.saving && !is_there(f, "startup.cfg"));
	fixture_free(f);
}

TEST(what_is_lost_by_a_replacement_is_saved_first_when_wanted)
{
	struct fixture *f = fixture_with_flash();

	file_put(f, "new.cfg", "sysname New\n");
	fixture_exec(f, "system-view\nsysname Before");
	typed(f, "system-view\rconfiguration replace file flash:/new.cfg\ry\r");
	CHECK_TEXT(f->shell.sysname, "New");
	CHECK(strstr(fixture_exec(f, "display saved-configuration"), "sysname Before") != NULL);
	fixture_free(f);
}

TEST(a_broken_file_replaces_nothing)
{
	struct fixture *f = fixture_with_flash();

	file_put(f, "bad.cfg", "sysname Bad\nno such command\n");
	fixture_exec(f, "system-view\nsysname Before");
	CHECK(strstr(typed(f, "system-view\rconfiguration replace file bad.cfg\rn\r"),
	             "flash:/bad.cfg could not be applied (line 2). Nothing of it is in "
	             "force.") != NULL);
	CHECK_TEXT(f->shell.sysname, "Before");
	CHECK(strstr(fixture_exec(f, "display current-configuration"), "Before") != NULL);
	CHECK(strstr(typed(f, "system-view\rconfiguration replace file gone.cfg\rn\r"),
	             "does not exist") != NULL);
	fixture_free(f);
}

TEST(an_archive_is_gone_back_to)
{
	struct fixture *f = fixture_with_flash();

	fixture_exec(f, "system-view\nsysname Then\n"
	                "archive configuration location old filename-prefix a");
	typed(f, "archive configuration\ry\r");
	fixture_exec(f, "system-view\nsysname Later");
	typed(f, "system-view\rconfiguration replace file old/a_1.cfg\rn\r");
	CHECK_TEXT(f->shell.sysname, "Then");
	fixture_free(f);
}

CHECK_MAIN()
