// NDP messages in and out.
#include "dataplane/nic/ndp.h"

#include "dataplane/nic/checksum.h"
#include "dataplane/nic/frame_packet.h"

#define NDP_HOPS           255
#define OPTION_SOURCE_LINK 1
#define OPTION_TARGET_LINK 2
#define OPTION_BYTES       8u // of either, on Ethernet
#define FLAG_SOLICITED     0x40000000u
#define FLAG_OVERRIDE      0x20000000u
#define MESSAGE_MAX        32u
#define REPORT_EXCLUDE                                                                         \
	4 // "I listen to it": the change to exclude mode (RFC 3810 section 5.2.12)

static_assert(FRAME_HEAD_MAX + FRAME_IPV6_BYTES + MESSAGE_MAX <= NEIGHBOR_FRAME, "fits");

struct ndp {
	uint8_t type;
	uint32_t flags;
	struct ip_addr target;
	bool has_link; // the option that fits the type
	struct ether_addr link;
};

// --- in ------------------------------------------------------------------------------------------

static void option_parse(struct ndp *out, uint8_t kind, struct span body)
{
	struct cursor c = cursor_over(body);
	uint8_t wanted = out->type == ICMP6_SOLICIT ? OPTION_SOURCE_LINK : OPTION_TARGET_LINK;

	if (kind != wanted)
		return;
	out->link = cursor_ether(&c);
	out->has_link = cursor_ok(&c);
}

static bool ndp_parse(const struct frame *f, struct ndp *out)
{
	struct ip_addr group;
	struct cursor c = cursor_over(f->packet);

	*out = (struct ndp){.type = cursor_u8(&c)};
	cursor_u8(&c);
	cursor_u16(&c);
	out->flags = cursor_u32(&c);
	out->target = cursor_ipv6(&c);
	while (cursor_left(&c) > 0) {
		uint8_t kind = cursor_u8(&c), units = cursor_u8(&c);

		if (units == 0)
			return false;
		option_parse(out, kind, cursor_bytes(&c, units * 8u - 2));
	}
	if (!cursor_ok(&c) || ip_is_group(&out->target) || ip_is_ipv4(&out->target) ||
	    (out->has_link && ether_is_group(out->link)))
		return false;
	// RFC 4861 sections 7.1.1 and 7.1.2.
	group = ip_solicited_group(&out->target);
	if (out->type == ICMP6_SOLICIT && ip_is_none(&f->remote))
		return ip_equal(&f->local, &group) && !out->has_link;
	return out->type == ICMP6_SOLICIT || !ip_is_group(&f->local) ||
	       (out->flags & FLAG_SOLICITED) == 0;
}

// --- out -----------------------------------------------------------------------------------------

// `from` may be NULL: the unspecified address.
static void ndp_send(const struct host *host, const struct neighbor_out *out,
                     const struct ip_addr *from, const struct ip_addr *to,
                     struct ether_addr ether, const struct ndp *m)
{
	struct packet p = {.to = *to, .protocol = PROTO_ICMP6, .hops = NDP_HOPS};
	uint8_t message[MESSAGE_MAX], frame[NEIGHBOR_FRAME];
	struct builder b = builder_over(message, sizeof(message));
	size_t len;

	if (from != NULL)
		p.from = *from;
	builder_u32(&b, 0);
	builder_u32(&b, m->flags);
	builder_bytes(&b, span_of(m->target.bytes, 16));
	if (m->has_link) {
		builder_u8(&b,
		           m->type == ICMP6_SOLICIT ? OPTION_SOURCE_LINK : OPTION_TARGET_LINK);
		builder_u8(&b, OPTION_BYTES / 8);
		builder_bytes(&b, span_of(host->ether.bytes, 6));
	}
	len = frame_write_icmp(host, &p, m->type, builder_span(&b), frame);
	frame_address(frame, ether);
	out->send(out->owner, frame, len);
}

void ndp_ask(const struct host *host, const struct neighbor_out *out, const struct neighbor *n,
             bool direct)
{
	struct ip_addr group = ip_solicited_group(&n->address);
	struct ndp m = {.type = ICMP6_SOLICIT, .target = n->address, .has_link = true};

	ndp_send(host, out, host_source(host, &n->address), direct ? &n->address : &group,
	         direct ? n->ether : ether_of_group(&group), &m);
}

void ndp_probe(const struct host *host, const struct neighbor_out *out,
               enum host_address_name name)
{
	struct ndp m = {.type = ICMP6_SOLICIT, .target = host->address[name].ip};
	struct ip_addr group = ip_solicited_group(&m.target);

	ndp_send(host, out, NULL, &group, ether_of_group(&group), &m);
}

static void ndp_advertise(const struct host *host, const struct neighbor_out *out,
                          const struct ip_addr *target, const struct ip_addr *to,
                          struct ether_addr ether, uint32_t flags)
{
	struct ndp m = {.type = ICMP6_ADVERT,
	                .flags = flags | FLAG_OVERRIDE,
	                .target = *target,
	                .has_link = true};

	ndp_send(host, out, target, to, ether, &m);
}

void ndp_announce(const struct host *host, const struct neighbor_out *out,
                  enum host_address_name name)
{
	struct ip_addr all = IP_ALL_NODES;

