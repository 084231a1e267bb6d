// Compiles grammar texts: a recursive descent whose depth is bounded by the text's own brackets.
#include "cli/tree/grammar.h"
#include "cli/tree/arg.h"

#include <ctype.h>
#include <stdlib.h>

struct compiler {
	struct tree *tree;
	const char *at;
	uint16_t row;
	bool failed;
};

// A piece of program with one entry and one loose end: the step whose `next` is to be set.
struct piece {
	uint16_t first, last;
};

static uint16_t step_add(struct compiler *c, enum step_kind kind)
{
	struct tree *tree = c->tree;

	if (tree->step_count >= TREE_STEPS_MAX) {
		c->failed = true;
		return 0;
	}
	tree->steps[tree->step_count] = (struct step){.kind = kind, .row = c->row};
	return (uint16_t)tree->step_count++;
}

static void skip_spaces(struct compiler *c)
{
	while (*c->at == ' ')
		c->at++;
}

static bool word_byte(char b)
{
	return isalnum((unsigned char)b) || b == '-' || b == '_' || b == '/';
}

static struct piece compile_word(struct compiler *c)
{
	const char *from = c->at;
	struct step *step;
	uint16_t index;
	int arg;

	while (word_byte(*c->at))
		c->at++;
	index = step_add(c, STEP_WORD);
	step = &c->tree->steps[index];
	step->word = from;
	step->length = (uint16_t)(c->at - from);
	if (step->length == 0)
		c->failed = true;
	if (isupper((unsigned char)*from)) {
		arg = arg_find(span_of(from, step->length));
		step->kind = STEP_ARG;
		step->arg = (uint8_t)(arg >= 0 ? arg : 0);
		c->failed |= arg < 0;
	}
	return (struct piece){index, index};
}

static struct piece compile_list(struct compiler *c, const char *ends);

// A fork whose ways meet again in one step that does nothing.
static struct piece join(struct compiler *c, struct piece a, struct piece b)
{
	uint16_t fork = step_add(c, STEP_FORK), meet = step_add(c, STEP_FORK);
	struct step *steps = c->tree->steps;

	steps[fork].next = a.first;
	steps[fork].other = b.first;
	steps[a.last].next = meet;
	steps[b.last].next = meet;
	return (struct piece){fork, meet};
}

static struct piece empty(struct compiler *c)
{
	uint16_t index = step_add(c, STEP_FORK);

	return (struct piece){index, index};
}

// Ways parted by bars, up to the closing bracket that `ends` names after the bar.
// The ways between bars, up to the closing bracket.
static struct piece compile_choice(struct compiler *c, char close)
{
	const char ends[] = {'|', close, 0};
	struct piece all = compile_list(c, ends);

	while (!c->failed && *c->at == '|') {
		c->at++;
		all = join(c, all, compile_list(c, ends));
	}
	if (*c->at != close)
		c->failed = true;
	else
		c->at++;
	return all;
}

static struct piece compile_optional(struct compiler *c)
{
	struct piece inside = compile_choice(c, ']');

	return join(c, inside, empty(c));
}

static struct piece compile_item(struct compiler *c)
{
	struct piece p;

	if (*c->at == '[') {
		c->at++;
		p = compile_optional(c);
	} else if (*c->at == '{') {
		c->at++;
		p = compile_choice(c, '}');
	} else {
		p = compile_word(c);
	}
	if (!c->failed && strncmp(c->at, "...", 3) == 0) {
		uint16_t again = step_add(c, STEP_FORK), out = step_add(c, STEP_FORK);

		c->at += 3;
		c->tree->steps[p.last].next = again;
		c->tree->steps[again].next = p.first;
		c->tree->steps[again].other = out;
		p.last = out;
	}
	return p;
}

static struct piece compile_list(struct compiler *c, const char *ends)
{
	struct piece all = empty(c), p;

	for (skip_spaces(c); !c->failed && *c->at != 0 && strchr(ends, *c->at) == NULL;
	     skip_spaces(c)) {
		p = compile_item(c);
		c->tree->steps[all.last].next = p.first;
		all.last = p.last;
	}
	return all;
}

static bool compile_row(struct tree *tree, uint16_t row)
{
	struct compiler c = {.tree = tree, .at = tree->rows[row]->grammar, .row = row};
	struct piece p = compile_list(&c, "");
	uint16_t end = step_add(&c, STEP_END);

	tree->steps[p.last].next = end;
	tree->starts[row] = p.first;
	return !c.failed && *c.at == 0;
}

// A fork with one way (`other` never set) leads to `next` alone.
static void close_forks(struct tree *tree)
{
	for (uint32_t i = 0; i < tree->step_count; i++)
		if (tree->steps[i].kind == STEP_FORK && tree->steps[i].other == 0)
			tree->steps[i].other = tree->steps[i].next;
}

enum status tree_init(struct tree *tree, const struct view *view, const char **bad)
{
	uint32_t rows = 0;

	*tree = (struct tree){.view = view};
	for (size_t i = 0; i < VIEW_TABLES_MAX && view->tables[i] != NULL; i++)
		rows += (uint32_t)view->tables[i]->count;
	tree->rows = calloc(rows + 1, sizeof(*tree->rows));
	tree->starts = calloc(rows + 1, sizeof(*tree->starts));
	tree->steps = calloc(TREE_STEPS_MAX, sizeof(*tree->steps));
	if (tree->rows == NULL || tree->starts == NULL || tree->steps == NULL) {
		tree_fini(tree);
		return STATUS_NO_MEMORY;
	}
	tree->step_count = 1; // step 0 means none
	for (size_t i = 0; i < VIEW_TABLES_MAX && view->tables[i] != NULL; i++)
		for (size_t k = 0; k < view->tables[i]->count; k++)
			tree->rows[tree->row_count++] = &view->tables[i]->rows[k];
	for (uint32_t i = 0; i < tree->row_count; i++) {
		if (!compile_row(tree, (uint16_t)i)) {
			*bad = tree->rows[i]->grammar;
			tree_fini(tree);
			return STATUS_UNSUPPORTED;
		}
	}
	close_forks(tree);
	return STATUS_OK;
}

void tree_fini(struct tree *tree)
{
	free(tree->rows);
	free(tree->starts);
	free(tree->steps);
	*tree = (struct tree){0};
}
