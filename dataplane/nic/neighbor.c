// The neighbour table and its ARP packets.
#include "dataplane/nic/neighbor.h"

#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

#define ARP_ETHERNET 1
#define ARP_REQUEST  1
#define ARP_REPLY    2

struct arp {
	uint16_t operation;
	struct ether_addr sender_ether;
	struct ipv4_addr sender, target;
};

static const struct ether_addr ether_broadcast = {{255, 255, 255, 255, 255, 255}};

void neighbor_init(struct neighbor_table *t, const uint8_t secret[16], uint64_t *count)
{
	memset(t, 0, sizeof(*t));
	t->key = hash_key_from(secret);
	t->count = count;
}

// --- the table -----------------------------------------------------------------------------------

static struct neighbor *place(struct neighbor_table *t, struct ipv4_addr a, unsigned i)
{
	return &t->entry[(keyed_hash(&t->key, a.bytes, 4) + i) % NEIGHBORS];
}

static struct neighbor *neighbor_find(struct neighbor_table *t, struct ipv4_addr a)
{
	for (unsigned i = 0; i < NEIGHBOR_PROBE; i++) {
		struct neighbor *n = place(t, a, i);

		if (n->used && ipv4_equal(n->address, a))
			return n;
	}
	return NULL;
}

// A free place, or that of the one longest unheard among those nobody waits for.
static struct neighbor *neighbor_make(struct neighbor_table *t, struct ipv4_addr a)
{
	struct neighbor *best = NULL;

	for (unsigned i = 0; i < NEIGHBOR_PROBE; i++) {
		struct neighbor *n = place(t, a, i);

		if (!n->used) {
			best = n;
			break;
		}
		if (n->known && n->waiting == NULL && n->tries == 0 &&
		    (best == NULL || n->heard_us < best->heard_us))
			best = n;
	}
	if (best == NULL) {
		t->count[COUNTER_neighbor_full]++;
		return NULL;
	}
	t->in_use += !best->used;
	*best = (struct neighbor){.address = a, .used = 1};
	return best;
}

// --- packets -------------------------------------------------------------------------------------

static void arp_send(const struct host *host, const struct neighbor_out *out,
                     uint16_t operation, struct ether_addr to, struct ether_addr target_ether,
                     struct ipv4_addr target)
{
	uint8_t frame[ARP_FRAME];
	struct builder b = builder_over(frame, sizeof(frame));

	builder_bytes(&b, span_of(to.bytes, 6));
	builder_bytes(&b, span_of(host->ether.bytes, 6));
	builder_u16(&b, FRAME_TYPE_ARP);
	builder_u16(&b, ARP_ETHERNET);
	builder_u16(&b, FRAME_TYPE_IPV4);
	builder_u8(&b, 6);
	builder_u8(&b, 4);
	builder_u16(&b, operation);
	builder_bytes(&b, span_of(host->ether.bytes, 6));
	builder_bytes(&b, span_of(host->address.bytes, 4));
	builder_bytes(&b, span_of(target_ether.bytes, 6));
	builder_bytes(&b, span_of(target.bytes, 4));
	out->send(out->owner, frame, b.len);
}

// A neighbour that is known is asked directly, the first time.
static void ask(struct neighbor_table *t, const struct host *host,
                const struct neighbor_out *out, uint64_t now_us, struct neighbor *n)
{
	bool direct = n->known && n->tries == 0;

	t->asking += n->tries == 0;
	n->tries++;
	n->asked_us = now_us;
	if (t->asking == 1 || t->due_us > now_us + NEIGHBOR_RETRY_US)
		t->due_us = now_us + NEIGHBOR_RETRY_US;
	t->count[COUNTER_arp_request_out]++;
	arp_send(host, out, ARP_REQUEST, direct ? n->ether : ether_broadcast,
	         (struct ether_addr){0}, n->address);
}

static bool arp_parse(struct span packet, struct arp *out)
{
	struct cursor c = cursor_over(packet);
	bool ok = cursor_u16(&c) == ARP_ETHERNET;
	struct span s;

	ok &= cursor_u16(&c) == FRAME_TYPE_IPV4;
	ok &= cursor_u8(&c) == 6;
	ok &= cursor_u8(&c) == 4;
	out->operation = cursor_u16(&c);
	s = cursor_bytes(&c, 16);
	if (!ok || !cursor_ok(&c))
		return false;
	memcpy(out->sender_ether.bytes, s.data, 6);
	memcpy(out->sender.bytes, s.data + 6, 4);
	s = cursor_bytes(&c, 4);
	if (!cursor_ok(&c) || (out->operation != ARP_REQUEST && out->operation != ARP_REPLY) ||
	    ether_is_group(out->sender_ether))
		return false;
	memcpy(out->target.bytes, s.data, 4);
	return true;
}

