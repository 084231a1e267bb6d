// Connections that end without a word in every state of a session: nothing of them stays in any pool,
// and memory does not grow. CYCLES=1000000 for as many (tests/abort).
#include "tests/unit/state_arrivals.h"

#include <malloc.h>

// Everything that a session, or what it waits for, can hold.
static uint32_t held(const struct bench *b)
{
	const struct shard *h = b->h;

	return h->kexes.used + h->auths.used + h->idents.used + h->channels.used + h->v1s.used +
	       h->asks.used + h->wheel.armed + h->stuck_count + h->hangups +
	       h->gauges.sessions + h->gauges.unauthenticated + h->gauges.dialogues +
	       crypto_pool_gauges(h->control->crypto).waiting;
}

// In that state, and away; what was muted answers into the void. True when nothing is left.
static bool cycle(struct bench *b, unsigned which)
{
	bench_arrive(b, which);
	if (bench_state(b, 0) != arrivals[which].state)
		return false;
	client_gone(b, 0);
	b->keeper_mute = b->crypto_mute = false;
	bench_turn(b);
	if (b->h->gauges.dialogues > 0)
		cli_exits(b, 0, false);
	bench_queue_clear(&b->down);
	bench_queue_clear(&b->shown);
	return held(b) == 0;
}

static size_t allocated(void)
{
	return mallinfo2().uordblks;
}

static unsigned cycles(void)
{
	const char *wanted = getenv("CYCLES");

	return wanted != NULL ? (unsigned)strtoul(wanted, NULL, 10) : 20 * ARRIVALS;
}

TEST(a_client_that_goes_away_in_any_state_leaves_nothing_behind)
{
	struct bench *b = bench_new_v1();
	unsigned kept = 0;
	size_t before;

	bench_rsa_user(b, "rob", API_METHOD_PUBLICKEY);
	for (unsigned n = 0; n < 4 * ARRIVALS; n++) // tables grow to what they need
		kept += !cycle(b, n % ARRIVALS);
	before = allocated();
	for (unsigned n = 0; n < cycles(); n++)
		kept += !cycle(b, n % ARRIVALS);
	CHECK_EQ(kept, 0);
	CHECK(allocated() <= before + 4096);
	printf("  %u cycles over %zu states: %zu bytes in use before, %zu after\n", cycles(),
	       ARRIVALS, before, allocated());
	bench_free(b);
}

CHECK_MAIN()
