// Walks all rows of a view at once, a word at a time.
#include "cli/tree/match.h"
#include "cli/tree/arg.h"

#include <strings.h>

const char *match_text(enum match_result result)
{
	static const char *const texts[MATCH_RESULTS] = {
#define X(name, text) text,
	        MATCH_LIST(X)
#undef X
	};

	return texts[result];
}

// --- walking -----------------------------------------------------------------------------------

static void walk_add(struct walk *w, uint16_t index)
{
	const struct step *step = &w->tree->steps[index];

	if ((w->seen[index / 8] & (1u << index % 8)) != 0)
		return;
	w->seen[index / 8] |= (uint8_t)(1u << index % 8);
	if (step->kind != STEP_FORK) {
		w->step[w->count++] = index;
		return;
	}
	walk_add(w, step->next);
	if (step->other != step->next)
		walk_add(w, step->other);
}

static void walk_init(struct walk *w, const struct tree *tree)
{
	w->tree = tree;
	w->count = 0;
	memset(w->seen, 0, (tree->step_count + 7) / 8);
}

void walk_start(struct walk *w, const struct tree *tree)
{
	walk_init(w, tree);
	for (uint32_t i = 0; i < tree->row_count; i++)
		walk_add(w, tree->starts[i]);
}

static bool is_prefix(struct span word, const struct step *step)
{
	return word.len <= step->length &&
	       strncasecmp(step->word, (const char *)word.data, word.len) == 0;
}

static bool same_word(const struct step *a, const struct step *b)
{
	return a->length == b->length && memcmp(a->word, b->word, a->length) == 0;
}

struct choice {
	const struct step *word; // the keyword meant
	bool ambiguous;
	int arg;        // a typed word that takes it, or -1
	bool wants_arg; // a typed word was possible
	bool wants_word;
};

static struct choice walk_choose(const struct walk *w, struct span word)
{
	struct choice c = {.arg = -1};

	for (uint32_t i = 0; i < w->count; i++) {
		const struct step *step = &w->tree->steps[w->step[i]];

		if (step->kind == STEP_ARG) {
			c.wants_arg = true;
			if (c.arg < 0 && arg_accepts(step->arg, word))
				c.arg = step->arg;
		}
		if (step->kind != STEP_WORD)
			continue;
		c.wants_word = true;
		if (!is_prefix(word, step))
			continue;
		if (step->length == word.len) {
			c.word = step; // whole: no other can be meant
			c.ambiguous = false;
			return c;
		}
		c.ambiguous |= c.word != NULL && !same_word(c.word, step);
		c.word = step;
	}
	return c;
}

enum match_result walk_word(const struct walk *w, struct span word, struct walk *next,
                            struct bound *chosen)
{
	struct choice c = walk_choose(w, word);

	if (c.ambiguous)
		return MATCH_AMBIGUOUS;
	if (c.word == NULL && c.arg < 0)
		return c.wants_arg    ? MATCH_WRONG
		       : c.wants_word ? MATCH_UNRECOGNIZED
		                      : MATCH_TOO_MANY;
	*chosen = (struct bound){.arg = NOT_AN_ARG};
	if (c.word != NULL) {
		chosen->literal = c.word->word;
		chosen->literal_length = (uint8_t)c.word->length;
	} else {
		chosen->arg = (uint8_t)c.arg;
	}
	walk_init(next, w->tree);
	for (uint32_t i = 0; i < w->count; i++) {
		const struct step *step = &w->tree->steps[w->step[i]];

		if (c.word != NULL ? step->kind == STEP_WORD && same_word(step, c.word)
		                   : step->kind == STEP_ARG && arg_accepts(step->arg, word))
			walk_add(next, step->next);
	}
	return MATCH_OK;
}

// --- aliases -----------------------------------------------------------------------------------

static const struct {
	const char *alias, *keyword;
} aliases[] = {
        {"access-list", "acl"}, {"end", "return"},       {"erase", "delete"},
        {"exit", "quit"},       {"hostname", "sysname"}, {"logging", "info-center"},
        {"no", "undo"},         {"show", "display"},     {"write", "save"},
};

bool words_alias(uint32_t nth, const char **alias, const char **keyword)
{
	if (nth >= sizeof(aliases) / sizeof(aliases[0]))
		return false;
	*alias = aliases[nth].alias;
	*keyword = aliases[nth].keyword;
	return true;
}

