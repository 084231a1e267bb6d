// Every suite, sealed by one implementation and opened by the other.
#include "tests/unit/suite_fixture.h"

#define IDS 45

typedef bool property(const struct suite *suite, enum suite_backend seals,
                      enum suite_backend opens);

// The property for each suite and each pair of implementations; names what fails.
static void check_all(property *holds)
{
	static const char *const names[] = {"auto", "evp", "ipsec-mb"};

	for (uint8_t id = 1; id <= IDS; id++) {
		const struct suite *s = suite_by_id(id);

		for (unsigned k = 0; k < 4; k++) {
			enum suite_backend seals = SUITE_BACKEND_EVP + k / 2;
			enum suite_backend opens = SUITE_BACKEND_EVP + k % 2;

			if (holds(s, seals, opens))
				continue;
			check_failed = true;
			printf("  %s %s sealed by %s, opened by %s\n", s->cipher,
			       s->mac != NULL ? s->mac : "", names[seals], names[opens]);
		}
	}
}

// A packet_length of a suite, by blocks; one of 8 bytes is too short for a packet.
static uint32_t length_of(const struct suite *s, uint32_t blocks)
{
	if (s->block_bytes == 8 && s->pads_length)
		blocks++;
	return blocks * s->block_bytes - (s->pads_length ? 4 : 0);
}

static bool opens_all_sizes(const struct suite *s, enum suite_backend seals,
                            enum suite_backend opens)
{
	struct suite_pair p = pair_make(s, seals, opens);
	uint32_t step = s->tier == TIER_LEGACY ? 9 : 1; // 3DES takes its time
	bool ok = true;

	for (uint32_t blocks = 1; blocks < 300 && ok; blocks += step)
		ok = round_trip(&p, blocks * 77, length_of(s, blocks), blocks % 2);
	for (uint32_t blocks = 301; blocks * s->block_bytes < 36000 && ok; blocks += 131 * step)
		ok = round_trip(&p, UINT32_MAX - blocks, length_of(s, blocks), blocks % 2);
	pair_drop(&p);
	return ok;
}

TEST(what_one_backend_seals_the_other_opens_at_every_size)
{
	check_all(opens_all_sizes);
}

// The caller bounds the length, but a wrong bound must not end the process.
static bool is_cbc(const struct suite *s)
{
	return strstr(s->cipher, "-cbc") != NULL;
}

static bool takes_any_length(const struct suite *s, enum suite_backend seals,
                             enum suite_backend opens)
{
	struct suite_pair p = pair_make(s, seals, opens);
	uint8_t plain[256], record[256 + SUITE_TAG_MAX], opened[256];
	bool ok = true;

	for (uint32_t length = 0; length < 100 && !is_cbc(s); length++) {
		packet_make(plain, length);
		suite_seal(p.sealer, &p.seal_keys, length, plain, length, record);
		ok &= suite_open(p.opener, &p.open_keys, length, record, length, opened) ==
		              STATUS_OK &&
		      memcmp(opened, plain, length + 4) == 0;
	}
	pair_drop(&p);
	return ok;
}

TEST(a_length_that_is_no_multiple_of_the_block_does_no_harm)
{
	check_all(takes_any_length);
}

// CBC knows whole blocks only.
static bool refuses_part_blocks(const struct suite *s, enum suite_backend seals,
                                enum suite_backend opens)
{
	struct suite_pair p = pair_make(s, seals, opens);
	uint8_t record[256 + SUITE_TAG_MAX] = {0}, opened[256];
	bool ok = true;

	for (uint32_t length = 0; length < 100 && is_cbc(s); length++)
		ok &= suite_open(p.opener, &p.open_keys, length, record, length, opened) ==
		      STATUS_FORGED;
	pair_drop(&p);
	return ok;
}

TEST(a_part_of_a_cbc_block_is_forged)
{
	check_all(refuses_part_blocks);
}

static bool seals_alike(const struct suite *s, enum suite_backend seals,
                        enum suite_backend opens)
{
	static uint8_t plain[2000], first[2000 + 64], second[2000 + 64];
	uint32_t length = length_of(s, 100);
	struct suite_pair p = pair_make(s, seals, seals);
	struct suite_ctx *other = ctx_expanded(opens, s, &p.open_keys, true);

	packet_make(plain, length);
	suite_seal(p.sealer, &p.seal_keys, 9, plain, length, first);
	suite_seal(other, &p.open_keys, 9, plain, length, second);
	ctx_drop(other);
	pair_drop(&p);
	return memcmp(first, second, length + 4 + s->tag_bytes) == 0;
}

