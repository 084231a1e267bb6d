// Reads Wycheproof files (tests/vectors) for the tests of crypto.
#pragma once

#include "tests/unit/check.h"

#include <jansson.h>

#define VECTOR_BYTES_MAX 8192

struct vector_bytes {
	uint8_t data[VECTOR_BYTES_MAX];
	size_t len;
};

// Bytes written; SIZE_MAX when it is not hexadecimal or does not fit.
static inline size_t vector_unhex(const char *hex, uint8_t *out, size_t max)
{
	size_t n = strlen(hex) / 2;

	if (strlen(hex) % 2 != 0 || n > max)
		return SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		if (sscanf(hex + 2 * i, "%2hhx", &out[i]) != 1)
			return SIZE_MAX;
	}
	return n;
}

static inline struct vector_bytes vector_bytes(json_t *object, const char *name)
{
	struct vector_bytes b;
	const char *hex = json_string_value(json_object_get(object, name));

	b.len = hex != NULL ? vector_unhex(hex, b.data, sizeof(b.data)) : SIZE_MAX;
	if (b.len == SIZE_MAX) {
		printf("  vector field %s is not hexadecimal\n", name);
		exit(1);
	}
	return b;
}

static inline const char *vector_text(json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static inline bool vector_is_valid(json_t *test)
{
	return strcmp(vector_text(test, "result"), "valid") == 0;
}

static inline bool vector_is_acceptable(json_t *test)
{
	return strcmp(vector_text(test, "result"), "acceptable") == 0;
}

static inline bool vector_has_flag(json_t *test, const char *flag)
{
	json_t *each;
	size_t i;

	json_array_foreach(json_object_get(test, "flags"), i, each)
	{
		if (strcmp(json_string_value(each), flag) == 0)
			return true;
	}
	return false;
}

// Run every case of a file; returns how many there were. A false answer fails the test and
// prints the tcId.
static inline int vectors_run(const char *file, bool (*agrees)(json_t *group, json_t *test))
{
	const char *folder = getenv("VECTORS");
	json_t *root, *group, *test;
	char path[512];
	size_t i, k;
	int count = 0;

	snprintf(path, sizeof(path), "%s/%s", folder != NULL ? folder : "tests/vectors", file);
	root = json_load_file(path, 0, NULL);
	CHECK(root != NULL);
	json_array_foreach(json_object_get(root, "testGroups"), i, group)
	{
		json_array_foreach(json_object_get(group, "tests"), k, test)
		{
			count++;
			if (agrees(group, test))
				continue;
			check_failed = true;
			printf("  %s tcId %lld: %s (%s)\n", file,
			       (long long)json_integer_value(json_object_get(test, "tcId")),
			       vector_text(test, "comment"), vector_text(test, "result"));
		}
	}
	json_decref(root);
	return count;
}
