// Filters of display commands, on POSIX extended expressions by TRE: it matches in time that grows
// with the line and the expression alone, and in memory that does not.
#include "cli/term/filter.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <tre/tre.h>

enum filter_kind { FILTER_BEGIN, FILTER_EXCLUDE, FILTER_INCLUDE };

struct filter {
	enum filter_kind kind;
	bool begun;    // FILTER_BEGIN: the first match has been seen
	bool numbered; // by-linenum, on the first of a chain
	uint32_t line; // lines that came to it
	regex_t regex;
	struct filter *next; // owned
};

// The compiled form of an expression grows with every repeat that is written out: x+ is xx*, and
// x{3,9} is nine times x. Nested repeats multiply, so a short text could take all memory; back
// references match in exponential time. Both are refused before the library sees them, and so are
// repeats of repeats (a+*), which mean nothing more, brackets that close nothing (TRE would read
// them without end), and the library's own extensions. What is left matches a line of 1,000 bytes in
// some 1 ms at most, and a chain in the time of eight.
#define REGEX_COST_MAX  256u
#define CHAIN_COST_MAX  2048u
#define REGEX_DEPTH_MAX 24u

struct regex_cost {
	const char *at;
	bool bad;
};

static bool is_repeat(char b)
{
	return b != 0 && strchr("*+?{", b) != NULL;
}

static uint64_t repeat_factor(struct regex_cost *c)
{
	unsigned long most = 1;

	if (*c->at == '+')
		return 2;
	if (*c->at != '{')
		return 1;
	for (; *c->at != 0 && *c->at != '}'; c->at++) {
		if (isdigit((unsigned char)*c->at)) {
			unsigned long n = strtoul(c->at, NULL, 10);

			most = n > most ? n : most;
		}
	}
	c->bad |= *c->at == 0;
	return most + 1 < REGEX_COST_MAX ? most + 1 : REGEX_COST_MAX;
}

static uint64_t cost_list(struct regex_cost *c, unsigned depth);

static uint64_t cost_atom(struct regex_cost *c, unsigned depth)
{
	uint64_t cost = 1;

	if (*c->at == '(') {
		c->at++;
		cost = cost_list(c, depth + 1) + 1;
	} else if (*c->at == '[') {
		c->at += c->at[1] == '^' ? 2 : 1;
		do
			c->at++;
		while (*c->at != 0 && *c->at != ']');
	} else if (*c->at == '\\') {
		c->at++;
		c->bad |= isalnum((unsigned char)*c->at) && strchr("wWsSdDbB", *c->at) == NULL;
	} else if (*c->at == ')' || is_repeat(*c->at)) {
		c->bad = true; // closes or repeats nothing
	}
	if (*c->at == 0)
		c->bad = true; // something is left open: the library would say so too
	else
		c->at++;
	return cost;
}

// Up to the closing bracket, or the end.
static uint64_t cost_list(struct regex_cost *c, unsigned depth)
{
	uint64_t sum = 0;

	c->bad |= depth > REGEX_DEPTH_MAX;
	while (!c->bad && *c->at != 0 && (*c->at != ')' || depth == 0)) {
		uint64_t cost = cost_atom(c, depth);

		if (is_repeat(*c->at)) {
			cost *= repeat_factor(c);
			if (*c->at != 0)
				c->at++;
			c->bad |= is_repeat(*c->at);
		}
		sum += cost;
		c->bad |= sum > REGEX_COST_MAX;
	}
	return sum;
}

// Takes what it costs off what the chain has left.
static bool regex_is_tame(const char *text, uint64_t *left)
{
	struct regex_cost c = {text, false};
	uint64_t cost = cost_list(&c, 0);

	if (c.bad || cost > *left)
		return false;
	*left -= cost;
	return true;
}

static struct filter *filter_new(enum filter_kind kind, struct span regex, uint64_t *left)
{
	struct filter *f;
	char text[FILTER_REGEX_MAX + 1];

	if (regex.len > FILTER_REGEX_MAX || memchr(regex.data, 0, regex.len) != NULL)
		return NULL;
	memcpy(text, regex.data, regex.len);
	text[regex.len] = 0;
	f = calloc(1, sizeof(*f));
	if (f == NULL || !regex_is_tame(text, left) ||
	    tre_regcomp(&f->regex, text, REG_EXTENDED | REG_NOSUB) != 0) {
		free(f);
		return NULL;
	}
	f->kind = kind;
	return f;
}

void filter_free(struct filter *chain)
{
	struct filter *next;

	for (; chain != NULL; chain = next) {
		next = chain->next;
		tre_regfree(&chain->regex);
		free(chain);
	}
}

