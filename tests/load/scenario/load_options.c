// Reading the command line.
#include "tests/load/scenario/load_options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/load/link/load_port.h"
#include "tests/load/link/manners.h"
#include "tests/load/scenario/engine.h"
#include "tests/load/scenario/load_help.h"
#include "tests/load/scenario/load_values.h"

#define FULL_WINDOW (2u << 20)
#define SLOW_WINDOW 8192u

enum option_name {
	OPT_TARGET = 256,
	OPT_USER,
	OPT_KEY,
	OPT_PASSWORD_FILE,
	OPT_INTERACTIVE,
	OPT_KNOWN_HOSTS,
	OPT_PIN,
	OPT_COUNT,
	OPT_DURATION,
	OPT_RATE,
	OPT_ARRIVALS,
	OPT_SESSIONS,
	OPT_PARALLEL,
	OPT_TIMEOUT,
	OPT_LINK,
	OPT_SOURCE,
	OPT_PREFIX,
	OPT_GATEWAY,
	OPT_CORES,
	OPT_POOL,
	OPT_KEX,
	OPT_CIPHERS,
	OPT_MACS,
	OPT_HOST_KEYS,
	OPT_WINDOW,
	OPT_COMMAND,
	OPT_KEYS,
	OPT_EVERY,
	OPT_BYTES,
	OPT_DIRECTION,
	OPT_LINE,
	OPT_READ_RATE,
	OPT_SHELL,
	OPT_JSON,
	OPT_HTML,
	OPT_HISTOGRAMS,
	OPT_OWN,
	OPT_QUIET,
	OPT_HELP,
};

static const struct option rows[] = {
        {"target", required_argument, NULL, OPT_TARGET},
        {"user", required_argument, NULL, OPT_USER},
        {"key", required_argument, NULL, OPT_KEY},
        {"password-file", required_argument, NULL, OPT_PASSWORD_FILE},
        {"interactive", no_argument, NULL, OPT_INTERACTIVE},
        {"known-hosts", required_argument, NULL, OPT_KNOWN_HOSTS},
        {"pin", required_argument, NULL, OPT_PIN},
        {"count", required_argument, NULL, OPT_COUNT},
        {"duration", required_argument, NULL, OPT_DURATION},
        {"rate", required_argument, NULL, OPT_RATE},
        {"arrivals", required_argument, NULL, OPT_ARRIVALS},
        {"sessions", required_argument, NULL, OPT_SESSIONS},
        {"parallel", required_argument, NULL, OPT_PARALLEL},
        {"timeout", required_argument, NULL, OPT_TIMEOUT},
        {"link", required_argument, NULL, OPT_LINK},
        {"source", required_argument, NULL, OPT_SOURCE},
        {"prefix", required_argument, NULL, OPT_PREFIX},
        {"gateway", required_argument, NULL, OPT_GATEWAY},
        {"cores", required_argument, NULL, OPT_CORES},
        {"pool", required_argument, NULL, OPT_POOL},
        {"kex", required_argument, NULL, OPT_KEX},
        {"ciphers", required_argument, NULL, OPT_CIPHERS},
        {"macs", required_argument, NULL, OPT_MACS},
        {"host-keys", required_argument, NULL, OPT_HOST_KEYS},
        {"window", required_argument, NULL, OPT_WINDOW},
        {"command", required_argument, NULL, OPT_COMMAND},
        {"keys", required_argument, NULL, OPT_KEYS},
        {"every", required_argument, NULL, OPT_EVERY},
        {"bytes", required_argument, NULL, OPT_BYTES},
        {"direction", required_argument, NULL, OPT_DIRECTION},
        {"line", required_argument, NULL, OPT_LINE},
        {"read-rate", required_argument, NULL, OPT_READ_RATE},
        {"shell", no_argument, NULL, OPT_SHELL},
        {"json", required_argument, NULL, OPT_JSON},
        {"html", required_argument, NULL, OPT_HTML},
        {"histograms", required_argument, NULL, OPT_HISTOGRAMS},
        {"i-own-this-target", no_argument, NULL, OPT_OWN},
        {"quiet", no_argument, NULL, OPT_QUIET},
        {"help", no_argument, NULL, OPT_HELP},
        {NULL, 0, NULL, 0},
};