TEST(both_backends_put_the_same_bytes_on_the_wire)
{
	check_all(seals_alike);
}

// Flip one bit at each byte of a short record; none may open, nor move the counter.
static bool refuses_changes(const struct suite *s, enum suite_backend seals,
                            enum suite_backend opens)
{
	uint8_t plain[256], record[256], opened[256];
	uint32_t length = length_of(s, 3);
	struct suite_pair p = pair_make(s, seals, opens);
	struct suite_keys before = p.open_keys;
	bool ok = true;

	packet_make(plain, length);
	suite_seal(p.sealer, &p.seal_keys, 5, plain, length, record);
	for (uint32_t i = 0; i < 4 + length + s->tag_bytes; i++) {
		record[i] ^= 0x10;
		ok &= suite_open(p.opener, &p.open_keys, 5, record, length, opened) ==
		      STATUS_FORGED;
		record[i] ^= 0x10;
	}
	ok &= memcmp(&before, &p.open_keys, sizeof(before)) == 0;
	ok &= suite_open(p.opener, &p.open_keys, 5, record, length, opened) == STATUS_OK;
	pair_drop(&p);
	return ok;
}

TEST(a_record_changed_in_any_byte_is_forged_and_moves_nothing)
{
	check_all(refuses_changes);
}

static bool shows_nothing_forged(const struct suite *s, enum suite_backend seals,
                                 enum suite_backend opens)
{
	uint8_t plain[512], record[512], opened[512] = {0};
	uint32_t length = length_of(s, 10);
	struct suite_pair p = pair_make(s, seals, opens);
	bool leaked = false;

	packet_make(plain, length);
	suite_seal(p.sealer, &p.seal_keys, 5, plain, length, record);
	record[4 + length] ^= 1;
	leaked |= suite_open(p.opener, &p.open_keys, 5, record, length, opened) == STATUS_OK;
	for (uint32_t i = 4; i + 8 < 4 + length; i++)
		leaked |= memcmp(opened + i, plain + i, 8) == 0;
	pair_drop(&p);
	return !leaked;
}

TEST(a_forged_record_leaves_no_plain_bytes_behind)
{
	check_all(shows_nothing_forged);
}

// Without a check of the sequence number a record could be dropped unseen. GCM counts records
// in its nonce instead.
static bool minds_the_sequence(const struct suite *s, enum suite_backend seals,
                               enum suite_backend opens)
{
	uint8_t plain[256], record[256], opened[256];
	uint32_t length = length_of(s, 3);
	struct suite_pair p = pair_make(s, seals, opens);
	enum status status;

	packet_make(plain, length);
	suite_seal(p.sealer, &p.seal_keys, 5, plain, length, record);
	if (s->iv_bytes == 12)
		p.open_keys.iv[11] ^= 1;
	status = suite_open(p.opener, &p.open_keys, 6, record, length, opened);
	pair_drop(&p);
	return status == STATUS_FORGED;
}

TEST(a_record_out_of_sequence_is_forged)
{
	check_all(minds_the_sequence);
}

static bool survives_forgetting(const struct suite *s, enum suite_backend seals,
                                enum suite_backend opens)
{
	struct suite_pair p = pair_make(s, seals, opens);
	bool ok = round_trip(&p, 0, length_of(s, 4), false);

	suite_backend_set(seals);
	suite_expand(p.sealer, s, &p.seal_keys, true);
	suite_backend_set(opens);
	suite_expand(p.opener, s, &p.open_keys, false);
	ok &= round_trip(&p, 1, length_of(s, 7), true);
	pair_drop(&p);
	return ok;
}

TEST(a_context_made_again_from_the_keys_goes_on_where_it_stopped)
{
	check_all(survives_forgetting);
}

TEST(one_context_serves_all_suites_in_turn)
{
	struct suite_pair p = pair_make(suite_by_id(1), SUITE_BACKEND_AUTO, SUITE_BACKEND_AUTO);

	for (uint8_t id = 1; id <= IDS; id++) {
		suite_expand(p.sealer, suite_by_id(id), &p.seal_keys, true);
		suite_expand(p.opener, suite_by_id(id), &p.open_keys, false);
		CHECK(round_trip(&p, id, length_of(suite_by_id(id), 8), false));
	}
	pair_drop(&p);
}

CHECK_MAIN()
