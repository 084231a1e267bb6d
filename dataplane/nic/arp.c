// ARP packets in and out.
#include "dataplane/nic/arp.h"

#include "dataplane/nic/frame_packet.h"

#define ARP_ETHERNET 1
#define ARP_REQUEST  1
#define ARP_REPLY    2

struct arp {
	uint16_t operation;
	struct ether_addr sender_ether;
	struct ip_addr sender, target;
};

static const struct ether_addr ether_broadcast = {{255, 255, 255, 255, 255, 255}};

static void arp_send(const struct host *host, const struct neighbor_out *out,
                     uint16_t operation, struct ether_addr to, struct ether_addr target_ether,
                     const struct ip_addr *target)
{
	uint8_t frame[NEIGHBOR_FRAME];
	struct builder b = frame_begin(host, FRAME_TYPE_ARP, frame);

	builder_u16(&b, ARP_ETHERNET);
	builder_u16(&b, FRAME_TYPE_IPV4);
	builder_u8(&b, 6);
	builder_u8(&b, 4);
	builder_u16(&b, operation);
	builder_bytes(&b, span_of(host->ether.bytes, 6));
	builder_bytes(&b, span_of(host->address[HOST_IPV4].ip.bytes + 12, 4));
	builder_bytes(&b, span_of(target_ether.bytes, 6));
	builder_bytes(&b, span_of(target->bytes + 12, 4));
	frame_address(frame, to);
	out->send(out->owner, frame, b.len);
}

void arp_ask(const struct host *host, const struct neighbor_out *out, const struct neighbor *n,
             bool direct)
{
	arp_send(host, out, ARP_REQUEST, direct ? n->ether : ether_broadcast,
	         (struct ether_addr){0}, &n->address);
}

void arp_announce(const struct host *host, const struct neighbor_out *out)
{
	arp_send(host, out, ARP_REQUEST, ether_broadcast, (struct ether_addr){0},
	         &host->address[HOST_IPV4].ip);
}

static bool arp_parse(struct span packet, struct arp *out)
{
	struct cursor c = cursor_over(packet);
	bool ok = cursor_u16(&c) == ARP_ETHERNET;

	ok &= cursor_u16(&c) == FRAME_TYPE_IPV4;
	ok &= cursor_u8(&c) == 6;
	ok &= cursor_u8(&c) == 4;
	out->operation = cursor_u16(&c);
	out->sender_ether = cursor_ether(&c);
	out->sender = cursor_ipv4(&c);
	cursor_ether(&c);
	out->target = cursor_ipv4(&c);
	return ok && cursor_ok(&c) &&
	       (out->operation == ARP_REQUEST || out->operation == ARP_REPLY) &&
	       !ether_is_group(out->sender_ether);
}

// RFC 826: who asks for us will be spoken to; other packets only bring known ones up to date, and
// replies to nobody's question teach nothing new.
static void arp_learn(struct neighbor_table *t, const struct host *host,
                      const struct neighbor_out *out, uint64_t now_us, const struct arp *arp,
                      bool for_us)
{
	if (for_us && arp->operation == ARP_REPLY)
		neighbor_confirm(t, out, now_us, &arp->sender, arp->sender_ether);
	else
		neighbor_hear(t, out, now_us, &arp->sender, arp->sender_ether,
		              for_us && route_is_on_link(&host->routes, &arp->sender));
	if (!for_us || arp->operation != ARP_REQUEST)
		t->count[COUNTER_arp_ignored] += neighbor_find(t, &arp->sender) == NULL;
}

bool arp_input(struct neighbor_table *t, const struct host *host,
               const struct neighbor_out *out, uint64_t now_us, struct span packet, bool quiet)
{
	static const struct ip_addr unspecified = {{[10] = 0xff, [11] = 0xff}};
	const struct ip_addr *own = &host->address[HOST_IPV4].ip;
	struct arp arp;
	bool for_us;

	t->count[COUNTER_arp_in]++;
	if (!arp_parse(packet, &arp)) {
		t->count[COUNTER_arp_bad]++;
		return false;
	}
	if (ip_equal(&arp.sender, own)) {
		bool claimed = !ether_equal(arp.sender_ether, host->ether);

		t->count[COUNTER_arp_conflict] += claimed;
		return claimed;
	}
	for_us = ip_equal(&arp.target, own);
	if (!ip_equal(&arp.sender, &unspecified)) // RFC 5227: a probe has no address yet
		arp_learn(t, host, out, now_us, &arp, for_us);
	if (!for_us || arp.operation != ARP_REQUEST || quiet)
		return false;
	t->count[COUNTER_arp_reply_out]++;
	arp_send(host, out, ARP_REPLY, arp.sender_ether, arp.sender_ether, &arp.sender);
	return false;
}