// --- the verbs -----------------------------------------------------------------------------------

static void neighbor_learn(struct neighbor_table *t, const struct neighbor_out *out,
                           uint64_t now_us, struct neighbor *n, struct ether_addr ether)
{
	void *waiting = n->waiting;

	t->asking -= n->tries > 0;
	n->ether = ether;
	n->known = 1;
	n->tries = 0;
	n->heard_us = now_us;
	n->waiting = NULL;
	if (waiting != NULL)
		out->ready(out->owner, waiting, ether);
}

void neighbor_input(struct neighbor_table *t, const struct host *host,
                    const struct neighbor_out *out, uint64_t now_us, struct span packet,
                    bool quiet)
{
	static const struct ipv4_addr none;
	struct neighbor *n;
	struct arp arp;
	bool for_us;

	t->count[COUNTER_arp_in]++;
	if (!arp_parse(packet, &arp)) {
		t->count[COUNTER_arp_bad]++;
		return;
	}
	if (ipv4_equal(arp.sender, host->address)) {
		t->count[COUNTER_arp_conflict]++;
		return;
	}
	for_us = ipv4_equal(arp.target, host->address);
	n = ipv4_equal(arp.sender, none) ? NULL : neighbor_find(t, arp.sender);
	// RFC 826: who asks for us will be spoken to; other packets only bring known ones up to date.
	if (n == NULL && for_us && arp.operation == ARP_REQUEST &&
	    !ipv4_equal(arp.sender, none) && host_is_on_link(host, arp.sender))
		n = neighbor_make(t, arp.sender);
	if (n != NULL)
		neighbor_learn(t, out, now_us, n, arp.sender_ether);
	if (!for_us || arp.operation != ARP_REQUEST) {
		t->count[COUNTER_arp_ignored] += n == NULL;
		return;
	}
	if (quiet)
		return;
	t->count[COUNTER_arp_reply_out]++;
	arp_send(host, out, ARP_REPLY, arp.sender_ether, arp.sender_ether, arp.sender);
}

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

bool neighbor_resolve(struct neighbor_table *t, const struct host *host,
                      const struct neighbor_out *out, uint64_t now_us, struct ipv4_addr hop,
                      void *frame, struct ether_addr *ether)
{
	struct neighbor *n = neighbor_find(t, hop);

	if (n != NULL && n->known) {
		if (now_us - n->heard_us > NEIGHBOR_FRESH_US && n->tries == 0)
			ask(t, host, out, now_us, n);
		*ether = n->ether;
		return true;
	}
	if (n == NULL)
		n = neighbor_make(t, hop);
	if (n == NULL) {
		out->drop(out->owner, frame);
		return false;
	}
	hold(t, out, n, frame);
	if (n->tries == 0)
		ask(t, host, out, now_us, n);
	return false;
}

static void give_up(struct neighbor_table *t, const struct neighbor_out *out,
                    struct neighbor *n)
{
	if (n->waiting != NULL) {
		t->count[COUNTER_neighbor_failed]++;
		out->drop(out->owner, n->waiting);
	}
	t->asking--;
	t->in_use--;
	*n = (struct neighbor){0};
}

uint64_t neighbor_timers(struct neighbor_table *t, const struct host *host,
                         const struct neighbor_out *out, uint64_t now_us)
{
	uint64_t next = UINT64_MAX;

	if (t->asking == 0)
		return UINT64_MAX;
	if (now_us < t->due_us)
		return t->due_us;
	for (unsigned i = 0; t->asking > 0 && i < NEIGHBORS; i++) {
		struct neighbor *n = &t->entry[i];

		if (!n->used || n->tries == 0)
			continue;
		if (now_us - n->asked_us >= NEIGHBOR_RETRY_US) {
			if (n->tries >= NEIGHBOR_TRIES) {
				give_up(t, out, n);
				continue;
			}
			ask(t, host, out, now_us, n);
		}
		if (n->asked_us + NEIGHBOR_RETRY_US < next)
			next = n->asked_us + NEIGHBOR_RETRY_US;
	}
	t->due_us = next;
	return next;
}

void neighbor_announce(struct neighbor_table *t, const struct host *host,
                       const struct neighbor_out *out)
{
	t->count[COUNTER_arp_request_out]++;
	arp_send(host, out, ARP_REQUEST, ether_broadcast, (struct ether_addr){0},
	         host->address);
}

void neighbor_fini(struct neighbor_table *t, const struct neighbor_out *out)
{
	for (unsigned i = 0; i < NEIGHBORS; i++) {
		if (t->entry[i].waiting != NULL)
			out->drop(out->owner, t->entry[i].waiting);
		t->entry[i].waiting = NULL;
	}
}
