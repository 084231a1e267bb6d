// Rules of access lists between words, records and text.
#include "cli/commands/acl_text.h"

#include <stdarg.h>
#include <stdio.h>

#define PROTOCOL_ANY 256u

static const struct {
	const char *name;
	uint32_t number;
} protocols[] = {
        {"icmp", 1}, {"icmpv6", 58},       {"tcp", 6},
        {"udp", 17}, {"ip", PROTOCOL_ANY}, {"ipv6", PROTOCOL_ANY},
};
#define PROTOCOLS (sizeof(protocols) / sizeof(protocols[0]))

const char *acl_name(bool ipv6, uint32_t list, char out[32])
{
	snprintf(out, 32, "%s%s %u", ipv6 ? "ipv6 " : "",
	         list < ACL_ADVANCED_FIRST ? "basic" : "advanced", list);
	return out;
}

// --- to text -------------------------------------------------------------------------------------

static size_t put(char *out, size_t len, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
static size_t put(char *out, size_t len, const char *format, ...)
{
	va_list args;
	int n;

	if (len >= ACL_TEXT_MAX)
		return len;
	va_start(args, format);
	n = vsnprintf(out + len, ACL_TEXT_MAX - len, format, args);
	va_end(args);
	return n < 0 ? len : len + (size_t)n;
}

static size_t protocol_put(char *out, size_t len, uint32_t protocol, bool ipv6)
{
	if (protocol == PROTOCOL_ANY)
		return put(out, len, ipv6 ? " ipv6" : " ip");
	for (size_t i = 0; i < PROTOCOLS; i++) {
		if (protocols[i].number == protocol)
			return put(out, len, " %s", protocols[i].name);
	}
	return put(out, len, " %u", protocol);
}

// A single host's wildcard is written as 0.
static size_t pattern_put(char *out, size_t len, const char *what, struct span text)
{
	static const char host[] = " 0.0.0.0";

	if (text.len == 0)
		return len;
	len = put(out, len, " %s %.*s", what, (int)text.len, (const char *)text.data);
	if (len < ACL_TEXT_MAX && len > sizeof(host) &&
	    strcmp(out + len - (sizeof(host) - 1), host) == 0) {
		len -= sizeof(host) - 3;
		out[len] = 0;
	}
	return len;
}

static size_t ports_put(char *out, size_t len, const char *what, uint32_t ports)
{
	uint32_t first = ports >> 16, last = ports & UINT16_MAX;

	if (ports == API_ACL_PORTS)
		return len;
	if (first == last)
		return put(out, len, " %s eq %u", what, first);
	return put(out, len, " %s range %u %u", what, first, last);
}

const char *acl_rule_text(const struct api_record *r, char out[ACL_TEXT_MAX])
{
	uint32_t flags = record_number(r, API_ACL_FLAGS), list, rule;
	bool ipv6;
	size_t len;

	api_acl_key_parse(r->key, &ipv6, &list, &rule);
	len = put(out, 0, "%s", record_number(r, API_ACL_PERMIT) ? "permit" : "deny");
	if (list >= ACL_ADVANCED_FIRST)
		len = protocol_put(out, len, record_number(r, API_ACL_PROTOCOL), ipv6);
	len = pattern_put(out, len, "source", record_text(r, API_ACL_SOURCE));
	len = pattern_put(out, len, "destination", record_text(r, API_ACL_DESTINATION));
	len = ports_put(out, len, "source-port", record_number(r, API_ACL_FROM_PORT));
	len = ports_put(out, len, "destination-port", record_number(r, API_ACL_TO_PORT));
	if (flags & API_ACL_COUNTING)
		len = put(out, len, " counting");
	if (flags & API_ACL_LOGGING)
		put(out, len, " logging");
	return out;
}

// --- from words ----------------------------------------------------------------------------------

// The words of a rule as they are read, one after another.
struct reader {
	const struct match *m;
	uint32_t at;
	bool ipv6;
	struct api_record *r;
	struct acl_texts *texts;
};

static bool is_word(const struct reader *rd, const char *literal)
{
	const struct bound *b = &rd->m->bound[rd->at];

	return rd->at < rd->m->words.count && b->literal != NULL &&
	       b->literal_length == strlen(literal) &&
	       memcmp(b->literal, literal, b->literal_length) == 0;
}

static struct span next_word(struct reader *rd)
{
	rd->at++;
	return words_at(&rd->m->words, rd->at);
}

static const char *pattern_read4(struct reader *rd, char *text)
{
	struct ip_addr ip = arg_ip(words_at(&rd->m->words, rd->at)), wild = {0};
	char a[IP_TEXT_MAX], b[IP_TEXT_MAX];

	if (!ip_from_text(next_word(rd), &wild))
		(void)ip_from_text(span_text("0.0.0.0"), &wild);
	for (unsigned i = 12; i < 16; i++)
		ip.bytes[i] &= (uint8_t)~wild.bytes[i];
	snprintf(text, IP_TEXT_MAX * 2, "%s %s", ip_text(&ip, a), ip_text(&wild, b));
	return NULL;
}

static const char *pattern_read6(struct reader *rd, char *text)
{
	struct span word = words_at(&rd->m->words, rd->at);
	struct ip_addr ip;
	uint8_t bits;

	if (!ip_prefix_from_text(word, &ip, &bits)) {
		ip = arg_ip(word);
		bits = (uint8_t)arg_number(next_word(rd));
	}
	ip = ip_prefix_of(&ip, bits);
	ip_prefix_text(&ip, bits, text);
	return NULL;
}

// Stands on `source` or `destination`.
static const char *pattern_read(struct reader *rd, uint8_t field, char *text)
{
	struct span word = next_word(rd);
	bool six = memchr(word.data, ':', word.len) != NULL;

	text[0] = 0;
	if (is_word(rd, "any"))
		return NULL;
	if (six != rd->ipv6)
		return "The address is of the other family.";
	if (six)
		pattern_read6(rd, text);
	else
		pattern_read4(rd, text);
	record_add_text(rd->r, field, span_text(text));
	return NULL;
}

static const char *ports_read(struct reader *rd, uint8_t field)
{
	uint32_t first, last;

	rd->at++;
	if (is_word(rd, "range")) {
		first = arg_number(next_word(rd));
		last = arg_number(next_word(rd));
	} else if (is_word(rd, "gt")) {
		first = arg_number(next_word(rd)) + 1;
		last = UINT16_MAX;
	} else if (is_word(rd, "lt")) {
		last = arg_number(next_word(rd)) - 1;
		first = 0;
	} else {
		first = last = arg_number(next_word(rd));
	}
	if (first > last || last > UINT16_MAX)
		return "The range of ports is empty.";
	record_add(rd->r, field, first << 16 | last);
	return NULL;
}

// Where the protocol stands, if it is there; the word after it is next.
static void protocol_read(struct reader *rd, bool *named)
{
	const struct bound *b = &rd->m->bound[rd->at];

	*named = false;
	if (rd->at >= rd->m->words.count)
		return;
	if (b->arg == ARG_PROTOCOL_WORD) {
		record_add(rd->r, API_ACL_PROTOCOL,
		           arg_number(words_at(&rd->m->words, rd->at)));
		*named = true;
	}
	for (size_t i = 0; i < PROTOCOLS && !*named; i++) {
		if (!is_word(rd, protocols[i].name))
			continue;
		record_add(rd->r, API_ACL_PROTOCOL, protocols[i].number);
		*named = true;
	}
	rd->at += *named;
}

static const char *part_read(struct reader *rd, bool advanced, uint32_t *flags)
{
	if (is_word(rd, "counting"))
		*flags |= API_ACL_COUNTING;
	else if (is_word(rd, "logging"))
		*flags |= API_ACL_LOGGING;
	else if (is_word(rd, "source"))
		return pattern_read(rd, API_ACL_SOURCE, rd->texts->source);
	else if (!advanced)
		return "A basic list knows sources only.";
	else if (is_word(rd, "destination"))
		return pattern_read(rd, API_ACL_DESTINATION, rd->texts->destination);
	else if (is_word(rd, "source-port"))
		return ports_read(rd, API_ACL_FROM_PORT);
	else
		return ports_read(rd, API_ACL_TO_PORT);
	return NULL;
}

const char *acl_rule_read(const struct task *t, bool ipv6, bool advanced, struct api_record *r,
                          struct acl_texts *texts)
{
	struct reader rd = {.m = &t->match, .ipv6 = ipv6, .r = r, .texts = texts};
	const char *wrong = NULL;
	uint32_t flags = 0;
	bool named;

	while (!is_word(&rd, "permit") && !is_word(&rd, "deny"))
		rd.at++;
	record_add(r, API_ACL_PERMIT, is_word(&rd, "permit"));
	rd.at++;
	protocol_read(&rd, &named);
	if (named != advanced)
		return named ? "A basic list knows sources only."
		             : "An advanced list needs a protocol.";
	for (; rd.at < rd.m->words.count && wrong == NULL; rd.at++)
		wrong = part_read(&rd, advanced, &flags);
	record_add(r, API_ACL_FLAGS, flags);
	return wrong;
}
