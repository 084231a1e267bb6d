// crypto/pq/keccak.c against published answers (FIPS 202 examples) and against itself.
#include "crypto/pq/keccak.h"
#include "tests/unit/vectors.h"

static void check_answer(enum keccak_id id, const char *message, const char *hex)
{
	uint8_t want[SHA3_512_BYTES], got[SHA3_512_BYTES];
	size_t len = vector_unhex(hex, want, sizeof(want));

	keccak_of(id, span_text(message), got, len);
	CHECK_MEM(got, want, len);
}

TEST(sha3_256_of_nothing_and_of_abc)
{
	check_answer(KECCAK_SHA3_256, "",
	             "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a");
	check_answer(KECCAK_SHA3_256, "abc",
	             "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
}

TEST(sha3_512_of_nothing_and_of_abc)
{
	check_answer(KECCAK_SHA3_512, "",
	             "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6"
	             "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26");
	check_answer(KECCAK_SHA3_512, "abc",
	             "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
	             "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0");
}

TEST(shake128_of_nothing)
{
	check_answer(KECCAK_SHAKE128, "",
	             "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26");
}

TEST(shake256_of_nothing)
{
	check_answer(KECCAK_SHAKE256, "",
	             "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f"
	             "d75dc4ddd8c0f200cb05019d67b592f6fc821c49479ab48640292eacb3b7c4be");
}

TEST(pieces_give_what_the_whole_gives)
{
	uint8_t message[500], whole[400], pieces[400];
	struct keccak k;

	for (unsigned i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)(i * 7);
	keccak_of(KECCAK_SHAKE128, span_of(message, sizeof(message)), whole, sizeof(whole));
	keccak_init(&k, KECCAK_SHAKE128);
	for (unsigned at = 0, n = 1; at < sizeof(message); at += n, n = n * 3 % 50 + 1) {
		if (n > sizeof(message) - at)
			n = sizeof(message) - at;
		keccak_absorb(&k, span_of(message + at, n));
	}
	for (unsigned at = 0; at < sizeof(pieces); at += 25)
		keccak_squeeze(&k, pieces + at, 25);
	CHECK_MEM(pieces, whole, sizeof(whole));
}

TEST(a_message_that_fills_its_block_is_padded_in_the_next)
{
	uint8_t message[136] = {0}, got[32], want[32];

	keccak_of(KECCAK_SHA3_256, span_of(message, 136), got, 32);
	vector_unhex("e772c9cf9eb9c991cdfcf125001b454fdbc0a95f188d1b4c844aa032ad6e075e", want,
	             32);
	CHECK_MEM(got, want, 32);
}

TEST(four_ways_give_what_one_gives)
{
	uint8_t message[KECCAK_WAYS][34], block[KECCAK_WAYS][2 * SHAKE128_RATE];
	uint8_t want[2 * SHAKE128_RATE];
	struct keccak_four k;

	for (unsigned way = 0; way < KECCAK_WAYS; way++)
		memset(message[way], (int)(way * 37 + 1), sizeof(message[way]));
	keccak_four_init(&k, KECCAK_SHAKE128,
	                 (const uint8_t *[]){message[0], message[1], message[2], message[3]},
	                 34);
	keccak_four_block(&k, (uint8_t *[]){block[0], block[1], block[2], block[3]});
	keccak_four_block(&k,
	                  (uint8_t *[]){block[0] + SHAKE128_RATE, block[1] + SHAKE128_RATE,
	                                block[2] + SHAKE128_RATE, block[3] + SHAKE128_RATE});
	for (unsigned way = 0; way < KECCAK_WAYS; way++) {
		keccak_of(KECCAK_SHAKE128, span_of(message[way], 34), want, sizeof(want));
		CHECK_MEM(block[way], want, sizeof(want));
	}
}

CHECK_MAIN()
