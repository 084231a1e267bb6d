// The neighbour table and its states.
#include "dataplane/nic/neighbor.h"

#include "dataplane/nic/arp.h"
#include "dataplane/nic/ndp.h"

#define TICK_US 10000u // deadlines are rounded up to it, so that few of them differ

void neighbor_init(struct neighbor_table *t, const uint8_t secret[16], uint64_t *count)
{
	memset(t, 0, sizeof(*t));
	t->key = hash_key_from(secret);
	t->count = count;
}

// --- the table -----------------------------------------------------------------------------------

const struct neighbor *neighbor_find(const struct neighbor_table *t, const struct ip_addr *a)
{
	uint64_t hash = keyed_hash(&t->key, a, sizeof(*a));

	for (unsigned i = 0; i < NEIGHBOR_PROBE; i++) {
		const struct neighbor *n = &t->entry[(hash + i) % NEIGHBORS];

		if (n->state != NEIGHBOR_FREE && ip_equal(&n->address, a))
			return n;
	}
	return NULL;
}

static struct neighbor *find(struct neighbor_table *t, const struct ip_addr *a)
{
	return (struct neighbor *)neighbor_find(t, a);
}

static bool is_timed(uint8_t state)
{
	return state == NEIGHBOR_INCOMPLETE || state == NEIGHBOR_DELAY ||
	       state == NEIGHBOR_PROBING;
}

// The only writer of an entry's state.
static void neighbor_enter(struct neighbor_table *t, struct neighbor *n,
                           enum neighbor_state state, uint64_t due_us)
{
	t->in_use += (state != NEIGHBOR_FREE) - (n->state != NEIGHBOR_FREE);
	t->unheard += (state == NEIGHBOR_INCOMPLETE) - (n->state == NEIGHBOR_INCOMPLETE);
	t->timed += is_timed(state) - is_timed(n->state);
	n->state = (uint8_t)state;
	if (!is_timed(state))
		return;
	n->due_us = (due_us + TICK_US - 1) / TICK_US * TICK_US;
	if (t->timed == 1 || n->due_us < t->due_us)
		t->due_us = n->due_us;
}

static void neighbor_forget(struct neighbor_table *t, const struct neighbor_out *out,
                            struct neighbor *n)
{
	if (n->waiting != NULL) {
		t->count[COUNTER_neighbor_failed]++;
		out->drop(out->owner, n->waiting);
	}
	neighbor_enter(t, n, NEIGHBOR_FREE, 0);
	*n = (struct neighbor){0};
}

// Who is forgotten for another: those never heard make room for one that was, then those that
// never answered us, then the longest silent. Nobody that was heard and is being asked.
enum worth { WORTH_NOTHING, WORTH_ADDRESS, WORTH_ANSWERED, WORTH_KEEPING };

static enum worth worth_of(const struct neighbor *n, bool to_one_heard)
{
	switch (n->state) {
	case NEIGHBOR_INCOMPLETE:
		return to_one_heard ? WORTH_NOTHING : WORTH_KEEPING;
	case NEIGHBOR_STALE:
		return WORTH_ADDRESS;
	case NEIGHBOR_REACHABLE:
		return WORTH_ANSWERED;
	default:
		return WORTH_KEEPING;
	}
}

static bool is_worse(const struct neighbor *n, const struct neighbor *than, bool to_one_heard)
{
	enum worth a = worth_of(n, to_one_heard), b;

	if (than == NULL)
		return a != WORTH_KEEPING;
	b = worth_of(than, to_one_heard);
	return a < b || (a == b && n->heard_us < than->heard_us);
}

static struct neighbor *neighbor_make(struct neighbor_table *t, const struct neighbor_out *out,
                                      const struct ip_addr *a, bool heard)
{
	uint64_t hash = keyed_hash(&t->key, a, sizeof(*a));
	struct neighbor *best = NULL;

	for (unsigned i = 0; i < NEIGHBOR_PROBE; i++) {
		struct neighbor *n = &t->entry[(hash + i) % NEIGHBORS];

		if (n->state == NEIGHBOR_FREE) {
			best = n;
			break;
		}
		if (is_worse(n, best, heard))
			best = n;
	}
	if (best == NULL) {
		t->count[COUNTER_neighbor_full]++;
		return NULL;
	}
	neighbor_forget(t, out, best);
	best->address = *a;
	return best;
}

// --- asking --------------------------------------------------------------------------------------

static bool request_may(struct neighbor_table *t, uint64_t now_us)
{
	bool may = limit_take(&t->requests, now_us, NEIGHBOR_REQUEST_BURST,
	                      NEIGHBOR_US_PER_REQUEST);

	t->count[COUNTER_neighbor_limited] += !may;
	return may;
}

// Directly while there is hope, then the whole link, each time after twice the pause (RFC 7048).
static void ask(struct neighbor_table *t, const struct host *host,
                const struct neighbor_out *out, uint64_t now_us, struct neighbor *n)
{
	bool direct = n->state != NEIGHBOR_INCOMPLETE && n->tries < NEIGHBOR_TRIES;
	uint64_t pause = NEIGHBOR_RETRY_US;

	if (n->state != NEIGHBOR_INCOMPLETE && n->tries > NEIGHBOR_TRIES)
		pause <<= n->tries - NEIGHBOR_TRIES;
	n->tries++;
	neighbor_enter(t, n,
	               n->state == NEIGHBOR_INCOMPLETE ? NEIGHBOR_INCOMPLETE : NEIGHBOR_PROBING,
	               now_us + pause);
	if (!request_may(t, now_us))
		return;
	if (ip_is_ipv4(&n->address)) {
		t->count[COUNTER_arp_request_out]++;
		arp_ask(host, out, n, direct);
	} else {
		t->count[COUNTER_ndp_solicit_out]++;
		ndp_ask(host, out, n, direct);
	}
}

