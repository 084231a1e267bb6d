// Parse the command line.
#include "dataplane/main/options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

const char options_help[] =
        "sallyport-dataplane: the poll-mode process; the supervisor starts it.\n"
        "\n"
        "  --link LINK           tap[:IF], memif[:queues=K][,PARAMETERS], af_packet:IF, "
        "af_xdp:IF,\n"
        "                        pci:BDF\n"
        "  --port LINK           one more port, without an address at first; up to three "
        "times\n"
        "  --worker-count K      cores that poll (1)\n"
        "  --name NAME           of the appliance (sallyport)\n"
        "  --run DIR             its run-time folder (/run/sallyport/NAME)\n"
        "  --idle ladder|spin    sleep when there is nothing to do, or never (ladder)\n"
        "  --address A.B.C.D/N   ours on the first port (192.0.2.2/24)\n"
        "  --gateway A.B.C.D     towards everything else (192.0.2.1 with the usual address)\n"
        "  --address6 A::B/N     ours on the first port (2001:db8::2/64), or none\n"
        "  --gateway6 A::B       towards everything else\n"
        "  --mtu N               longest packet (1500), at most 9216 and what the port takes\n"
        "  --vlan N              frames have this 802.1Q tag (0: none)\n"
        "  --route PREFIX/N=HOP  of either family, up to 60 times\n"
        "  --discard-port N      for measurements: TCP alone, what comes there is dropped\n"
        "\n"
        "  --capture DIR -w FILE [-c COUNT] [FILTER...]\n"
        "                        write the frames of a running appliance as pcapng\n";

#define VLAN_MAX 4094

struct link_name {
	const char *name;
	enum options_link link;
	bool needs_detail;
};

static const struct link_name link_names[] = {
        {"tap", LINK_KIND_TAP, false},
        {"memif", LINK_KIND_MEMIF, false},
        {"af_packet", LINK_KIND_AF_PACKET, true},
        {"af_xdp", LINK_KIND_AF_XDP, true},
        {"pci", LINK_KIND_PCI, true},
};

static bool complain(const char *what, const char *value)
{
	fprintf(stderr, "sallyport-dataplane: %s: %s\n", what, value);
	return false;
}

static bool number_parse(const char *text, uint64_t max, uint64_t *out)
{
	char *end;

	*out = strtoull(text, &end, 10);
	return (end != text && *end == '\0' && *out >= 1 && *out <= max) ||
	       complain("not a number that fits here", text);
}

// queues=K before the driver's own parameters. A memif has as many as its client.
static bool memif_parse(struct options_port *out)
{
	static const char word[] = "queues=";
	const char *text = out->detail;
	char *rest;

	out->queues = 1;
	if (text == NULL || strncmp(text, word, strlen(word)) != 0)
		return true;
	out->queues = (uint32_t)strtoul(text + strlen(word), &rest, 10);
	if (out->queues < 1 || out->queues > PORT_WORKERS_MAX ||
	    (*rest != '\0' && *rest != ','))
		return complain("not a number of queues", text);
	out->detail = rest[0] == ',' && rest[1] != '\0' ? rest + 1 : NULL;
	return true;
}

static bool link_parse(const char *text, struct options_port *out)
{
	size_t len = strcspn(text, ":");

	for (size_t i = 0; i < sizeof(link_names) / sizeof(link_names[0]); i++) {
		const struct link_name *n = &link_names[i];

		if (strlen(n->name) != len || strncmp(n->name, text, len) != 0)
			continue;
		out->link = n->link;
		out->detail = text[len] == ':' && text[len + 1] != '\0' ? text + len + 1 : NULL;
		if (n->needs_detail && out->detail == NULL)
			break;
		out->queues = 0;
		return n->link != LINK_KIND_MEMIF || memif_parse(out);
	}
	return complain("not a link", text);
}

static bool port_parse(const char *text, struct options *out)
{
	if (out->ports == NET_PORTS_MAX)
		return complain("too many ports", text);
	return link_parse(text, &out->port[out->ports++]);
}