// --- parsing -----------------------------------------------------------------------------------

struct filter_text {
	const char *text;
	size_t len, at;
	uint64_t left; // of CHAIN_COST_MAX
};

static void skip(struct filter_text *t)
{
	while (t->at < t->len && t->text[t->at] == ' ')
		t->at++;
}

static struct span filter_word(struct filter_text *t)
{
	size_t from;

	skip(t);
	from = t->at;
	while (t->at < t->len && t->text[t->at] != ' ')
		t->at++;
	return span_of(t->text + from, t->at - from);
}

static bool is_keyword(struct span word, const char *keyword)
{
	return word.len > 0 && word.len <= strlen(keyword) &&
	       strncasecmp(keyword, (const char *)word.data, word.len) == 0;
}

static int filter_kind(struct span word)
{
	return is_keyword(word, "begin")     ? FILTER_BEGIN
	       : is_keyword(word, "exclude") ? FILTER_EXCLUDE
	       : is_keyword(word, "include") ? FILTER_INCLUDE
	                                     : -1;
}

// The expression goes to the end of the text, or to a bar between blanks that starts a filter.
static struct span filter_regex(struct filter_text *t)
{
	size_t from, end;

	skip(t);
	from = t->at;
	for (; t->at < t->len; t->at++) {
		struct filter_text ahead = *t;

		if (t->text[t->at] != '|' || t->at == from || t->text[t->at - 1] != ' ')
			continue;
		ahead.at++;
		struct span word = filter_word(&ahead);
		if (filter_kind(word) >= 0 || is_keyword(word, "by-linenum"))
			break;
	}
	end = t->at;
	while (end > from && t->text[end - 1] == ' ')
		end--;
	if (end - from >= 2 && t->text[from] == '"' && t->text[end - 1] == '"')
		return span_of(t->text + from + 1, end - from - 2);
	return span_of(t->text + from, end - from);
}

static enum filter_result filter_one(struct filter_text *t, struct filter **out,
                                     uint16_t *caret)
{
	struct span word, regex;
	bool numbered = false;
	int kind;

	t->at++; // the bar
	word = filter_word(t);
	if (is_keyword(word, "by-linenum") && word.len > 1) {
		numbered = true;
		word = filter_word(t);
	}
	*caret = (uint16_t)((const char *)word.data - t->text);
	kind = filter_kind(word);
	if (kind < 0)
		return word.len == 0 ? FILTER_INCOMPLETE : FILTER_UNRECOGNIZED;
	skip(t);
	*caret = (uint16_t)t->at;
	regex = filter_regex(t);
	if (regex.len == 0)
		return FILTER_INCOMPLETE;
	*out = filter_new((enum filter_kind)kind, regex, &t->left);
	if (*out == NULL)
		return FILTER_WRONG;
	(*out)->numbered = numbered;
	return FILTER_OK;
}

enum filter_result filter_parse(struct span text, struct filter **out, uint16_t *caret)
{
	struct filter_text t = {(const char *)text.data, text.len, 0, CHAIN_COST_MAX};
	struct filter **tail = out;
	enum filter_result result = FILTER_OK;

	*out = NULL;
	for (unsigned i = 0; t.at < t.len && result == FILTER_OK; i++) {
		if (i == FILTER_CHAIN_MAX)
			result = FILTER_WRONG;
		else
			result = filter_one(&t, tail, caret);
		if (result == FILTER_OK)
			tail = &(*tail)->next;
		skip(&t);
	}
	if (result == FILTER_OK)
		return *out != NULL ? FILTER_OK : FILTER_NONE;
	filter_free(*out);
	*out = NULL;
	return result;
}

// --- running -----------------------------------------------------------------------------------

bool filter_line(struct filter *chain, const char *line, char prefix[FILTER_PREFIX_MAX])
{
	prefix[0] = 0;
	for (struct filter *f = chain; f != NULL; f = f->next) {
		bool hit;

		f->line++;
		hit = (f->begun && !f->numbered) ||
		      tre_regexec(&f->regex, line, 0, NULL, 0) == 0;
		if (f->numbered)
			snprintf(prefix, FILTER_PREFIX_MAX, "%5u%c ", f->line,
			         hit == (f->kind != FILTER_EXCLUDE) ? ':' : '-');
		if (f->kind == FILTER_EXCLUDE ? hit : !hit && !f->begun)
			return false;
		if (f->kind == FILTER_BEGIN)
			f->begun = true;
	}
	return true;
}