static void act(struct neighbor_table *t, const struct host *host,
                const struct neighbor_out *out, uint64_t now_us, struct neighbor *n)
{
	unsigned most = n->state == NEIGHBOR_INCOMPLETE ? NEIGHBOR_TRIES : NEIGHBOR_TRIES_MOST;

	if (n->tries >= most)
		neighbor_forget(t, out, n);
	else
		ask(t, host, out, now_us, n);
}

uint64_t neighbor_next_us(const struct neighbor_table *t)
{
	return t->timed > 0 ? t->due_us : UINT64_MAX;
}

uint64_t neighbor_timers(struct neighbor_table *t, const struct host *host,
                         const struct neighbor_out *out, uint64_t now_us)
{
	uint64_t next = UINT64_MAX;

	if (t->timed == 0 || now_us < t->due_us)
		return neighbor_next_us(t);
	for (unsigned i = 0; i < NEIGHBORS; i++) {
		struct neighbor *n = &t->entry[i];

		if (is_timed(n->state) && n->due_us <= now_us)
			act(t, host, out, now_us, n);
		if (is_timed(n->state) && n->due_us < next)
			next = n->due_us;
	}
	t->due_us = next;
	return next;
}

// --- the verbs -----------------------------------------------------------------------------------

static void hold(struct neighbor_table *t, const struct neighbor_out *out, struct neighbor *n,
                 void *frame)
{
	if (n->waiting != NULL) {
		// RFC 1122 section 2.3.2.2: keep the latest.
		t->count[COUNTER_neighbor_pending_full]++;
		out->drop(out->owner, n->waiting);
	}
	n->waiting = frame;
}

static struct neighbor *neighbor_seek(struct neighbor_table *t, const struct host *host,
                                      const struct neighbor_out *out, uint64_t now_us,
                                      const struct ip_addr *hop)
{
	struct neighbor *n;

	if (t->unheard >= NEIGHBOR_UNHEARD_MOST) {
		t->count[COUNTER_neighbor_full]++;
		return NULL;
	}
	n = neighbor_make(t, out, hop, false);
	if (n == NULL)
		return NULL;
	neighbor_enter(t, n, NEIGHBOR_INCOMPLETE, now_us);
	ask(t, host, out, now_us, n);
	return n;
}

bool neighbor_resolve(struct neighbor_table *t, const struct host *host,
                      const struct neighbor_out *out, uint64_t now_us,
                      const struct ip_addr *hop, void *frame, struct ether_addr *ether)
{
	struct neighbor *n = find(t, hop);

	if (n == NULL)
		n = neighbor_seek(t, host, out, now_us, hop);
	if (n == NULL) {
		out->drop(out->owner, frame);
		return false;
	}
	if (n->state == NEIGHBOR_INCOMPLETE) {
		hold(t, out, n, frame);
		return false;
	}
	if (n->state == NEIGHBOR_REACHABLE && now_us - n->heard_us > NEIGHBOR_REACHABLE_US)
		neighbor_enter(t, n, NEIGHBOR_STALE, 0);
	if (n->state == NEIGHBOR_STALE) {
		n->tries = 0;
		neighbor_enter(t, n, NEIGHBOR_DELAY, now_us + NEIGHBOR_DELAY_US);
	}
	*ether = n->ether;
	return true;
}

static void learn(struct neighbor_table *t, const struct neighbor_out *out, uint64_t now_us,
                  struct neighbor *n, struct ether_addr ether, enum neighbor_state state)
{
	void *waiting = n->waiting;

	n->ether = ether;
	n->tries = 0;
	n->heard_us = now_us;
	n->waiting = NULL;
	neighbor_enter(t, n, state, 0);
	if (waiting != NULL)
		out->ready(out->owner, waiting, ether);
}

void neighbor_hear(struct neighbor_table *t, const struct neighbor_out *out, uint64_t now_us,
                   const struct ip_addr *address, struct ether_addr ether, bool make)
{
	struct neighbor *n = find(t, address);

	if (n == NULL && make)
		n = neighbor_make(t, out, address, true);
	if (n == NULL)
		return;
	// What we knew already is no news, however often it is told.
	if (n->state > NEIGHBOR_INCOMPLETE && ether_equal(n->ether, ether))
		n->heard_us = n->state == NEIGHBOR_REACHABLE ? n->heard_us : now_us;
	else
		learn(t, out, now_us, n, ether, NEIGHBOR_STALE);
}

void neighbor_confirm(struct neighbor_table *t, const struct neighbor_out *out, uint64_t now_us,
                      const struct ip_addr *address, struct ether_addr ether)
{
	struct neighbor *n = find(t, address);

	if (n == NULL)
		return;
	// RFC 4861 section 7.2.5, and for ARP too: an answer from elsewhere that nobody waits for
	// must be proven before it is believed to be reachable.
	if (n->tries > 0 || ether_equal(n->ether, ether))
		learn(t, out, now_us, n, ether, NEIGHBOR_REACHABLE);
	else
		learn(t, out, now_us, n, ether, NEIGHBOR_STALE);
}

void neighbor_reset(struct neighbor_table *t, const struct neighbor_out *out)
{
	neighbor_fini(t, out);
	memset(t->entry, 0, sizeof(t->entry));
	t->in_use = t->unheard = t->timed = 0;
}

void neighbor_fini(struct neighbor_table *t, const struct neighbor_out *out)
{
	for (unsigned i = 0; i < NEIGHBORS; i++) {
		if (t->entry[i].waiting != NULL)
			out->drop(out->owner, t->entry[i].waiting);
		t->entry[i].waiting = NULL;
	}
}
