// Settings, rules and probes as bytes. Rows stand in net_rows.c.
#include "dataplane/link/net_inner.h"

static const struct ip_addr none;

void builder_ip(struct builder *b, const struct ip_addr *a)
{
	builder_bytes(b, span_of(a->bytes, sizeof(a->bytes)));
}

struct ip_addr cursor_ip(struct cursor *c)
{
	struct span s = cursor_bytes(c, 16);
	struct ip_addr out = {0};

	if (s.len == 16)
		memcpy(out.bytes, s.data, 16);
	return out;
}

// A prefix length that an address of this family can have.
static bool bits_fit(const struct ip_addr *ip, unsigned bits)
{
	return bits <= 128 && (!ip_is_ipv4(ip) || bits >= IPV4_MAPPED_BITS);
}

// --- settings ------------------------------------------------------------------------------------

static void limits_emit(struct builder *b, const struct net_limits *l)
{
	builder_u32(b, l->receive_window);
	builder_u32(b, l->mss);
	builder_u32(b, l->connections);
	builder_u32(b, l->source_connections);
	builder_u32(b, l->half_open);
	builder_u32(b, l->source_half_open);
	builder_u32(b, l->syn_seconds);
	builder_u32(b, l->fin_seconds);
	builder_u32(b, l->alive_seconds);
	builder_u32(b, l->alive_interval);
	builder_u32(b, l->alive_probes);
	builder_u8(b, l->source_bits);
	builder_u8(b, l->source6_bits);
	builder_bool(b, l->cookies);
}

static void limits_parse(struct cursor *c, struct net_limits *l)
{
	l->receive_window = cursor_u32(c);
	l->mss = cursor_u32(c);
	l->connections = cursor_u32(c);
	l->source_connections = cursor_u32(c);
	l->half_open = cursor_u32(c);
	l->source_half_open = cursor_u32(c);
	l->syn_seconds = cursor_u32(c);
	l->fin_seconds = cursor_u32(c);
	l->alive_seconds = cursor_u32(c);
	l->alive_interval = cursor_u32(c);
	l->alive_probes = cursor_u32(c);
	l->source_bits = cursor_u8(c);
	l->source6_bits = cursor_u8(c);
	l->cookies = cursor_bool(c);
}

// Zero stands for the usual and fits always.
static bool within(uint32_t n, uint32_t low, uint32_t high)
{
	return n == 0 || (n >= low && n <= high);
}

static bool limits_fit(const struct net_limits *l)
{
	return within(l->receive_window, 1024, 16u << 20) && within(l->mss, 128, 9176) &&
	       within(l->syn_seconds, 2, 600) && within(l->fin_seconds, 5, 3600) &&
	       within(l->alive_seconds, 1, 86400) && within(l->alive_interval, 1, 3600) &&
	       within(l->alive_probes, 1, 30) && within(l->source_bits, 1, 32) &&
	       within(l->source6_bits, 1, 128) &&
	       (l->alive_seconds == 0 || (l->alive_interval > 0 && l->alive_probes > 0));
}

static void interface_emit(struct builder *b, const struct net_interface *p)
{
	for (unsigned i = 0; i < NET_FAMILIES; i++) {
		builder_ip(b, &p->address[i].ip);
		builder_u8(b, p->address[i].bits);
	}
	builder_u16(b, p->mtu);
	builder_bool(b, p->down);
}

void net_settings_emit(struct builder *b, const struct net_settings *s)
{
	for (unsigned i = 0; i < NET_PORTS_MAX; i++)
		interface_emit(b, &s->port[i]);
	builder_u8(b, s->dscp[NET_IPV4]);
	builder_u8(b, s->dscp[NET_IPV6]);
	limits_emit(b, &s->limits);
	builder_u32(b, s->routes);
	for (uint32_t i = 0; i < s->routes; i++) {
		builder_ip(b, &s->route[i].prefix);
		builder_ip(b, &s->route[i].hop);
		builder_u8(b, s->route[i].bits);
	}
}

static bool address_fits(const struct net_address *a, bool is_ipv4)
{
	return ip_equal(&a->ip, &none) || (ip_is_ipv4(&a->ip) == is_ipv4 &&
	                                   bits_fit(&a->ip, a->bits) && ip_is_host(&a->ip));
}

static bool route_fits(const struct net_route *r)
{
	struct ip_addr prefix = ip_prefix_of(&r->prefix, r->bits <= 128 ? r->bits : 0);

	return bits_fit(&r->prefix, r->bits) && ip_equal(&prefix, &r->prefix) &&
	       ip_is_host(&r->hop) && ip_is_ipv4(&r->hop) == ip_is_ipv4(&r->prefix);
}

static bool interface_parse(struct cursor *c, struct net_interface *p)
{
	bool fits = true;

	for (unsigned i = 0; i < NET_FAMILIES; i++) {
		p->address[i].ip = cursor_ip(c);
		p->address[i].bits = cursor_u8(c);
		fits &= address_fits(&p->address[i], i == NET_IPV4);
	}
	p->mtu = cursor_u16(c);
	p->down = cursor_bool(c);
	return fits;
}

enum status net_settings_parse(struct span bytes, struct net_settings *out)
{
	struct cursor c = cursor_over(bytes);
	bool fits = true;

