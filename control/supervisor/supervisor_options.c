// Read the supervisor's command line.
#include "control/supervisor/supervisor_options.h"

#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char supervisor_help[] =
        "Usage: sallyport-supervisor --name N --state DIR --run DIR --bin DIR [options]\n"
        "       sallyport-supervisor --trace-dump RUN_DIR\n"
        "\n"
        "Starts keeper, control, cli and dataplane of one appliance, hands them what they "
        "share,\n"
        "and starts again what dies. Runs inside the appliance's network namespace.\n"
        "\n"
        "  --name N          the appliance\n"
        "  --state DIR       what stays: keys, flash, logs\n"
        "  --run DIR         what goes: pids, ready, sockets, captures\n"
        "  --bin DIR         the build directory with the programs\n"
        "  --link LINK       tap (default), memif:..., af_packet:IF, af_xdp:IF, pci:BDF\n"
        "  --port LINK       one more port, up to three times; its addresses are configured\n"
        "  --workers K       cores that poll, 1 to 64 (default 1)\n"
        "  --address A/N     of the appliance (192.0.2.2/24); --gateway A beside it\n"
        "  --address6 A/N    its IPv6 address (2001:db8::2/64), or none; --gateway6 A\n"
        "  --route P/N=HOP   of either family, up to 60 times\n"
        "  --mtu N           longest packet (1500); --vlan N: frames have this tag\n"
        "  --discard-port N  for measurements: TCP alone, what comes there is dropped\n"
        "  --idle=spin       poll flat out even with nothing to do (default --idle=ladder)\n"
        "  --config FILE     start with this start-up file: it is copied to flash/startup.cfg\n"
        "  --exec-user USER  run what `ssh user ... exec COMMAND` names as this system user, "
        "with its\n"
        "                    groups (default: no program is run); root is refused\n"
        "  --trace           let every process trace its steps (also SALLYPORT_TRACE=1)\n"
        "  --daemon          return once everything has been started\n"
        "  --trace-dump DIR  print the traces below a run directory: ns process slot.life "
        "function\n"
        "  --help            this text\n"
        "\n"
        "Directories are absolute paths.\n"
        "SIGTERM stops all in good order; RUN/ready exists while the listener is open.\n";

enum {
	OPT_NAME = 256,
	OPT_STATE,
	OPT_RUN,
	OPT_BIN,
	OPT_LINK,
	OPT_WORKERS,
	OPT_IDLE,
	OPT_CONFIG,
	OPT_EXEC_USER,
	OPT_TRACE,
	OPT_DAEMON,
	OPT_NETWORK,
	OPT_DUMP,
	OPT_HELP
};

static const struct option longs[] = {
        {"name", required_argument, NULL, OPT_NAME},
        {"state", required_argument, NULL, OPT_STATE},
        {"run", required_argument, NULL, OPT_RUN},
        {"bin", required_argument, NULL, OPT_BIN},
        {"link", required_argument, NULL, OPT_LINK},
        {"workers", required_argument, NULL, OPT_WORKERS},
        {"idle", required_argument, NULL, OPT_IDLE},
        {"port", required_argument, NULL, OPT_NETWORK},
        {"address", required_argument, NULL, OPT_NETWORK},
        {"gateway", required_argument, NULL, OPT_NETWORK},
        {"address6", required_argument, NULL, OPT_NETWORK},
        {"gateway6", required_argument, NULL, OPT_NETWORK},
        {"route", required_argument, NULL, OPT_NETWORK},
        {"mtu", required_argument, NULL, OPT_NETWORK},
        {"vlan", required_argument, NULL, OPT_NETWORK},
        {"discard-port", required_argument, NULL, OPT_NETWORK},
        {"config", required_argument, NULL, OPT_CONFIG},
        {"exec-user", required_argument, NULL, OPT_EXEC_USER},
        {"trace", no_argument, NULL, OPT_TRACE},
        {"daemon", no_argument, NULL, OPT_DAEMON},
        {"trace-dump", required_argument, NULL, OPT_DUMP},
        {"help", no_argument, NULL, OPT_HELP},
        {NULL, 0, NULL, 0},
};

