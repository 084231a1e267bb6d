// Typed words of the command grammar.
#include "cli/tree/arg.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

static const struct {
	const char *name;
	enum arg_kind kind;
	uint32_t low, high;
	const char *help;
} args[ARGS] = {
#define X(name, kind, low, high, help) {#name, ARG_##kind, low, high, help},
        ARG_LIST(X)
#undef X
};

int arg_find(struct span name)
{
	for (int i = 0; i < ARGS; i++)
		if (span_is(name, args[i].name))
			return i;
	return -1;
}

uint32_t arg_number(struct span text)
{
	uint32_t value = 0;

	for (size_t i = 0; i < text.len; i++)
		value = value * 10 + (text.data[i] - '0');
	return value;
}

static bool number_accepts(struct span text, uint32_t low, uint32_t high)
{
	uint64_t value = 0;

	if (text.len == 0 || text.len > 10)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!isdigit(text.data[i]))
			return false;
		value = value * 10 + (text.data[i] - '0');
	}
	return value >= low && value <= high;
}

static bool has_any(struct span text, const char *bytes)
{
	for (size_t i = 0; i < text.len; i++)
		if (strchr(bytes, text.data[i]) != NULL)
			return true;
	return false;
}

static bool user_accepts(struct span text)
{
	return !has_any(text, "@\\|/:*?<>\"") && !span_is(text, "a") && !span_is(text, "al") &&
	       !span_is(text, "all");
}

static bool cfg_accepts(struct span text)
{
	return text.len > 4 &&
	       strncasecmp((const char *)text.data + text.len - 4, ".cfg", 4) == 0;
}

bool arg_accepts(enum arg_id arg, struct span text)
{
	if (args[arg].kind == ARG_NUMBER)
		return number_accepts(text, args[arg].low, args[arg].high);
	if (text.len < args[arg].low || text.len > args[arg].high || has_any(text, "\r\n"))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < ' ' || text.data[i] == 0x7f)
			return false;
	switch (args[arg].kind) {
	case ARG_USER:
		return user_accepts(text);
	case ARG_NAME:
		return !has_any(text, ", \"\\?#|");
	case ARG_CFG:
		return cfg_accepts(text);
	default:
		return true;
	}
}

void arg_shape(enum arg_id arg, char out[ARG_SHAPE_MAX])
{
	snprintf(out, ARG_SHAPE_MAX, "%s<%u-%u>", args[arg].kind == ARG_NUMBER ? "" : "STRING",
	         args[arg].low, args[arg].high);
}

const char *arg_help(enum arg_id arg)
{
	return args[arg].help;
}
