// Addresses as people write them.
#include "dataplane/base/ip_addr.h"

#include <arpa/inet.h>
#include <stdio.h>

static const struct ip_addr mapped = {{[10] = 0xff, [11] = 0xff}};

bool ip_is_host(const struct ip_addr *a)
{
	const uint8_t *v4 = a->bytes + 12;

	if (ip_is_ipv4(a))
		return v4[0] != 0 && v4[0] != 127 && v4[0] < 224;
	return !ip_is_none(a) && !ip_is_group(a) &&
	       memcmp(a->bytes, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16) != 0;
}

struct ip_addr ip_prefix_of(const struct ip_addr *a, unsigned bits)
{
	struct ip_addr out = {0};
	unsigned whole = bits / 8;

	memcpy(out.bytes, a->bytes, whole);
	if (bits % 8 != 0)
		out.bytes[whole] = (uint8_t)(a->bytes[whole] & (0xff00u >> bits % 8));
	return out;
}

bool ip_from_text(struct span text, struct ip_addr *out)
{
	char name[INET6_ADDRSTRLEN];

	if (text.len == 0 || text.len >= sizeof(name) || memchr(text.data, 0, text.len) != NULL)
		return false;
	memcpy(name, text.data, text.len);
	name[text.len] = 0;
	if (inet_pton(AF_INET6, name, out->bytes) == 1)
		return !ip_is_ipv4(out);
	*out = mapped;
	return inet_pton(AF_INET, name, out->bytes + 12) == 1;
}

static bool number_from(struct span text, unsigned most, unsigned *out)
{
	*out = 0;
	for (size_t i = 0; i < text.len && i < 4; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*out = *out * 10 + (text.data[i] - '0');
	}
	return text.len > 0 && text.len <= 3 && *out <= most;
}

bool ip_prefix_from_text(struct span text, struct ip_addr *out, uint8_t *bits)
{
	const uint8_t *slash = text.len > 0 ? memchr(text.data, '/', text.len) : NULL;
	size_t at = slash != NULL ? (size_t)(slash - text.data) : 0;
	unsigned front, n;

	if (slash == NULL || !ip_from_text(span_of(text.data, at), out))
		return false;
	front = ip_is_ipv4(out) ? IPV4_MAPPED_BITS : 0;
	if (!number_from(span_of(slash + 1, text.len - at - 1), 128 - front, &n))
		return false;
	*bits = (uint8_t)(front + n);
	return true;
}

const char *ip_text(const struct ip_addr *a, char out[IP_TEXT_MAX])
{
	if (ip_is_ipv4(a))
		inet_ntop(AF_INET, a->bytes + 12, out, IP_TEXT_MAX);
	else
		inet_ntop(AF_INET6, a->bytes, out, IP_TEXT_MAX);
	return out;
}

const char *ip_prefix_text(const struct ip_addr *a, unsigned bits, char out[IP_TEXT_MAX])
{
	bool is_ipv4 = ip_is_ipv4(a) && bits >= IPV4_MAPPED_BITS;
	size_t len;

	ip_text(a, out);
	len = strlen(out);
	snprintf(out + len, IP_TEXT_MAX - len, "/%u", is_ipv4 ? bits - IPV4_MAPPED_BITS : bits);
	return out;
}
