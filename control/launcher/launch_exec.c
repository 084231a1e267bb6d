// Words, environment, names of signals, and what the kernel tells of a process.
#include "control/launcher/launch_exec.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>

// Room was made for the longest of each.
static char *keep(struct launch_exec *x, const char *before, struct span text)
{
	char *at = x->bytes + x->used;
	int len = snprintf(at, sizeof(x->bytes) - x->used, "%s%.*s", before, (int)text.len,
	                   text.len > 0 ? (const char *)text.data : "");

	x->used += (size_t)len + 1;
	return at;
}

static bool words_make(struct launch_exec *x, struct span command, uint32_t *count)
{
	for (size_t at = 0; at < command.len;) {
		size_t end = at;

		while (end < command.len && command.data[end] != ' ')
			end++;
		if (end > at && *count == LAUNCH_WORDS_MAX)
			return false;
		if (end > at)
			x->argv[(*count)++] = keep(x, "", span_of(command.data + at, end - at));
		at = end + 1;
	}
	return *count > 0;
}

// Libraries make a path of the terminal's type.
static struct span terminal_safe(struct span type)
{
	for (size_t i = 0; i < type.len; i++)
		if (!isalnum(type.data[i]) && strchr("-_.+", type.data[i]) == NULL)
			return span_text("dumb");
	return type.len > 0 && type.data[0] != '.' ? type : span_text("dumb");
}

bool launch_exec_make(struct launch_exec *x, const struct launch_msg *m)
{
	uint32_t words = 0, vars = 0;

	memset(x, 0, sizeof(*x));
	if (!words_make(x, m->command, &words))
		return false;
	if (m->request.len > 0) {
		x->argv[words++] = keep(x, "-c", span_of(NULL, 0));
		x->argv[words++] = keep(x, "", m->request);
	}
	x->env[vars++] = keep(x, "PATH=" LAUNCH_PATH, span_of(NULL, 0));
	x->env[vars++] = keep(x, "HOME=/", span_of(NULL, 0));
	x->env[vars++] = keep(x, "USER=", m->user);
	x->env[vars++] = keep(x, "LOGNAME=", m->user);
	if (m->peer.len > 0)
		x->env[vars++] = keep(x, "REMOTEHOST=", m->peer);
	if (m->has_pty)
		x->env[vars++] = keep(x, "TERM=", terminal_safe(m->terminal));
	return true;
}

int launch_signal_number(struct span name)
{
	static const struct {
		const char *name;
		int number;
	} rows[] = {{"ABRT", SIGABRT}, {"ALRM", SIGALRM}, {"FPE", SIGFPE},   {"HUP", SIGHUP},
	            {"ILL", SIGILL},   {"INT", SIGINT},   {"KILL", SIGKILL}, {"PIPE", SIGPIPE},
	            {"QUIT", SIGQUIT}, {"SEGV", SIGSEGV}, {"TERM", SIGTERM}, {"USR1", SIGUSR1},
	            {"USR2", SIGUSR2}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (span_is(name, rows[i].name))
			return rows[i].number;
	return 0;
}

// "PID (NAME) STATE PARENT GROUP SESSION TERMINAL FOREGROUND ...": a name may hold anything.
bool launch_stat_read(const char *text, struct launch_stat *out)
{
	const char *rest = strrchr(text, ')');

	return rest != NULL &&
	       sscanf(rest, ") %*c %*d %*d %d %*d %d", &out->session, &out->foreground) == 2;
}
