// Access lists as they are, and how often their rules were hit.
#include "cli/commands/acl_text.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS_FIRST 32u

// A list, or a rule of the list before it.
struct acl_row {
	bool ipv6, is_rule;
	uint32_t list, rule, step, rules;
	uint64_t hits;
	char text[ACL_TEXT_MAX], comment[128];
};

struct acls {
	struct acl_row *row; // owned
	uint32_t count, room, at;
};

static void acls_fini(void *own)
{
	free(((struct acls *)own)->row);
}

static struct acl_row *row_new(struct acls *a)
{
	uint32_t room = a->room > 0 ? a->room * 2 : ROWS_FIRST;
	struct acl_row *grown;

	if (a->count == a->room) {
		grown = realloc(a->row, room * sizeof(*grown));
		if (grown == NULL)
			return NULL;
		a->row = grown;
		a->room = room;
	}
	a->row[a->count] = (struct acl_row){0};
	return &a->row[a->count++];
}

static void record_row(struct task *t, struct cursor *c)
{
	struct span wanted = task_arg(t, ARG_ANYACL_WORD), comment;
	bool ipv6, is_rule;
	uint32_t list, rule;
	struct api_record r;
	struct acl_row *row;

	if (api_record_parse(c, &r) != STATUS_OK)
		return;
	is_rule = api_acl_key_parse(r.key, &ipv6, &list, &rule);
	if (ipv6 != task_has(t, "ipv6") || (wanted.len > 0 && arg_number(wanted) != list))
		return;
	row = row_new(t->own);
	if (row == NULL)
		return;
	*row = (struct acl_row){.ipv6 = ipv6,
	                        .is_rule = is_rule,
	                        .list = list,
	                        .rule = rule,
	                        .step = record_number(&r, API_ACL_STEP)};
	if (is_rule)
		acl_rule_text(&r, row->text);
	comment = record_text(&r, API_ACL_DESCRIPTION);
	snprintf(row->comment, sizeof(row->comment), "%.*s", (int)comment.len,
	         (const char *)comment.data);
}

static void hits_row(struct task *t, struct cursor *c)
{
	struct acls *a = t->own;
	struct net_hits hits;

	net_hits_parse(c, &hits);
	for (uint32_t i = 0; i < a->count && cursor_ok(c); i++) {
		struct acl_row *row = &a->row[i];

		if (row->is_rule && row->ipv6 == (hits.family == NET_IPV6) &&
		    row->list == hits.list && row->rule == hits.number)
			row->hits += hits.hits;
	}
}

static const struct column rules_columns[] = {{"ACL", 0, COLUMN_JSON | COLUMN_NUMBER},
                                              {"Rule", 0, COLUMN_JSON | COLUMN_NUMBER},
                                              {"Text", 0, COLUMN_JSON},
                                              {"Comment", 0, COLUMN_JSON},
                                              {"Matched", 0, COLUMN_JSON | COLUMN_NUMBER}};
static TABLE_OF(rules, "", true);

static void rule_print(struct task *t, const struct acl_row *r)
{
	table_value(&t->table, "%u", r->list);
	table_value(&t->table, "%u", r->rule);
	table_value(&t->table, "%s", r->text);
	table_value(&t->table, "%s", r->comment);
	table_value(&t->table, "%llu", (unsigned long long)r->hits);
	if (r->hits > 0)
		table_note(&t->table, " rule %u %s (%llu times matched)\n", r->rule, r->text,
		           (unsigned long long)r->hits);
	else
		table_note(&t->table, " rule %u %s\n", r->rule, r->text);
	if (r->comment[0] != 0)
		table_note(&t->table, " rule %u comment %s\n", r->rule, r->comment);
}

static void list_print(struct task *t, const struct acl_row *l)
{
	table_note(&t->table, "%s IPv%c ACL %u, %u rule%s,\n",
	           l->list < ACL_ADVANCED_FIRST ? "Basic" : "Advanced", l->ipv6 ? '6' : '4',
	           l->list, l->rules, l->rules == 1 ? "" : "s");
	if (l->comment[0] != 0)
		table_note(&t->table, "%s\n", l->comment);
	table_note(&t->table, "ACL's step is %u, start ID is 0\n", l->step);
}

static enum turn rows_more(struct task *t)
{
	struct acls *a = t->own;

	for (; a->at < a->count && task_room(t); a->at++) {
		const struct acl_row *row = &a->row[a->at];

		if (row->is_rule) {
			rule_print(t, row);
			continue;
		}
		if (a->at > 0)
			table_note(&t->table, "\n");
		list_print(t, row);
	}
	return a->at < a->count ? TURN_AGAIN : task_table_end(t);
}

static enum turn hits_end(struct task *t)
{
	task_table(t, &rules);
	t->next = rows_more;
	return rows_more(t);
}

static const struct listing hits_rows = {API_NET_SHOW, NET_ASK_HITS, hits_row, hits_end};

static enum turn records_end(struct task *t)
{
	struct acls *a = t->own;
	struct acl_row *list = NULL;

	for (uint32_t i = 0; i < a->count; i++) {
		if (!a->row[i].is_rule)
			list = &a->row[i];
		else if (list != NULL)
			list->rules++;
	}
	if (a->count == 0 && task_arg(t, ARG_ANYACL_WORD).len > 0)
		return task_fail(t, "The ACL does not exist.");
	return task_list(t, &hits_rows);
}

static const struct listing record_rows = {API_LIST, API_CLASS_ACL, record_row, records_end};

static enum turn run_show(struct task *t)
{
	if (task_own(t, sizeof(struct acls), acls_fini) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_list(t, &record_rows);
}

static enum turn run_reset(struct task *t)
{
	return task_net_do(t, NET_ASK_FORGET_HITS, arg_number(task_arg(t, ARG_ANYACL_WORD)),
	                   task_end);
}

// clang-format off
static const struct command net_acl_show[] = {
	{ "display acl { ANYACL | all }",      run_show, API_ROLE_OPERATOR, "Display IPv4 access lists", .flags = COMMAND_TABLE },
	{ "display acl ipv6 { ANYACL | all }", run_show, API_ROLE_OPERATOR, "Display IPv6 access lists", .flags = COMMAND_TABLE },
	{ "reset acl counter { ANYACL | all }",      run_reset, API_ROLE_ADMIN, "Set the matches of a list to zero" },
	{ "reset acl ipv6 counter { ANYACL | all }", run_reset, API_ROLE_ADMIN, "Set the matches of a list to zero" },
};
// clang-format on

TABLE(net_acl_show);
