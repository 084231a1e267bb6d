// Access lists: their views, their rules, and where they are in force.
#include "cli/commands/acl_text.h"

#include <stdio.h>

// --- lists ---------------------------------------------------------------------------------------

// The list that the view edits stands in its name: "ipv4-basic-2001".
struct list {
	bool ipv6;
	uint32_t number;
};

static struct list list_of_view(const struct task *t)
{
	const char *name = t->dialogue->name != NULL ? t->dialogue->name : "ipv4-basic-0";
	const char *number = strrchr(name, '-') + 1;

	return (struct list){name[3] == '6', arg_number(span_text(number))};
}

static bool is_advanced(struct list l)
{
	return l.number >= ACL_ADVANCED_FIRST;
}

static struct list list_typed(const struct task *t)
{
	static const uint8_t kinds[] = {ARG_BASICACL_WORD, ARG_ADVANCEDACL_WORD,
	                                ARG_ANYACL_WORD};
	struct list l = {.ipv6 = task_has(t, "ipv6")};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (task_arg(t, kinds[i]).len > 0)
			l.number = arg_number(task_arg(t, kinds[i]));
	}
	return l;
}

static struct span list_key(struct list l, uint32_t rule, char key[24])
{
	return span_of(key, api_acl_key(key, 24, l.ipv6, l.number, rule));
}

static enum turn list_made(struct task *t)
{
	struct list l = list_typed(t);
	char name[48];

	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	snprintf(name, sizeof(name), "ipv%c-%s-%u", l.ipv6 ? '6' : '4',
	         is_advanced(l) ? "advanced" : "basic", l.number);
	dialogue_view(t->dialogue, VIEW_ACL, span_text(name));
	return TURN_DONE;
}

static enum turn run_list(struct task *t)
{
	char key[24];
	struct api_record r = {.class = API_CLASS_ACL,
	                       .key = list_key(list_typed(t), API_ACL_NO_RULE, key)};

	return task_put(t, &r, list_made);
}

static enum turn undo_done(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The ACL or rule does not exist.");
	return task_end(t);
}

static enum turn run_undo_list(struct task *t)
{
	char key[24];

	return task_delete(t, API_CLASS_ACL, list_key(list_typed(t), API_ACL_NO_RULE, key),
	                   undo_done);
}

static void emit_list(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	struct span text = record_text(record, API_ACL_DESCRIPTION);
	uint32_t list, rule, step = record_number(record, API_ACL_STEP);
	char name[32], word[CONFIG_WORD_MAX];
	bool ipv6;

	if (api_acl_key_parse(record->key, &ipv6, &list, &rule))
		return;
	config_line(out, 0, "acl %s", acl_name(ipv6, list, name));
	if (text.len > 0)
		config_line(out, 1, "description %s", config_word(text, word));
	if (step != 5)
		config_line(out, 1, "step %u", step);
}

static enum turn run_step(struct task *t)
{
	char key[24];
	struct span step = task_arg(t, ARG_STEP_WORD);
	struct api_record r = {.class = API_CLASS_ACL,
	                       .key = list_key(list_of_view(t), API_ACL_NO_RULE, key)};

	record_add(&r, API_ACL_STEP, step.len > 0 ? arg_number(step) : 5);
	return task_put(t, &r, task_end);
}

static enum turn run_description(struct task *t)
{
	char key[24], text[128];
	struct api_record r = {.class = API_CLASS_ACL,
	                       .key = list_key(list_of_view(t), API_ACL_NO_RULE, key)};

	arg_text(t, ARG_ACLTEXT_WORD, text, sizeof(text));
	record_add_text(&r, API_ACL_DESCRIPTION, span_text(text));
	return task_put(t, &r, task_end);
}

// --- rules ---------------------------------------------------------------------------------------

// What the list holds already.
struct held {
	uint32_t rules, step, last;
	bool any, there; // the number typed is in use
	uint32_t number;
	bool typed;
};

static void held_row(struct task *t, struct cursor *c)
{
	struct list l = list_of_view(t);
	struct held *h = t->own;
	struct api_record r;
	uint32_t list, rule;
	bool ipv6, is_rule;

	if (api_record_parse(c, &r) != STATUS_OK)
		return;
	is_rule = api_acl_key_parse(r.key, &ipv6, &list, &rule);
	if (ipv6 != l.ipv6 || list != l.number)
		return;
	if (!is_rule) {
		h->step = record_number(&r, API_ACL_STEP);
		return;
	}
	h->rules++;
	h->any = true;
	h->last = rule;
	h->there |= h->typed && rule == h->number;
}

