// What all dialogues share, and the queue of those with something to do.
#include "cli/main/shell.h"
#include "cli/main/dialogue.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum status shell_init(struct shell *shell, const char **bad)
{
	enum status status = STATUS_OK;

	*shell = (struct shell){.flash = -1,
	                        .state = -1,
	                        .quotas = QUOTAS_INIT,
	                        .guests = {.launcher = -1, .epoll = -1}};
	snprintf(shell->sysname, sizeof(shell->sysname), "%s",
	         api_field_row(API_SYSTEM_NAME)->text);
	shell->idle_seconds = api_field_row(API_VTY_IDLE_SECONDS)->number;
	shell->sftp_idle_seconds = 60 * api_field_row(API_SSH_SERVER_SFTP_IDLE_MINUTES)->number;
	shell->screen_length = api_field_row(API_VTY_SCREEN_LENGTH)->number;
	shell->escape_key = (uint8_t)api_field_row(API_VTY_ESCAPE)->number;
	shell->activation_key = (uint8_t)api_field_row(API_VTY_ACTIVATE)->number;
	shell->history = api_field_row(API_VTY_HISTORY)->number;
	shell->password.length = api_field_row(API_PASSWORD_CONTROL_LENGTH)->number;
	shell->password.types = api_field_row(API_PASSWORD_CONTROL_TYPES)->number;
	shell->password.type_length = api_field_row(API_PASSWORD_CONTROL_TYPE_LENGTH)->number;
	for (int i = 0; i < VIEWS && status == STATUS_OK; i++)
		status = tree_init(&shell->trees[i], &views[i], bad);
	return status;
}

void shell_fini(struct shell *shell)
{
	for (int i = 0; i < VIEWS; i++)
		tree_fini(&shell->trees[i]);
	shell_settings_fini(shell);
	history_all_fini(&shell->history_all);
	free(shell->notice);
	shell->notice = NULL;
}

void shell_queue(struct shell *shell, struct dialogue *d)
{
	if (d->queued)
		return;
	d->queued = true;
	d->next = NULL;
	if (shell->last != NULL)
		shell->last->next = d;
	else
		shell->first = d;
	shell->last = d;
}

static struct dialogue *queue_take(struct shell *shell)
{
	struct dialogue *d = shell->first;

	shell->first = d->next;
	if (shell->first == NULL)
		shell->last = NULL;
	d->next = NULL;
	d->queued = false;
	return d;
}

uint32_t shell_turn(struct shell *shell)
{
	struct dialogue *end = shell->last;
	uint32_t again = 0;
	bool last = end == NULL;

	shell->blocked = 0;
	while (!last) {
		struct dialogue *d = queue_take(shell);
		enum dialogue_turn turn;

		last = d == end;
		if (d->table == NULL) // ended while it stood in the queue
			continue;
		turn = dialogue_turn(d);
		again += turn == DIALOGUE_AGAIN;
		shell->blocked += turn == DIALOGUE_BLOCKED;
		if (turn != DIALOGUE_IDLE)
			shell_queue(shell, d);
	}
	return again;
}

const char *shell_counter_name(enum shell_counter counter)
{
	static const char *const names[SHELL_COUNTERS] = {
#define X(name, text) #name,
	        SHELL_COUNTER_LIST(X)
#undef X
	};

	return names[counter];
}

const char *shell_counter_text(enum shell_counter counter)
{
	static const char *const texts[SHELL_COUNTERS] = {
#define X(name, text) text,
	        SHELL_COUNTER_LIST(X)
#undef X
	};

	return texts[counter];
}

void shell_log(struct shell *shell, const char *format, ...)
{
	char line[512];
	va_list args;

	if (shell->log == NULL)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	shell->log(line);
}
