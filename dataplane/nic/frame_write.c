// Write the headers of what leaves: Ethernet, IPv4 and IPv6, checksums.
#include "dataplane/nic/checksum.h"
#include "dataplane/nic/frame_packet.h"

#define DONT_FRAGMENT  0x4000
#define LEAST_MTU_IPV4 576u
#define LEAST_MTU_IPV6 1280u

void checksum_store(uint8_t *at, uint16_t sum)
{
	memcpy(at, &sum, sizeof(sum));
}

size_t frame_head_bytes(const struct host *host)
{
	return host->vlan == 0 ? FRAME_ETHER_BYTES : FRAME_HEAD_MAX;
}

struct builder frame_begin(const struct host *host, uint16_t type, uint8_t *out)
{
	struct builder b = builder_over(out, frame_head_bytes(host) + host->mtu);

	memset(builder_room(&b, 6), 0, 6);
	builder_bytes(&b, span_of(host->ether.bytes, 6));
	if (host->vlan != 0) {
		builder_u16(&b, FRAME_TYPE_VLAN);
		builder_u16(&b, host->vlan);
	}
	builder_u16(&b, type);
	return b;
}

// RFC 6864: with DF the identification means nothing.
static struct builder begin_ipv4(const struct host *host, const struct packet *p,
                                 size_t payload_bytes, uint8_t *out)
{
	struct builder b = frame_begin(host, FRAME_TYPE_IPV4, out);
	uint8_t *ip = out + b.len;

	builder_u8(&b, 0x45);
	builder_u8(&b, p->class);
	builder_u16(&b, (uint16_t)(FRAME_IPV4_BYTES + payload_bytes));
	builder_u16(&b, 0);
	builder_u16(&b, DONT_FRAGMENT);
	builder_u8(&b, p->hops);
	builder_u8(&b, p->protocol);
	builder_u16(&b, 0);
	builder_bytes(&b, span_of(p->from.bytes + 12, 4));
	builder_bytes(&b, span_of(p->to.bytes + 12, 4));
	checksum_store(ip + 10, checksum_finish(checksum_add(0, ip, FRAME_IPV4_BYTES)));
	return b;
}

static struct builder begin_ipv6(const struct host *host, const struct packet *p,
                                 size_t payload_bytes, uint8_t *out)
{
	struct builder b = frame_begin(host, FRAME_TYPE_IPV6, out);

	builder_u32(&b, 6u << 28 | (uint32_t)p->class << 20 | p->label);
	builder_u16(&b, (uint16_t)payload_bytes);
	builder_u8(&b, p->protocol);
	builder_u8(&b, p->hops);
	builder_bytes(&b, span_of(p->from.bytes, 16));
	builder_bytes(&b, span_of(p->to.bytes, 16));
	return b;
}

struct builder packet_begin(const struct host *host, const struct packet *p,
                            size_t payload_bytes, uint8_t *out)
{
	struct builder b = ip_is_ipv4(&p->to) ? begin_ipv4(host, p, payload_bytes, out)
	                                      : begin_ipv6(host, p, payload_bytes, out);

	if (payload_bytes > b.max - b.len)
		b.status = STATUS_OVERFLOW;
	return b;
}

// RFC 6437: a flow's packets have one label, which nobody can guess from another flow's.
static uint32_t flow_label(const struct host *host, const struct tcp_tuple *flow)
{
	return (uint32_t)keyed_hash(&host->label_key, flow, sizeof(*flow)) & 0xfffff;
}

