// Texts of records become addresses; what is not one (only a fault of ours lets it in) is left out.
#include "control/config/config_net.h"

#define PROTOCOL_ANY 256u
#define PROTOCOL_TCP 6u

static uint32_t number_of(const struct settings *s, uint8_t field)
{
	return setting_number(settings_find(s, api_field_row(field)->class, span_text("")),
	                      field);
}

// --- settings ------------------------------------------------------------------------------------

static void address_read(const struct setting *r, uint8_t field, bool is_ipv4,
                         struct net_address *out)
{
	struct net_address a = {0};

	if (ip_prefix_from_text(setting_text(r, field), &a.ip, &a.bits) && ip_is_host(&a.ip) &&
	    ip_is_ipv4(&a.ip) == is_ipv4)
		*out = a;
}

static void routes_read(const struct settings *s, struct net_settings *out)
{
	const struct setting *r;

	for (uint32_t i = 0; (r = settings_at(s, API_CLASS_ROUTE, i)) != NULL; i++) {
		struct net_route route;

		if (out->routes == NET_ROUTES_MAX)
			return;
		if (!ip_prefix_from_text(setting_key(r), &route.prefix, &route.bits) ||
		    !ip_from_text(setting_text(r, API_ROUTE_HOP), &route.hop) ||
		    !ip_is_host(&route.hop) ||
		    ip_is_ipv4(&route.hop) != ip_is_ipv4(&route.prefix))
			continue;
		route.prefix = ip_prefix_of(&route.prefix, route.bits);
		out->route[out->routes++] = route;
	}
}

static uint32_t share_of(uint32_t all, uint32_t workers)
{
	return all == 0 || workers == 0 ? all : (all + workers - 1) / workers;
}

// Zero stays: the usual.
static uint32_t at_least(uint32_t n, uint32_t least)
{
	return n == 0 || n >= least ? n : least;
}

static void limits_read(const struct settings *s, uint32_t workers, struct net_limits *l)
{
	*l = (struct net_limits){
	        .receive_window = number_of(s, API_TCP_WINDOW) * 1024,
	        .mss = at_least(number_of(s, API_TCP_MSS), 128),
	        .connections = share_of(number_of(s, API_TCP_CONNECTIONS), workers),
	        .source_connections = number_of(s, API_TCP_SOURCE_CONNECTIONS),
	        .half_open = share_of(number_of(s, API_TCP_HALF_OPEN), workers),
	        .source_half_open = number_of(s, API_TCP_SOURCE_HALF_OPEN),
	        .syn_seconds = at_least(number_of(s, API_TCP_SYN_SECONDS), 2),
	        .fin_seconds = at_least(number_of(s, API_TCP_FIN_SECONDS), 5),
	        .alive_seconds = number_of(s, API_TCP_ALIVE_SECONDS),
	        .alive_interval = number_of(s, API_TCP_ALIVE_INTERVAL),
	        .alive_probes = number_of(s, API_TCP_ALIVE_PROBES),
	        .source_bits = (uint8_t)number_of(s, API_TCP_SOURCE_BITS),
	        .source6_bits = (uint8_t)number_of(s, API_TCP_SOURCE6_BITS),
	        .cookies = number_of(s, API_TCP_COOKIES) != 0,
	};
}

static void interface_read(const struct setting *r, struct net_interface *out)
{
	out->mtu = (uint16_t)at_least(setting_number(r, API_INTERFACE_MTU), 1280);
	out->down = setting_number(r, API_INTERFACE_DOWN) != 0;
	address_read(r, API_INTERFACE_IPV4, true, &out->address[NET_IPV4]);
	address_read(r, API_INTERFACE_IPV6, false, &out->address[NET_IPV6]);
}

// What no record speaks of stays as it was started.
static void interfaces_read(const struct settings *s, struct net_settings *out)
{
	static const char name[] = API_INTERFACE_NAME;
	char key[sizeof(name) + 1];

	memcpy(key, name, sizeof(name));
	for (unsigned i = 0; i < NET_PORTS_MAX; i++) {
		const struct setting *r;

		key[sizeof(name) - 1] = (char)('0' + i);
		r = settings_find(s, API_CLASS_INTERFACE, span_of(key, sizeof(name)));
		if (r != NULL)
			interface_read(r, &out->port[i]);
	}
}

