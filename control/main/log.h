// Log lines: subject first, one line a fact, values before prose. They go to standard error, which
// the supervisor keeps in a file. Text that a user chose is escaped; a peer that causes too many
// lines is told of by a count. Secrets have no formatter.
#pragma once

#include "control/main/shard.h"

#include <stdatomic.h>

// Severities as the information centre numbers them (comware.md 3.7).
enum log_level { LOG_ERROR = 3, LOG_WARNING = 4, LOG_NOTICE = 5, LOG_INFO = 6, LOG_DEBUG = 7 };

#define LOG_TEXT_MAX 512

// About a session, rate-limited by its peer. `what` is the mnemonic: "SSHS_LOG".
void log_session(struct shard *h, const struct session *s, enum log_level level,
                 const char *what, const char *format, ...)
        __attribute__((format(printf, 5, 6)));

// About the process.
void log_control(enum log_level level, const char *what, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

// What `debugging ssh server` shows on terminals, and nowhere else, while it is switched on.
enum log_debug { LOG_DEBUG_EVENT = 1, LOG_DEBUG_MESSAGE = 2, LOG_DEBUG_ERROR = 4 };
extern _Atomic uint32_t log_debug_switches;

#define log_debug(h, s, of, ...)                                                               \
	(log_debug_is_on(of) ? log_debug_session(h, s, of, __VA_ARGS__) : (void)0)

static inline bool log_debug_is_on(enum log_debug of)
{
	return (atomic_load_explicit(&log_debug_switches, memory_order_relaxed) & of) != 0;
}
void log_debug_session(struct shard *h, const struct session *s, enum log_debug of,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

// Printable form of bytes from outside, NUL-terminated: what is not plain ASCII becomes \xNN.
// Returns `out`.
const char *log_escape(char *out, size_t size, struct span text);

// Lines above this level are left out. LOG_INFO at first.
void log_level_set(enum log_level level);

// An address as people write it; v4-mapped as IPv4.
#define LOG_ADDRESS_MAX 48
const char *log_address(char out[LOG_ADDRESS_MAX], const uint8_t address[16]);
