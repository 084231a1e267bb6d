// Failed logins of each minute, in a ring.
#include "control/users/login_alarm.h"

void login_alarm_init(struct login_alarm *a)
{
	pthread_mutex_init(&a->lock, NULL);
}

void login_alarm_fini(struct login_alarm *a)
{
	pthread_mutex_destroy(&a->lock);
}

// Minutes that went by without a login had no failures.
static void minute_enter(struct login_alarm *a, uint64_t minute)
{
	if (minute > a->minute + LOGIN_ALARM_MINUTES)
		a->minute = minute - LOGIN_ALARM_MINUTES;
	while (a->minute < minute)
		a->failed[++a->minute % LOGIN_ALARM_MINUTES] = 0;
}

static uint32_t failures(const struct login_alarm *a, uint32_t minutes)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < minutes && i < LOGIN_ALARM_MINUTES && i <= a->minute; i++)
		count += a->failed[(a->minute - i) % LOGIN_ALARM_MINUTES];
	return count;
}

enum login_alarm_turn login_alarm_note(struct login_alarm *a,
                                       const struct login_alarm_rule *rule, bool failed,
                                       uint64_t now_s, uint32_t *count)
{
	enum login_alarm_turn turn = LOGIN_ALARM_SAME;

	pthread_mutex_lock(&a->lock);
	minute_enter(a, now_s / 60);
	a->failed[a->minute % LOGIN_ALARM_MINUTES] += failed;
	*count = failures(a, rule->minutes);
	if (!a->raised && rule->upper > 0 && *count >= rule->upper)
		turn = LOGIN_ALARM_RAISED;
	else if (a->raised &&
	         (rule->upper == 0 || *count < (rule->lower > 0 ? rule->lower : 1)))
		turn = LOGIN_ALARM_CLEARED;
	if (turn != LOGIN_ALARM_SAME)
		a->raised = turn == LOGIN_ALARM_RAISED;
	pthread_mutex_unlock(&a->lock);
	return turn;
}
