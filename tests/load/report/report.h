// Results for people and for programs.
#pragma once

#include "tests/load/report/results.h"

struct load_phase;

// What the numbers belong to.
struct report {
	const struct results *results;  // merged
	const struct load_phase *phase; // as many as results->phases
	const char *scenario, *target, *link, *loop, *command_line;
	double seconds;
	double cpu_loop; // seconds of CPU of the loop threads, all together
	double cpu_all;  // and of the whole process
	unsigned cores;
	uint64_t resident_bytes; // most, of the whole process
	uint64_t held;           // sessions when most were open
	double held_bytes_each; // what the process grew by from the first thousand on, by session
	bool open_loop;
};

// Was the generator itself the limit? The reason, or NULL.
const char *report_bottleneck(const struct report *r);

void report_live(const struct results *const *all, unsigned count, double seconds, FILE *out);
void report_text(const struct report *r, FILE *out);
// Complain on stderr.
[[nodiscard]] bool report_html(const struct report *r, const char *path);
[[nodiscard]] bool report_json(const struct report *r, const char *path);
[[nodiscard]] bool report_histograms(const struct report *r, const char *folder);

// The JSON as text, with jansson's flags; the caller frees it. NULL: out of memory.
char *report_json_text(const struct report *r, size_t flags);
