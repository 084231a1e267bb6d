// The compensation attack on SSH-1's CRC (CORE SDI, 1998): a forged message is made of blocks with
// known plaintext, and blocks must be repeated to bring the CRC right again. With 64-bit blocks an
// honest record holds two equal ones with a chance below 10^-12, so any repetition is refused.
#include "dataplane/record/record_v1.h"

#include "crypto/core/random.h"

#define FEW 16u // blocks that are compared each with each

static uint64_t block_at(const uint8_t *blocks, size_t i)
{
	uint64_t block;

	memcpy(&block, blocks + i * SSH1_BLOCK, sizeof(block));
	return block;
}

static bool few_attacked(const uint8_t *blocks, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (block_at(blocks, i) == block_at(blocks, j))
				return true;
		}
	}
	return false;
}

// Where a block is looked for: a multiplier that nobody outside knows, so that no record can be
// made whose blocks crowd together.
static uint32_t place_of(const struct record_core *core, uint64_t block)
{
	return (uint32_t)((block * core->v1_seed) >> 50);
}
static_assert(V1_MARKS == 1u << 14, "14 bits choose a place");

static bool many_attacked(struct record_core *core, const uint8_t *blocks, size_t count)
{
	while (core->v1_seed == 0) {
		random_fill(&core->v1_seed, sizeof(core->v1_seed));
		core->v1_seed |= 1;
	}
	memset(core->v1_marks, 0, sizeof(core->v1_marks));
	for (size_t i = 0; i < count; i++) {
		uint64_t block = block_at(blocks, i);
		uint32_t at = place_of(core, block);

		while (core->v1_marks[at] != 0) {
			if (block_at(blocks, core->v1_marks[at] - 1u) == block)
				return true;
			at = (at + 1) % V1_MARKS;
		}
		core->v1_marks[at] = (uint16_t)(i + 1);
	}
	return false;
}

bool record_v1_attacked(struct record_core *core, const uint8_t *blocks, size_t len,
                        const uint8_t last[SSH1_BLOCK])
{
	size_t count = len / SSH1_BLOCK;

	for (size_t i = 0; i < count; i++) {
		if (block_at(blocks, i) == block_at(last, 0))
			return true;
	}
	return count <= FEW ? few_attacked(blocks, count) : many_attacked(core, blocks, count);
}
