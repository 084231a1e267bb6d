// Roles, rules, and what they say about a command.
#include "cli/tree/access.h"

#include "control/api/api_role.h"
#include "crypto/wire/names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define PATH_MAX_BYTES (2 * WORDS_TEXT_MAX)

// --- the list ----------------------------------------------------------------------------------

struct role *role_find(const struct role_list *list, struct span name)
{
	for (uint32_t i = 0; i < list->count; i++)
		if (span_is(name, list->roles[i].name))
			return &list->roles[i];
	return NULL;
}

struct role *role_add(struct role_list *list, struct span name)
{
	struct role *role = role_find(list, name), *grown;

	if (role != NULL || name.len == 0 || name.len > ROLE_NAME_MAX)
		return role;
	grown = realloc(list->roles, (list->count + 1) * sizeof(*grown));
	if (grown == NULL)
		return NULL;
	list->roles = grown;
	role = &grown[list->count++];
	*role = (struct role){0};
	memcpy(role->name, name.data, name.len);
	return role;
}

void role_drop(struct role_list *list, struct span name)
{
	struct role *role = role_find(list, name);

	if (role == NULL)
		return;
	free(role->rules);
	*role = list->roles[--list->count];
}

void role_list_fini(struct role_list *list)
{
	for (uint32_t i = 0; i < list->count; i++)
		free(list->roles[i].rules);
	free(list->roles);
	*list = (struct role_list){0};
}

// The place of the first rule whose number is not below.
static uint32_t rule_place(const struct role *role, uint16_t number)
{
	uint32_t at = 0;

	while (at < role->count && role->rules[at].number < number)
		at++;
	return at;
}

bool role_rule_put(struct role *role, const struct role_rule *rule)
{
	uint32_t at = rule_place(role, rule->number);
	struct role_rule *grown;

	if (at == role->count || role->rules[at].number != rule->number) {
		if (role->count >= ROLE_RULES)
			return false;
		grown = realloc(role->rules, (role->count + 1) * sizeof(*grown));
		if (grown == NULL)
			return false;
		role->rules = grown;
		memmove(&grown[at + 1], &grown[at], (role->count - at) * sizeof(*grown));
		role->count++;
	}
	role->rules[at] = *rule;
	return true;
}

void role_rule_drop(struct role *role, uint16_t number)
{
	uint32_t at = rule_place(role, number);

	if (at == role->count || role->rules[at].number != number)
		return;
	role->count--;
	memmove(&role->rules[at], &role->rules[at + 1],
	        (role->count - at) * sizeof(role->rules[0]));
}

#define ALL (API_ACCESS_READ | API_ACCESS_WRITE | API_ACCESS_EXECUTE)
static const struct role_rule level_9_rules[] = {
        {1, true, ALL, ""},
        {2, false, ALL, "role"},
        {3, false, API_ACCESS_WRITE | API_ACCESS_EXECUTE, "file"},
        {4, false, API_ACCESS_WRITE | API_ACCESS_EXECUTE, "device"},
        {5, false, API_ACCESS_WRITE, "local-user"},
};
const struct role role_level_9 = {
        "level-9",
        sizeof(level_9_rules) / sizeof(level_9_rules[0]),
        (struct role_rule *)level_9_rules,
};

// --- what a rule says of a command -------------------------------------------------------------

// Does the pattern, where * stands for any bytes, take the whole text? Any case. Linear: only the
// last * is ever gone back to.
static bool glob(struct span pattern, struct span text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, from = 0;

	while (t < text.len) {
		if (p < pattern.len && pattern.data[p] == '*') {
			star = p++;
			from = t;
		} else if (p < pattern.len &&
		           tolower(pattern.data[p]) == tolower(text.data[t])) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.data[p] == '*')
		p++;
	return p == pattern.len;
}

static struct span trim(struct span s)
{
	while (s.len > 0 && s.data[0] == ' ') {
		s.data++;
		s.len--;
	}
	while (s.len > 0 && s.data[s.len - 1] == ' ')
		s.len--;
	return s;
}

// The next part up to a semicolon; false when none is left.
static bool part_next(struct span *rest, struct span *part)
{
	const uint8_t *end;

	if (rest->data == NULL)
		return false;
	end = memchr(rest->data, ';', rest->len);
	*part = trim(span_of(rest->data, end != NULL ? (size_t)(end - rest->data) : rest->len));
	*rest = end != NULL ? span_of(end + 1, rest->len - (size_t)(end + 1 - rest->data))
	                    : span_of(NULL, 0);
	return true;
}

// "display *" speaks of "display" too: what follows a last * may be nothing at all.
static bool part_matches(struct span pattern, struct span part)
{
	if (glob(pattern, part))
		return true;
	return pattern.len > 2 && memcmp(pattern.data + pattern.len - 2, " *", 2) == 0 &&
	       glob(span_of(pattern.data, pattern.len - 2), part);
}

// A path of commands against the rule's. A permit speaks of the views on the way as well.
static bool path_matches(const struct role_rule *rule, struct span path)
{
	struct span rest = span_text(rule->text), pattern, part;

	while (part_next(&path, &part))
		if (!part_next(&rest, &pattern) || !part_matches(pattern, part))
			return false;
	return rule->permit || rest.data == NULL;
}

