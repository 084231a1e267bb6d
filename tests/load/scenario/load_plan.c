// Cutting a plan into words and lines.
#include "tests/load/scenario/load_plan.h"

#include <stdlib.h>

#include "crypto/core/span.h"
#include "tests/load/scenario/engine.h"
#include "tests/load/scenario/load_values.h"
#include "tests/load/scenario/option_rows.h"

#define WORDS_MAX 64u

struct words {
	char *word[WORDS_MAX];
	unsigned count;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

// The end of the word at `at`, whose quotes are taken away; NULL when one is not closed.
static char *word_end(char *at)
{
	char *to = at;
	char quote = '\0';

	for (; *at != '\0' && (quote != '\0' || !is_blank(*at)); at++) {
		if (quote == '\0' && (*at == '\'' || *at == '"'))
			quote = *at;
		else if (*at == quote)
			quote = '\0';
		else
			*to++ = *at;
	}
	if (quote != '\0')
		return NULL;
	if (*at != '\0')
		at++;
	*to = '\0';
	return at;
}

static bool words_cut(char *line, struct words *out)
{
	out->count = 0;
	for (;;) {
		while (is_blank(*line))
			line++;
		if (*line == '\0' || *line == '#')
			return true;
		if (out->count == WORDS_MAX)
			return load_complain("more than %u words", WORDS_MAX);
		out->word[out->count++] = line;
		line = word_end(line);
		if (line == NULL)
			return load_complain("a quote is not closed");
	}
}

static bool phase_add(struct load_plan *p, const struct words *w)
{
	struct load_phase *phase = &p->phase[p->phases];
	double seconds, from_s = p->phases > 0 ? phase[-1].to_s : 0;

	if (w->count != 3)
		return load_complain("phase takes a name and seconds");
	if (p->phases == PHASES_MAX)
		return load_complain("more than %u phases", PHASES_MAX);
	if (!value_number(w->word[2], 0.1, 31536000, &seconds))
		return false;
	*phase = (struct load_phase){w->word[1], from_s, from_s + seconds};
	p->phases++;
	return true;
}

static bool task_option(struct load_task *t, const struct words *w, unsigned *at)
{
	const struct option_row *row = option_row_find(w->word[*at]);
	const char *value = NULL;

	if (row == NULL || row->place != PLACE_LINE)
		return load_complain("a plan does not know %s", w->word[*at]);
	if (row->kind != VALUE_FLAG) {
		if (++*at == w->count)
			return load_complain("%s takes a value", row->name);
		value = w->word[*at];
	}
	++*at;
	return option_take(row, value, t);
}

static bool task_add(struct load_plan *p, const struct load_task *like, const struct words *w)
{
	struct load_task *t = &p->task[p->tasks];
	unsigned at = 1;

	if (p->tasks == TASKS_MAX)
		return load_complain("more than %u scenarios", TASKS_MAX);
	*t = *like;
	t->scenario = scenario_find(w->word[0]);
	if (t->scenario == NULL)
		return load_complain("no scenario is called %s", w->word[0]);
	if (p->phases > 0) {
		t->from_s = p->phase[p->phases - 1].from_s;
		t->to_s = p->phase[p->phases - 1].to_s;
	}
	while (at < w->count) {
		if (!task_option(t, w, &at))
			return false;
	}
	p->tasks++;
	return true;
}

static bool line_take(struct load_plan *p, const struct load_task *like, char *line)
{
	struct words words;

	if (!words_cut(line, &words))
		return false;
	if (words.count == 0)
		return true;
	return strcmp(words.word[0], "phase") == 0 ? phase_add(p, &words)
	                                           : task_add(p, like, &words);
}

static bool lines_take(struct load_plan *p, const struct load_task *like)
{
	unsigned number = 0;

	for (char *line = p->text, *next; line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		number++;
		if (!line_take(p, like, line))
			return load_complain("line %u: %s", number, load_complaint());
	}
	return true;
}

bool load_plan_parse(struct span text, const struct load_task *like, struct load_plan *out)
{
	struct blob copy;

	*out = (struct load_plan){0};
	if (text.len > PLAN_BYTES_MAX)
		return load_complain("longer than %u bytes", PLAN_BYTES_MAX);
	copy = blob_copy(text);
	out->text = (char *)copy.data;
	if (out->text == NULL)
		return load_complain("out of memory");
	if (!lines_take(out, like))
		return false;
	for (unsigned i = 0; out->phases > 0 && i < out->tasks; i++) {
		if (out->task[i].to_s == 0)
			out->task[i].to_s = out->phase[out->phases - 1].to_s;
	}
	return out->tasks > 0 || load_complain("it names no scenario");
}

void load_plan_fini(struct load_plan *plan)
{
	for (unsigned i = 0; i < plan->tasks; i++)
		load_task_fini(&plan->task[i]);
	free(plan->text);
	*plan = (struct load_plan){0};
}
