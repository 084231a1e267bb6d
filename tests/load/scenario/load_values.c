// Reading the values of the command line.
#include "tests/load/scenario/load_values.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX_BYTES (16u << 20)

static _Thread_local char complaint[512];

__attribute__((format(printf, 1, 2))) bool load_complain(const char *format, ...)
{
	char text[sizeof(complaint)]; // the last one may be among the arguments
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	memcpy(complaint, text, sizeof(complaint));
	return false;
}

const char *load_complaint(void)
{
	return complaint;
}

bool value_number(const char *text, double least, double most, double *out)
{
	char *end;

	errno = 0;
	*out = strtod(text, &end);
	if (errno == 0 && end != text && *end == '\0' && *out >= least && *out <= most)
		return true;
	return load_complain("%s is not a number from %g to %g", text, least, most);
}

// R, or R..S for a ramp.
bool value_rate(const char *text, struct load_task *t)
{
	const char *dots = strstr(text, "..");
	char first[32];

	t->arrivals = dots != NULL ? ARRIVAL_RAMP : ARRIVAL_CONSTANT;
	if (dots == NULL)
		return value_number(text, 0.001, 1e7, &t->rate);
	snprintf(first, sizeof(first), "%.*s", (int)(dots - text), text);
	return value_number(first, 0, 1e7, &t->rate) &&
	       value_number(dots + 2, 0, 1e7, &t->rate_end);
}

bool value_address(const char *text, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		out->ss_family = AF_INET;
		return true;
	}
	out->ss_family = AF_INET6;
	return inet_pton(AF_INET6, text, &v6->sin6_addr) == 1 ||
	       load_complain("%s is not an address", text);
}

bool value_direction(const char *text, struct load_task *t)
{
	static const char *const names[] = {"down", "up", "both"};

	for (unsigned i = 0; i < 3; i++) {
		if (strcmp(text, names[i]) == 0) {
			t->direction = (enum load_direction)i;
			return true;
		}
	}
	return load_complain("--direction up, down or both");
}

// The line that bulk writes, its end included.
bool value_line(const char *text, struct load_task *t)
{
	size_t len = strlen(text);

	if (len == 0 || len + 2 > sizeof(t->line))
		return load_complain("--line takes 1 to %zu bytes", sizeof(t->line) - 2);
	snprintf(t->line, sizeof(t->line), "%s\n", text);
	return true;
}

bool value_file(const char *path, struct blob *out)
{
	FILE *f = fopen(path, "re");
	size_t max = 4096, n;

	*out = (struct blob){malloc(max), 0};
	while (f != NULL && out->data != NULL) {
		n = fread(out->data + out->len, 1, max - out->len - 1, f);
		out->len += n;
		if (n == 0 || max > FILE_MAX_BYTES)
			break;
		if (out->len == max - 1) {
			uint8_t *more = realloc(out->data, max * 2);

			if (more == NULL)
				break;
			out->data = more;
			max *= 2;
		}
	}
	if (f == NULL || out->data == NULL || ferror(f)) {
		if (f != NULL)
			fclose(f);
		blob_fini(out);
		return load_complain("cannot read %s: %s", path, strerror(errno));
	}
	fclose(f);
	out->data[out->len] = '\0';
	return true;
}