// An address of either family.
static bool ip_parse(const char *text, struct ip_addr *out)
{
	struct ipv4_addr four;

	if (inet_pton(AF_INET6, text, out->bytes) == 1 && !ip_is_ipv4(out))
		return true;
	if (inet_pton(AF_INET, text, four.bytes) != 1)
		return complain("not an address", text);
	*out = ip_from_ipv4(four);
	return true;
}

// With a prefix length, counted as in struct route.
static bool prefix_parse(const char *text, struct ip_addr *ip, uint8_t *bits)
{
	char host[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "/");
	char *end = NULL;
	unsigned long n = text[len] == '/' ? strtoul(text + len + 1, &end, 10) : 0;
	unsigned front;

	if (len >= sizeof(host) || end == NULL || *end != '\0' || end == text + len + 1)
		return complain("not an address with a prefix length", text);
	memcpy(host, text, len);
	host[len] = '\0';
	if (!ip_parse(host, ip))
		return false;
	front = ip_is_ipv4(ip) ? IPV4_MAPPED_BITS : 0;
	if (n > 128 - front)
		return complain("not an address with a prefix length", text);
	*bits = (uint8_t)(front + n);
	return true;
}

static bool address_parse(const char *text, enum host_address_name name, struct options *out)
{
	struct host_address *a = &out->host.address[name];

	if (name == HOST_IPV6 && strcmp(text, "none") == 0) {
		*a = (struct host_address){0};
		return true;
	}
	if (!prefix_parse(text, &a->ip, &a->bits))
		return false;
	return ip_is_ipv4(&a->ip) == (name == HOST_IPV4) ||
	       complain("of the other family", text);
}

static bool route_take(const struct route *route, const char *text, struct options *out)
{
	if (!ip_is_none(&route->hop) &&
	    ip_is_ipv4(&route->hop) !=
	            (route->bits >= IPV4_MAPPED_BITS && ip_is_ipv4(&route->prefix)))
		return complain("of the other family", text);
	return route_add(&out->host.routes, route) ||
	       complain("twice, or too many routes", text);
}

static bool gateway_parse(const char *text, bool is_ipv4, struct options *out)
{
	struct route all = {.bits = is_ipv4 ? IPV4_MAPPED_BITS : 0};

	if (is_ipv4)
		all.prefix = ip_from_ipv4((struct ipv4_addr){0});
	return ip_parse(text, &all.hop) && route_take(&all, text, out);
}

static bool route_parse(const char *text, struct options *out)
{
	char prefix[INET6_ADDRSTRLEN + 4];
	size_t len = strcspn(text, "=");
	struct route route;

	if (len >= sizeof(prefix) || text[len] == '\0')
		return complain("not PREFIX/N=HOP", text);
	memcpy(prefix, text, len);
	prefix[len] = '\0';
	return prefix_parse(prefix, &route.prefix, &route.bits) &&
	       ip_parse(text + len + 1, &route.hop) && route_take(&route, text, out);
}

// What needs no route of its own: our links. The usual address comes with the usual gateway.
static bool routes_complete(struct options *out)
{
	static const struct ip_addr usual = {{[10] = 0xff, 0xff, 192, 0, 2, 2}};
	struct host *host = &out->host;
	struct ip_addr anywhere = ip_from_ipv4((struct ipv4_addr){{198, 51, 100, 1}});

	for (unsigned i = 0; i < HOST_ADDRESSES; i++) {
		struct route link = {.prefix = host->address[i].ip,
		                     .bits = host->address[i].bits};

		if (!ip_is_none(&link.prefix) && !route_add(&host->routes, &link))
			return complain("two addresses on one link", "see --address6");
	}
	if (ip_equal(&host->address[HOST_IPV4].ip, &usual) &&
	    route_find(&host->routes, &anywhere) == NULL)
		return gateway_parse("192.0.2.1", true, out);
	return true;
}

