// crypto/pq/sntrup_sort.c.
#include "crypto/pq/sntrup_poly.h"
#include "tests/unit/check.h"

// A network that sorts every list of zeros and ones sorts every list (Knuth 5.3.4): the ones
// that are sorted already, reversed, and rotated by every amount are a fair part of them.
static int unsorted_rotations(unsigned ones, bool low)
{
	uint32_t list[SNTRUP_SORTED];
	int unsorted = 0;

	for (unsigned shift = 0; shift < SNTRUP_SORTED; shift += 7) {
		for (unsigned i = 0; i < SNTRUP_SORTED; i++)
			list[(i + shift) % SNTRUP_SORTED] = (i < ones) == low;
		sntrup_sort(list);
		for (unsigned i = 1; i < SNTRUP_SORTED; i++)
			unsorted += list[i - 1] > list[i];
	}
	return unsorted;
}

TEST(rotated_runs_of_zeros_and_ones_are_sorted)
{
	int unsorted = 0;

	for (unsigned ones = 1; ones < SNTRUP_SORTED; ones += 31)
		unsorted += unsorted_rotations(ones, true) + unsorted_rotations(ones, false);
	CHECK_EQ(unsorted, 0);
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

TEST(numbers_over_the_whole_range_keep_their_values)
{
	uint32_t list[SNTRUP_SORTED], want[SNTRUP_SORTED], x = 1;

	for (unsigned i = 0; i < SNTRUP_SORTED; i++)
		list[i] = x = x * 1664525 + 1013904223;
	list[3] = list[900] = 0;
	list[4] = UINT32_MAX;
	memcpy(want, list, sizeof(want));
	qsort(want, SNTRUP_SORTED, sizeof(want[0]), ascending);
	sntrup_sort(list);
	CHECK_MEM(list, want, sizeof(want));
}

CHECK_MAIN()
