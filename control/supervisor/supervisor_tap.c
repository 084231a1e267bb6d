// Set taps up again by ip(8).
#include "control/supervisor/supervisor_tap.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TAP "sp0"

// The duplicate-address check would hold the IPv6 address back for a second.
static const char *const steps[][8] = {
        {"ip", "link", "set", TAP, "up"},
        {"ip", "addr", "replace", "192.0.2.1/24", "dev", TAP},
        {"ip", "addr", "replace", "2001:db8::1/64", "dev", TAP, "nodad"},
};

static bool run(const char *const *args)
{
	posix_spawnattr_t attributes;
	sigset_t none;
	int status = -1;
	pid_t pid;
	int failed;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	failed = posix_spawnp(&pid, args[0], NULL, &attributes, (char *const *)args, environ);
	posix_spawnattr_destroy(&attributes);
	if (failed != 0) {
		fprintf(stderr, "ip: %s\n", strerror(failed));
		return false;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool first_up(void)
{
	bool ok = true;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		ok = run(steps[i]) && ok;
	return ok;
}

// A tap that the operator named is his own.
static bool is_ours(const char *link)
{
	return strcmp(link, "tap") == 0;
}

bool supervisor_taps_up(const struct supervisor_options *o)
{
	bool ok = !is_ours(o->link) || first_up();
	unsigned port = 0;

	for (uint32_t i = 0; i < o->network_words; i += 2) {
		char name[16];

		if (strcmp(o->network[i], "--port") != 0)
			continue;
		port++;
		snprintf(name, sizeof(name), "sp%u", port + 1); // as the dataplane names it
		if (is_ours(o->network[i + 1]))
			ok = run((const char *const[]){"ip", "link", "set", name, "up",
			                               NULL}) &&
			     ok;
	}
	return ok;
}
