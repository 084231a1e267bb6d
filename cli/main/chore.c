// Chores: when they are due, and the dialogues they run in.
#include "cli/main/chore.h"
#include "cli/commands/commands.h"

#define RETRY_US 1000000u // while the last one still runs

void chore_set(struct shell *shell, enum chore chore, uint64_t due_us)
{
	shell->chore_due_us[chore] = due_us;
}

uint64_t chore_next_us(const struct shell *shell)
{
	uint64_t next = UINT64_MAX;

	for (int i = 0; i < CHORES; i++)
		if (shell->chore_due_us[i] > 0 && shell->chore_due_us[i] < next)
			next = shell->chore_due_us[i];
	return next;
}

static bool chore_begin(struct shell *shell, enum chore chore)
{
	static enum turn (*const handlers[CHORES])(struct task * t) = {
	        [CHORE_REBOOT] = reboot_scheduled,
	        [CHORE_ARCHIVE] = archive_scheduled,
	};
	static const struct dialogue_start start = {.open = {.type = DIALOGUE_SHELL},
	                                            .role = API_ROLE_ADMIN,
	                                            .user = {(const uint8_t *)"scheduler", 9}};
	struct dialogue *d = dialogue_open(shell->local, shell->local_slot + chore,
	                                   ++shell->next_job, &start);

	if (d == NULL)
		return false;
	d->loading = true;
	d->credit = UINT64_MAX / 2;
	return task_begin(d, handlers[chore]);
}

void chore_run(struct shell *shell)
{
	for (int i = 0; i < CHORES; i++) {
		uint64_t due = shell->chore_due_us[i];

		if (due == 0 || due > shell->now_us)
			continue;
		shell->chore_due_us[i] = 0;
		if (!chore_begin(shell, (enum chore)i))
			chore_set(shell, (enum chore)i, shell->now_us + RETRY_US);
	}
}
