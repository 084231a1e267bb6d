// What one thread of the generator measures: a histogram for each kind of latency, the same over
// time in coarser buckets, errors by class with the server's words, and counts. One writer; the
// live line reads the counts; merged when the threads have stopped.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "crypto/core/span.h"
#include "tests/load/report/histogram.h"

// clang-format off
#define METRIC_LIST(X)                                                                            \
	X(CONNECT, "connect",        "TCP: from our SYN to open")                                 \
	X(IDENT,   "identification", "from open to the server's identification line")             \
	X(KEX,     "key exchange",   "from there to both sides' NEWKEYS")                        \
	X(AUTH,    "authentication", "from there to success")                                     \
	X(LOGIN,   "login",          "from the intended start to success")                        \
	X(PROMPT,  "first prompt",   "from asking for a shell to its first byte")                 \
	X(EXEC,    "exec",           "from asking for the command to its channel's end")          \
	X(ECHO,    "keystroke echo", "from when a key was due to its echo")                       \
	X(REPLY,   "answer",         "from when typed text was due to the first byte after it")   \
	X(REKEY,   "rekey",          "from our KEXINIT to both sides' NEWKEYS")                  \
	X(CLOSE,   "close",          "from our DISCONNECT to the connection's end")               \
	X(SESSION, "whole session",  "from the intended start to the connection's end")

#define TALLY_LIST(X)                                                                             \
	X(STARTED,  "sessions started")                                                           \
	X(LOGINS,   "logins")                                                                     \
	X(FINISHED, "sessions finished")                                                          \
	X(FAILED,   "sessions failed")                                                            \
	X(EXECS,    "commands run")                                                               \
	X(KEYS,     "keys typed")                                                                 \
	X(TYPED,    "transcript events typed")                                                    \
	X(REKEYS,   "key exchanges repeated")                                                     \
	X(BYTES_UP, "channel bytes sent")                                                         \
	X(BYTES_DOWN, "channel bytes received")                                                   \
	X(ABORTED,  "sessions cut off on purpose")
// clang-format on

enum metric {
#define X(name, label, text) METRIC_##name,
	METRIC_LIST(X)
#undef X
	        METRICS
};

enum tally {
#define X(name, text) TALLY_##name,
	TALLY_LIST(X)
#undef X
	        TALLIES
};

const char *metric_label(enum metric m);
const char *metric_text(enum metric m);
const char *tally_text(enum tally t);

#define ERRORS_MAX     128u
#define ERROR_WORDS    160u
#define CHOSEN_MAX     64u
#define MOMENTS_MAX    1200u // then two become one
#define COARSE_HALF    16u
#define COARSE_BUCKETS (28u * COARSE_HALF + COARSE_HALF)

struct error_row {
	const char *class;
	char words[ERROR_WORDS];
	uint64_t count;
	uint32_t first_s; // seconds into the run
};

struct coarse {
	uint32_t count[COARSE_BUCKETS];
	uint32_t max_us;
};

// One stretch of time.
struct moment {
	struct coarse *latency[METRICS]; // NULL: none fell into it
	uint64_t tally[TALLIES];         // within it
	uint64_t open;                   // authenticated sessions at its end
	double cpu;                      // share of one core that this thread used
};

// What was chosen in first key exchanges.
struct chosen_row {
	char words[ERROR_WORDS];
	uint64_t count;
};

// One stretch of a plan.
struct phase_results {
	struct histogram *latency[METRICS]; // NULL: none fell into it
	uint64_t tally[TALLIES];            // within it
};

struct results {
	struct histogram *latency[METRICS];
	uint64_t tally[TALLIES]; // writer: the thread; the live line reads
	uint64_t open, open_most;
	struct error_row error[ERRORS_MAX];
	unsigned errors;
	uint64_t errors_other; // beyond ERRORS_MAX
	struct chosen_row chosen[CHOSEN_MAX];
	unsigned chosens;
	uint64_t chosen_other; // beyond CHOSEN_MAX
	struct phase_results *in_phase;
	unsigned phase, phases;        // the one that is on, of so many; 0: no phases
	uint64_t phase_tally[TALLIES]; // when it began
	struct moment *moment;
	unsigned moments;
	uint32_t width_s; // of a moment
	uint64_t start_us, end_us;
	uint64_t tally_before[TALLIES];
	double cpu_before, cpu_total; // seconds
	uint64_t late_us_most;        // worst delay of our own behind the plan
	uint64_t late;                // arrivals that began more than 10 ms behind it
};

[[nodiscard]] bool results_init(struct results *r, uint64_t now_us, unsigned phases);
void results_fini(struct results *r);

void results_latency(struct results *r, enum metric m, uint64_t us);
void results_error(struct results *r, const char *class, struct span words, uint64_t now_us);

void results_chosen(struct results *r, struct span words);
void results_phase_next(struct results *r);

// Close the moments that have passed; call at least once a second, on the thread itself.
void results_tick(struct results *r, uint64_t now_us);
void results_end(struct results *r, uint64_t now_us);
void results_merge(struct results *into, const struct results *from);

uint64_t coarse_at(const struct coarse *c, double percentile);
uint64_t coarse_total(const struct coarse *c);

static inline void results_count(struct results *r, enum tally t, uint64_t n)
{
	__atomic_store_n(&r->tally[t], r->tally[t] + n, __ATOMIC_RELAXED);
}

static inline uint64_t results_read(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}