	ndp_advertise(host, out, &host->address[name].ip, &all, ether_of_group(&all), 0);
}

// A report is an ICMP message behind a hop-by-hop header with a router alert (RFC 3810 section 5).
void ndp_report_groups(const struct host *host, const struct neighbor_out *out)
{
	static const uint8_t alert[] = {PROTO_ICMP6, 0, 5, 2, 0, 0, 1, 0};
	struct packet p = {
	        .to = {{0xff, 2, [15] = 0x16}}, .protocol = PROTO_HOP_BY_HOP, .hops = 1};
	uint8_t frame[NEIGHBOR_FRAME];
	struct ip_addr group[2];
	unsigned groups = 0;
	struct builder b;
	uint8_t *icmp;
	size_t len;
	uint64_t sum;

	for (unsigned i = HOST_IPV6; i < HOST_ADDRESSES; i++) {
		if (!ip_is_none(&host->address[i].ip))
			group[groups++] = ip_solicited_group(&host->address[i].ip);
	}
	if (groups == 0)
		return;
	if (host->address[HOST_LINK_LOCAL].used)
		p.from = host->address[HOST_LINK_LOCAL].ip;
	len = 8 + groups * 20u;
	b = packet_begin(host, &p, sizeof(alert) + len, frame);
	builder_bytes(&b, span_of(alert, sizeof(alert)));
	icmp = frame + b.len;
	builder_u8(&b, ICMP6_LISTENER_REPORT);
	builder_u8(&b, 0);
	builder_u32(&b, 0);
	builder_u16(&b, (uint16_t)groups);
	for (unsigned i = 0; i < groups; i++) {
		builder_u32(&b, REPORT_EXCLUDE << 24);
		builder_bytes(&b, span_of(group[i].bytes, 16));
	}
	sum = packet_pseudo_sum(&p.from, &p.to, PROTO_ICMP6, len);
	checksum_store(icmp + 2, checksum_finish(checksum_add(sum, icmp, len)));
	frame_address(frame, ether_of_group(&p.to));
	out->send(out->owner, frame, b.len);
}

// --- the verb ------------------------------------------------------------------------------------

// RFC 4861 section 7.2.3 and 7.2.4; RFC 4862 section 5.4.3.
static enum host_address_name solicited(struct neighbor_table *t, const struct host *host,
                                        const struct neighbor_out *out, uint64_t now_us,
                                        const struct frame *f, const struct ndp *m, bool quiet)
{
	enum host_address_name name = host_name_of(host, &m->target);
	bool probing = ip_is_none(&f->remote);

	if (name == HOST_ADDRESSES) {
		t->count[COUNTER_ndp_ignored]++;
		return HOST_ADDRESSES;
	}
	if (!host->address[name].used)
		return probing && !ether_equal(f->from, host->ether) ? name : HOST_ADDRESSES;
	if (!probing && m->has_link)
		neighbor_hear(t, out, now_us, &f->remote, m->link,
		              route_is_on_link(&host->routes, &f->remote));
	if (quiet)
		return HOST_ADDRESSES;
	t->count[COUNTER_ndp_advert_out]++;
	if (probing)
		ndp_announce(host, out, name);
	else
		ndp_advertise(host, out, &m->target, &f->remote,
		              m->has_link ? m->link : f->from, FLAG_SOLICITED);
	return HOST_ADDRESSES;
}

// RFC 4861 section 7.2.5.
static enum host_address_name advertised(struct neighbor_table *t, const struct host *host,
                                         const struct neighbor_out *out, uint64_t now_us,
                                         const struct ndp *m)
{
	const struct neighbor *n = neighbor_find(t, &m->target);
	enum host_address_name name = host_name_of(host, &m->target);
	struct ether_addr link;

	if (name != HOST_ADDRESSES)
		return m->has_link && ether_equal(m->link, host->ether) ? HOST_ADDRESSES : name;
	if (n == NULL || (n->state == NEIGHBOR_INCOMPLETE && !m->has_link)) {
		t->count[COUNTER_ndp_ignored]++;
		return HOST_ADDRESSES;
	}
	link = m->has_link ? m->link : n->ether;
	if (n->state != NEIGHBOR_INCOMPLETE && (m->flags & FLAG_OVERRIDE) == 0 &&
	    !ether_equal(link, n->ether))
		neighbor_hear(t, out, now_us, &m->target, n->ether, false);
	else if ((m->flags & FLAG_SOLICITED) != 0)
		neighbor_confirm(t, out, now_us, &m->target, link);
	else
		neighbor_hear(t, out, now_us, &m->target, link, false);
	return HOST_ADDRESSES;
}

enum host_address_name ndp_input(struct neighbor_table *t, const struct host *host,
                                 const struct neighbor_out *out, uint64_t now_us,
                                 const struct frame *f, bool quiet)
{
	struct ndp m;

	t->count[COUNTER_ndp_in]++;
	if (!ndp_parse(f, &m)) {
		t->count[COUNTER_ndp_bad]++;
		return HOST_ADDRESSES;
	}
	return m.type == ICMP6_SOLICIT ? solicited(t, host, out, now_us, f, &m, quiet)
	                               : advertised(t, host, out, now_us, &m);
}
