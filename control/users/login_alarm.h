// An alarm when logins fail too often: so many within so many minutes raise it, fewer clear it. One
// for all threads.
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define LOGIN_ALARM_MINUTES 120u // longest period

struct login_alarm_rule {
	uint32_t upper;   // failures that raise it; 0: never
	uint32_t lower;   // below this it is cleared
	uint32_t minutes; // at most LOGIN_ALARM_MINUTES
};

struct login_alarm {
	pthread_mutex_t lock;
	uint32_t failed[LOGIN_ALARM_MINUTES]; // guarded; of each minute
	uint64_t minute;                      // guarded; the newest of them
	bool raised;                          // guarded
};

enum login_alarm_turn { LOGIN_ALARM_SAME, LOGIN_ALARM_RAISED, LOGIN_ALARM_CLEARED };

void login_alarm_init(struct login_alarm *a);
void login_alarm_fini(struct login_alarm *a);

// A login has failed, or passed. `count`: failures within the period. Times are of any clock that
// only rises.
enum login_alarm_turn login_alarm_note(struct login_alarm *a,
                                       const struct login_alarm_rule *rule, bool failed,
                                       uint64_t now_s, uint32_t *count);