static bool idle_parse(const char *text, struct options *out)
{
	out->spin = strcmp(text, "spin") == 0;
	return out->spin || strcmp(text, "ladder") == 0 ||
	       complain("--idle is ladder or spin, not", text);
}

static bool option_take(int letter, struct options *out)
{
	uint64_t number = 0;

	switch (letter) {
	case 'l':
		return link_parse(optarg, &out->port[0]);
	case 'p':
		return port_parse(optarg, out);
	case 'k':
		if (!number_parse(optarg, PORT_WORKERS_MAX, &number))
			return false;
		out->workers = (uint32_t)number;
		return true;
	case 'n':
		out->name = optarg;
		return true;
	case 'r':
		out->run = optarg;
		return true;
	case 'i':
		return idle_parse(optarg, out);
	case 'a':
		return address_parse(optarg, HOST_IPV4, out);
	case 'A':
		return address_parse(optarg, HOST_IPV6, out);
	case 'g':
		return gateway_parse(optarg, true, out);
	case 'G':
		return gateway_parse(optarg, false, out);
	case 'm':
		if (!number_parse(optarg, FRAME_MTU_MAX, &number) || number < FRAME_MTU_LEAST)
			return complain("not an MTU that fits here", optarg);
		out->host.mtu = (uint16_t)number;
		return true;
	case 'v':
		if (!number_parse(optarg, VLAN_MAX, &number))
			return false;
		out->host.vlan = (uint16_t)number;
		return true;
	case 'd':
		if (!number_parse(optarg, UINT16_MAX, &number))
			return false;
		out->discard_port = (uint16_t)number;
		return true;
	case 'R':
		return route_parse(optarg, out);
	case 'C':
		out->capture_run = optarg;
		return true;
	case 'w':
		out->capture_file = optarg;
		return true;
	case 'c':
		return number_parse(optarg, UINT64_MAX, &out->capture_frames);
	case 'h':
		out->show_help = true;
		return true;
	default:
		return false;
	}
}

bool options_parse(int argc, char **argv, struct options *out)
{
	static const struct option longs[] = {
	        {"link", required_argument, NULL, 'l'},
	        {"port", required_argument, NULL, 'p'},
	        {"worker-count", required_argument, NULL, 'k'},
	        {"workers", required_argument, NULL, 'k'},
	        {"name", required_argument, NULL, 'n'},
	        {"run", required_argument, NULL, 'r'},
	        {"idle", required_argument, NULL, 'i'},
	        {"address", required_argument, NULL, 'a'},
	        {"gateway", required_argument, NULL, 'g'},
	        {"address6", required_argument, NULL, 'A'},
	        {"gateway6", required_argument, NULL, 'G'},
	        {"mtu", required_argument, NULL, 'm'},
	        {"vlan", required_argument, NULL, 'v'},
	        {"route", required_argument, NULL, 'R'},
	        {"discard-port", required_argument, NULL, 'd'},
	        {"capture", required_argument, NULL, 'C'},
	        {"help", no_argument, NULL, 'h'},
	        {NULL, 0, NULL, 0},
	};
	int letter;

	*out = (struct options){
	        .name = "sallyport",
	        .ports = 1,
	        .workers = 1,
	        .host = {.mtu = FRAME_MTU,
	                 .address = {[HOST_IPV4] = {{{[10] = 0xff, 0xff, 192, 0, 2, 2}},
	                                            IPV4_MAPPED_BITS + 24},
	                             [HOST_IPV6] = {{{0x20, 1, 0xd, 0xb8, [15] = 2}}, 64}}},
	};
	while ((letter = getopt_long(argc, argv, "+w:c:h", longs, NULL)) != -1) {
		if (!option_take(letter, out))
			return false;
	}
	out->filter = argv + optind;
	out->filter_words = argc - optind;
	if (out->capture_run == NULL && out->filter_words > 0)
		return complain("unexpected", out->filter[0]);
	if (out->capture_run != NULL && out->capture_file == NULL)
		return complain("--capture needs -w FILE", "none given");
	return routes_complete(out);
}
