// Say things with a time.
#include "control/supervisor/supervisor_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

static int log_fd = -1;
static bool to_stderr = true;

void supervisor_log_to(int log, bool also_stderr)
{
	log_fd = log;
	to_stderr = also_stderr;
}

void supervisor_say(const char *format, ...)
{
	struct timespec now;
	struct tm utc;
	char time[32], what[512], line[600];
	va_list args;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%S", &utc);
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(line, sizeof(line), "%s.%03ldZ supervisor: %s\n", time, now.tv_nsec / 1000000,
	         what);
	if (to_stderr)
		fputs(line, stderr);
	if (log_fd >= 0)
		dprintf(log_fd, "%s", line);
}
