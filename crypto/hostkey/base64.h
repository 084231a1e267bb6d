// Base64 (RFC 4648 section 4) as key files use it: lines may be broken anywhere.
#pragma once

#include "crypto/core/span.h"
#include "crypto/core/status.h"

// Encode in lines of `width` characters, each ended by a newline; width 0 is one line without.
// data is NULL when memory ran out.
struct blob base64_encode(struct span s, size_t width);

// Decode, skipping blanks and line ends. Strict otherwise: padding complete, unused bits zero,
// nothing behind the padding.
[[nodiscard]] enum status base64_decode(struct span text, struct blob *out);