void config_net_settings(const struct settings *s, uint32_t workers, struct net_settings *out)
{
	*out = (struct net_settings){
	        .dscp = {[NET_IPV4] = (uint8_t)number_of(s, API_SSH_SERVER_DSCP),
	                 [NET_IPV6] = (uint8_t)number_of(s, API_SSH_SERVER_DSCP6)},
	};
	interfaces_read(s, out);
	limits_read(s, workers, &out->limits);
	routes_read(s, out);
}

// --- rules ---------------------------------------------------------------------------------------

// "A.B.C.D W.X.Y.Z" with the bits that do not matter set in the second, "A::B/N", or "" for any.
static bool pattern_read(struct span text, struct net_pattern *out)
{
	const uint8_t *blank = text.len > 0 ? memchr(text.data, ' ', text.len) : NULL;
	size_t at = blank != NULL ? (size_t)(blank - text.data) : 0;
	struct ip_addr wild, ones;
	uint8_t bits;

	memset(&ones, 0xff, sizeof(ones));
	*out = (struct net_pattern){0};
	if (text.len == 0)
		return true;
	if (blank == NULL) {
		if (!ip_prefix_from_text(text, &out->ip, &bits))
			return false;
		out->ip = ip_prefix_of(&out->ip, bits);
		out->mask = ip_prefix_of(&ones, bits);
		return true;
	}
	if (!ip_from_text(span_of(text.data, at), &out->ip) ||
	    !ip_from_text(span_of(blank + 1, text.len - at - 1), &wild))
		return false;
	out->mask = ones;
	for (unsigned i = 12; i < 16; i++) {
		out->mask.bytes[i] = (uint8_t)~wild.bytes[i];
		out->ip.bytes[i] &= out->mask.bytes[i];
	}
	return true;
}

static bool rule_read(const struct setting *r, struct net_rule *out)
{
	uint32_t protocol = setting_number(r, API_ACL_PROTOCOL);
	uint32_t from = setting_number(r, API_ACL_FROM_PORT);
	uint32_t to = setting_number(r, API_ACL_TO_PORT);

	*out = (struct net_rule){
	        .from_port = {(uint16_t)(from >> 16), (uint16_t)from},
	        .to_port = {(uint16_t)(to >> 16), (uint16_t)to},
	        .number = setting_number(r, API_ACL_NUMBER),
	        .permit = setting_number(r, API_ACL_PERMIT) != 0,
	        .log = (setting_number(r, API_ACL_FLAGS) & API_ACL_LOGGING) != 0,
	};
	return (protocol == PROTOCOL_ANY || protocol == PROTOCOL_TCP) &&
	       pattern_read(setting_text(r, API_ACL_SOURCE), &out->from) &&
	       pattern_read(setting_text(r, API_ACL_DESTINATION), &out->to);
}

// Keys stand in order: the list's own record, then its rules by number.
void config_net_list(const struct settings *s, enum net_family family, uint32_t list,
                     struct net_rules *out)
{
	const struct setting *r;
	char prefix[24];
	size_t len;

	out->in_force = list != 0;
	out->list = list;
	out->count = 0;
	if (list == 0)
		return;
	len = api_acl_key(prefix, sizeof(prefix), family == NET_IPV6, list, API_ACL_NO_RULE);
	for (uint32_t i = settings_after(s, API_CLASS_ACL, span_of(prefix, len));
	     (r = settings_at(s, API_CLASS_ACL, i)) != NULL && out->count < NET_RULES_MAX;
	     i++) {
		struct span key = setting_key(r);

		if (key.len <= len || memcmp(key.data, prefix, len) != 0)
			return;
		if (rule_read(r, &out->rule[out->count]))
			out->count++;
	}
}

void config_net_rules(const struct settings *s, enum net_family family, struct net_rules *out)
{
	uint8_t field = family == NET_IPV4 ? API_SSH_SERVER_ACL : API_SSH_SERVER_ACL6;

	config_net_list(s, family, number_of(s, field), out);
}
