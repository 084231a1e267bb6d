// A restart at a time to come.
#include "cli/commands/commands.h"
#include "cli/main/chore.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SCHEDULE_FILE ".scheduler" // of flash: when, in seconds since 1970; 0: not at all
#define DAY           86400
#define FAR_SECONDS   (30 * DAY) // no later than this

// --- times ---------------------------------------------------------------------------------------

// "hh:mm", to the last character.
static bool clock_parse(struct span text, unsigned hours_most, int64_t *seconds)
{
	char copy[16] = "", end = 0;
	unsigned hours, minutes;

	if (text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.len);
	if (sscanf(copy, "%3u:%2u%c", &hours, &minutes, &end) != 2 || hours > hours_most ||
	    minutes > 59)
		return false;
	*seconds = hours * 3600 + minutes * 60;
	return true;
}

// "MM/DD/YYYY" or "YYYY/MM/DD", as seconds of its midnight.
bool date_parse(struct span text, int64_t *midnight)
{
	char copy[16] = "", end = 0;
	struct tm tm = {0}, back;
	int a, b, c;

	if (text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.len);
	if (sscanf(copy, "%4d/%4d/%4d%c", &a, &b, &c, &end) != 3)
		return false;
	tm.tm_year = (a > 1900 ? a : c) - 1900;
	tm.tm_mon = (a > 1900 ? b : a) - 1;
	tm.tm_mday = a > 1900 ? c : b;
	back = tm;
	*midnight = timegm(&back);
	return back.tm_mday == tm.tm_mday && back.tm_mon == tm.tm_mon && back.tm_year > 100;
}

// Today, or tomorrow when that time has passed; or on the day that is named. By the device's clock.
static bool at_parse(struct task *t, int64_t host_now, int64_t *when)
{
	int64_t now = api_clock_local(&task_shell(t)->clock, host_now);
	struct span date = task_arg(t, ARG_DATE_WORD);
	int64_t clock, midnight = now - now % DAY;

	if (!clock_parse(task_arg(t, ARG_CLOCK_WORD), 23, &clock) ||
	    (date.len > 0 && !date_parse(date, &midnight)))
		return false;
	*when = midnight + clock;
	if (date.len == 0 && *when <= now)
		*when += DAY;
	*when -= now - host_now;
	return true;
}

// "hh:mm" or minutes.
static bool delay_parse(struct task *t, int64_t now, int64_t *when)
{
	struct span text = task_arg(t, ARG_WAIT_WORD);
	int64_t wait = 0;

	if (!clock_parse(text, 720, &wait)) {
		for (size_t i = 0; i < text.len; i++) {
			if (text.data[i] < '0' || text.data[i] > '9' || text.len > 5)
				return false;
			wait = wait * 10 + (text.data[i] - '0') * 60;
		}
	}
	*when = now + wait;
	return text.len > 0;
}

// --- commands ------------------------------------------------------------------------------------

static void when_text(const struct shell *shell, int64_t when, char *out, size_t size)
{
	int64_t now = time(NULL);

	int64_t minutes = (when - now + 59) / 60;
	char date[40];
	struct tm tm;

	(void)api_clock_tm(&shell->clock, when, &tm);
	strftime(date, sizeof(date), "%H:%M:%S %m/%d/%Y", &tm);
	snprintf(out, size, "%s (in %lld hours and %lld minutes)", date,
	         (long long)(minutes / 60), (long long)(minutes % 60));
}

// 0: not at all.
static void schedule_set(struct shell *shell, int64_t when)
{
	int64_t wait = when - (int64_t)time(NULL);

	shell->reboot_at = when;
	chore_set(shell, CHORE_REBOOT,
	          when == 0 ? 0
	                    : shell->now_us + (wait > 0 ? (uint64_t)wait : 0) * 1000000u + 1);
}

static enum turn schedule_kept(struct task *t)
{
	return t->status == STATUS_OK
	               ? TURN_DONE
	               : task_fail(t, "It is so, but flash could not keep it: %s.",
	                           status_text(t->status));
}

