// Reading the command line.
#include "tests/load/scenario/load_options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/load/link/load_port.h"
#include "tests/load/link/manners.h"
#include "tests/load/scenario/engine.h"
#include "tests/load/scenario/load_help.h"
#include "tests/load/scenario/load_values.h"
#include "tests/load/scenario/option_rows.h"

// --- putting it together -------------------------------------------------------------------------

// HOST, HOST:PORT, [HOST]:PORT.
static bool target_split(const char *text, struct load_options *o)
{
	const char *colon = strrchr(text, ':'), *host = text;
	size_t len = strlen(text);
	double port = 22;

	if (text[0] == '[' || (colon != NULL && strchr(text, ':') == colon)) {
		const char *end = text[0] == '[' ? strchr(text, ']') : colon;

		if (end == NULL)
			return load_complain("%s: no ]", text);
		host = text + (text[0] == '[');
		len = (size_t)(end - host);
		if (colon != NULL && colon >= end && !value_number(colon + 1, 1, 65535, &port))
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

// The other end makes the socket; without it DPDK says only that no device answers.
static bool memif_is_there(const char *link)
{
	const char *path = strstr(link, "socket=");
	char text[256];

	if (strncmp(link, "memif:", 6) != 0 || path == NULL || strstr(link, "role=") != NULL)
		return true;
	path += strlen("socket=");
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(path, ","), path);
	return access(text, F_OK) == 0 ||
	       load_complain("%s: %s; is its other end up, with --link memif?", text,
	                     strerror(errno));
}

// A port has no kernel to choose an address for it: the target's network's first one, or the third
// when that is the target.
static bool source_find(struct load_options *o)
{
	char text[INET6_ADDRSTRLEN + 8];
	char *dot;

	if (strcmp(o->link, "sockets") == 0)
		return o->capture == NULL ||
		       load_complain("--capture is of a port; tcpdump sees what sockets send");
	if (!load_port_is(o->link))
		return load_complain(
		        "--link sockets, memif:..., tap:..., af_packet:... or pci:...");
	if (o->cores > 1)
		return load_complain("a port is one thread's: --cores 1");
	if (!memif_is_there(o->link))
		return false;
	if (o->prefix_bits == 0)
		o->prefix_bits = o->target.ss_family == AF_INET ? 24 : 64;
	if (o->sources != NULL)
		return o->sources->ss_family == o->target.ss_family ||
		       load_complain("--source and --target are of different families");
	snprintf(text, sizeof(text), "%s", o->address);
	dot = strrchr(text, o->target.ss_family == AF_INET ? '.' : ':');
	snprintf(dot + 1, 3, strcmp(dot + 1, "1") == 0 ? "3" : "1");
	return option_take(option_row_find("source"), text, o);
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

// Over several rounds nothing but keyboard-interactive can be asked.
static bool answers_read(const char *path, struct load_options *o)
{
	struct blob text;

	if (!value_file(path, &text))
		return false;
	if (!load_answers_parse(text, &o->answers))
		return load_complain("%s: %s", path, load_complaint());
	o->client.answers = o->answers.all;
	o->client.answer_count = o->answers.count;
	o->client.interactive = true;
	return true;
}

static bool trust_find(struct load_options *o)
{
	const char *home = getenv("HOME");
	struct blob text;
	char path[512];

	if (o->pin != NULL) {
		o->trust = host_trust_pin(o->pin);
		return o->trust != NULL ||
		       load_complain(
		               "--pin takes SHA256:... as ssh-keygen -l prints it, or first");
	}
	snprintf(path, sizeof(path), "%s/.ssh/known_hosts", home != NULL ? home : "");
	if (!value_file(o->known_hosts_path != NULL ? o->known_hosts_path : path, &text))
		return load_complain(
		        "host keys are checked: --known-hosts FILE, --pin SHA256:..., or "
		        "--pin first for the first one seen");
	o->trust = host_trust_known(span_blob(&text), o->host, o->address, o->port);
	blob_fini(&text);
	return o->trust != NULL || load_complain("out of memory");
}

// --- what runs -----------------------------------------------------------------------------------

static bool plan_read(struct load_options *o)
{
	struct blob text;
	bool good;

	if (!value_file(o->plan_path, &text))
		return false;
	good = load_plan_parse(span_blob(&text), &o->said, &o->plan);
	blob_fini(&text);
	return good || load_complain("%s, %s", o->plan_path, load_complaint());
}

static bool plan_find(const char *scenario, struct load_options *o)
{
	struct load_plan *plan = &o->plan;

	if (o->plan_path != NULL)
		return scenario == NULL
		               ? plan_read(o)
		               : load_complain("a plan names the scenarios: not %s too",
		                               scenario);
	if (scenario == NULL)
		return load_complain("one scenario or --plan FILE is needed; see --help");
	plan->task[0] = o->said;
	plan->task[0].scenario = scenario_find(scenario);
	plan->tasks = 1;
	return plan->task[0].scenario != NULL ||
	       load_complain("no scenario is called %s; see --help", scenario);
}

static bool tasks_finish(struct load_options *o)
{
	for (unsigned i = 0; i < o->plan.tasks; i++) {
		if (!load_task_finish(&o->plan.task[i], &o->client))
			return false;
		if (o->cores > o->plan.task[i].sessions)
			o->cores = o->plan.task[i].sessions;
	}
	return true;
}

static bool plan_logs_in(const struct load_plan *plan)
{
	for (unsigned i = 0; i < plan->tasks; i++) {
		if (!plan->task[i].scenario->tcp_only)
			return true;
	}
	return false;
}

static bool login_find(struct load_options *o)
{
	if (o->client.user == NULL)
		return load_complain("--user is needed");
	if (o->key_path == NULL && o->password_path == NULL && o->answers_path == NULL)
		return load_complain("--key, --password-file or --answers is needed");
	return (o->key_path == NULL || key_read(o->key_path, o)) &&
	       (o->password_path == NULL || password_read(o->password_path, o)) &&
	       (o->answers_path == NULL || answers_read(o->answers_path, o));
}

static bool finish(const char *scenario, struct load_options *o)
{
	if (!plan_find(scenario, o))
		return false;
	if (o->target_text == NULL)
		return load_complain("--target HOST[:PORT] is needed");
	if (plan_logs_in(&o->plan) && !login_find(o))
		return false;
	if (!target_find(o->target_text, o) || (plan_logs_in(&o->plan) && !trust_find(o)))
		return false;
	o->client.trust = o->trust;
	return tasks_finish(o);
}

// getopt's rows from ours; an option's value is its row.
static bool words_take(int argc, char **argv, struct load_options *o)
{
	static struct option all[64];
	const struct option_row *row;
	int option;

	for (unsigned i = 0; (row = option_row_at(i)) != NULL; i++)
		all[i] = (struct option){
		        row->name, row->kind == VALUE_FLAG ? no_argument : required_argument,
		        NULL, 256 + (int)i};
	while (!o->help && (option = getopt_long(argc, argv, "h", all, NULL)) >= 0) {
		if (option == 'h') {
			o->help = true;
			break;
		}
		row = option >= 256 ? option_row_at((unsigned)option - 256) : NULL;
		if (row == NULL)
			return load_complain("see --help");
		if (!option_take(row, optarg,
		                 row->place == PLACE_RUN ? (void *)o : (void *)&o->said))
			return false;
	}
	return o->help || optind + 1 >= argc ||
	       load_complain("one scenario is needed; see --help");
}

bool load_options_parse(int argc, char **argv, struct load_options *o, int *status)
{
	*o = (struct load_options){
	        .link = "sockets",
	        .cores = 1,
	        .queues = 1,
	        .pool = 1,
	        .said = {.count = UINT64_MAX,
	                 .timeout_s = 20,
	                 .keys = 2,
	                 .speed = 1,
	                 .every_s = 1,
	                 .bytes = 10000000,
	                 .read_rate = 1024,
	                 .line = "0123456789abcdefghijklmnopqrstuvwxyz"
	                         "0123456789abcdefghijklmnopq\n",
	                 .kex = kex_names,
	                 .host_keys = hostkey_algorithm_names,
	                 .ciphers = suite_cipher_names,
	                 .macs = suite_mac_names},
	};
	*status = 2;
	if (words_take(argc, argv, o) &&
	    (o->help || finish(optind < argc ? argv[optind] : NULL, o))) {
		if (!o->help)
			return true;
		load_help_print(stdout);
		*status = 0;
		return false;
	}
	fprintf(stderr, "sallyport-load: %s\n", load_complaint());
	return false;
}

void load_options_fini(struct load_options *o)
{
	load_plan_fini(&o->plan);
	free(o->sources);
	blob_fini(&o->key_blob);
	blob_wipe(&o->password);
	load_answers_fini(&o->answers);
	hostkey_free(o->key);
	host_trust_free(o->trust);
}

uint64_t load_options_sessions(const struct load_options *o)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < o->plan.tasks; i++)
		all += o->plan.task[i].sessions;
	return all;
}
