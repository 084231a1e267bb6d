// The file of --answers.
#include "tests/load/scenario/load_answers.h"

#include <string.h>

#include "tests/load/scenario/load_values.h"

#define CODE "totp:"

static bool line_take(char *line, struct load_answers *a)
{
	struct client_answer *answer = &a->all[a->count];
	size_t mark = strlen(CODE);

	if (a->count == CLIENT_ANSWERS_MAX)
		return load_complain("at most %u answers", CLIENT_ANSWERS_MAX);
	a->count++;
	if (strncmp(line, CODE, mark) != 0) {
		answer->text = line;
		return true;
	}
	return totp_secret_parse(span_text(line + mark), answer->secret, &answer->secret_len) ||
	       load_complain("answer %u: totp: takes a secret in base32, at most %u bytes",
	                     a->count, TOTP_SECRET_MAX);
}

bool load_answers_parse(struct blob text, struct load_answers *out)
{
	char *line = (char *)text.data, *end = line + text.len, *next;

	*out = (struct load_answers){.text = text};
	for (; line < end; line = next) {
		size_t len = strcspn(line, "\n");

		next = line + len + 1;
		line[len] = 0;
		line[strcspn(line, "\r")] = 0;
		if (!line_take(line, out))
			return false;
	}
	return out->count > 0 || load_complain("there is no answer in it");
}

void load_answers_fini(struct load_answers *a)
{
	blob_wipe(&a->text);
	secret_wipe(a->all, sizeof(a->all));
	a->count = 0;
}
