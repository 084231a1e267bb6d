// Name-lists are walked in place.
#include "crypto/wire/names.h"

bool names_next(struct span *list, struct span *name)
{
	const uint8_t *comma;
	size_t n;

	if (list->len == 0)
		return false;
	comma = memchr(list->data, ',', list->len);
	n = comma != NULL ? (size_t)(comma - list->data) : list->len;
	*name = span_of(list->data, n);
	n += comma != NULL;
	*list = span_of(list->data + n, list->len - n);
	return true;
}

bool names_has(struct span list, struct span name)
{
	struct span each;

	while (names_next(&list, &each)) {
		if (span_equal(each, name))
			return true;
	}
	return false;
}

struct span names_pick(struct span theirs, struct span ours)
{
	struct span each;

	while (names_next(&theirs, &each)) {
		if (each.len > 0 && names_has(ours, each))
			return each;
	}
	return (struct span){NULL, 0};
}
