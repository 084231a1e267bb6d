// A checker of one page. A test is TEST(claim_as_a_sentence) { ... CHECK... }; a file ends with
// CHECK_MAIN(). Failures print expected and got; the last line is "N passed, N failed".
#pragma once

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check_case {
	const char *name;
	void (*run)(void);
	struct check_case *next;
};

[[maybe_unused]] static struct check_case *check_first, **check_last = &check_first;
static bool check_failed;

#define TEST(claim)                                                                            \
	static void test_##claim(void);                                                        \
	__attribute__((constructor)) static void add_##claim(void)                             \
	{                                                                                      \
		static struct check_case row = {#claim, test_##claim, NULL};                   \
		*check_last = &row;                                                            \
		check_last = &row.next;                                                        \
	}                                                                                      \
	static void test_##claim(void)

#define CHECK(condition) check_true((condition), #condition, __FILE__, __LINE__)
#define CHECK_EQ(got, want)                                                                    \
	check_equal((intmax_t)(got), (intmax_t)(want), #got, __FILE__, __LINE__)
#define CHECK_MEM(got, want, len) check_bytes((got), (want), (len), #got, __FILE__, __LINE__)
#define CHECK_TEXT(got, want)     check_text((got), (want), #got, __FILE__, __LINE__)

static inline void check_true(bool ok, const char *what, const char *file, int line)
{
	if (ok)
		return;
	check_failed = true;
	printf("  %s:%d: not true: %s\n", file, line, what);
}

static inline void check_equal(intmax_t got, intmax_t want, const char *what, const char *file,
                               int line)
{
	if (got == want)
		return;
	check_failed = true;
	printf("  %s:%d: %s: got %" PRIdMAX ", expected %" PRIdMAX "\n", file, line, what, got,
	       want);
}

static inline void check_hex(const char *label, const uint8_t *bytes, size_t len)
{
	printf("    %s", label);
	for (size_t i = 0; i < len && i < 96; i++)
		printf("%02x", bytes[i]);
	printf("%s\n", len > 96 ? "..." : "");
}

static inline void check_bytes(const void *got, const void *want, size_t len, const char *what,
                               const char *file, int line)
{
	if (len == 0 || memcmp(got, want, len) == 0)
		return;
	check_failed = true;
	printf("  %s:%d: %s differs in %zu bytes\n", file, line, what, len);
	check_hex("got      ", got, len);
	check_hex("expected ", want, len);
}

static inline void check_text(const char *got, const char *want, const char *what,
                              const char *file, int line)
{
	if (got != NULL && strcmp(got, want) == 0)
		return;
	check_failed = true;
	printf("  %s:%d: %s\n    got      \"%s\"\n    expected \"%s\"\n", file, line, what,
	       got != NULL ? got : "(null)", want);
}

// Runs all tests, or those whose names contain argv[1].
static inline int check_main(int argc, char **argv)
{
	unsigned passed = 0, failed = 0;

	for (struct check_case *c = check_first; c != NULL; c = c->next) {
		if (argc > 1 && strstr(c->name, argv[1]) == NULL)
			continue;
		check_failed = false;
		c->run();
		if (check_failed)
			printf("FAIL %s\n", c->name);
		failed += check_failed;
		passed += !check_failed;
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0 || passed == 0;
}

#define CHECK_MAIN()                                                                           \
	int main(int argc, char **argv)                                                        \
	{                                                                                      \
		return check_main(argc, argv);                                                 \
	}