static bool number_read(const char *text, uint32_t low, uint32_t high, uint32_t *out)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	*out = (uint32_t)n;
	return text[0] >= '0' && text[0] <= '9' && *end == 0 && n >= low && n <= high;
}

static bool idle_read(const char *text, bool *spin)
{
	*spin = strcmp(text, "spin") == 0;
	return *spin || strcmp(text, "ladder") == 0;
}

static bool is_path(int which)
{
	return which == OPT_STATE || which == OPT_RUN || which == OPT_BIN;
}

// The dataplane reads the value: it knows what an address is.
static bool network_take(struct supervisor_options *o, int at, const char *value)
{
	static const char *const names[] = {"--port",     "--address",      "--gateway",
	                                    "--address6", "--gateway6",     "--route",
	                                    "--mtu",      "--discard-port", "--vlan"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(longs[at].name, names[i] + strlen("--")) != 0)
			continue;
		if (o->network_words + 2 > 2 * SUPERVISOR_NETWORK_MAX)
			return false;
		o->network[o->network_words++] = names[i];
		o->network[o->network_words++] = value;
	}
	return value[0] != 0;
}

static bool exec_user_read(struct supervisor_options *o, const char *name)
{
	const struct passwd *entry = getpwnam(name);

	if (entry == NULL || entry->pw_uid == 0)
		return false;
	o->exec_uid = entry->pw_uid;
	o->exec_gid = entry->pw_gid;
	return true;
}

// One option's value; false when it will not do.
static bool option_take(struct supervisor_options *o, int which, const char *value)
{
	const char **texts[] = {&o->name, &o->state, &o->run, &o->bin, &o->link};

	switch (which) {
	case OPT_WORKERS:
		return number_read(value, 1, SUPERVISOR_WORKERS_MAX, &o->workers);
	case OPT_IDLE:
		return idle_read(value, &o->spin);
	case OPT_CONFIG:
		o->config = value;
		return true;
	case OPT_EXEC_USER:
		return exec_user_read(o, value);
	case OPT_TRACE:
		o->trace = true;
		return true;
	case OPT_DAEMON:
		o->daemon = true;
		return true;
	case OPT_DUMP:
		o->dump = value;
		return true;
	default:
		*texts[which - OPT_NAME] = value;
		return is_path(which) ? value[0] == '/' : value[0] != 0;
	}
}

static enum supervisor_asked complain(const char *what, const char *value)
{
	fprintf(stderr, "sallyport-supervisor: %s%s (see --help)\n", what, value);
	return SUPERVISOR_USAGE;
}

enum supervisor_asked supervisor_options_read(int argc, char **argv,
                                              struct supervisor_options *out)
{
	const char *trace = getenv("SALLYPORT_TRACE");
	int which, at = 0;

	*out = (struct supervisor_options){.link = "tap", .workers = 1};
	out->trace = trace != NULL && strcmp(trace, "1") == 0;
	optind = 1;
	while ((which = getopt_long(argc, argv, "", longs, &at)) != -1) {
		if (which == OPT_HELP)
			return SUPERVISOR_HELP;
		if (which == '?')
			return SUPERVISOR_USAGE;
		if (!(which == OPT_NETWORK ? network_take(out, at, optarg)
		                           : option_take(out, which, optarg)))
			return complain("not a fitting value: ", optarg);
	}
	if (optind < argc)
		return complain("not an option: ", argv[optind]);
	if (out->dump == NULL &&
	    (out->name == NULL || out->state == NULL || out->run == NULL || out->bin == NULL))
		return complain("needed: --name, --state, --run and --bin", "");
	return SUPERVISOR_RUN;
}