// What the options say before they are put together.
struct raw {
	const char *target, *key, *password, *known_hosts, *pin, *arrivals;
	bool has_sessions, has_parallel;
};

// --- putting it together -------------------------------------------------------------------------

// HOST, HOST:PORT, [HOST]:PORT.
static bool target_split(const char *text, struct load_options *o)
{
	const char *colon = strrchr(text, ':'), *host = text;
	size_t len = strlen(text);
	uint32_t port = 22;

	if (text[0] == '[' || (colon != NULL && strchr(text, ':') == colon)) {
		const char *end = text[0] == '[' ? strchr(text, ']') : colon;

		if (end == NULL)
			return load_complain("%s: no ]", text);
		host = text + (text[0] == '[');
		len = (size_t)(end - host);
		if (colon != NULL && colon >= end && !value_u32(colon + 1, 1, 65535, &port))
			return false;
	}
	snprintf(o->host, sizeof(o->host), "%.*s", (int)len, host);
	o->port = (uint16_t)port;
	return true;
}

// On a port of our own the network is the one that --source and --prefix say.
static bool port_is_near(const struct load_options *o)
{
	const struct sockaddr_storage *own = o->sources;

	if (own->ss_family == AF_INET)
		return address_is_in(
		        (const uint8_t *)&((const struct sockaddr_in *)&o->target)->sin_addr,
		        (const uint8_t *)&((const struct sockaddr_in *)own)->sin_addr,
		        o->prefix_bits);
	return address_is_in(
	        (const uint8_t *)&((const struct sockaddr_in6 *)&o->target)->sin6_addr,
	        (const uint8_t *)&((const struct sockaddr_in6 *)own)->sin6_addr,
	        o->prefix_bits);
}

// A port has no kernel to choose an address for it: the target's network's first one, or the third
// when that is the target.
static bool source_find(struct load_options *o)
{
	char text[INET6_ADDRSTRLEN + 8];
	char *dot;

	if (strcmp(o->link, "sockets") == 0)
		return true;
	if (!load_port_is(o->link))
		return load_complain(
		        "--link sockets, memif:..., tap:..., af_packet:... or pci:...");
	if (o->cores > 1)
		return load_complain("a port has one queue: --cores 1");
	if (o->prefix_bits == 0)
		o->prefix_bits = o->target.ss_family == AF_INET ? 24 : 64;
	if (o->sources != NULL)
		return o->sources->ss_family == o->target.ss_family ||
		       load_complain("--source and --target are of different families");
	snprintf(text, sizeof(text), "%s", o->address);
	dot = strrchr(text, o->target.ss_family == AF_INET ? '.' : ':');
	snprintf(dot + 1, 3, strcmp(dot + 1, "1") == 0 ? "3" : "1");
	return value_source(text, o);
}

static bool target_find(const char *text, struct load_options *o)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
	char port[8];
	int error;

	if (text == NULL)
		return load_complain("--target HOST:PORT is needed");
	if (!target_split(text, o))
		return false;
	snprintf(port, sizeof(port), "%u", o->port);
	error = getaddrinfo(o->host, port, &hints, &found);
	if (error != 0)
		return load_complain("%s: %s", o->host, gai_strerror(error));
	memcpy(&o->target, found->ai_addr, found->ai_addrlen);
	getnameinfo(found->ai_addr, found->ai_addrlen, o->address, sizeof(o->address), NULL, 0,
	            NI_NUMERICHOST);
	freeaddrinfo(found);
	if (!source_find(o))
		return false;
	if (o->own_target ||
	    (load_port_is(o->link) ? port_is_near(o) : target_is_near(&o->target)))
		return true;
	return load_complain("%s is neither loopback nor in a directly connected network; say "
	                     "--i-own-this-target if it is yours to load",
	                     o->address);
}

static bool key_read(const char *path, struct load_options *o)
{
	struct blob text;
	enum status status;

	if (!value_file(path, &text))
		return false;
	status = hostkey_private_parse(span_blob(&text), &o->key);
	blob_wipe(&text);
	if (status == STATUS_OK)
		status = hostkey_public_blob(o->key, &o->key_blob);
	if (status != STATUS_OK)
		return load_complain("%s: %s", path, status_text(status));
	o->client.key = o->key;
	o->client.key_blob = span_blob(&o->key_blob);
	return true;
}

