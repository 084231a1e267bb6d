// The device as a whole: counters, memory, name, restart.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

TEST(counters_display_all_or_those_that_counted_and_are_reset)
{
	struct fixture *f = fixture_new();
	const char *all = strstr(fixture_exec(f, "display counters"), "cli_overrun");

	CHECK(all != NULL);
	CHECK(strncmp(shown(f),
	              "Counter                                        Value  Meaning\n",
	              60) == 0);
	CHECK(strstr(fixture_exec(f, "display counters non-zero"), "cli_overrun") == NULL);
	CHECK(strstr(shown(f), "cli_commands") != NULL);
	fixture_exec(f, "reset counters");
	CHECK(f->counters_reset);
	CHECK_EQ(f->shell.count[COUNT_cli_bytes_in], 0);
	fixture_free(f);
}

TEST(pools_and_memory_display_as_tables)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(fixture_exec(f, "display sessions resources"), "\ncli dialogues  ") !=
	      NULL);
	CHECK(strstr(fixture_exec(f, "display memory"), "bytes \n") != NULL);
	CHECK(strncmp(fixture_exec(f, "display memory | json"), "[\n", 2) == 0);
	fixture_free(f);
}

TEST(the_name_returns_to_its_default)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nsysname r1\naaa session-limit ssh 5");
	CHECK(strstr(fixture_exec(f, "display current-configuration"),
	             "\n aaa session-limit ssh 5\n") != NULL);
	fixture_exec(f, "system-view\nundo sysname\nundo aaa session-limit ssh");
	CHECK_TEXT(f->shell.sysname, "Sallyport");
	CHECK(strstr(fixture_exec(f, "display current-configuration"),
	             "\n aaa session-limit ssh 1048576\n") != NULL);
	fixture_free(f);
}

TEST(rebooting_offers_to_save_and_asks)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	fixture_flash(f);
	type_text(f, d, "reboot\r");
	CHECK(strstr(shown(f),
	             "\r\nStart to check configuration with next startup configuration "
	             "file, please wait.........DONE!\r\nCurrent configuration will be "
	             "lost after the reboot, save current configuration? [Y/N]:") != NULL);
	type_text(f, d, "n\r");
	CHECK(strstr(shown(f), "This command will reboot the device. Continue? [Y/N]:") !=
	      NULL);
	type_text(f, d, "n\r");
	CHECK(!f->rebooted);
	type_text(f, d, "reboot\ry\r");
	type_text(f, d, "y\r");
	CHECK(strstr(shown(f), "Now rebooting, please wait...") != NULL);
	CHECK(f->rebooted);
	fixture_free(f);
}

TEST(a_forced_reboot_asks_nothing)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f, "reboot force"), "Now rebooting, please wait...\n");
	CHECK(f->rebooted);
	fixture_free(f);
}

// --- what it is --------------------------------------------------------------------------------

TEST(boards_and_their_labels_are_shown)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(
	        fixture_exec(f, "display device"),
	        "Slot No. Brd Type      Brd Status  Subslot Num  Sft Ver           Patch Ver\n"
	        "1        Sallyport     Master      0            Sallyport-" SALLYPORT_VERSION
	        "   None\n");
	CHECK_TEXT(fixture_exec(f, "display device manuinfo"),
	           "Slot 1 CPU 0:\n DEVICE_NAME          : Sallyport\n"
	           " DEVICE_SERIAL_NUMBER : NONE\n MAC_ADDRESS          : NONE\n"
	           " MANUFACTURING_DATE   : NONE\n VENDOR_NAME          : Sallyport\n");
	fixture_free(f);
}

TEST(another_vendor_is_named_where_scripts_look)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\ncompatible vendor-string H3C");
	CHECK(strstr(fixture_exec(f, "display version"), "H3C Comware Software, Version") !=
	      NULL);
	CHECK(strstr(fixture_exec(f, "display current-configuration"),
	             " compatible vendor-string H3C\n") != NULL);
	fixture_exec(f, "system-view\nundo compatible vendor-string");
	CHECK(strncmp(fixture_exec(f, "display version"), "Comware Software", 16) == 0);
	fixture_free(f);
}

TEST(a_diagnosis_is_the_displays_that_help)
{
	struct fixture *f = fixture_new();
	const char *text = fixture_exec(f, "display diagnostic-information\ndisplay alias");

	CHECK(strstr(text, "Comware Software, Version") != NULL);
	CHECK(strstr(text, "sysname Sallyport") != NULL);
	CHECK(strstr(text, "Log buffer: Enabled") != NULL);
	CHECK(strstr(strstr(text, "Log buffer: Enabled"), "Alias") != NULL);
	fixture_free(f);
}

CHECK_MAIN()
