// The list of a source-address option, as strict as OpenSSH's: whole addresses or CIDR blocks whose
// host bits are zero.
#include "crypto/cert/cert.h"

#include "crypto/wire/names.h"

#include <arpa/inet.h>

#define TEXT_MAX 64

struct block {
	uint8_t address[16];
	size_t bytes; // 4 or 16
	unsigned bits;
};

static bool bits_parse(const char *text, size_t bytes, unsigned *out)
{
	unsigned v = 0;

	if (*text == 0)
		return false;
	for (; *text != 0; text++) {
		if (*text < '0' || *text > '9' || v > 128)
			return false;
		v = 10 * v + (unsigned)(*text - '0');
	}
	*out = v;
	return v <= 8 * bytes;
}

static bool block_parse(struct span s, struct block *out)
{
	char text[TEXT_MAX], *slash;

	*out = (struct block){.bytes = 4};
	if (s.len == 0 || s.len >= sizeof(text) || memchr(s.data, 0, s.len) != NULL)
		return false;
	memcpy(text, s.data, s.len);
	text[s.len] = 0;
	slash = strchr(text, '/');
	if (slash != NULL)
		*slash = 0;
	if (inet_pton(AF_INET, text, out->address) != 1) {
		out->bytes = 16;
		if (inet_pton(AF_INET6, text, out->address) != 1)
			return false;
	}
	out->bits = 8 * (unsigned)out->bytes;
	return slash == NULL || bits_parse(slash + 1, out->bytes, &out->bits);
}

static bool bit_at(const uint8_t *address, unsigned i)
{
	return address[i / 8] >> (7 - i % 8) & 1;
}

static bool is_block(const struct block *b)
{
	for (unsigned i = b->bits; i < 8 * b->bytes; i++) {
		if (bit_at(b->address, i))
			return false;
	}
	return true;
}

static bool contains(const struct block *b, struct span address)
{
	if (address.len != b->bytes)
		return false;
	for (unsigned i = 0; i < b->bits; i++) {
		if (bit_at(b->address, i) != bit_at(address.data, i))
			return false;
	}
	return true;
}

// An IPv4 address in IPv6 clothes is judged as what it is.
static struct span undressed(struct span address)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (address.len == 16 && memcmp(address.data, mapped, sizeof(mapped)) == 0)
		return span_of(address.data + 12, 4);
	return address;
}

bool cert_address_listed(struct span list, struct span address)
{
	struct span each;
	struct block b;
	bool found = false;

	address = undressed(address);
	while (names_next(&list, &each)) {
		if (!block_parse(each, &b) || !is_block(&b))
			return false;
		found |= contains(&b, address);
	}
	return found;
}