static enum turn rule_put(struct task *t, uint32_t number)
{
	char key[24];
	struct list l = list_of_view(t);
	struct api_record r = {.class = API_CLASS_ACL, .key = list_key(l, number, key)};
	struct acl_texts texts;
	const char *wrong;

	record_add(&r, API_ACL_NUMBER, number);
	wrong = acl_rule_read(t, l.ipv6, is_advanced(l), &r, &texts);
	if (wrong != NULL)
		return task_fail(t, "%s", wrong);
	return task_put(t, &r, task_end);
}

// A rule that is there is replaced: what the new one does not say is as if never said.
static enum turn rule_replaced(struct task *t)
{
	if (t->status != STATUS_OK && t->status != STATUS_NOT_FOUND)
		return task_fail_status(t, t->status);
	return rule_put(t, ((struct held *)t->own)->number);
}

static enum turn held_end(struct task *t)
{
	struct held *h = t->own;
	char key[24];

	if (!h->typed)
		h->number = h->any ? (h->last / h->step + 1) * h->step : 0;
	if (h->number > 65534)
		return task_fail(t, "The ACL has no number left.");
	if (!h->there && h->rules >= NET_RULES_MAX)
		return task_fail(t, "The ACL has %u rules, which is the most.", h->rules);
	if (!h->there)
		return rule_put(t, h->number);
	return task_delete(t, API_CLASS_ACL, list_key(list_of_view(t), h->number, key),
	                   rule_replaced);
}

static const struct listing held_rows = {API_LIST, API_CLASS_ACL, held_row, held_end};

// A file says every number, and what it was saved from did not hold too many.
static enum turn run_rule(struct task *t)
{
	struct held *h = task_own(t, sizeof(*h), NULL);
	struct span number = task_arg(t, ARG_RULE_WORD);

	if (h == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	h->step = 5;
	h->typed = number.len > 0;
	h->number = arg_number(number);
	if (t->dialogue->loading && h->typed)
		return rule_put(t, h->number);
	return task_list(t, &held_rows);
}

static enum turn run_undo_rule(struct task *t)
{
	char key[24];

	return task_delete(
	        t, API_CLASS_ACL,
	        list_key(list_of_view(t), arg_number(task_arg(t, ARG_RULE_WORD)), key),
	        undo_done);
}

static enum turn comment_found(struct task *t)
{
	char key[24], text[128];
	uint32_t number = arg_number(task_arg(t, ARG_RULE_WORD));
	struct api_record r = {.class = API_CLASS_ACL};

	if (t->status != STATUS_OK)
		return undo_done(t);
	r.key = list_key(list_of_view(t), number, key);
	arg_text(t, ARG_ACLTEXT_WORD, text, sizeof(text));
	record_add_text(&r, API_ACL_DESCRIPTION, span_text(text));
	return task_put(t, &r, task_end);
}

static enum turn run_comment(struct task *t)
{
	char key[24];

