// What the device does at a time that was set, and the recycle bin.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

#include "cli/main/chore.h"

static const char *typed(struct fixture *f, const char *text)
{
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, text);
	return shown(f);
}

static void time_passes(struct fixture *f, uint64_t seconds)
{
	f->shell.now_us += seconds * 1000000;
	chore_run(&f->shell);
	settle(f);
}

TEST(a_reboot_after_a_while_is_shown_and_comes)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(typed(f, "scheduler reboot delay 1:30\ry\r"), "Reboot system at ") !=
	      NULL);
	CHECK(strstr(shown(f), "(in 1 hours and 30 minutes). Confirm? [Y/N]:y\r\n") != NULL);
	CHECK(strstr(fixture_exec(f, "display scheduler reboot"), "System will reboot at ") !=
	      NULL);
	time_passes(f, 89 * 60);
	CHECK(!f->rebooted);
	time_passes(f, 61);
	CHECK(f->rebooted);
	CHECK_TEXT(fixture_exec(f, "display scheduler reboot"), "");
	fixture_free(f);
}

TEST(a_reboot_that_is_not_agreed_to_or_undone_does_not_come)
{
	struct fixture *f = fixture_new();

	typed(f, "schedule reboot delay 5\rn\r");
	CHECK_TEXT(fixture_exec(f, "display schedule reboot"), "");
	typed(f, "schedule reboot delay 5\ry\r");
	fixture_exec(f, "undo scheduler reboot");
	time_passes(f, 600);
	CHECK(!f->rebooted);
	typed(f, "schedule reboot delay 5\ry\r");
	fixture_exec(f, "undo schedule reboot");
	time_passes(f, 600);
	CHECK(!f->rebooted);
	fixture_free(f);
}

TEST(a_reboot_outlives_a_restart_of_the_command_line_and_not_of_the_device)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	typed(f, "scheduler reboot delay 5\ry\r");
	f->shell.reboot_at = 0; // all that another process would know
	chore_set(&f->shell, CHORE_REBOOT, 0);
	schedule_restore(&f->shell);
	CHECK(strstr(fixture_exec(f, "display scheduler reboot"), "System will reboot at ") !=
	      NULL);
	time_passes(f, 299);
	CHECK(!f->rebooted);
	time_passes(f, 3);
	CHECK(f->rebooted);
	schedule_forget(&f->shell);
	schedule_restore(&f->shell);
	CHECK_EQ(f->shell.reboot_at, 0);
	fixture_free(f);
}

TEST(a_reboot_that_was_undone_does_not_come_back)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	typed(f, "scheduler reboot delay 5\ry\r");
	fixture_exec(f, "undo scheduler reboot");
	schedule_restore(&f->shell);
	CHECK_EQ(f->shell.reboot_at, 0);
	fixture_free(f);
}

TEST(a_reboot_at_a_time_is_today_or_tomorrow)
{
	struct fixture *f = fixture_new();
	time_t now = time(NULL);

	typed(f, "scheduler reboot at 00:00\ry\r");
	CHECK_EQ(f->shell.reboot_at, (int64_t)(now - now % 86400 + 86400));
	typed(f, "schedule reboot at 23:59\ry\r");
	CHECK_EQ(f->shell.reboot_at % 86400, 86340);
	fixture_free(f);
}

TEST(times_that_are_none_past_or_far_are_refused)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(typed(f, "scheduler reboot at 24:00\r"), "invalid") != NULL);
	CHECK(strstr(typed(f, "scheduler reboot at 12:60\r"), "invalid") != NULL);
	CHECK(strstr(typed(f, "scheduler reboot at 12:00 02/30/2100\r"), "invalid") != NULL);
	CHECK(strstr(typed(f, "scheduler reboot at 12:00 02/03/2004\r"), "30 days") != NULL);
	CHECK(strstr(typed(f, "scheduler reboot at 12:00 2100/01/01\r"), "30 days") != NULL);
	CHECK(strstr(typed(f, "scheduler reboot delay 99999\r"), "30 days") != NULL);
	CHECK(strstr(typed(f, "scheduler reboot delay 0\r"), "30 days") != NULL);
	CHECK(strstr(typed(f, "scheduler reboot delay 5x\r"), "invalid") != NULL);
	CHECK_EQ(f->shell.reboot_at, 0);
	fixture_free(f);
}

// --- the recycle bin -----------------------------------------------------------------------------

static bool is_there(struct fixture *f, const char *name)
{
	return faccessat(f->shell.flash, name, F_OK, 0) == 0;
}

static struct fixture *fixture_with_deleted(void)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	if (file_write(f->shell.flash, "a b.cfg", span_text("x")) != STATUS_OK)
		abort();
	typed(f, "delete \"a b.cfg\"\ry\r");
	CHECK(is_there(f, ".trash/%2Fa b.cfg"));
	return f;
}

TEST(the_recycle_bin_is_emptied_file_by_file)
{
	struct fixture *f = fixture_with_deleted();

	CHECK(strstr(typed(f, "reset recycle-bin\rn\r"), "Clear flash:/a b.cfg? [Y/N]:n") !=
	      NULL);
	CHECK(is_there(f, ".trash/%2Fa b.cfg"));
	CHECK(strstr(typed(f, "reset recycle-bin\ry\r"),
	             "Clearing file flash:/a b.cfg... Done.") != NULL);
	CHECK(!is_there(f, ".trash/%2Fa b.cfg"));
	fixture_free(f);
}

TEST(the_recycle_bin_is_emptied_without_asking)
{
	struct fixture *f = fixture_with_deleted();

	CHECK_TEXT(fixture_exec(f, "reset recycle-bin /force"),
	           "Clearing file flash:/a b.cfg... Done.\n");
	CHECK(!is_there(f, ".trash/%2Fa b.cfg"));
	CHECK_TEXT(fixture_exec(f, "reset recycle-bin /force"), "");
	fixture_free(f);
}

CHECK_MAIN()