size_t frame_write(const struct host *host, const struct tcp_emission *segment, bool partial,
                   uint8_t *out)
{
	size_t len = (size_t)segment->header_bytes + segment->payload_bytes;
	struct packet p = {
	        .from = segment->from.local,
	        .to = segment->from.remote,
	        .protocol = PROTO_TCP,
	        .hops = PACKET_HOPS,
	};
	bool is_ipv4 = ip_is_ipv4(&p.to);
	struct builder b;
	uint64_t sum;
	uint8_t *tcp;

	// RFC 2474: the code point stands above the two bits of congestion.
	p.class = (uint8_t)(host->dscp[is_ipv4 ? NET_IPV4 : NET_IPV6] << 2 | segment->ecn);
	if (!is_ipv4)
		p.label = flow_label(host, &segment->from);
	b = packet_begin(host, &p, len, out);
	tcp = out + b.len;
	builder_bytes(&b, span_of(segment->header, segment->header_bytes));
	for (unsigned i = 0; i < segment->pieces; i++)
		builder_bytes(&b, segment->piece[i]);
	if (builder_end(&b) != STATUS_OK || out + b.len != tcp + len)
		return 0;
	sum = packet_pseudo_sum(&p.from, &p.to, PROTO_TCP, len);
	if (partial)
		checksum_store(tcp + TCP_CHECKSUM, checksum_fold(sum));
	else
		checksum_store(tcp + TCP_CHECKSUM,
		               checksum_finish(checksum_add(sum, tcp, len)));
	return b.len;
}

// ICMPv6 sums its pseudo header, ICMP does not.
static void icmp_seal(const struct packet *p, uint8_t *icmp, size_t len)
{
	uint64_t sum = p->protocol == PROTO_ICMP6
	                       ? packet_pseudo_sum(&p->from, &p->to, PROTO_ICMP6, len)
	                       : 0;

	checksum_store(icmp + 2, 0);
	checksum_store(icmp + 2, checksum_finish(checksum_add(sum, icmp, len)));
}

size_t frame_write_icmp(const struct host *host, const struct packet *p, uint8_t type,
                        struct span message, uint8_t *out)
{
	struct builder b = packet_begin(host, p, message.len, out);
	uint8_t *icmp = out + b.len;

	builder_bytes(&b, message);
	if (builder_end(&b) != STATUS_OK)
		return 0;
	icmp[0] = type;
	icmp_seal(p, icmp, message.len);
	return b.len;
}

size_t frame_write_echo(const struct host *host, const struct frame *request, uint8_t *out)
{
	bool is_ipv4 = ip_is_ipv4(&request->remote);
	const struct ip_addr *from = ip_is_group(&request->local)
	                                     ? host_source(host, &request->remote)
	                                     : &request->local;
	struct packet p = {
	        .to = request->remote,
	        .protocol = is_ipv4 ? PROTO_ICMP : PROTO_ICMP6,
	        .hops = PACKET_HOPS,
	};

	if (from == NULL)
		return 0;
	p.from = *from;
	return frame_write_icmp(host, &p, is_ipv4 ? ICMP_ECHO_REPLY : ICMP6_ECHO_REPLY,
	                        request->packet, out);
}

// RFC 1812 section 4.3.2.3 and RFC 4443 section 2.4: as much of the packet as fits in what every
// path carries.
size_t frame_write_refusal(const struct host *host, const struct frame *refused, uint8_t *out)
{
	bool is_ipv4 = ip_is_ipv4(&refused->remote);
	size_t most =
	        is_ipv4 ? LEAST_MTU_IPV4 - FRAME_IPV4_BYTES : LEAST_MTU_IPV6 - FRAME_IPV6_BYTES;
	uint8_t message[LEAST_MTU_IPV6];
	struct builder b = builder_over(message, most);
	struct packet p = {
	        .from = refused->local,
	        .to = refused->remote,
	        .protocol = is_ipv4 ? PROTO_ICMP : PROTO_ICMP6,
	        .hops = PACKET_HOPS,
	};
	size_t len = refused->packet.len;

	builder_u8(&b, refused->refusal.type);
	builder_u8(&b, refused->refusal.code);
	builder_u16(&b, 0);
	builder_u32(&b, refused->refusal.pointer);
	builder_bytes(&b,
	              span_of(refused->packet.data, len < most - b.len ? len : most - b.len));
	return frame_write_icmp(host, &p, refused->refusal.type, builder_span(&b), out);
}

void frame_address(uint8_t *frame, struct ether_addr to)
{
	memcpy(frame, to.bytes, 6);
}