	return task_get(t, API_CLASS_ACL,
	                list_key(list_of_view(t), arg_number(task_arg(t, ARG_RULE_WORD)), key),
	                comment_found);
}

static void emit_rule(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	struct span text = record_text(record, API_ACL_DESCRIPTION);
	char rule_text[ACL_TEXT_MAX], word[CONFIG_WORD_MAX];
	uint32_t list, rule;
	bool ipv6;

	if (!api_acl_key_parse(record->key, &ipv6, &list, &rule))
		return;
	config_line(out, 1, "rule %u %s", rule, acl_rule_text(record, rule_text));
	if (text.len > 0)
		config_line(out, 1, "rule %u comment %s", rule, config_word(text, word));
}

// --- display this --------------------------------------------------------------------------------

static void this_row(struct task *t, struct cursor *c)
{
	struct config_out out = {.text = &t->pending};
	struct list l = list_of_view(t);
	uint32_t list, rule;
	struct api_record r;
	bool ipv6;

	if (api_record_parse(c, &r) != STATUS_OK)
		return;
	api_acl_key_parse(r.key, &ipv6, &list, &rule);
	if (ipv6 == l.ipv6 && list == l.number)
		config_emit(&out, &r);
}

static enum turn this_end(struct task *t)
{
	task_print(t, "#\nreturn\n");
	return TURN_DONE;
}

static const struct listing this_rows = {API_LIST, API_CLASS_ACL, this_row, this_end};

enum turn acl_this(struct task *t)
{
	task_print(t, "#\n");
	return task_list(t, &this_rows);
}

// --- where they are in force ---------------------------------------------------------------------

static void emit_ssh(struct config_out *out, const struct command *row,
                     const struct api_record *record)
{
	uint32_t list = record_number(record, row->field);

	if (list != 0)
		config_line(out, 1, "ssh server %s %u",
		            row->field == API_SSH_SERVER_ACL6 ? "ipv6 acl ipv6" : "acl", list);
}

// clang-format off
#define SERVER(name) API_CLASS_SSH_SERVER, API_SSH_SERVER_##name
#define PORTS        "{ eq ACLPORT | gt ACLPORT | lt ACLPORT | range ACLPORT ACLPORT }"
#define WHERE        "{ IPV4 WILDCARD | IPV6 PREFIXLEN | PREFIX6 | any }"
#define LIST         "{ basic BASICACL | advanced ADVANCEDACL | number ANYACL }"
static const struct command net_acl[] = {
	{ "acl " LIST,           run_list,      API_ROLE_ADMIN, "Enter the view of an IPv4 access list", API_CLASS_ACL, .emit = emit_list },
	{ "acl ipv6 " LIST,      run_list,      API_ROLE_ADMIN, "Enter the view of an IPv6 access list" },
	{ "undo acl " LIST,      run_undo_list, API_ROLE_ADMIN, "Delete an IPv4 access list" },
	{ "undo acl ipv6 " LIST, run_undo_list, API_ROLE_ADMIN, "Delete an IPv6 access list" },
	{ "ssh server acl [ basic | advanced ] ANYACL", run_setting, API_ROLE_ADMIN, "Admit IPv4 clients by an access list", SERVER(ACL), 0, emit_ssh },
	{ "undo ssh server acl", run_default, API_ROLE_ADMIN, "Admit all IPv4 clients", SERVER(ACL) },
	{ "ssh server ipv6 acl [ ipv6 ] [ basic | advanced ] ANYACL", run_setting, API_ROLE_ADMIN, "Admit IPv6 clients by an access list", SERVER(ACL6), 0, emit_ssh },
	{ "undo ssh server ipv6 acl", run_default, API_ROLE_ADMIN, "Admit all IPv6 clients", SERVER(ACL6) },
	{ "ssh server acl-deny-log enable", run_flag, API_ROLE_ADMIN, "Log the clients that an access list refuses", SERVER(ACL_DENY_LOG), 1, emit_flag },
	{ "undo ssh server acl-deny-log enable", run_default, API_ROLE_ADMIN, "Log no refused clients", SERVER(ACL_DENY_LOG) },
};

static const struct command net_acl_view[] = {
	{ "rule [ RULE ] { deny | permit } [ PROTOCOL | icmp | icmpv6 | ip | ipv6 | tcp | udp ] [ counting | destination " WHERE " | destination-port " PORTS " | logging | source " WHERE " | source-port " PORTS " ]...", run_rule, API_ROLE_ADMIN, "Add a rule, or replace one", API_CLASS_ACL, .emit = emit_rule },
	{ "undo rule RULE",             run_undo_rule,   API_ROLE_ADMIN, "Delete a rule" },
	{ "rule RULE comment ACLTEXT...", run_comment,   API_ROLE_ADMIN, "Say what a rule is for" },
	{ "undo rule RULE comment",     run_comment,     API_ROLE_ADMIN, "Delete what was said of a rule" },
	{ "step STEP",                  run_step,        API_ROLE_ADMIN, "Specify the distance of rules that have no number typed" },
	{ "undo step",                  run_step,        API_ROLE_ADMIN, "Restore the distance of rules" },
	{ "description ACLTEXT...",     run_description, API_ROLE_ADMIN, "Describe the list" },
	{ "undo description",           run_description, API_ROLE_ADMIN, "Delete the description" },
};
// clang-format on

TABLE(net_acl);
TABLE(net_acl_view);
