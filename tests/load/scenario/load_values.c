// Reading the values of the command line.
#include "tests/load/scenario/load_values.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX_BYTES (16u << 20)

__attribute__((format(printf, 1, 2))) bool load_complain(const char *format, ...)
{
	va_list list;

	fputs("sallyport-load: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	return false;
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

bool value_u32(const char *text, uint32_t least, uint32_t most, uint32_t *out)
{
	double value;

	if (!value_number(text, least, most, &value))
		return false;
	*out = (uint32_t)value;
	return true;
}

bool value_u64(const char *text, uint64_t *out)
{
	double value;

	if (!value_number(text, 1, 1e15, &value))
		return false;
	*out = (uint64_t)value;
	return true;
}

// R, or R..S for a ramp.
bool value_rate(const char *text, struct load_options *o)
{
	const char *dots = strstr(text, "..");
	char first[32];

	if (dots == NULL) {
		o->rate_end = 0;
		return value_number(text, 0.001, 1e7, &o->rate);
	}
	snprintf(first, sizeof(first), "%.*s", (int)(dots - text), text);
	o->arrivals = ARRIVAL_RAMP;
	return value_number(first, 0, 1e7, &o->rate) &&
	       value_number(dots + 2, 0, 1e7, &o->rate_end);
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
	return inet_pton(AF_INET6, text, &v6->sin6_addr) == 1;
}

// The last four bytes count up.
static void address_next(struct sockaddr_storage *a, uint32_t by)
{
	uint8_t *last = a->ss_family == AF_INET
	                        ? (uint8_t *)&((struct sockaddr_in *)a)->sin_addr
	                        : (uint8_t *)&((struct sockaddr_in6 *)a)->sin6_addr + 12;
	uint32_t value;

	memcpy(&value, last, 4);
	value = htonl(ntohl(value) + by);
	memcpy(last, &value, 4);
}

// ADDRESS or ADDRESS+N: that many from there on.
bool value_source(const char *text, struct load_options *o)
{
	const char *plus = strchr(text, '+');
	struct sockaddr_storage first;
	uint32_t count = 1;
	char address[64];

	snprintf(address, sizeof(address), "%.*s",
	         (int)(plus != NULL ? plus - text : (ptrdiff_t)strlen(text)), text);
	if (!value_address(address, &first))
		return load_complain("%s is not an address", address);
	if (plus != NULL && !value_u32(plus + 1, 1, SOURCES_MAX, &count))
		return false;
	free(o->sources);
	o->sources = calloc(count, sizeof(*o->sources));
	if (o->sources == NULL)
		return load_complain("out of memory");
	o->source_count = count;
	for (uint32_t i = 0; i < count; i++) {
		o->sources[i] = first;
		address_next(&o->sources[i], i);
	}
	return true;
}

bool value_direction(const char *text, struct load_options *o)
{
	static const char *const names[] = {"down", "up", "both"};

	for (unsigned i = 0; i < 3; i++) {
		if (strcmp(text, names[i]) == 0) {
			o->direction = (enum load_direction)i;
			return true;
		}
	}
	return load_complain("--direction up, down or both");
}

// The line that bulk writes, its end included.
bool value_line(const char *text, struct load_options *o)
{
	size_t len = strlen(text);

	if (len == 0 || len + 2 > sizeof(o->line))
		return load_complain("--line takes 1 to %zu bytes", sizeof(o->line) - 2);
	snprintf(o->line, sizeof(o->line), "%s\n", text);
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
