// Records to commands.
#include "cli/config/config_text.h"
#include "cli/commands/commands.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

// --- lines and words ---------------------------------------------------------------------------

void config_line(struct config_out *out, unsigned indent, const char *format, ...)
{
	char small[1024], *line = small;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(small)) {
		out->text->failed = true; // never a cut command
		return;
	}
	if (out->fresh)
		text_puts(out->text, "#\n");
	out->fresh = false;
	text_repeat(out->text, ' ', indent);
	text_add(out->text, line, (size_t)len);
	text_puts(out->text, "\n");
}

static bool needs_quotes(struct span word)
{
	if (word.len == 0 || word.data[0] == '#' || word.data[0] == '|')
		return true;
	for (size_t i = 0; i < word.len; i++)
		if (strchr(" \t\"\\?", word.data[i]) != NULL)
			return true;
	return false;
}

const char *config_word(struct span word, char out[CONFIG_WORD_MAX])
{
	size_t len = 0;
	bool quotes = needs_quotes(word);

	if (quotes)
		out[len++] = '"';
	for (size_t i = 0; i < word.len && len + 4 < CONFIG_WORD_MAX; i++) {
		if (quotes && (word.data[i] == '"' || word.data[i] == '\\'))
			out[len++] = '\\';
		out[len++] = (char)word.data[i];
	}
	if (quotes)
		out[len++] = '"';
	out[len] = 0;
	return out;
}

// --- fields ------------------------------------------------------------------------------------

uint32_t record_number(const struct api_record *record, uint8_t field)
{
	const struct api_value *v = api_record_find(record, field);

	return v != NULL ? v->number : api_field_row(field)->number;
}

struct span record_text(const struct api_record *record, uint8_t field)
{
	const struct api_value *v = api_record_find(record, field);

	return v != NULL ? v->text : span_text(api_field_row(field)->text);
}

static bool is_always_shown(uint8_t field)
{
	return field == API_SSH_SERVER_SESSION_LIMIT || field == API_SYSTEM_NAME;
}

void emit_setting(struct config_out *out, const struct command *row,
                  const struct api_record *record)
{
	const struct api_field_row *field = api_field_row(row->field);
	const char *grammar = row->grammar;
	char number[16], word[CONFIG_WORD_MAX];
	struct span value;
	int keywords = 0;

	while (grammar[keywords] != 0 && !isupper((unsigned char)grammar[keywords]))
		keywords++;
	if (field->type == API_UINT) {
		uint32_t n = record_number(record, row->field);

		snprintf(number, sizeof(number), "%u", n);
		value = span_text(number);
		if (n == field->number && !is_always_shown(row->field))
			return;
	} else {
		value = record_text(record, row->field);
		if (span_is(value, field->text) && !is_always_shown(row->field))
			return;
	}
	config_line(out, 1, "%.*s%s", keywords, grammar, config_word(value, word));
}

void emit_flag(struct config_out *out, const struct command *row,
               const struct api_record *record)
{
	uint32_t n = record_number(record, row->field);

	if (n == row->value && n != api_field_row(row->field)->number)
		config_line(out, 1, "%s", row->grammar);
}

void config_emit(struct config_out *out, const struct api_record *record)
{
	for (size_t i = 0; config_tables[i] != NULL; i++) {
		for (size_t k = 0; k < config_tables[i]->count; k++) {
			const struct command *row = &config_tables[i]->rows[k];

			if (row->emit != NULL && row->class == record->class)
				row->emit(out, row, record);
		}
	}
}

// --- the whole ---------------------------------------------------------------------------------

struct config_printer {
	struct config_out out;
	size_t section;
	enum config_part part;
	enum turn (*end)(struct task *t);
};

static void print_record(struct task *t, struct cursor *c);
static enum turn print_section(struct task *t);

// In an order in which every name exists before it is used. A view's records are sections each.
#define SECTION(class)                                                                         \
	{                                                                                      \
		API_LIST, API_CLASS_##class, print_record, print_section                       \
	}
static const struct {
	bool is_view;
	struct listing listing;
} sections[] = {
        {false, SECTION(SYSTEM)},
        {false, SECTION(SHELL)},
        {false, SECTION(PASSWORD_CONTROL)},
        {false, SECTION(ALIAS)},
        {false, SECTION(BANNER)},
        {false, SECTION(LOG_CENTER)},
        {false, SECTION(LOG_HOST)},
        {false, SECTION(ARCHIVE)},
        {false, SECTION(SUPER)},
        {true, SECTION(ROLE)},
        {true, SECTION(RADIUS)},
        {true, SECTION(DOMAIN)},
        {false, SECTION(AAA)},
        {true, SECTION(PEER_KEY)},
        {true, SECTION(LOCAL_USER)},
        {false, SECTION(SSH_SERVER)},
        {false, SECTION(SSH_TRUST)},
        {false, SECTION(SSH_ALGORITHM)},
        {false, SECTION(SSH_GUARD)},
        {false, SECTION(SSH_POLICY)},
        {false, SECTION(SSH_SUBSYSTEM)},
        {false, SECTION(SSH_USER)},
        {true, SECTION(VTY)},
        {true, SECTION(INTERFACE)},
        {false, SECTION(ROUTE)},
        {false, SECTION(TCP)},
        {true, SECTION(ACL)},
};
#define SECTIONS (sizeof(sections) / sizeof(sections[0]))

// Rules stand in the view of their list.
static bool opens_view(const struct api_record *record)
{
	uint32_t list, rule;
	bool ipv6;

	return record->class != API_CLASS_ACL ||
	       !api_acl_key_parse(record->key, &ipv6, &list, &rule);
}

static void print_record(struct task *t, struct cursor *c)
{
	struct config_printer *p = t->own;
	struct api_record record;

	if (api_record_parse(c, &record) != STATUS_OK) {
		cursor_fail(c, STATUS_MALFORMED);
		return;
	}
	if (sections[p->section - 1].is_view && opens_view(&record))
		p->out.fresh = true;
	config_emit(&p->out, &record);
}

static enum turn print_section(struct task *t)
{
	struct config_printer *p = t->own;

	while (p->part == CONFIG_TOP && p->section < SECTIONS && sections[p->section].is_view)
		p->section++;
	if (p->out.text->failed)
		return task_fail_status(t, STATUS_NO_MEMORY);
	if (p->section == SECTIONS) {
		text_puts(p->out.text, "#\nreturn\n");
		return p->end != NULL ? p->end(t) : TURN_DONE;
	}
	p->out.fresh = true;
	return task_list(t, &sections[p->section++].listing);
}

enum turn config_print(struct task *t, enum config_part part, struct text *sink,
                       enum turn (*end)(struct task *t))
{
	struct config_printer *p = task_own(t, sizeof(*p), NULL);

	if (p == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	p->out.text = sink != NULL ? sink : &t->pending;
	p->out.roles = &task_shell(t)->roles;
	p->part = part;
	p->end = end;
	t->whole = sink != NULL && t->dialogue->role != API_ROLE_ADMIN;
	return print_section(t);
}
