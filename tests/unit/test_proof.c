// A port is believed once it has proven true, and never again when it was wrong.
#include "dataplane/nic/proof.h"
#include "tests/unit/frame_bytes.h"

static uint64_t counts[COUNTERS];

static struct proof fresh(void)
{
	memset(counts, 0, sizeof(counts));
	return (struct proof){.count = counts};
}

// One frame arrives, of which the port says `said`; its verdict.
static enum frame_verdict arrives(struct proof *p, const struct made *m,
                                  enum frame_checksum said)
{
	struct frame f = frame_parse(&us, span_of(m->bytes, m->len), proof_word(p, said));

	if (proof_is_open(p))
		proof_hear(p, said, &f);
	return f.verdict;
}

static void arrive(struct proof *p, const struct made *m, enum frame_checksum said,
                   unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		arrives(p, m, said);
}

static struct made damaged(void)
{
	struct made m = tcp_from_peer("hello");

	m.bytes[m.len - 1] ^= 1;
	return m;
}

TEST(a_port_that_proves_true_is_believed)
{
	struct proof p = fresh();
	struct made good = tcp_from_peer("hello"), bad = damaged();

	arrive(&p, &good, FRAME_GOOD, PROOF_FRAMES);
	CHECK(!proof_is_open(&p));
	CHECK_EQ(counts[COUNTER_port_sums_proven], PROOF_FRAMES);
	CHECK_EQ(arrives(&p, &bad, FRAME_GOOD), FRAME_TCP); // the port's word is all there is
	CHECK_EQ(arrives(&p, &good, FRAME_BAD), FRAME_DROP);
}

TEST(until_then_its_word_is_not_taken)
{
	struct proof p = fresh();
	struct made bad = damaged();

	CHECK_EQ(arrives(&p, &bad, FRAME_GOOD), FRAME_DROP);
}

TEST(a_port_that_calls_a_damaged_segment_good_is_never_believed)
{
	struct proof p = fresh();
	struct made good = tcp_from_peer("hello"), bad = damaged();

	arrive(&p, &good, FRAME_GOOD, PROOF_FRAMES - 1);
	arrives(&p, &bad, FRAME_GOOD);
	CHECK_EQ(counts[COUNTER_port_sums_wrong], 1);
	arrive(&p, &good, FRAME_GOOD, 2 * PROOF_FRAMES);
	CHECK_EQ(arrives(&p, &bad, FRAME_GOOD), FRAME_DROP);
	CHECK_EQ(arrives(&p, &good, FRAME_BAD), FRAME_TCP);
}

TEST(so_is_one_that_calls_a_good_segment_damaged)
{
	struct proof p = fresh();
	struct made good = tcp_from_peer("hello");

	CHECK_EQ(arrives(&p, &good, FRAME_BAD), FRAME_TCP);
	CHECK_EQ(counts[COUNTER_port_sums_wrong], 1);
	CHECK_EQ(arrives(&p, &good, FRAME_BAD), FRAME_TCP);
}

TEST(what_has_no_segment_proves_nothing)
{
	struct proof p = fresh();
	struct made echo = ip_from_peer(1, span_of("\x8\0\xf7\xff\0\0\0\0", 8));

	arrive(&p, &echo, FRAME_GOOD, PROOF_FRAMES);
	CHECK(proof_is_open(&p));
	CHECK_EQ(p.agreed, 0);
}

TEST(a_port_that_says_nothing_is_never_asked_to_prove_it)
{
	struct proof p = fresh();
	struct made good = tcp_from_peer("hello"), bad = damaged();

	arrive(&p, &good, FRAME_UNKNOWN, 2 * PROOF_FRAMES);
	CHECK_EQ(p.agreed, 0);
	CHECK_EQ(arrives(&p, &bad, FRAME_UNKNOWN), FRAME_DROP);
	CHECK_EQ(arrives(&p, &bad, FRAME_NONE), FRAME_TCP);
}

CHECK_MAIN()
