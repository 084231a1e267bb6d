// Filters of display commands: the first line is a chain of them, the others go through it. No
// expression may take the command line's process for long, neither to read nor to match.
#include "cli/term/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINE_MAX_BYTES 1000u // beyond a wide terminal's
#define LINES_MAX      8u
// Of this thread's time, for what the input asks for as a whole; sanitizers make it slow.
#define SPENT_MAX_NS 2000000000ll

static int64_t spent_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void feed_lines(struct filter *chain, const char *at, const char *end)
{
	char line[LINE_MAX_BYTES + 1], prefix[FILTER_PREFIX_MAX];

	for (unsigned i = 0; at < end && i < LINES_MAX; i++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop != NULL ? stop : end) - at);
		size_t kept = len < LINE_MAX_BYTES ? len : LINE_MAX_BYTES;

		memcpy(line, at, kept);
		line[kept] = 0;
		(void)filter_line(chain, line, prefix);
		if (strlen(prefix) >= FILTER_PREFIX_MAX)
			abort();
		at += len + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *end = text + size;
	const char *stop = size > 0 ? memchr(text, '\n', size) : NULL;
	size_t len = (size_t)((stop != NULL ? stop : end) - text);
	int64_t began = spent_ns();
	struct filter *chain;
	uint16_t caret = 0;
	enum filter_result result = filter_parse(span_of(data, len), &chain, &caret);

	if (caret > len || (result == FILTER_OK) != (chain != NULL))
		abort();
	if (chain != NULL)
		feed_lines(chain, stop != NULL ? stop + 1 : end, end);
	filter_free(chain);
	if (spent_ns() - began > SPENT_MAX_NS)
		abort();
	return 0;
}