	*out = (struct net_settings){0};
	for (unsigned i = 0; i < NET_PORTS_MAX; i++)
		fits &= interface_parse(&c, &out->port[i]);
	for (unsigned i = 0; i < NET_FAMILIES; i++) {
		out->dscp[i] = cursor_u8(&c);
		fits &= out->dscp[i] <= NET_DSCP_MAX;
	}
	limits_parse(&c, &out->limits);
	out->routes = cursor_u32(&c);
	if (out->routes > NET_ROUTES_MAX)
		return STATUS_TOO_MANY;
	for (uint32_t i = 0; i < out->routes && cursor_ok(&c); i++) {
		out->route[i].prefix = cursor_ip(&c);
		out->route[i].hop = cursor_ip(&c);
		out->route[i].bits = cursor_u8(&c);
		fits &= route_fits(&out->route[i]);
	}
	if (cursor_end(&c) != STATUS_OK)
		return c.status;
	return fits && limits_fit(&out->limits) ? STATUS_OK : STATUS_MALFORMED;
}

// --- rules ---------------------------------------------------------------------------------------

static void pattern_emit(struct builder *b, const struct net_pattern *p)
{
	builder_ip(b, &p->ip);
	builder_ip(b, &p->mask);
}

// Bits that do not matter are zero, so that a look-up is two operations.
static bool pattern_parse(struct cursor *c, struct net_pattern *p)
{
	p->ip = cursor_ip(c);
	p->mask = cursor_ip(c);
	for (unsigned i = 0; i < 16; i++) {
		if (p->ip.bytes[i] & ~p->mask.bytes[i])
			return false;
	}
	return true;
}

static void ports_emit(struct builder *b, const struct net_ports *p)
{
	builder_u16(b, p->first);
	builder_u16(b, p->last);
}

static struct net_ports ports_parse(struct cursor *c)
{
	struct net_ports p = {.first = cursor_u16(c)};

	p.last = cursor_u16(c);
	return p;
}

static bool pattern_fits(const struct net_pattern *p, const struct ip_addr *a)
{
	for (unsigned i = 0; i < sizeof(a->bytes); i++) {
		if ((a->bytes[i] & p->mask.bytes[i]) != p->ip.bytes[i])
			return false;
	}
	return true;
}

static bool ports_hold(const struct net_ports *p, uint16_t port)
{
	return port >= p->first && port <= p->last;
}

bool net_rule_fits(const struct net_rule *r, const struct ip_addr *from, uint16_t from_port,
                   const struct ip_addr *to, uint16_t to_port)
{
	return pattern_fits(&r->from, from) && pattern_fits(&r->to, to) &&
	       ports_hold(&r->from_port, from_port) && ports_hold(&r->to_port, to_port);
}

void net_rules_emit(struct builder *b, enum net_family family, const struct net_rules *r)
{
	builder_u8(b, (uint8_t)family);
	builder_bool(b, r->in_force);
	builder_u32(b, r->list);
	builder_u32(b, r->count);
	for (uint32_t i = 0; i < r->count; i++) {
		const struct net_rule *rule = &r->rule[i];

		pattern_emit(b, &rule->from);
		pattern_emit(b, &rule->to);
		ports_emit(b, &rule->from_port);
		ports_emit(b, &rule->to_port);
		builder_u32(b, rule->number);
		builder_bool(b, rule->permit);
		builder_bool(b, rule->log);
	}
}

static bool rule_parse(struct cursor *c, struct net_rule *rule)
{
	bool fits = pattern_parse(c, &rule->from);

	fits &= pattern_parse(c, &rule->to);
	rule->from_port = ports_parse(c);
	rule->to_port = ports_parse(c);
	rule->number = cursor_u32(c);
	rule->permit = cursor_bool(c);
	rule->log = cursor_bool(c);
	return fits;
}

enum status net_rules_parse(struct span bytes, enum net_family *family, struct net_rules *out)
{
	struct cursor c = cursor_over(bytes);
	uint8_t which = cursor_u8(&c);
	bool fits = which < NET_FAMILIES;

	*family = fits ? (enum net_family)which : NET_IPV4;
	out->in_force = cursor_bool(&c);
	out->list = cursor_u32(&c);
	out->count = cursor_u32(&c);
	if (!cursor_ok(&c))
		return c.status;
	if (out->count > NET_RULES_MAX)
		return STATUS_TOO_MANY;
	for (uint32_t i = 0; i < out->count && cursor_ok(&c); i++)
		fits &= rule_parse(&c, &out->rule[i]);
	if (cursor_end(&c) != STATUS_OK)
		return c.status;
	return fits ? STATUS_OK : STATUS_MALFORMED;
}

// --- probes --------------------------------------------------------------------------------------

void net_probe_emit(struct builder *b, const struct net_probe *p)
{
	builder_ip(b, &p->to);
	builder_bool(b, p->udp);
	builder_u8(b, p->hops);
	builder_u8(b, p->class);
	builder_u16(b, p->port);
	builder_u16(b, p->bytes);
	builder_u32(b, p->wait_ms);
	builder_u32(b, p->timeout_ms);
}

enum status net_probe_parse(struct span bytes, struct net_probe *out)
{
	struct cursor c = cursor_over(bytes);

	out->to = cursor_ip(&c);
	out->udp = cursor_bool(&c);
	out->hops = cursor_u8(&c);
	out->class = cursor_u8(&c);
	out->port = cursor_u16(&c);
	out->bytes = cursor_u16(&c);
	out->wait_ms = cursor_u32(&c);
	out->timeout_ms = cursor_u32(&c);
	if (cursor_end(&c) != STATUS_OK)
		return c.status;
	if (!ip_is_host(&out->to) || out->hops == 0 || out->bytes > NET_PROBE_BYTES_MAX ||
	    out->wait_ms > 65535 || out->timeout_ms > 65535)
		return STATUS_MALFORMED;
	return STATUS_OK;
}