static bool rule_speaks(const struct role_rule *rule, const struct view *view,
                        const struct command *row, struct span path)
{
	if (rule->access == 0)
		return path_matches(rule, path);
	return (rule->access & row_access(view, row)) != 0 &&
	       (rule->text[0] == 0 || strcmp(rule->text, row_feature(row)) == 0);
}

static bool role_permits(const struct role *role, const struct view *view,
                         const struct command *row, struct span path)
{
	for (uint32_t i = role->count; i-- > 0;)
		if (rule_speaks(&role->rules[i], view, row, path))
			return role->rules[i].permit;
	return false;
}

static bool row_displays(const struct command *row)
{
	return strncmp(row->grammar, "display ", 8) == 0;
}

uint8_t row_access(const struct view *view, const struct command *row)
{
	if (row_displays(row))
		return API_ACCESS_READ;
	return view->path != NULL ? API_ACCESS_WRITE : API_ACCESS_EXECUTE;
}

// --- somebody ----------------------------------------------------------------------------------

typedef bool role_question(const struct role *role, const struct view *view,
                           const struct command *row, struct span path);

static bool any_role(const struct access *a, const struct view *view, const struct command *row,
                     struct span path, role_question *question)
{
	struct span names = a->names, name;

	while (names_next(&names, &name)) {
		const struct role *role = a->custom != NULL ? role_find(a->custom, name) : NULL;

		if ((role != NULL && question(role, view, row, path)) ||
		    (span_is(name, role_level_9.name) &&
		     question(&role_level_9, view, row, path)))
			return true;
	}
	return false;
}

static void path_add(char *path, const char *format, struct span word)
{
	size_t len = strlen(path);

	snprintf(path + len, PATH_MAX_BYTES - len, format, (int)word.len,
	         (const char *)word.data);
}

// A typed semicolon parts nothing.
static void path_add_word(char *path, const char *format, struct span word)
{
	char *at = path + strlen(path);

	path_add(path, format, word);
	while ((at = strchr(at, ';')) != NULL)
		*at = '\001';
}

// The way to a command: the views around it, then its words. What displays is the same in every
// view, and needs none on the way.
static void path_make(char path[PATH_MAX_BYTES], const struct access *a,
                      const struct view *view, const struct command *row,
                      const struct words *words)
{
	const char *way = view->path != NULL && !row_displays(row) ? view->path : "";
	const char *name = strstr(way, "%s");

	path[0] = 0;
	path_add(path, "%.*s", span_of(way, name != NULL ? (size_t)(name - way) : strlen(way)));
	if (name != NULL) {
		path_add_word(path, "%.*s", span_text(a->name != NULL ? a->name : ""));
		path_add(path, "%.*s", span_text(name + 2));
	}
	if (way[0] != 0)
		path_add(path, "%.*s", span_text(" ; "));
	for (uint32_t i = 0; i < words->count; i++)
		path_add_word(path, i > 0 ? " %.*s" : "%.*s", words_at(words, i));
}

bool access_may(const struct access *a, const struct view *view, const struct command *row,
                const struct words *words)
{
	char path[PATH_MAX_BYTES];

	if (a->role >= row->role)
		return true;
	if (a->names.len == 0)
		return false;
	path_make(path, a, view, row, words);
	return any_role(a, view, row, span_text(path), role_permits);
}

// Could the pattern take some line of the row's grammar? Looks at the keywords in front alone.
static bool part_might(struct span pattern, struct span grammar)
{
	size_t n = 0;

	while (n < pattern.len && n < grammar.len && pattern.data[n] != '*') {
		if (strchr("[]{}|.", grammar.data[n]) != NULL || isupper(grammar.data[n]))
			return true;
		if (tolower(pattern.data[n]) != grammar.data[n])
			return false;
		n++;
	}
	return n == pattern.len || pattern.data[n] == '*' ? true : grammar.len > 0;
}

// The same question of all lines of a row at once: a rule that surely speaks of each of them
// decides, a permit that may speak of one is enough.
static bool role_might(const struct role *role, const struct view *view,
                       const struct command *row, struct span way)
{
	for (uint32_t i = role->count; i-- > 0;) {
		const struct role_rule *rule = &role->rules[i];
		struct span rest = span_text(rule->text), pattern, left = way, part;
		bool fits = true;

		if (rule->access != 0 && rule_speaks(rule, view, row, way))
			return rule->permit;
		if (rule->access != 0)
			continue;
		while (way.len > 0 && fits && part_next(&left, &part))
			fits = part_next(&rest, &pattern) && part_matches(pattern, part);
		if (!fits || !part_next(&rest, &pattern))
			continue;
		if (rule->permit && part_might(pattern, span_text(row->grammar)))
			return true;
		if (!rule->permit && rest.data == NULL &&
		    part_matches(pattern, span_text(row->grammar)))
			return false;
	}
	return false;
}

bool access_might(const struct access *a, const struct view *view, const struct command *row)
{
	static const struct words none;
	char way[PATH_MAX_BYTES];
	size_t len;

	if (a->role >= row->role)
		return true;
	if (a->names.len == 0)
		return false;
	path_make(way, a, view, row, &none);
	len = strlen(way);
	return any_role(a, view, row, span_of(way, len > 3 ? len - 3 : 0), role_might);
}