static enum turn schedule_keep(struct task *t)
{
	struct text text = {0};

	if (task_shell(t)->flash < 0)
		return TURN_DONE;
	text_format(&text, "%lld\n", (long long)task_shell(t)->reboot_at);
	return task_file_write(t, SCHEDULE_FILE, &text, schedule_kept);
}

void schedule_restore(struct shell *shell)
{
	struct blob file;
	char digits[33];
	int64_t when;

	if (shell->flash < 0 || file_read(shell->flash, SCHEDULE_FILE, 32, &file) != STATUS_OK)
		return;
	snprintf(digits, sizeof(digits), "%.*s", (int)file.len, (const char *)file.data);
	when = strtoll(digits, NULL, 10);
	blob_fini(&file);
	if (when > 0)
		schedule_set(shell, when);
}

void schedule_forget(struct shell *shell)
{
	if (shell->flash >= 0)
		unlinkat(shell->flash, SCHEDULE_FILE, 0);
}

static enum turn schedule_confirmed(struct task *t)
{
	struct shell *shell = task_shell(t);

	if (!task_said_yes(t))
		return TURN_DONE;
	schedule_set(shell, (int64_t)t->cursor);
	shell_log(shell, "scheduler: %s lets the device reboot in %lld s",
	          t->dialogue->user != NULL ? t->dialogue->user : "?",
	          (long long)(shell->reboot_at - (int64_t)time(NULL)));
	return schedule_keep(t);
}

static enum turn run_schedule(struct task *t)
{
	int64_t now = time(NULL), when;
	char text[120], question[200];

	if (!(task_has(t, "at") ? at_parse(t, now, &when) : delay_parse(t, now, &when)))
		return task_fail(t, "The time or date is invalid.");
	if (when <= now || when > now + FAR_SECONDS)
		return task_fail(t, "The time must be within the next 30 days.");
	t->cursor = (uint64_t)when;
	when_text(task_shell(t), when, text, sizeof(text));
	snprintf(question, sizeof(question), "Reboot system at %s. Confirm? [Y/N]:", text);
	return task_question(t, false, schedule_confirmed, question);
}

static enum turn run_schedule_undo(struct task *t)
{
	schedule_set(task_shell(t), 0);
	return schedule_keep(t);
}

static enum turn run_schedule_show(struct task *t)
{
	char text[120];

	if (task_shell(t)->reboot_at == 0)
		return TURN_DONE;
	when_text(task_shell(t), task_shell(t)->reboot_at, text, sizeof(text));
	task_print(t, "System will reboot at %s.\n", text);
	return TURN_DONE;
}

enum turn reboot_scheduled(struct task *t)
{
	task_shell(t)->reboot_at = 0;
	t->close = true;
	shell_log(task_shell(t), "scheduler: the device reboots");
	return task_ask_plain(t, API_REBOOT, task_end);
}

// clang-format off
#define SCHEDULE(word, flag)                                                                                                                              \
	{ word " reboot at CLOCK [ DATE ]", run_schedule, API_ROLE_ADMIN, "Restart the device at a time of day", .flags = flag },                       \
	{ word " reboot delay WAIT",        run_schedule, API_ROLE_ADMIN, "Restart the device after a while", .flags = flag },                          \
	{ "undo " word " reboot",           run_schedule_undo, API_ROLE_ADMIN, "Let it be", .flags = flag }
static const struct command schedule_user[] = { SCHEDULE("scheduler", 0), SCHEDULE("schedule", COMMAND_HIDDEN) };

static const struct command schedule_show[] = {
	{ "display scheduler reboot", run_schedule_show, API_ROLE_OPERATOR, "Display when the device will restart" },
	{ "display schedule reboot",  run_schedule_show, API_ROLE_OPERATOR, "Display when the device will restart", .flags = COMMAND_HIDDEN },
};
// clang-format on

TABLE(schedule_user);
TABLE(schedule_show);
