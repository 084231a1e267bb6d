// Keys that type a command.
#include "cli/commands/commands.h"

#include <stdio.h>

static const struct {
	const char *word, *shown;
	uint8_t field;
} keys[HOTKEYS] = {
        [HOTKEY_G] = {"ctrl_g", "CTRL_G", API_SHELL_HOTKEY_G},
        [HOTKEY_L] = {"ctrl_l", "CTRL_L", API_SHELL_HOTKEY_L},
        [HOTKEY_O] = {"ctrl_o", "CTRL_O", API_SHELL_HOTKEY_O},
        [HOTKEY_T] = {"ctrl_t", "CTRL_T", API_SHELL_HOTKEY_T},
        [HOTKEY_U] = {"ctrl_u", "CTRL_U", API_SHELL_HOTKEY_U},
};

static uint8_t key_typed(const struct task *t)
{
	for (int i = 0; i < HOTKEYS; i++)
		if (task_has(t, keys[i].word))
			return keys[i].field;
	return API_SHELL_HOTKEY_G;
}

static enum turn run_hotkey(struct task *t)
{
	struct api_record r = {.class = API_CLASS_SHELL};
	char command[COMMAND_TEXT_MAX];

	if (!command_text(t, command))
		return task_fail(t, "The command is too long.");
	record_add_text(&r, key_typed(t), span_text(command));
	return task_put(t, &r, task_end);
}

static enum turn run_undo_hotkey(struct task *t)
{
	struct api_record r = {.class = API_CLASS_SHELL};
	uint8_t field = key_typed(t);

	record_add_text(&r, field, span_text(api_field_row(field)->text));
	return task_put(t, &r, task_end);
}

static void emit_hotkeys(struct config_out *out, const struct command *row,
                         const struct api_record *record)
{
	char word[CONFIG_WORD_MAX];

	for (int i = 0; i < HOTKEYS; i++) {
		struct span text = record_text(record, keys[i].field);

		if (!span_is(text, api_field_row(keys[i].field)->text))
			config_line(out, 1, "hotkey %s %s", keys[i].word,
			            config_word(text, word));
	}
}

static void show_keys(struct task *t, bool defined)
{
	for (enum hotkey i = 0; i < HOTKEYS; i++) {
		const char *text = shell_hotkey(task_shell(t), i);

		if ((text[0] != 0) == defined)
			task_print(t, "%s  %s\n", keys[i].shown, defined ? text : "NULL");
	}
}

static enum turn run_show(struct task *t)
{
	task_print(t, "----------------- Hotkeys -----------------\n\n"
	              "            =Defined hotkeys=\nHotkeys Command\n");
	show_keys(t, true);
	task_print(t, "\n           =Undefined hotkeys=\nHotkeys Command\n");
	show_keys(t, false);
	task_print(t, "\n            =System hotkeys=\nHotkeys Function\n"
	              "CTRL_A  Move the cursor to the beginning of the line.\n"
	              "CTRL_B  Move the cursor one character to the left.\n"
	              "CTRL_C  Stop the current command.\n"
	              "CTRL_D  Erase the character at the cursor.\n"
	              "CTRL_E  Move the cursor to the end of the line.\n"
	              "CTRL_F  Move the cursor one character to the right.\n"
	              "CTRL_H  Erase the character to the left of the cursor.\n"
	              "CTRL_K  Abort the outgoing connection.\n"
	              "CTRL_N  Display the next command in the history.\n"
	              "CTRL_P  Display the previous command in the history.\n"
	              "CTRL_R  Redisplay the current line.\n"
	              "CTRL_W  Delete the word to the left of the cursor.\n"
	              "CTRL_X  Delete all characters to the left of the cursor.\n"
	              "CTRL_Y  Delete all characters from the cursor to the end.\n"
	              "CTRL_Z  Return to user view.\n"
	              "CTRL_]  Kill the incoming connection.\n"
	              "ESC_B   Move the cursor one word to the left.\n"
	              "ESC_D   Delete the word to the right of the cursor.\n"
	              "ESC_F   Move the cursor one word to the right.\n");
	return TURN_DONE;
}

// clang-format off
#define KEYS "{ ctrl_g | ctrl_l | ctrl_o | ctrl_t | ctrl_u }"
static const struct command hotkey[] = {
	{ "hotkey " KEYS " COMMAND...", run_hotkey, API_ROLE_ADMIN, "Assign a command to a key", API_CLASS_SHELL, API_SHELL_HOTKEY_G, 0, emit_hotkeys },
	{ "undo hotkey " KEYS, run_undo_hotkey, API_ROLE_ADMIN, "Restore the command of a key" },
};

static const struct command hotkey_show[] = {
	{ "display hotkey", run_show, API_ROLE_OPERATOR, "Display the hotkeys" },
};
// clang-format on

TABLE(hotkey);
TABLE(hotkey_show);
