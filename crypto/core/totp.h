// One-time codes (RFC 4226, RFC 6238 with HMAC-SHA-1) and the text of their secrets.
#pragma once

#include "crypto/core/span.h"

#include <stdbool.h>
#include <stdint.h>

#define TOTP_DIGITS     6
#define TOTP_SECONDS    30
#define TOTP_SECRET_MAX 64u // bytes

// The code of a step, as a number of `digits` digits (RFC 4226 section 5.3).
uint32_t totp_code(struct span secret, uint64_t step, unsigned digits);

// Base32 without padding (RFC 4648 section 6), and a NUL: 8 letters for 5 bytes.
void totp_secret_emit(struct span secret, char *text);
// Either case, padding at the end. False: another letter, none, or more than TOTP_SECRET_MAX bytes.
bool totp_secret_parse(struct span text, uint8_t out[TOTP_SECRET_MAX], size_t *len);
