// A command line: words, matching in every view, help, completion and filters.
#include "cli/main/task.h"
#include "cli/tree/help.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct tree trees[VIEWS];

static void feed_tree(const struct tree *tree, struct span line)
{
	static const struct access admin = {.role = API_ROLE_ADMIN},
	                           operator= {.role = API_ROLE_OPERATOR};
	static struct match m;
	static struct help h;
	char name[HELP_NAME_MAX], prefix[FILTER_PREFIX_MAX];
	struct filter *chain;
	struct text out = {0};
	uint16_t at;

	match_line(&m, tree, line, &admin);
	if (m.caret > line.len || (m.result == MATCH_OK && m.row == NULL))
		abort();
	if (m.words.filter > 0 &&
	    filter_parse(span_of(line.data + m.words.filter, line.len - m.words.filter), &chain,
	                 &at) == FILTER_OK) {
		(void)filter_line(chain, "ssh server enable", prefix);
		filter_free(chain);
	}
	help_find(&h, tree, line, &operator);
	help_print(&h, &out);
	text_fini(&out);
	(void)complete_find(tree, line, &admin, 0, name, &at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bad;

	if (trees[0].rows == NULL)
		for (int i = 0; i < VIEWS; i++)
			if (tree_init(&trees[i], &views[i], &bad) != STATUS_OK)
				abort();
	if (size > WORDS_TEXT_MAX)
		size = WORDS_TEXT_MAX;
	for (int i = 0; i < VIEWS; i++)
		feed_tree(&trees[i], span_of(data, size));
	return 0;
}
