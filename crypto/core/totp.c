// One-time codes.
#include "crypto/core/totp.h"

#include "crypto/core/digest.h"
#include "crypto/core/secret.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

uint32_t totp_code(struct span secret, uint64_t step, unsigned digits)
{
	uint8_t counter[8], mac[DIGEST_BYTES_MAX];
	uint32_t value, modulus = 1;
	unsigned at;

	for (int i = 0; i < 8; i++)
		counter[i] = (uint8_t)(step >> (56 - 8 * i));
	hmac_of(DIGEST_SHA1, secret, span_of(counter, sizeof(counter)), mac);
	at = mac[19] & 15;
	value = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
	        (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	secret_wipe(mac, sizeof(mac));
	while (digits-- > 0)
		modulus *= 10;
	return value % modulus;
}

void totp_secret_emit(struct span secret, char *text)
{
	for (size_t bit = 0; bit < 8 * secret.len; bit += 5) {
		unsigned pair = (unsigned)secret.data[bit / 8] << 8;

		if (bit / 8 + 1 < secret.len)
			pair |= secret.data[bit / 8 + 1];
		*text++ = letters[pair >> (11 - bit % 8) & 31];
	}
	*text = 0;
}

static int letter_value(uint8_t letter)
{
	if (letter >= 'a' && letter <= 'z')
		letter = (uint8_t)(letter - 'a' + 'A');
	for (int value = 0; value < 32; value++)
		if (letters[value] == (char)letter)
			return value;
	return -1;
}

bool totp_secret_parse(struct span text, uint8_t out[TOTP_SECRET_MAX], size_t *len)
{
	uint32_t bits = 0, held = 0;

	*len = 0;
	while (text.len > 0 && text.data[text.len - 1] == '=')
		text.len--;
	for (size_t i = 0; i < text.len; i++) {
		int value = letter_value(text.data[i]);

		if (value < 0 || *len == TOTP_SECRET_MAX)
			return false;
		bits = bits << 5 | (uint32_t)value;
		held += 5;
		if (held < 8)
			continue;
		held -= 8;
		out[(*len)++] = (uint8_t)(bits >> held);
	}
	return *len > 0;
}
