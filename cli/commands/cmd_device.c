// What the device is: boards, what is written on them, and everything there is to tell of it.
#include "cli/commands/commands.h"

#include <stdio.h>

#define NAME "Sallyport"

// --- display device ----------------------------------------------------------------------------

static const struct column boards_columns[] = {
        {"Slot No.", 9, COLUMN_NUMBER},     {"Brd Type", 14, 0}, {"Brd Status", 12, 0},
        {"Subslot Num", 13, COLUMN_NUMBER}, {"Sft Ver", 18, 0},  {"Patch Ver", 0, 0}};
static TABLE_OF(boards, "", false);

static enum turn run_device(struct task *t)
{
	task_table(t, &boards);
	table_value(&t->table, "1");
	table_value(&t->table, NAME);
	table_value(&t->table, "Master");
	table_value(&t->table, "0");
	table_value(&t->table, NAME "-" SALLYPORT_VERSION);
	table_value(&t->table, "None");
	return task_table_end(t);
}

// What nobody has written on a program is NONE, as for boards without a label.
static const struct column labels_columns[] = {{"DEVICE_NAME          : ", 0, 0},
                                               {"DEVICE_SERIAL_NUMBER : ", 0, 0},
                                               {"MAC_ADDRESS          : ", 0, 0},
                                               {"MANUFACTURING_DATE   : ", 0, 0},
                                               {"VENDOR_NAME          : ", 0, 0}};
static TABLE_OF(labels, " ", true);

static enum turn run_manuinfo(struct task *t)
{
	const struct shell *shell = task_shell(t);

	if (!t->json)
		task_print(t, "Slot 1 CPU 0:\n");
	task_table(t, &labels);
	table_value(&t->table, NAME);
	for (int i = 0; i < 3; i++)
		table_value(&t->table, "NONE");
	table_value(&t->table, "%s", shell->vendor[0] != 0 ? shell->vendor : NAME);
	return task_table_end(t);
}

// --- display diagnostic-information ------------------------------------------------------------

static const char diagnosis[] = "display clock\n"
                                "display version\n"
                                "display device\n"
                                "display device manuinfo\n"
                                "display startup\n"
                                "display current-configuration\n"
                                "display users\n"
                                "display line summary\n"
                                "display ssh server status\n"
                                "display ssh server session\n"
                                "display ssh user-information\n"
                                "display memory\n"
                                "display sessions resources\n"
                                "display counters non-zero\n"
                                "display password-control blacklist\n"
                                "display logbuffer\n";

static enum turn run_diagnosis(struct task *t)
{
	struct text text = {0};

	text_puts(&text, diagnosis);
	if (!text.failed && dialogue_insert(t->dialogue, &text))
		return TURN_DONE;
	text_fini(&text);
	return task_fail(t, "These commands cannot be run among repeated ones.");
}

// clang-format off
static const struct command device[] = {
	{ "display device",          run_device,   API_ROLE_OPERATOR, "Display boards", .flags = COMMAND_TABLE },
	{ "display device manuinfo", run_manuinfo, API_ROLE_OPERATOR, "Display what is written on them", .flags = COMMAND_TABLE },
	{ "display diagnostic-information", run_diagnosis, API_ROLE_OPERATOR, "Display everything that helps to find a fault" },
};

static const struct command vendor[] = {
	{ "compatible vendor-string VENDOR", run_setting, API_ROLE_ADMIN, "Name another vendor where scripts look for one", API_CLASS_SYSTEM, API_SYSTEM_VENDOR, 0, emit_setting },
	{ "undo compatible vendor-string",   run_default, API_ROLE_ADMIN, "Name no other vendor", API_CLASS_SYSTEM, API_SYSTEM_VENDOR },
};
// clang-format on

TABLE(device);
TABLE(vendor);