static bool password_read(const char *path, struct load_options *o)
{
	if (!value_file(path, &o->password))
		return false;
	o->password.data[strcspn((char *)o->password.data, "\r\n")] = '\0';
	o->client.password = (const char *)o->password.data;
	return true;
}

static bool trust_find(const struct raw *raw, struct load_options *o)
{
	const char *home = getenv("HOME");
	struct blob text;
	char path[512];

	if (raw->pin != NULL) {
		o->trust = host_trust_pin(raw->pin);
		return o->trust != NULL ||
		       load_complain(
		               "--pin takes SHA256:... as ssh-keygen -l prints it, or first");
	}
	snprintf(path, sizeof(path), "%s/.ssh/known_hosts", home != NULL ? home : "");
	if (!value_file(raw->known_hosts != NULL ? raw->known_hosts : path, &text))
		return load_complain(
		        "host keys are checked: --known-hosts FILE or --pin SHA256:...");
	o->trust = host_trust_known(span_blob(&text), o->host, o->address, o->port);
	blob_fini(&text);
	return o->trust != NULL || load_complain("out of memory");
}

static bool arrivals_find(const struct raw *raw, struct load_options *o)
{
	if (o->rate == 0 && o->rate_end == 0) {
		o->arrivals = ARRIVAL_CLOSED;
		return raw->arrivals == NULL || load_complain("--arrivals needs --rate");
	}
	if (raw->arrivals == NULL) {
		if (o->arrivals != ARRIVAL_RAMP)
			o->arrivals = ARRIVAL_CONSTANT;
		return true;
	}
	if (strcmp(raw->arrivals, "constant") == 0)
		o->arrivals = ARRIVAL_CONSTANT;
	else if (strcmp(raw->arrivals, "poisson") == 0)
		o->arrivals = ARRIVAL_POISSON;
	else
		return load_complain(
		        "--arrivals constant or poisson; a ramp is --rate FROM..TO");
	return true;
}

static bool numbers_find(const struct raw *raw, struct load_options *o)
{
	if (!arrivals_find(raw, o))
		return false;
	if (o->duration_s == 0 && (o->count == UINT64_MAX || o->scenario->holds))
		o->duration_s = 10;
	if (o->arrivals == ARRIVAL_RAMP && o->duration_s == 0)
		return load_complain("a ramp needs --duration");
	if (!raw->has_sessions)
		o->sessions = o->scenario->holds              ? 100
		              : o->arrivals == ARRIVAL_CLOSED ? 16
		                                              : 4096;
	if (!raw->has_parallel)
		o->parallel =
		        o->scenario->holds && o->arrivals == ARRIVAL_CLOSED ? 16 : o->sessions;
	if (o->cores > o->sessions)
		o->cores = o->sessions;
	return true;
}

static bool finish(const struct raw *raw, struct load_options *o)
{
	if (o->client.user == NULL)
		return load_complain("--user is needed");
	if (raw->key == NULL && raw->password == NULL)
		return load_complain("--key FILE or --password-file FILE is needed");
	if (o->scenario->needs_command && o->command == NULL && !o->shell)
		return load_complain("%s needs --command", o->scenario->name);
	if (!target_find(raw->target, o) || (raw->key != NULL && !key_read(raw->key, o)) ||
	    (raw->password != NULL && !password_read(raw->password, o)) || !trust_find(raw, o))
		return false;
	host_trust_order(o->trust, o->client.host_keys, o->host_keys, sizeof(o->host_keys));
	o->client.host_keys = o->host_keys;
	o->client.trust = o->trust;
	if (o->client.window == 0)
		o->client.window = o->scenario->small_window ? SLOW_WINDOW : FULL_WINDOW;
	return numbers_find(raw, o);
}

