// A bitonic sorting network over 1024 numbers: which are compared never depends on them. The
// list is kept as 32 rows of 32, and is transposed where a step would compare within a row, so
// that every step runs over whole vectors.
#include "crypto/pq/sntrup_poly.h"

#include "crypto/core/secret.h"
#include "crypto/pq/pq_wide.h"

#include <string.h>

#define SIDE 32

// Put the pairs `distance` rows apart in order, smaller first. Rows are as if one long list.
PQ_BODY void order(uint32_t *list, unsigned distance)
{
	for (unsigned block = 0; block < SIDE; block += 2 * distance) {
		uint32_t *restrict low = list + block * SIDE, *restrict high =
		                                                      low + distance * SIDE;

		for (unsigned i = 0; i < distance * SIDE; i++) {
			uint32_t a = low[i], b = high[i];

			low[i] = a < b ? a : b;
			high[i] = a < b ? b : a;
		}
	}
}

PQ_BODY void transpose(uint32_t *restrict out, const uint32_t *restrict in)
{
	for (unsigned i = 0; i < SIDE; i++) {
		for (unsigned k = 0; k < SIDE; k++)
			out[k * SIDE + i] = in[i * SIDE + k];
	}
}

// Complement the rows whose number has the bit: what is to descend there may ascend between two
// calls.
PQ_BODY void complement_rows(uint32_t *list, unsigned bit)
{
	for (unsigned i = 0; i < SNTRUP_SORTED; i++)
		list[i] ^= -(uint32_t)((i / SIDE & bit) != 0);
}

PQ_BODY void complement_odd_columns(uint32_t *list)
{
	for (unsigned i = 0; i < SNTRUP_SORTED; i++)
		list[i] ^= -(uint32_t)(i % 2);
}

PQ_BODY void order_within(uint32_t *list, unsigned rows)
{
	for (unsigned distance = rows / 2; distance > 0; distance /= 2)
		order(list, distance);
}

// Sort every row, ascending and descending by turns, of a list that is transposed: neighbours
// are in neighbouring rows, and what is a row in the end is a column.
PQ_BODY void sort_rows(uint32_t *transposed)
{
	for (unsigned run = 2; run < SIDE; run *= 2) {
		complement_rows(transposed, run);
		order_within(transposed, run);
		complement_rows(transposed, run);
	}
	complement_odd_columns(transposed);
	order_within(transposed, SIDE);
	complement_odd_columns(transposed);
}

PQ_BODY void sntrup_sort_body(uint32_t list[SNTRUP_SORTED])
{
	uint32_t transposed[SNTRUP_SORTED];

	// The order it comes in does not matter, so it is taken as transposed already.
	memcpy(transposed, list, sizeof(transposed));
	sort_rows(transposed);
	transpose(list, transposed);
	for (unsigned run = 2; run <= SIDE; run *= 2) {
		complement_rows(list, run); // none when the run is the whole list
		order_within(list, run);
		transpose(transposed, list);
		order_within(transposed, SIDE);
		transpose(list, transposed);
		complement_rows(list, run);
	}
	secret_wipe(transposed, sizeof(transposed));
}

PQ_TWICE(extern, sntrup_sort, (uint32_t list[SNTRUP_SORTED]), (list))
