// The rows, and putting a value into its field.
#include "tests/load/scenario/option_rows.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "dataplane/nic/port.h"
#include "tests/load/scenario/load_values.h"

#define YEAR_S   31536000.0
#define MILLIONS (1u << 21)

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
static bool take_source(const char *text, struct load_options *o)
{
	const char *plus = strchr(text, '+');
	struct sockaddr_storage first;
	double count = 1;
	char address[64];

	snprintf(address, sizeof(address), "%.*s",
	         (int)(plus != NULL ? plus - text : (ptrdiff_t)strlen(text)), text);
	if (!value_address(address, &first) ||
	    (plus != NULL && !value_number(plus + 1, 1, SOURCES_MAX, &count)))
		return false;
	free(o->sources);
	o->source_count = (unsigned)count;
	o->sources = calloc(o->source_count, sizeof(*o->sources));
	if (o->sources == NULL)
		return load_complain("out of memory");
	for (uint32_t i = 0; i < o->source_count; i++) {
		o->sources[i] = first;
		address_next(&o->sources[i], i);
	}
	return true;
}

static bool take_gateway(const char *text, struct load_options *o)
{
	return value_address(text, &o->gateway);
}

#define RUN(field)  PLACE_RUN, offsetof(struct load_options, field)
#define TASK(field) PLACE_TASK, offsetof(struct load_task, field)
#define LINE(field) PLACE_LINE, offsetof(struct load_task, field)

// clang-format off
#define ROW_(name, kind, place, at, ...) { name, place, kind, at, __VA_ARGS__ }
#define ROW(name, kind, where, ...) ROW_(name, kind, where, __VA_ARGS__)
static const struct option_row rows[] = {
	ROW("target",        VALUE_TEXT,   RUN(target_text), 0),
	ROW("plan",          VALUE_TEXT,   RUN(plan_path), 0),
	ROW("user",          VALUE_TEXT,   RUN(client.user), 0),
	ROW("key",           VALUE_TEXT,   RUN(key_path), 0),
	ROW("password-file", VALUE_TEXT,   RUN(password_path), 0),
	ROW("answers",       VALUE_TEXT,   RUN(answers_path), 0),
	ROW("interactive",   VALUE_FLAG,   RUN(client.interactive), 0),
	ROW("known-hosts",   VALUE_TEXT,   RUN(known_hosts_path), 0),
	ROW("pin",           VALUE_TEXT,   RUN(pin), 0),
	ROW("link",          VALUE_TEXT,   RUN(link), 0),
	ROW("source",        VALUE_OWN,    RUN(sources), 0, 0, take_source),
	ROW("prefix",        VALUE_U32,    RUN(prefix_bits), 1, 128),
	ROW("gateway",       VALUE_OWN,    RUN(gateway), 0, 0, take_gateway),
	ROW("cores",         VALUE_U32,    RUN(cores), 1, CORES_MAX),
	ROW("queues",        VALUE_U32,    RUN(queues), 1, PORT_WORKERS_MAX),
	ROW("pool",          VALUE_U32,    RUN(pool), 0, 16),
	ROW("spin",          VALUE_FLAG,   RUN(spins), 0),
	ROW("capture",       VALUE_TEXT,   RUN(capture), 0),
	ROW("json",          VALUE_TEXT,   RUN(json), 0),
	ROW("html",          VALUE_TEXT,   RUN(html), 0),
	ROW("histograms",    VALUE_TEXT,   RUN(histograms), 0),
	ROW("i-own-this-target", VALUE_FLAG, RUN(own_target), 0),
	ROW("quiet",         VALUE_FLAG,   RUN(quiet), 0),
	ROW("help",          VALUE_FLAG,   RUN(help), 0),

	ROW("duration",      VALUE_NUMBER, TASK(duration_s), 0.1, YEAR_S),

	ROW("count",         VALUE_U64,    LINE(count), 1, 1e15),
	ROW("rate",          VALUE_OWN,    LINE(rate), 0, 0, NULL, value_rate),
	ROW("arrivals",      VALUE_TEXT,   LINE(arrivals_text), 0),
	ROW("sessions",      VALUE_U32,    LINE(sessions), 1, MILLIONS),
	ROW("parallel",      VALUE_U32,    LINE(parallel), 1, MILLIONS),
	ROW("timeout",       VALUE_NUMBER, LINE(timeout_s), 0.1, 3600),
	ROW("kex",           VALUE_TEXT,   LINE(kex), 0),
	ROW("ciphers",       VALUE_TEXT,   LINE(ciphers), 0),
	ROW("macs",          VALUE_TEXT,   LINE(macs), 0),
	ROW("host-keys",     VALUE_TEXT,   LINE(host_keys), 0),
	ROW("window",        VALUE_U32,    LINE(window), 1024, 1u << 30),
	ROW("command",       VALUE_TEXT,   LINE(command), 0),
	ROW("shell",         VALUE_FLAG,   LINE(shell), 0),
	ROW("sftp",          VALUE_TEXT,   LINE(sftp), 0),
	ROW("keys",          VALUE_NUMBER, LINE(keys), 0.01, 1000),
	ROW("transcript",    VALUE_TEXT,   LINE(transcript_path), 0),
	ROW("speed",         VALUE_NUMBER, LINE(speed), 0.001, 1000),
	ROW("every",         VALUE_NUMBER, LINE(every_s), 0.01, 4000),
	ROW("bytes",         VALUE_U64,    LINE(bytes), 1, 1e15),
	ROW("direction",     VALUE_OWN,    LINE(direction), 0, 0, NULL, value_direction),
	ROW("line",          VALUE_OWN,    LINE(line), 0, 0, NULL, value_line),
	ROW("read-rate",     VALUE_NUMBER, LINE(read_rate), 1, 1e9),
};
// clang-format on

#define ROWS (sizeof(rows) / sizeof(rows[0]))

const struct option_row *option_row_at(unsigned i)
{
	return i < ROWS ? &rows[i] : NULL;
}

const struct option_row *option_row_find(const char *name)
{
	for (unsigned i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	}
	return NULL;
}

static bool number_take(const struct option_row *row, const char *value, void *field)
{
	double number;

	if (!value_number(value, row->least, row->most, &number))
		return load_complain("%s: %s", row->name, load_complaint());
	if (row->kind == VALUE_NUMBER)
		*(double *)field = number;
	else if (row->kind == VALUE_U32)
		*(uint32_t *)field = (uint32_t)number;
	else
		*(uint64_t *)field = (uint64_t)number;
	return true;
}

bool option_take(const struct option_row *row, const char *value, void *into)
{
	void *field = (uint8_t *)into + row->at;

	switch (row->kind) {
	case VALUE_FLAG:
		*(bool *)field = true;
		return true;
	case VALUE_TEXT:
		*(const char **)field = value;
		return true;
	case VALUE_OWN:
		return row->take_run != NULL ? row->take_run(value, into)
		                             : row->take_task(value, into);
	default:
		return number_take(row, value, field);
	}
}