static bool take(int option, const char *value, struct raw *raw, struct load_options *o)
{
	switch (option) {
	case OPT_TARGET:
		raw->target = value;
		return true;
	case OPT_USER:
		o->client.user = value;
		return true;
	case OPT_KEY:
		raw->key = value;
		return true;
	case OPT_PASSWORD_FILE:
		raw->password = value;
		return true;
	case OPT_INTERACTIVE:
		return o->client.interactive = true;
	case OPT_KNOWN_HOSTS:
		raw->known_hosts = value;
		return true;
	case OPT_PIN:
		raw->pin = value;
		return true;
	case OPT_COUNT:
		return value_u64(value, &o->count);
	case OPT_DURATION:
		return value_number(value, 0.1, 31536000, &o->duration_s);
	case OPT_RATE:
		return value_rate(value, o);
	case OPT_ARRIVALS:
		raw->arrivals = value;
		return true;
	case OPT_SESSIONS:
		raw->has_sessions = true;
		return value_u32(value, 1, 1u << 21, &o->sessions);
	case OPT_PARALLEL:
		raw->has_parallel = true;
		return value_u32(value, 1, 1u << 21, &o->parallel);
	case OPT_TIMEOUT:
		return value_number(value, 0.1, 3600, &o->timeout_s);
	case OPT_LINK:
		o->link = value;
		return true;
	case OPT_SOURCE:
		return value_source(value, o);
	case OPT_PREFIX:
		return value_u32(value, 1, 128, &o->prefix_bits);
	case OPT_GATEWAY:
		return value_address(value, &o->gateway) ||
		       load_complain("%s is not an address", value);
	case OPT_CORES:
		return value_u32(value, 1, 64, &o->cores);
	case OPT_POOL:
		return value_u32(value, 0, 16, &o->pool);
	case OPT_KEX:
		o->client.kex = value;
		return true;
	case OPT_CIPHERS:
		o->client.ciphers = value;
		return true;
	case OPT_MACS:
		o->client.macs = value;
		return true;
	case OPT_HOST_KEYS:
		o->client.host_keys = value;
		return true;
	case OPT_WINDOW:
		return value_u32(value, 1024, 1u << 30, &o->client.window);
	case OPT_COMMAND:
		o->command = value;
		return true;
	case OPT_KEYS:
		return value_number(value, 0.01, 1000, &o->keys);
	case OPT_EVERY:
		return value_number(value, 0.01, 4000, &o->every_s);
	case OPT_BYTES:
		return value_u64(value, &o->bytes);
	case OPT_DIRECTION:
		return value_direction(value, o);
	case OPT_LINE:
		return value_line(value, o);
	case OPT_READ_RATE:
		return value_number(value, 1, 1e9, &o->read_rate);
	case OPT_SHELL:
		return o->shell = true;
	case OPT_JSON:
		o->json = value;
		return true;
	case OPT_HTML:
		o->html = value;
		return true;
	case OPT_HISTOGRAMS:
		o->histograms = value;
		return true;
	case OPT_OWN:
		return o->own_target = true;
	case OPT_QUIET:
		return o->quiet = true;
	default:
		return load_complain("see --help");
	}
}

bool load_options_parse(int argc, char **argv, struct load_options *o, int *status)
{
	struct raw raw = {0};
	int option;

	*status = 2;
	*o = (struct load_options){
	        .link = "sockets",
	        .count = UINT64_MAX,
	        .timeout_s = 20,
	        .cores = 1,
	        .pool = 1,
	        .keys = 2,
	        .every_s = 1,
	        .bytes = 10000000,
	        .read_rate = 1024,
	        .line = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopq\n",
	        .client = {.kex = kex_names,
	                   .host_keys = hostkey_algorithm_names,
	                   .ciphers = suite_cipher_names,
	                   .macs = suite_mac_names,
	                   .window = 0},
	};
	while ((option = getopt_long(argc, argv, "", rows, NULL)) >= 0) {
		if (option == OPT_HELP) {
			load_help_print(stdout);
			*status = 0;
			return false;
		}
		if (!take(option, optarg, &raw, o))
			return false;
	}
	if (optind + 1 != argc)
		return load_complain("one scenario is needed; see --help");
	o->scenario = scenario_find(argv[optind]);
	if (o->scenario == NULL)
		return load_complain("no scenario is called %s; see --help", argv[optind]);
	return finish(&raw, o);
}

void load_options_fini(struct load_options *o)
{
	free(o->sources);
	blob_fini(&o->key_blob);
	blob_wipe(&o->password);
	hostkey_free(o->key);
	host_trust_free(o->trust);
}
