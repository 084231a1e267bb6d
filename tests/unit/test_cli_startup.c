// Start-up files: which is next, and what happens when one does not do.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

static void on_loaded(struct config_load *load)
{
	*(bool *)load->owner = true;
}

static void file_put(struct fixture *f, const char *name, const char *text)
{
	if (file_write(f->shell.flash, name, span_text(text)) != STATUS_OK)
		abort();
}

static void device_start(struct fixture *f)
{
	bool done = false;
	struct config_load load = {
	        .table = &f->table, .slot = 40, .done = on_loaded, .owner = &done};

	config_load(&load);
	settle(f);
	CHECK(done && f->started);
}

static struct fixture *fixture_with_files(void)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	file_put(f, "new.cfg", "sysname New\n");
	file_put(f, "old.cfg", "sysname Old\n");
	file_put(f, "bad.cfg", "sysname Bad\nno such command\n");
	return f;
}

TEST(display_startup_names_the_file_in_force_and_the_next_ones)
{
	struct fixture *f = fixture_with_files();

	CHECK_TEXT(fixture_exec(f, "display startup"),
	           " Current startup saved-configuration file: NULL\n"
	           " Next main startup saved-configuration file: flash:/startup.cfg\n"
	           " Next backup startup saved-configuration file: NULL\n");
	CHECK_TEXT(fixture_exec(f, "startup saved-configuration new.cfg"),
	           "Please wait ....\n... Done!\n");
	CHECK_TEXT(fixture_exec(f, "startup saved-configuration flash:/old.cfg backup"),
	           "Please wait ....\n... Done!\n");
	device_start(f);
	CHECK_TEXT(fixture_exec(f, "display startup"),
	           " Current startup saved-configuration file: flash:/new.cfg\n"
	           " Next main startup saved-configuration file: flash:/new.cfg\n"
	           " Next backup startup saved-configuration file: flash:/old.cfg\n");
	CHECK_TEXT(f->shell.sysname, "New");
	CHECK(f->shell.notice == NULL);
	fixture_free(f);
}

TEST(a_bad_main_file_falls_back_on_the_backup_and_each_login_is_told)
{
	struct fixture *f = fixture_with_files();

	fixture_exec(f, "startup saved-configuration bad.cfg main");
	fixture_exec(f, "startup saved-configuration old.cfg backup");
	device_start(f);
	CHECK_TEXT(f->shell.sysname, "Old");
	CHECK_TEXT(f->shell.notice,
	           "% flash:/bad.cfg could not be applied (line 2). The backup "
	           "file flash:/old.cfg is in force.\n");
	text_add(&f->log, "", 1);
	CHECK(strstr(f->log.data, "start: flash:/bad.cfg: some lines were refused (line 2") !=
	      NULL);
	CHECK(strstr(f->log.data, "start: flash:/old.cfg is in force") != NULL);
	fixture_free(f);
}

TEST(two_bad_files_fall_back_on_the_factory_configuration)
{
	struct fixture *f = fixture_with_files();

	file_put(f, "worse.cfg", "nonsense\n");
	fixture_exec(f, "startup saved-configuration bad.cfg");
	fixture_exec(f, "startup saved-configuration worse.cfg backup");
	device_start(f);
	CHECK_TEXT(f->shell.sysname, "Sallyport");
	CHECK_TEXT(f->shell.notice,
	           "% flash:/bad.cfg could not be applied (line 2). The factory "
	           "configuration is in force.\n");
	fixture_free(f);
}

TEST(a_chosen_file_that_is_gone_is_missed_aloud)
{
	struct fixture *f = fixture_with_files();

	fixture_exec(f, "startup saved-configuration new.cfg");
	fixture_exec(f, "startup saved-configuration old.cfg backup");
	unlinkat(f->shell.flash, "new.cfg", 0);
	device_start(f);
	CHECK_TEXT(f->shell.sysname, "Old");
	CHECK_TEXT(f->shell.notice, "% flash:/new.cfg could not be read. The backup file "
	                            "flash:/old.cfg is in force.\n");
	fixture_free(f);
}

TEST(undo_startup_starts_with_the_factory_configuration_in_silence)
{
	struct fixture *f = fixture_with_files();

	file_put(f, "startup.cfg", "sysname Kept\n");
	fixture_exec(f, "undo startup saved-configuration");
	device_start(f);
	CHECK_TEXT(f->shell.sysname, "Sallyport");
	CHECK(f->shell.notice == NULL);
	fixture_free(f);
}

TEST(only_a_file_that_is_there_can_be_chosen)
{
	struct fixture *f = fixture_with_files();

	CHECK_TEXT(fixture_exec(f, "startup saved-configuration none.cfg"),
	           " % The file does not exist.\n");
	CHECK_TEXT(fixture_exec(f, "startup saved-configuration ../x.cfg"),
	           " % The file name is invalid.\n");
	fixture_free(f);
}

TEST(save_goes_to_the_main_file_and_a_plain_save_elsewhere_makes_that_the_main_one)
{
	struct fixture *f = fixture_with_files();
	struct dialogue *d;
	struct startup s;

	fixture_exec(f, "startup saved-configuration new.cfg");
	fixture_exec(f, "save force");
	CHECK(strstr(fixture_exec(f, "display saved-configuration"), "sysname New") == NULL);
	d = fixture_terminal(f);
	type_text(f, d, "save\ry\rother.cfg\r");
	startup_read(f->shell.flash, &s);
	CHECK_TEXT(s.main, "other.cfg");
	type_text(f, d, "save third.cfg\r");
	startup_read(f->shell.flash, &s);
	CHECK_TEXT(s.main, "other.cfg");
	fixture_free(f);
}

TEST(save_backup_makes_its_file_the_next_backup)
{
	struct fixture *f = fixture_with_files();
	struct startup s;

	fixture_exec(f, "save backup force");
	startup_read(f->shell.flash, &s);
	CHECK_TEXT(s.backup, "backup.cfg");
	CHECK_TEXT(s.main, "startup.cfg");
	type_text(f, fixture_terminal(f), "save safely backup\ry\rspare.cfg\r");
	startup_read(f->shell.flash, &s);
	CHECK_TEXT(s.backup, "spare.cfg");
	CHECK(strstr(shown(f), "Please input the file name(*.cfg)[flash:/backup.cfg]\r\n") !=
	      NULL);
	fixture_exec(f, "save safely main force");
	CHECK_EQ(faccessat(f->shell.flash, "startup.cfg", F_OK, 0), 0);
	fixture_exec(f, "save all.cfg all");
	CHECK_EQ(faccessat(f->shell.flash, "all.cfg", F_OK, 0), 0);
	fixture_free(f);
}

TEST(reset_erases_the_main_file_after_a_yes)
{
	struct fixture *f = fixture_with_files();
	struct dialogue *d = fixture_terminal(f);

	file_put(f, "startup.cfg", "sysname Kept\n");
	type_text(f, d, "reset saved-configuration\rn\r");
	CHECK_EQ(faccessat(f->shell.flash, "startup.cfg", F_OK, 0), 0);
	shown_clear(f);
	type_text(f, d, "reset saved-configuration\ry\r");
	CHECK(strstr(shown(f), "Configuration file in flash: is being cleared.\r\n") != NULL);
	CHECK(strstr(shown(f), "Configuration file is cleared.\r\n") != NULL);
	CHECK(faccessat(f->shell.flash, "startup.cfg", F_OK, 0) != 0);
	fixture_free(f);
}

CHECK_MAIN()
