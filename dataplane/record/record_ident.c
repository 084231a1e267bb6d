// The identification lines (RFC 4253 section 4.2). A server's client sends nothing before its own.
#include "dataplane/record/record.h"

#define V1 "SSH-1.5-"

static bool starts_with(struct span s, const char *text)
{
	size_t len = strlen(text);

	return s.len >= len && memcmp(s.data, text, len) == 0;
}

// Not "SSH-" already: no need to wait for the rest of the line.
static bool is_foreign(struct span head)
{
	static const char prefix[] = "SSH-";
	size_t len = head.len < 4 ? head.len : 4;

	return len > 0 && memcmp(head.data, prefix, len) != 0;
}

static bool is_printable_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < 0x20 || s.data[i] > 0x7e)
			return false;
	}
	return true;
}

// A software version must follow the protocol version.
static enum status ident_judge(struct span line, bool v1_too)
{
	if (!is_printable_ascii(line))
		return STATUS_MALFORMED;
	if (starts_with(line, "SSH-2.0-"))
		return line.len > strlen("SSH-2.0-") ? STATUS_OK : STATUS_MALFORMED;
	if (starts_with(line, "SSH-1.99-"))
		return line.len > strlen("SSH-1.99-") ? STATUS_OK : STATUS_MALFORMED;
	if (v1_too && record_ident_is_v1(line))
		return line.len > strlen(V1) ? STATUS_OK : STATUS_MALFORMED;
	return STATUS_BAD_VERSION;
}

bool record_ident_is_v1(struct span line)
{
	return starts_with(line, V1);
}

enum status record_ident_parse(struct span head, bool v1_too, struct span *line, size_t *taken)
{
	size_t bound = head.len < SSH_IDENT_MAX ? head.len : SSH_IDENT_MAX;
	const uint8_t *end;
	size_t len;

	*taken = 0;
	*line = span_of(NULL, 0);
	if (is_foreign(head))
		return STATUS_MALFORMED;
	end = bound > 0 ? memchr(head.data, '\n', bound) : NULL;
	if (end == NULL)
		return head.len >= SSH_IDENT_MAX ? STATUS_MALFORMED : STATUS_OK;
	len = (size_t)(end - head.data);
	*taken = len + 1;
	if (len > 0 && head.data[len - 1] == '\r')
		len--;
	*line = span_of(head.data, len);
	return ident_judge(*line, v1_too);
}

struct span record_ident_answer(enum status status)
{
	return span_text(status == STATUS_BAD_VERSION
	                         ? "Protocol major versions differ.\r\n"
	                         : "Invalid SSH identification string.\r\n");
}
