// Feeds every file of a corpus folder to a fuzz target, and then every prefix and every one-byte
// change of each small file: a corpus replay that finds more than the seeds alone.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUTATE_BYTES_MAX 512

// An exact-size copy, so that a sanitizer sees a read past the end.
static void feed(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void mutate(uint8_t *data, size_t size)
{
	static const uint8_t flips[] = {0x01, 0x80, 0xff};

	for (size_t i = 0; i < size; i++)
		feed(data, i);
	for (size_t i = 0; i < size; i++) {
		for (size_t k = 0; k < sizeof(flips); k++) {
			data[i] ^= flips[k];
			feed(data, size);
			data[i] ^= flips[k];
		}
	}
}

static int replay(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *f = fopen(path, "rb");
	size_t size;

	if (f == NULL)
		return 1;
	size = fread(data, 1, sizeof(data), f);
	fclose(f);
	feed(data, size);
	if (size <= MUTATE_BYTES_MAX)
		mutate(data, size);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned passed = 0, failed = 0;
	struct dirent *entry;
	char path[4096];
	DIR *dir;

	dir = argc == 2 ? opendir(argv[1]) : NULL;
	if (dir == NULL) {
		fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		if (replay(path) == 0)
			passed++;
		else
			failed++;
	}
	closedir(dir);
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0 || passed == 0;
}
