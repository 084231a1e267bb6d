// Typed words of the command grammar.
#include "cli/tree/arg.h"
#include "dataplane/base/ip_addr.h"

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

static bool ip_accepts(struct span text, bool ipv4)
{
	struct ip_addr a;

	return ip_from_text(text, &a) && ip_is_ipv4(&a) == ipv4;
}

static bool prefix6_accepts(struct span text)
{
	struct ip_addr a;
	uint8_t bits;

	return ip_prefix_from_text(text, &a, &bits) && !ip_is_ipv4(&a);
}

// Ones, then zeros.
static bool mask_accepts(struct span text)
{
	struct ip_addr a;
	uint32_t bits = 0;

	if (!ip_accepts(text, true))
		return number_accepts(text, 0, 32);
	(void)ip_from_text(text, &a);
	for (unsigned i = 12; i < 16; i++)
		bits = bits << 8 | a.bytes[i];
	return (~bits & (~bits + 1)) == 0;
}

#define IFNUM_LEN 5u // "0/0/0" to "0/0/3"

static bool ifnum_accepts(struct span text)
{
	return text.len == IFNUM_LEN && memcmp(text.data, "0/0/", 4) == 0 &&
	       text.data[4] >= '0' && text.data[4] <= '3';
}

// As much of its name as one likes, any case, with its number or without.
static bool interface_accepts(struct span text)
{
	static const char *const names[] = {"M-GigabitEthernet", "MGE", "M-GE"};

	if (text.len > IFNUM_LEN &&
	    ifnum_accepts(span_of(text.data + text.len - IFNUM_LEN, IFNUM_LEN)))
		text.len -= IFNUM_LEN;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (text.len <= strlen(names[i]) &&
		    strncasecmp((const char *)text.data, names[i], text.len) == 0)
			return true;
	}
	return false;
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
	case ARG_IPV4:
	case ARG_IPV6:
		return ip_accepts(text, args[arg].kind == ARG_IPV4);
	case ARG_MASK:
		return mask_accepts(text);
	case ARG_WILDCARD:
		return span_is(text, "0") || ip_accepts(text, true);
	case ARG_PREFIX6:
		return prefix6_accepts(text);
	case ARG_IFACE:
		return interface_accepts(text);
	case ARG_IFNUM:
		return ifnum_accepts(text);
	default:
		return true;
	}
}

void arg_shape(enum arg_id arg, char out[ARG_SHAPE_MAX])
{
	static const char *const shapes[] = {
	        [ARG_IPV4] = "X.X.X.X",       [ARG_IPV6] = "X:X::X:X",
	        [ARG_MASK] = "X.X.X.X",       [ARG_WILDCARD] = "X.X.X.X",
	        [ARG_PREFIX6] = "X:X::X:X/M", [ARG_IFACE] = "INTERFACE",
	        [ARG_IFNUM] = "0/0/0"};
	enum arg_kind kind = args[arg].kind;

	if (kind < sizeof(shapes) / sizeof(shapes[0]) && shapes[kind] != NULL)
		snprintf(out, ARG_SHAPE_MAX, "%s", shapes[kind]);
	else
		snprintf(out, ARG_SHAPE_MAX, "%s<%u-%u>", kind == ARG_NUMBER ? "" : "STRING",
		         args[arg].low, args[arg].high);
}

const char *arg_help(enum arg_id arg)
{
	return args[arg].help;
}