static bool span_equal_nocase(struct span a, const char *b)
{
	return a.len == strlen(b) && strncasecmp((const char *)a.data, b, a.len) == 0;
}

struct span words_keyword(const struct words *words, uint32_t index)
{
	struct span word = words_at(words, index);

	if (index > 1)
		return word;
	if (index == 1) {
		struct span first = words_keyword(words, 0);

		if (first.len > 4 || first.len < 2 ||
		    strncasecmp("undo", (const char *)first.data, first.len) != 0)
			return word;
	}
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (span_equal_nocase(word, aliases[i].alias))
			return span_text(aliases[i].keyword);
	return word;
}

// --- matching ----------------------------------------------------------------------------------

static enum match_result refuse(struct match *m, enum match_result why, uint32_t word)
{
	m->good = (uint16_t)word;
	m->caret = word < m->words.count ? m->words.word[word].at : m->words.end;
	return why;
}

// The words with their keywords in full, as rules speak of them.
static void words_in_full(const struct match *m, struct words *out)
{
	size_t len = 0;

	*out = m->words;
	for (uint32_t i = 0; i < m->words.count; i++) {
		struct span word = words_at(&m->words, i);

		if (m->bound[i].literal != NULL)
			word = span_of(m->bound[i].literal, m->bound[i].literal_length);
		if (len + word.len > WORDS_TEXT_MAX)
			word.len = 0;
		out->word[i].from = (uint16_t)len;
		out->word[i].length = (uint16_t)word.len;
		memcpy(out->text + len, word.data, word.len);
		len += word.len;
	}
}

// Which of the rows that end here the line meant: the first that he may run.
static enum match_result pick_row(struct match *m, const struct walk *w,
                                  const struct access *access)
{
	const struct command *denied = NULL;
	struct words words;

	if (access->names.len > 0)
		words_in_full(m, &words);
	for (uint32_t i = 0; i < w->count; i++) {
		const struct step *step = &w->tree->steps[w->step[i]];

		if (step->kind != STEP_END)
			continue;
		m->row = w->tree->rows[step->row];
		if (access_may(access, w->tree->view, m->row, &words))
			return MATCH_OK;
		denied = m->row;
	}
	m->row = NULL;
	return denied != NULL ? MATCH_DENIED : MATCH_INCOMPLETE;
}

void match_words(struct match *m, const struct tree *tree, const struct access *access)
{
	struct walk walks[2], *now = &walks[0], *next = &walks[1], *spare;

	m->row = NULL;
	m->caret = m->good = 0;
	m->result = MATCH_EMPTY;
	if (m->words.count == 0)
		return;
	walk_start(now, tree);
	for (uint32_t i = 0; i < m->words.count; i++) {
		m->result = walk_word(now, words_keyword(&m->words, i), next, &m->bound[i]);
		if (m->result != MATCH_OK) {
			m->result = refuse(m, m->result, i);
			return;
		}
		spare = now;
		now = next;
		next = spare;
	}
	m->result = m->words.too_many ? MATCH_TOO_MANY : pick_row(m, now, access);
	m->result = refuse(m, m->result, m->words.count);
}

void match_line(struct match *m, const struct tree *tree, struct span line,
                const struct access *access)
{
	words_parse(&m->words, line);
	match_words(m, tree, access);
}

struct span match_arg(const struct match *m, uint8_t arg, uint32_t nth)
{
	for (uint32_t i = 0; i < m->words.count; i++)
		if (m->bound[i].arg == arg && nth-- == 0)
			return words_at(&m->words, i);
	return span_of(NULL, 0);
}

struct span match_literal(const struct match *m, uint32_t i)
{
	return i < m->words.count && m->bound[i].literal != NULL
	               ? span_of(m->bound[i].literal, m->bound[i].literal_length)
	               : span_of(NULL, 0);
}

struct span match_after(const struct match *m, const char *literal)
{
	for (uint32_t i = 0; i < m->words.count; i++)
		if (span_is(match_literal(m, i), literal))
			return match_literal(m, i + 1);
	return span_of(NULL, 0);
}

bool match_has(const struct match *m, const char *literal)
{
	for (uint32_t i = 0; i < m->words.count; i++)
		if (span_is(match_literal(m, i), literal))
			return true;
	return false;
}
