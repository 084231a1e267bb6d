// Settings, rules, probes and rows of the network: any bytes; what is understood survives emit and
// parse. The first byte says which.
#include "dataplane/link/net_msg.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t bytes[NET_RULES_BYTES];

static void settings_try(struct span s)
{
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct net_settings first, second;

	if (net_settings_parse(s, &first) != STATUS_OK)
		return;
	net_settings_emit(&b, &first);
	if (net_settings_parse(builder_span(&b), &second) != STATUS_OK ||
	    first.routes != second.routes || first.limits.mss != second.limits.mss)
		abort();
}

static void rules_try(struct span s)
{
	static struct net_rules first, second;
	struct builder b = builder_over(bytes, sizeof(bytes));
	enum net_family family, again;

	if (net_rules_parse(s, &family, &first) != STATUS_OK)
		return;
	net_rules_emit(&b, family, &first);
	if (net_rules_parse(builder_span(&b), &again, &second) != STATUS_OK ||
	    family != again || first.count != second.count)
		abort();
}

static void probe_try(struct span s)
{
	struct net_probe p;

	if (net_probe_parse(s, &p) == STATUS_OK && p.hops == 0)
		abort();
}

static void rows_try(struct span s)
{
	struct cursor c = cursor_over(s);
	struct net_connection connection;
	struct net_neighbor neighbor;
	struct net_filter filter;
	struct net_route_row route;
	struct net_port port;
	struct net_hits hits;
	struct net_echo echo;

	net_connection_parse(&c, &connection);
	if (cursor_ok(&c) && memchr(connection.state, 0, sizeof(connection.state)) == NULL)
		abort();
	c = cursor_over(s);
	net_neighbor_parse(&c, &neighbor);
	c = cursor_over(s);
	net_filter_parse(&c, &filter);
	c = cursor_over(s);
	net_route_parse(&c, &route);
	c = cursor_over(s);
	net_port_parse(&c, &port);
	if (cursor_ok(&c) && memchr(port.driver, 0, sizeof(port.driver)) == NULL)
		abort();
	c = cursor_over(s);
	net_hits_parse(&c, &hits);
	c = cursor_over(s);
	net_echo_parse(&c, &echo);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(struct span) = {settings_try, rules_try, probe_try,
	                                             rows_try};

	if (size > 0)
		tries[data[0] % 4](span_of(data + 1, size - 1));
	return 0;
}
