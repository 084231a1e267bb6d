// Parse the command line.
#include "dataplane/main/options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

const char options_help[] =
        "sallyport-dataplane: the poll-mode process; the supervisor starts it.\n"
        "\n"
        "  --link LINK           tap[:IF], memif[:PARAMETERS], af_packet:IF, af_xdp:IF, "
        "pci:BDF\n"
        "  --worker-count K      cores that poll (1)\n"
        "  --name NAME           of the appliance (sallyport)\n"
        "  --run DIR             its run-time folder (/run/sallyport/NAME)\n"
        "  --idle ladder|spin    sleep when there is nothing to do, or never (ladder)\n"
        "  --address A.B.C.D/N   ours (192.0.2.2/24)\n"
        "  --gateway A.B.C.D     towards everything else (192.0.2.1)\n"
        "\n"
        "  --capture DIR -w FILE [-c COUNT] [FILTER...]\n"
        "                        write the frames of a running appliance as pcapng\n";

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

static bool link_parse(const char *text, struct options *out)
{
	size_t len = strcspn(text, ":");

	for (size_t i = 0; i < sizeof(link_names) / sizeof(link_names[0]); i++) {
		const struct link_name *n = &link_names[i];

		if (strlen(n->name) != len || strncmp(n->name, text, len) != 0)
			continue;
		out->link = n->link;
		out->link_detail =
		        text[len] == ':' && text[len + 1] != '\0' ? text + len + 1 : NULL;
		if (n->needs_detail && out->link_detail == NULL)
			break;
		return true;
	}
	return complain("not a link", text);
}

static bool address_parse(const char *text, struct options *out)
{
	char host[INET_ADDRSTRLEN];
	size_t len = strcspn(text, "/");
	char *end = NULL;
	unsigned long bits = text[len] == '/' ? strtoul(text + len + 1, &end, 10) : 0;

	if (len >= sizeof(host) || end == NULL || *end != '\0' || bits < 1 || bits > 32)
		return complain("not an address with a prefix length", text);
	memcpy(host, text, len);
	host[len] = '\0';
	out->prefix_bits = (uint8_t)bits;
	return inet_pton(AF_INET, host, out->address.bytes) == 1 ||
	       complain("not an IPv4 address", text);
}

static bool number_parse(const char *text, uint64_t max, uint64_t *out)
{
	char *end;

	*out = strtoull(text, &end, 10);
	return (end != text && *end == '\0' && *out >= 1 && *out <= max) ||
	       complain("not a number that fits here", text);
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
		return link_parse(optarg, out);
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
		return address_parse(optarg, out);
	case 'g':
		return inet_pton(AF_INET, optarg, out->gateway.bytes) == 1 ||
		       complain("not an IPv4 address", optarg);
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
	        {"worker-count", required_argument, NULL, 'k'},
	        {"workers", required_argument, NULL, 'k'},
	        {"name", required_argument, NULL, 'n'},
	        {"run", required_argument, NULL, 'r'},
	        {"idle", required_argument, NULL, 'i'},
	        {"address", required_argument, NULL, 'a'},
	        {"gateway", required_argument, NULL, 'g'},
	        {"capture", required_argument, NULL, 'C'},
	        {"help", no_argument, NULL, 'h'},
	        {NULL, 0, NULL, 0},
	};
	int letter;

	*out = (struct options){
	        .name = "sallyport",
	        .workers = 1,
	        .address = {{192, 0, 2, 2}},
	        .gateway = {{192, 0, 2, 1}},
	        .prefix_bits = 24,
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
	return true;
}
