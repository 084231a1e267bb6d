// The load generator's file of answers, and the secrets in it.
#include "tests/load/scenario/load_answers.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct blob text = {malloc(size + 1), size};
	struct load_answers answers;

	if (text.data == NULL)
		return 0;
	if (size > 0)
		memcpy(text.data, data, size);
	text.data[size] = 0;
	if (load_answers_parse(text, &answers))
		for (uint32_t i = 0; i < answers.count; i++)
			if (answers.all[i].text == NULL)
				totp_code(span_of(answers.all[i].secret,
				                  answers.all[i].secret_len),
				          i, TOTP_DIGITS);
	load_answers_fini(&answers);
	return 0;
}
