// Our ML-KEM-768 for another implementation to ask: a question in hexadecimal on each line of
// standard input ("keygen SEED", "encaps KEY M", "decaps KEY CIPHERTEXT"), its answer on a line of
// standard output.
#include "crypto/pq/mlkem768.h"

#include <stdio.h>
#include <stdlib.h>

#define LINE_MAX 16384

struct bytes {
	uint8_t data[MLKEM768_DK];
	size_t len;
};

static struct bytes unhex(const char *word)
{
	struct bytes b = {.len = 0};

	while (word != NULL && b.len < sizeof(b.data) &&
	       sscanf(word + 2 * b.len, "%2hhx", &b.data[b.len]) == 1)
		b.len++;
	return b;
}

static void print(const uint8_t *data, size_t len, char end)
{
	for (size_t i = 0; i < len; i++)
		printf("%02x", data[i]);
	putchar(end);
}

static bool answer(const char *verb, const struct bytes *a, const struct bytes *b)
{
	static uint8_t ek[MLKEM768_EK], dk[MLKEM768_DK], ct[MLKEM768_CT], key[MLKEM768_KEY];

	if (strcmp(verb, "keygen") == 0 && a->len == 2 * MLKEM768_KEY) {
		mlkem768_keygen(a->data, a->data + MLKEM768_KEY, ek, dk);
		print(ek, sizeof(ek), ' ');
		print(dk, sizeof(dk), '\n');
		return true;
	}
	if (strcmp(verb, "encaps") == 0 && b->len == MLKEM768_KEY) {
		if (mlkem768_encaps(span_of(a->data, a->len), b->data, ct, key) != STATUS_OK)
			return false;
		print(ct, sizeof(ct), ' ');
		print(key, sizeof(key), '\n');
		return true;
	}
	if (strcmp(verb, "decaps") != 0 ||
	    mlkem768_decaps(span_of(a->data, a->len), span_of(b->data, b->len), key) !=
	            STATUS_OK)
		return false;
	print(key, sizeof(key), '\n');
	return true;
}

int main(void)
{
	static char line[LINE_MAX];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *rest = line;
		const char *verb = strsep(&rest, " \n"), *first = strsep(&rest, " \n");
		struct bytes a = unhex(first), b = unhex(strsep(&rest, " \n"));

		if (!answer(verb, &a, &b)) {
			fprintf(stderr, "mlkem_peer: no answer to %s\n", verb);
			return 1;
		}
	}
	return 0;
}
