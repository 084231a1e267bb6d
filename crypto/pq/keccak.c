// Keccak in one lane and in four. OpenSSL has it too, but only behind an interface that costs
// more than the permutation.
#include "crypto/pq/keccak.h"

#include "crypto/core/secret.h"
#include "crypto/pq/pq_wide.h"

#include <assert.h>

static const struct {
	unsigned rate;
	uint8_t suffix; // domain bits and the first bit of the padding
} rows[KECCAKS] = {
        [KECCAK_SHA3_256] = {136, 0x06},
        [KECCAK_SHA3_512] = {72, 0x06},
        [KECCAK_SHAKE128] = {SHAKE128_RATE, 0x1f},
        [KECCAK_SHAKE256] = {SHAKE256_RATE, 0x1f},
};

static const uint64_t round_constants[24] = {
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
        0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
        0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
        0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
        0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

typedef uint64_t lane_four __attribute__((vector_size(8 * KECCAK_WAYS)));

#define LANE          uint64_t
#define KECCAK_ROUNDS rounds_one
#include "crypto/pq/keccak_rounds.h"
#undef LANE
#undef KECCAK_ROUNDS

#define LANE          lane_four
#define KECCAK_ROUNDS rounds_four
#include "crypto/pq/keccak_rounds.h"
#undef LANE
#undef KECCAK_ROUNDS

static_assert(sizeof(lane_four[25]) == sizeof(((struct keccak_four *)0)->lane),
              "rows of the state are vectors");

PQ_BODY void permute_body(uint64_t lane[25])
{
	rounds_one(lane);
}

PQ_TWICE(static, permute, (uint64_t * lane), (lane))

PQ_BODY void permute_four_body(struct keccak_four *k)
{
	lane_four a[25];

	memcpy(a, k->lane, sizeof(a));
	rounds_four(a);
	memcpy(k->lane, a, sizeof(a));
}

PQ_TWICE(static, permute_four, (struct keccak_four * k), (k))

// Lanes are little-endian in the stream.
static uint64_t load_lane(const uint8_t *from, size_t len)
{
	uint64_t lane = 0;

	for (size_t i = 0; i < len; i++)
		lane |= (uint64_t)from[i] << 8 * i;
	return lane;
}

static void store_lane(uint8_t *to, uint64_t lane, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)(lane >> 8 * i);
}

void keccak_init(struct keccak *k, enum keccak_id id)
{
	*k = (struct keccak){.id = id};
}

// The bytes that fit into the lane at k->at, at most eight.
static size_t lane_part(const struct keccak *k, size_t len)
{
	size_t room = 8 - k->at % 8;

	return len < room ? len : room;
}

void keccak_absorb(struct keccak *k, struct span s)
{
	while (s.len > 0) {
		size_t n = lane_part(k, s.len);
		uint64_t part = n == 8 ? load_lane(s.data, 8) : load_lane(s.data, n);

		k->lane[k->at / 8] ^= part << 8 * (k->at % 8);
		k->at += (unsigned)n;
		s = span_of(s.data + n, s.len - n);
		if (k->at == rows[k->id].rate) {
			permute(k->lane);
			k->at = 0;
		}
	}
}

static void keccak_pad(struct keccak *k)
{
	unsigned last = rows[k->id].rate - 1;

	k->lane[k->at / 8] ^= (uint64_t)rows[k->id].suffix << 8 * (k->at % 8);
	k->lane[last / 8] ^= (uint64_t)0x80 << 8 * (last % 8);
	k->at = last + 1; // nothing to squeeze before the next permutation
	k->squeezing = true;
}

void keccak_squeeze(struct keccak *k, uint8_t *out, size_t len)
{
	if (!k->squeezing)
		keccak_pad(k);
	while (len > 0) {
		size_t n;

		if (k->at == rows[k->id].rate) {
			permute(k->lane);
			k->at = 0;
		}
		n = lane_part(k, len);
		if (n == 8)
			store_lane(out, k->lane[k->at / 8], 8);
		else
			store_lane(out, k->lane[k->at / 8] >> 8 * (k->at % 8), n);
		k->at += (unsigned)n;
		out += n;
		len -= n;
	}
}

void keccak_of(enum keccak_id id, struct span message, uint8_t *out, size_t len)
{
	struct keccak k;

	keccak_init(&k, id);
	keccak_absorb(&k, message);
	keccak_squeeze(&k, out, len);
	secret_wipe(&k, sizeof(k));
}

void keccak_four_init(struct keccak_four *k, enum keccak_id id,
                      const uint8_t *const message[KECCAK_WAYS], size_t len)
{
	for (unsigned way = 0; way < KECCAK_WAYS; way++) {
		struct keccak one;

		keccak_init(&one, id);
		keccak_absorb(&one, span_of(message[way], len));
		keccak_pad(&one);
		for (unsigned i = 0; i < 25; i++)
			k->lane[i][way] = one.lane[i];
		secret_wipe(&one, sizeof(one));
	}
	k->rate = rows[id].rate;
}

void keccak_four_block(struct keccak_four *k, uint8_t *const out[KECCAK_WAYS])
{
	permute_four(k);
	for (unsigned way = 0; way < KECCAK_WAYS; way++) {
		for (unsigned i = 0; i < k->rate / 8; i++)
			store_lane(out[way] + 8 * i, k->lane[i][way], 8);
	}
}
