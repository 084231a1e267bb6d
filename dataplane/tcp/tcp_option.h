// TCP options, both ways: RFC 9293 section 3.2, RFC 7323, RFC 2018.
#pragma once

#include "crypto/core/span.h"

#define TCP_SACK_BLOCKS_MAX 4

struct sack_block {
	uint32_t start, end;
};

struct tcp_options {
	bool has_mss, has_scale, has_timestamp, sack_permitted;
	uint8_t scale; // at most 14
	uint8_t sacks;
	uint16_t mss;
	uint32_t ts_value, ts_echo;
	struct sack_block sack[TCP_SACK_BLOCKS_MAX];
};

// False when the list is malformed: a length that runs past the end or does not fit its kind.
// Unknown kinds are skipped.
bool tcp_options_parse(struct span list, struct tcp_options *out);

// Write what is set, padded to a multiple of four; returns the length, at most 40.
size_t tcp_options_emit(const struct tcp_options *o, uint8_t out[40]);
