// Write the headers of what leaves: Ethernet, IPv4, checksums.
#include "dataplane/nic/frame.h"

#include "crypto/wire/builder.h"
#include "dataplane/nic/checksum.h"

#define PROTO_ICMP    1
#define PROTO_TCP     6
#define HOPS          64
#define DONT_FRAGMENT 0x4000
#define TCP_CHECKSUM  16u // offset in the TCP header

static void checksum_store(uint8_t *at, uint16_t sum)
{
	memcpy(at, &sum, sizeof(sum));
}

// Ethernet and IPv4 headers in front of `payload_bytes`. RFC 6864: with DF the identification
// means nothing.
static struct builder headers_write(const struct host *host, struct ipv4_addr to,
                                    uint8_t protocol, size_t payload_bytes, uint8_t *out)
{
	struct builder b = builder_over(out, FRAME_MAX);
	uint8_t *ip = out + FRAME_ETHER_BYTES;

	memset(builder_room(&b, 6), 0, 6);
	builder_bytes(&b, span_of(host->ether.bytes, 6));
	builder_u16(&b, FRAME_TYPE_IPV4);
	builder_u8(&b, 0x45);
	builder_u8(&b, 0);
	builder_u16(&b, (uint16_t)(FRAME_IPV4_BYTES + payload_bytes));
	builder_u16(&b, 0);
	builder_u16(&b, DONT_FRAGMENT);
	builder_u8(&b, HOPS);
	builder_u8(&b, protocol);
	builder_u16(&b, 0);
	builder_bytes(&b, span_of(host->address.bytes, 4));
	builder_bytes(&b, span_of(to.bytes, 4));
	checksum_store(ip + 10, checksum_finish(checksum_add(0, ip, FRAME_IPV4_BYTES)));
	return b;
}

static uint64_t pseudo_sum(struct ipv4_addr a, struct ipv4_addr b, size_t len)
{
	uint8_t rest[4] = {0, PROTO_TCP, (uint8_t)(len >> 8), (uint8_t)len};
	uint64_t sum = checksum_add(0, a.bytes, 4);

	return checksum_add(checksum_add(sum, b.bytes, 4), rest, 4);
}

size_t frame_write(const struct host *host, const struct tcp_emission *segment, bool partial,
                   uint8_t *out)
{
	size_t len = (size_t)segment->header_bytes + segment->payload_bytes;
	struct ipv4_addr to = ipv4_from_ip(&segment->from.remote);
	uint8_t *tcp = out + FRAME_ETHER_BYTES + FRAME_IPV4_BYTES;
	struct builder b;
	uint64_t sum;

	if (FRAME_IPV4_BYTES + len > FRAME_MTU)
		return 0;
	b = headers_write(host, to, PROTO_TCP, len, out);
	builder_bytes(&b, span_of(segment->header, segment->header_bytes));
	for (unsigned i = 0; i < segment->pieces; i++)
		builder_bytes(&b, segment->piece[i]);
	if (builder_end(&b) != STATUS_OK || b.len != FRAME_ETHER_BYTES + FRAME_IPV4_BYTES + len)
		return 0;
	sum = pseudo_sum(host->address, to, len);
	if (partial)
		checksum_store(tcp + TCP_CHECKSUM, checksum_fold(sum));
	else
		checksum_store(tcp + TCP_CHECKSUM,
		               checksum_finish(checksum_add(sum, tcp, len)));
	return b.len;
}

size_t frame_write_echo(const struct host *host, const struct frame *request, uint8_t *out)
{
	size_t len = request->packet.len;
	uint8_t *icmp = out + FRAME_ETHER_BYTES + FRAME_IPV4_BYTES;
	struct builder b;

	if (FRAME_IPV4_BYTES + len > FRAME_MTU)
		return 0;
	b = headers_write(host, request->remote, PROTO_ICMP, len, out);
	builder_bytes(&b, request->packet);
	icmp[0] = 0; // echo reply
	checksum_store(icmp + 2, 0);
	checksum_store(icmp + 2, checksum_finish(checksum_add(0, icmp, len)));
	return b.len;
}

void frame_address(uint8_t *frame, struct ether_addr to)
{
	memcpy(frame, to.bytes, 6);
}

bool host_is_on_link(const struct host *host, struct ipv4_addr a)
{
	unsigned bits = host->prefix_bits;

	for (unsigned i = 0; i < 4 && bits > 0; i++) {
		unsigned here = bits < 8 ? bits : 8;
		uint8_t mask = (uint8_t)(0xff00u >> here);

		if ((a.bytes[i] ^ host->address.bytes[i]) & mask)
			return false;
		bits -= here;
	}
	return true;
}

bool host_next_hop(const struct host *host, struct ipv4_addr to, struct ipv4_addr *hop)
{
	static const struct ipv4_addr none;

	if (host_is_on_link(host, to))
		*hop = to;
	else
		*hop = host->gateway;
	return !ipv4_equal(*hop, none);
}
