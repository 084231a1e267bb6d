// ISP domains: who is asked about the users of a domain.
#include "cli/commands/commands.h"

#include <stdio.h>

static struct span view_domain(const struct task *t)
{
	return span_text(t->dialogue->name != NULL ? t->dialogue->name : "");
}

// --- domain NAME -------------------------------------------------------------------------------

static enum turn domain_entered(struct task *t)
{
	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	dialogue_view(t->dialogue, VIEW_DOMAIN, task_arg(t, ARG_DOMAIN_WORD));
	return TURN_DONE;
}

static enum turn run_domain(struct task *t)
{
	struct api_record r = {.class = API_CLASS_DOMAIN, .key = task_arg(t, ARG_DOMAIN_WORD)};

	return task_put(t, &r, domain_entered);
}

static enum turn domain_gone(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The domain does not exist.");
	return task_end(t);
}

static enum turn run_undo_domain(struct task *t)
{
	return task_delete(t, API_CLASS_DOMAIN, task_arg(t, ARG_DOMAIN_WORD), domain_gone);
}

static void emit_domain(struct config_out *out, const struct command *row,
                        const struct api_record *record)
{
	char name[CONFIG_WORD_MAX];

	config_line(out, 0, "domain %s", config_word(record->key, name));
}

// --- authentication ----------------------------------------------------------------------------

static enum turn authentication_put(struct task *t)
{
	struct span scheme = task_arg(t, ARG_SCHEME_WORD);
	struct api_record r = {.class = API_CLASS_DOMAIN, .key = view_domain(t)};

	record_add_text(&r, API_DOMAIN_SCHEME, scheme);
	record_add(&r, API_DOMAIN_LOCAL, scheme.len == 0 || task_has(t, "local"));
	return task_put(t, &r, task_end);
}

static enum turn scheme_found(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The RADIUS scheme does not exist.");
	return t->status == STATUS_OK ? authentication_put(t) : task_fail_status(t, t->status);
}

static enum turn run_authentication(struct task *t)
{
	struct span scheme = task_arg(t, ARG_SCHEME_WORD);

	if (scheme.len == 0)
		return authentication_put(t);
	return task_get(t, API_CLASS_RADIUS, scheme, scheme_found);
}

static void emit_authentication(struct config_out *out, const struct command *row,
                                const struct api_record *record)
{
	struct span scheme = record_text(record, API_DOMAIN_SCHEME);
	char word[CONFIG_WORD_MAX];

	if (scheme.len > 0)
		config_line(out, 1, "authentication login radius-scheme %s%s",
		            config_word(scheme, word),
		            record_number(record, API_DOMAIN_LOCAL) ? " local" : "");
}

// --- what holds for all ------------------------------------------------------------------------

static enum turn aaa_put(struct task *t, uint8_t field, struct span text)
{
	struct api_record r = {.class = API_CLASS_AAA};

	record_add_text(&r, field, text);
	return task_put(t, &r, task_end);
}

static enum turn default_found(struct task *t)
{
	if (t->status != STATUS_OK)
		return domain_gone(t);
	return aaa_put(t, API_AAA_DEFAULT_DOMAIN, task_arg(t, ARG_DOMAIN_WORD));
}

static enum turn run_default_domain(struct task *t)
{
	return task_get(t, API_CLASS_DOMAIN, task_arg(t, ARG_DOMAIN_WORD), default_found);
}

static enum turn run_default_role(struct task *t)
{
	struct span role = task_arg(t, ARG_ROLENAME_WORD);

	return aaa_put(t, API_AAA_DEFAULT_ROLE,
	               role.len > 0 ? role : span_text(API_ROLE_OPERATOR_NAME));
}

static void emit_text(struct config_out *out, const struct api_record *record, uint8_t field,
                      const char *keywords)
{
	struct span text = record_text(record, field);
	char word[CONFIG_WORD_MAX];

	if (!span_is(text, api_field_row(field)->text))
		config_line(out, 1, "%s %s", keywords, config_word(text, word));
}

static void emit_default_domain(struct config_out *out, const struct command *row,
                                const struct api_record *record)
{
	emit_text(out, record, API_AAA_DEFAULT_DOMAIN, "domain default enable");
}

static void emit_default_role(struct config_out *out, const struct command *row,
                              const struct api_record *record)
{
	emit_text(out, record, API_AAA_DEFAULT_ROLE, "role default-role enable");
}

// --- display -----------------------------------------------------------------------------------

static void show_domain(struct task *t, const struct api_record *r)
{
	struct span scheme = record_text(r, API_DOMAIN_SCHEME);

	task_print(t, "Domain: %.*s\n  State: Active\n  Login authentication scheme: ",
	           (int)r->key.len, (const char *)r->key.data);
	if (scheme.len > 0)
		task_print(t, "RADIUS: %.*s%s\n\n", (int)scheme.len, (const char *)scheme.data,
		           record_number(r, API_DOMAIN_LOCAL) ? ", Local" : "");
	else
		task_print(t, "Local\n\n");
}

