// Rows that a worker answers with. A reader never trusts them: texts are bounded and printable,
// numbers are within what they name.
#include "dataplane/link/net_inner.h"

// A short text, NUL-terminated in `out`.
static void text_parse(struct cursor *c, char *out, size_t size)
{
	struct span s = cursor_string_max(c, size - 1);

	memset(out, 0, size);
	if (!span_is_printable(s))
		cursor_fail(c, STATUS_MALFORMED);
	else if (s.len > 0)
		memcpy(out, s.data, s.len);
}

static void ether_parse(struct cursor *c, uint8_t out[6])
{
	struct span s = cursor_bytes(c, 6);

	if (s.len == 6)
		memcpy(out, s.data, 6);
}

static uint8_t bits_parse(struct cursor *c)
{
	uint8_t bits = cursor_u8(c);

	if (bits > 128)
		cursor_fail(c, STATUS_MALFORMED);
	return bits;
}

static uint8_t port_parse(struct cursor *c)
{
	uint8_t port = cursor_u8(c);

	if (port >= NET_PORTS_MAX)
		cursor_fail(c, STATUS_MALFORMED);
	return port;
}

void net_filter_emit(struct builder *b, const struct net_filter *f)
{
	builder_u8(b, f->kind);
	builder_u8(b, f->families);
	builder_u32(b, f->slot);
	builder_ip(b, &f->remote);
	builder_u16(b, f->remote_port);
}

void net_filter_parse(struct cursor *c, struct net_filter *out)
{
	out->kind = cursor_u8(c);
	out->families = cursor_u8(c);
	out->slot = cursor_u32(c);
	out->remote = cursor_ip(c);
	out->remote_port = cursor_u16(c);
	if (out->kind > NET_BY_PEER)
		cursor_fail(c, STATUS_MALFORMED);
}

void net_connection_emit(struct builder *b, const struct net_connection *row)
{
	builder_ip(b, &row->local);
	builder_ip(b, &row->remote);
	builder_u16(b, row->local_port);
	builder_u16(b, row->remote_port);
	builder_u32(b, row->slot);
	builder_text(b, row->state);
	builder_u32(b, row->mss);
	builder_u32(b, row->send_window);
	builder_u32(b, row->receive_window);
	builder_u32(b, row->congestion_window);
	builder_u32(b, row->srtt_us);
	builder_u32(b, row->rto_us);
	builder_u32(b, row->send_queue);
	builder_u32(b, row->receive_queue);
	builder_u32(b, row->retransmits);
	builder_u64(b, row->bytes_in);
	builder_u64(b, row->bytes_out);
}

void net_connection_parse(struct cursor *c, struct net_connection *out)
{
	out->local = cursor_ip(c);
	out->remote = cursor_ip(c);
	out->local_port = cursor_u16(c);
	out->remote_port = cursor_u16(c);
	out->slot = cursor_u32(c);
	text_parse(c, out->state, sizeof(out->state));
	out->mss = cursor_u32(c);
	out->send_window = cursor_u32(c);
	out->receive_window = cursor_u32(c);
	out->congestion_window = cursor_u32(c);
	out->srtt_us = cursor_u32(c);
	out->rto_us = cursor_u32(c);
	out->send_queue = cursor_u32(c);
	out->receive_queue = cursor_u32(c);
	out->retransmits = cursor_u32(c);
	out->bytes_in = cursor_u64(c);
	out->bytes_out = cursor_u64(c);
}

void net_neighbor_emit(struct builder *b, const struct net_neighbor *row)
{
	builder_ip(b, &row->ip);
	builder_bytes(b, span_of(row->ether, 6));
	builder_u8(b, row->reach);
	builder_u8(b, row->port);
	builder_u32(b, row->seconds);
}

void net_neighbor_parse(struct cursor *c, struct net_neighbor *out)
{
	out->ip = cursor_ip(c);
	ether_parse(c, out->ether);
	out->reach = cursor_u8(c);
	out->port = port_parse(c);
	out->seconds = cursor_u32(c);
	if (out->reach < NET_INCOMPLETE || out->reach > NET_PROBING)
		cursor_fail(c, STATUS_MALFORMED);
}

void net_route_emit(struct builder *b, const struct net_route_row *row)
{
	builder_ip(b, &row->prefix);
	builder_ip(b, &row->hop);
	builder_u8(b, row->bits);
	builder_u8(b, row->port);
}

void net_route_parse(struct cursor *c, struct net_route_row *out)
{
	out->prefix = cursor_ip(c);
	out->hop = cursor_ip(c);
	out->bits = bits_parse(c);
	out->port = port_parse(c);
}

void net_port_emit(struct builder *b, const struct net_port *row)
{
	builder_u8(b, row->port);
	builder_bytes(b, span_of(row->ether, 6));
	builder_bool(b, row->down);
	builder_bool(b, row->link);
	builder_u16(b, row->mtu);
	builder_u16(b, row->mtu_most);
	builder_u16(b, row->vlan);
	builder_text(b, row->driver);
	for (unsigned i = 0; i < 3; i++) {
		builder_ip(b, &row->address[i].ip);
		builder_u8(b, row->address[i].bits);
		builder_u8(b, row->address[i].state);
	}
}

void net_port_parse(struct cursor *c, struct net_port *out)
{
	out->port = port_parse(c);
	ether_parse(c, out->ether);
	out->down = cursor_bool(c);
	out->link = cursor_bool(c);
	out->mtu = cursor_u16(c);
	out->mtu_most = cursor_u16(c);
	out->vlan = cursor_u16(c);
	text_parse(c, out->driver, sizeof(out->driver));
	for (unsigned i = 0; i < 3; i++) {
		out->address[i].ip = cursor_ip(c);
		out->address[i].bits = bits_parse(c);
		out->address[i].state = cursor_u8(c);
		if (out->address[i].state > NET_DUPLICATE)
			cursor_fail(c, STATUS_MALFORMED);
	}
}

void net_hits_emit(struct builder *b, const struct net_hits *row)
{
	builder_u8(b, row->family);
	builder_u32(b, row->list);
	builder_u32(b, row->number);
	builder_u64(b, row->hits);
}

void net_hits_parse(struct cursor *c, struct net_hits *out)
{
	out->family = cursor_u8(c);
	out->list = cursor_u32(c);
	out->number = cursor_u32(c);
	out->hits = cursor_u64(c);
	if (out->family >= NET_FAMILIES)
		cursor_fail(c, STATUS_MALFORMED);
}

void net_echo_emit(struct builder *b, const struct net_echo *e)
{
	builder_u8(b, e->kind);
	builder_u8(b, e->code);
	builder_u8(b, e->hops);
	builder_u16(b, e->bytes);
	builder_ip(b, &e->from);
	builder_u32(b, e->rtt_us);
}

void net_echo_parse(struct cursor *c, struct net_echo *out)
{
	out->kind = cursor_u8(c);
	out->code = cursor_u8(c);
	out->hops = cursor_u8(c);
	out->bytes = cursor_u16(c);
	out->from = cursor_ip(c);
	out->rtt_us = cursor_u32(c);
	if (out->kind < NET_ECHO_REPLY || out->kind >= NET_ECHO_KINDS)
		cursor_fail(c, STATUS_MALFORMED);
}
