// The Internet checksum (RFC 1071) over pieces of any length.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Add bytes to a running sum of 16-bit words. Every piece but the last must be of even length.
static inline uint64_t checksum_add(uint64_t sum, const void *data, size_t len)
{
	const uint8_t *at = data;
	uint32_t word;

	for (; len >= 4; at += 4, len -= 4) {
		memcpy(&word, at, 4);
		sum += word;
	}
	if (len > 0) {
		word = 0;
		memcpy(&word, at, len);
		sum += word;
	}
	return sum;
}

// Fold to the 16 bits that stand in a header (in memory order: store with memcpy).
static inline uint16_t checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static inline uint16_t checksum_finish(uint64_t sum)
{
	return (uint16_t)~checksum_fold(sum);
}