static void domain_row(struct task *t, struct cursor *c)
{
	struct api_record r;

	if (api_record_parse(c, &r) == STATUS_OK)
		show_domain(t, &r);
}

static enum turn domain_got(struct task *t)
{
	struct api_record r;

	if (!task_record(t, &r))
		return domain_gone(t);
	show_domain(t, &r);
	return TURN_DONE;
}

static enum turn aaa_got(struct task *t)
{
	struct span name = span_text(api_field_row(API_AAA_DEFAULT_DOMAIN)->text);
	struct api_record r;

	if (task_record(t, &r))
		name = record_text(&r, API_AAA_DEFAULT_DOMAIN);
	task_print(t, "Default domain name: %.*s\n", (int)name.len, (const char *)name.data);
	return TURN_DONE;
}

static enum turn domains_end(struct task *t)
{
	return task_get(t, API_CLASS_AAA, span_text(""), aaa_got);
}

static const struct listing domain_rows = {API_LIST, API_CLASS_DOMAIN, domain_row, domains_end};

static enum turn run_show(struct task *t)
{
	struct span name = task_arg(t, ARG_DOMAIN_WORD);

	if (name.len > 0)
		return task_get(t, API_CLASS_DOMAIN, name, domain_got);
	return task_list(t, &domain_rows);
}

// clang-format off
static const struct command domain[] = {
	{ "domain [ name ] DOMAIN",      run_domain,      API_ROLE_ADMIN, "Add an ISP domain, or change one", API_CLASS_DOMAIN, .emit = emit_domain },
	{ "undo domain [ name ] DOMAIN", run_undo_domain, API_ROLE_ADMIN, "Delete an ISP domain" },
};

static const struct command aaa[] = {
	{ "domain default enable DOMAIN", run_default_domain, API_ROLE_ADMIN, "The domain of users who name none", API_CLASS_AAA, API_AAA_DEFAULT_DOMAIN, 0, emit_default_domain },
	{ "undo domain default enable",   run_default, API_ROLE_ADMIN, "Restore the domain of users who name none", API_CLASS_AAA, API_AAA_DEFAULT_DOMAIN },
	{ "role default-role enable [ ROLENAME ]", run_default_role, API_ROLE_ADMIN, "Give a role to users whom a server gives none", API_CLASS_AAA, API_AAA_DEFAULT_ROLE, 0, emit_default_role },
	{ "undo role default-role enable", run_default, API_ROLE_ADMIN, "Refuse users whom a server gives no role", API_CLASS_AAA, API_AAA_DEFAULT_ROLE },
	{ "aaa session-limit ftp OTHERS", run_setting, API_ROLE_ADMIN, "Kept: this device has no such server", API_CLASS_AAA, API_AAA_FTP_SESSIONS, 0, emit_setting },
	{ "undo aaa session-limit ftp",   run_default, API_ROLE_ADMIN, "Restore what is kept", API_CLASS_AAA, API_AAA_FTP_SESSIONS },
	{ "aaa session-limit http OTHERS", run_setting, API_ROLE_ADMIN, "Kept: this device has no such server", API_CLASS_AAA, API_AAA_HTTP_SESSIONS, 0, emit_setting },
	{ "undo aaa session-limit http",   run_default, API_ROLE_ADMIN, "Restore what is kept", API_CLASS_AAA, API_AAA_HTTP_SESSIONS },
	{ "aaa session-limit https OTHERS", run_setting, API_ROLE_ADMIN, "Kept: this device has no such server", API_CLASS_AAA, API_AAA_HTTPS_SESSIONS, 0, emit_setting },
	{ "undo aaa session-limit https",   run_default, API_ROLE_ADMIN, "Restore what is kept", API_CLASS_AAA, API_AAA_HTTPS_SESSIONS },
	{ "aaa session-limit telnet OTHERS", run_setting, API_ROLE_ADMIN, "Kept: this device has no such server", API_CLASS_AAA, API_AAA_TELNET_SESSIONS, 0, emit_setting },
	{ "undo aaa session-limit telnet",   run_default, API_ROLE_ADMIN, "Restore what is kept", API_CLASS_AAA, API_AAA_TELNET_SESSIONS },
};

static const struct command domain_view[] = {
	{ "authentication { default | login } { local | radius-scheme SCHEME [ local ] }", run_authentication, API_ROLE_ADMIN, "Specify who is asked; local: when no server answers", API_CLASS_DOMAIN, API_DOMAIN_SCHEME, 0, emit_authentication },
	{ "undo authentication { default | login }", run_authentication, API_ROLE_ADMIN, "Ask the device itself" },
};

static const struct command domain_show[] = {
	{ "display domain [ DOMAIN ]", run_show, API_ROLE_OPERATOR, "Display ISP domains" },
};
// clang-format on

TABLE(aaa);
TABLE(domain);
TABLE(domain_view);
const struct command_table domain_show_table = {domain_show, 1};
