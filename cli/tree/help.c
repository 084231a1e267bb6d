// `?`: a list of what may come next.
#include "cli/tree/help.h"
#include "cli/tree/arg.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static bool ends_in_blank(struct span line)
{
	return line.len == 0 || line.data[line.len - 1] == ' ' ||
	       line.data[line.len - 1] == '\t';
}

// Walk the words before the one being typed. OK, or the failure with its caret.
static enum match_result walk_before(const struct words *words, uint32_t count,
                                     const struct tree *tree, struct walk *out, uint16_t *caret)
{
	struct walk *spare = malloc(sizeof(*spare));
	enum match_result result = spare != NULL ? MATCH_OK : MATCH_INCOMPLETE;
	struct bound bound;

	walk_start(out, tree);
	for (uint32_t i = 0; i < count && result == MATCH_OK; i++) {
		memcpy(spare, out, sizeof(*spare));
		result = walk_word(spare, words_keyword(words, i), out, &bound);
		*caret = words->word[i].at;
	}
	free(spare);
	return result;
}

static void entry_add(struct help *h, const char *name, size_t len, const char *text,
                      bool is_keyword)
{
	struct help_entry *e;

	for (uint32_t i = 0; i < h->count; i++)
		if (strlen(h->entry[i].name) == len && memcmp(h->entry[i].name, name, len) == 0)
			return;
	if (h->count == HELP_ENTRIES_MAX || len >= HELP_NAME_MAX)
		return;
	e = &h->entry[h->count++];
	memcpy(e->name, name, len);
	e->name[len] = 0;
	e->text = text;
	e->is_keyword = is_keyword;
}

static void entry_from(struct help *h, const struct tree *tree, const struct step *step,
                       struct span typed)
{
	const struct command *row = tree->rows[step->row];
	struct span word = span_of(step->word, step->length);
	const char *text;
	char shape[ARG_SHAPE_MAX];

	if (step->kind == STEP_WORD) {
		text = keyword_help(word);
		if (typed.len <= word.len &&
		    strncasecmp(step->word, (const char *)typed.data, typed.len) == 0)
			entry_add(h, step->word, word.len, text != NULL ? text : row->help,
			          true);
	} else if (step->kind == STEP_ARG && typed.len == 0) {
		arg_shape(step->arg, shape);
		entry_add(h, shape, strlen(shape), arg_help(step->arg), false);
	} else if (step->kind == STEP_END && typed.len == 0) {
		entry_add(h, "<cr>", 4, "", false);
	}
}

// <cr> last, typed words before the keywords, keywords by name.
static int entry_order(const void *a, const void *b)
{
	const struct help_entry *x = a, *y = b;
	bool x_end = strcmp(x->name, "<cr>") == 0, y_end = strcmp(y->name, "<cr>") == 0;

	if (x_end != y_end)
		return x_end ? 1 : -1;
	if (x->is_keyword != y->is_keyword)
		return x->is_keyword ? 1 : -1;
	return strcmp(x->name, y->name);
}

void help_find(struct help *h, const struct tree *tree, struct span line,
               const struct access *access)
{
	struct walk *w = malloc(sizeof(*w));
	struct words words;
	struct span typed = span_text("");
	uint32_t before;

	h->count = 0;
	words_parse(&words, line);
	h->caret = words.end;
	before = words.count;
	if (before > 0 && !ends_in_blank(line) && words.filter == 0)
		typed = words_at(&words, --before);
	h->result =
	        w != NULL ? walk_before(&words, before, tree, w, &h->caret) : MATCH_INCOMPLETE;
	for (uint32_t i = 0; h->result == MATCH_OK && i < w->count; i++) {
		const struct step *step = &tree->steps[w->step[i]];
		const struct command *row = tree->rows[step->row];

		if ((row->flags & COMMAND_HIDDEN) == 0 && access_might(access, tree->view, row))
			entry_from(h, tree, step, typed);
	}
	free(w);
	qsort(h->entry, h->count, sizeof(h->entry[0]), entry_order);
}

void help_print(const struct help *h, struct text *out)
{
	size_t width = 0;

	for (uint32_t i = 0; i < h->count; i++)
		if (strlen(h->entry[i].name) > width)
			width = strlen(h->entry[i].name);
	for (uint32_t i = 0; i < h->count; i++) {
		const struct help_entry *e = &h->entry[i];

		if (e->text[0] == 0)
			text_format(out, "  %s\n", e->name);
		else
			text_format(out, "  %-*s  %s\n", (int)width, e->name, e->text);
	}
}
