// Rows as text or JSON.
#include "cli/term/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void json_string(struct text *out, struct span s)
{
	text_puts(out, "\"");
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] == '"' || s.data[i] == '\\')
			text_format(out, "\\%c", s.data[i]);
		else if (s.data[i] < ' ' || s.data[i] >= 0x7f)
			text_format(out, "\\u%04x", s.data[i]);
		else
			text_add(out, &s.data[i], 1);
	}
	text_puts(out, "\"");
}

static struct span json_name(const char *name)
{
	size_t len = strlen(name);

	while (len > 0 && (name[len - 1] == ' ' || name[len - 1] == ':'))
		len--;
	while (len > 0 && *name == ' ') {
		name++;
		len--;
	}
	return span_of(name, len);
}

static void column_print(struct text *out, const struct column *c, const char *text)
{
	if ((c->flags & COLUMN_JSON) != 0)
		return;
	if (c->width == 0)
		text_puts(out, text);
	else if ((c->flags & COLUMN_RIGHT) != 0)
		text_format(out, "%*s ", c->width - 1, text);
	else
		text_format(out, "%-*s ", c->width - 1, text);
}

void table_begin(struct table_out *o, const struct table *table, struct text *text, bool json)
{
	*o = (struct table_out){.text = text, .table = table, .json = json};
	if (json) {
		text_puts(text, "[");
		return;
	}
	if (table->lines)
		return;
	text_puts(text, table->indent);
	for (uint8_t i = 0; i < table->count; i++)
		column_print(text, &table->columns[i],
		             (table->columns[i].flags & COLUMN_UNNAMED) != 0
		                     ? ""
		                     : table->columns[i].name);
	text_puts(text, "\n");
}

static void cell_json(struct table_out *o, const struct column *c, struct span value)
{
	if (o->cell == 0)
		text_puts(o->text, o->rows++ == 0 ? "\n  {" : ",\n  {");
	else
		text_puts(o->text, ", ");
	json_string(o->text, json_name(c->json != NULL ? c->json : c->name));
	text_puts(o->text, ": ");
	if ((c->flags & COLUMN_NUMBER) != 0)
		text_add(o->text, value.data, value.len);
	else
		json_string(o->text, value);
}

static void cell_text(struct table_out *o, const struct column *c, const char *value)
{
	if (o->cell == 0)
		o->rows++;
	if ((c->flags & COLUMN_JSON) != 0)
		return;
	if (o->cell == 0 || o->table->lines)
		text_puts(o->text, o->table->indent);
	if (o->table->lines)
		text_format(o->text, "%-*s%s\n", c->width, c->name, value);
	else
		column_print(o->text, c, value);
}

void table_value(struct table_out *o, const char *format, ...)
{
	const struct column *c = &o->table->columns[o->cell];
	char small[256], *value = small;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (len >= (int)sizeof(small)) {
		va_start(args, format);
		if (vasprintf(&value, format, args) < 0)
			value = small;
		va_end(args);
	}
	if (o->json)
		cell_json(o, c, span_text(value));
	else
		cell_text(o, c, value);
	if (value != small)
		free(value);
	if (++o->cell < o->table->count)
		return;
	o->cell = 0;
	if (o->json)
		text_puts(o->text, "}");
	else if (!o->table->lines)
		text_puts(o->text, "\n");
}

void table_note(struct table_out *o, const char *format, ...)
{
	char text[512];
	va_list args;

	if (o->json)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_puts(o->text, text);
}

void table_end(struct table_out *o)
{
	if (o->json)
		text_puts(o->text, "\n]\n");
}
