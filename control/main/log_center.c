// A ring of lines, and a socket.
#include "control/main/log_center.h"

#include "crypto/wire/names.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct log_host {
	struct sockaddr_in6 address;
	uint32_t facility;
};

struct ring {
	struct log_line lines[LOG_CENTER_LINES];
	uint64_t next;  // number of the next line; lines[n % LINES] is line n
	uint64_t first; // number of the oldest line kept
	uint64_t dropped, overwritten;
	uint32_t size; // lines kept at most
};

// Where lines go.
enum place { PLACE_BUFFER, PLACE_HOST, PLACE_MONITOR, PLACES };
static const char *const places[PLACES] = {"logbuffer", "loghost", "monitor"};

// Lines of one module that go to one place.
#define SOURCES_MAX 64u
struct source {
	char module[LOG_MODULE_MAX];
	enum place place;
	uint8_t level;
};

static struct {
	pthread_mutex_t lock;
	struct ring rings[LOG_RINGS];
	bool off;
	uint8_t levels[PLACES]; // least important that go there
	struct source sources[SOURCES_MAX];
	uint32_t source_count;
	struct log_form form;
	struct log_host hosts[LOG_CENTER_HOSTS];
	uint32_t host_count;
	int socket; // -1: none
	char name[API_ROW_TEXT + 1];
} center = {.lock = PTHREAD_MUTEX_INITIALIZER,
            .rings = {{.next = 1, .first = 1, .size = 512},
                      {.next = 1, .first = 1, .size = LOG_CENTER_LINES}},
            .levels = {[PLACE_BUFFER] = 6, [PLACE_HOST] = 6, [PLACE_MONITOR] = 7},
            .socket = -1,
            .form = {.host = center.name},
            .name = "Sallyport"};

// --- the wire ------------------------------------------------------------------------------------

const char *log_module(const char *name, char out[LOG_MODULE_MAX])
{
	size_t len = strcspn(name, "_");

	snprintf(out, LOG_MODULE_MAX, "%.*s", (int)len, name);
	return out;
}

// With a blank behind it; "" for none.
static void stamp_print(const struct log_line *line, const struct log_form *form, char out[48])
{
	static const char *const forms[] = {[API_HOST_DATE] = "%b %e %H:%M:%S %Y ",
	                                    [API_HOST_ISO] = "%Y-%m-%dT%H:%M:%S ",
	                                    [API_HOST_NO_YEAR] = "%b %e %H:%M:%S ",
	                                    [API_HOST_NONE] = ""};
	struct tm tm;

	(void)api_clock_tm(&form->clock, (int64_t)(line->at_ms / 1000), &tm);
	if (strftime(out, 48, forms[form->stamp], &tm) == 0)
		out[0] = 0;
}

// Universal time, whatever the zone of the device.
static int rfc5424_print(char *out, size_t size, const struct log_line *line,
                         const struct log_form *form)
{
	struct api_clock universal = {.own = form->clock.own, .shift_s = form->clock.shift_s};
	char stamp[40], module[LOG_MODULE_MAX];
	struct tm tm;

	(void)api_clock_tm(&universal, (int64_t)(line->at_ms / 1000), &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	return snprintf(out, size, "<%u>1 %s.%03uZ %s %s - %s - %s",
	                form->facility * 8 + line->level, stamp, (unsigned)(line->at_ms % 1000),
	                form->host, log_module(line->name, module), line->name, line->text);
}

size_t log_wire(char *out, size_t size, const struct log_line *line,
                const struct log_form *form)
{
	// Unicom names the program's serial number, which nobody has written on it.
	static const char *const marks[] = {
	        [API_LOG_CLASSIC] = "%%", [API_LOG_UNICOM] = "", [API_LOG_CMCC] = "%"};
	char stamp[48], module[LOG_MODULE_MAX];
	int n;

	stamp_print(line, form, stamp);
	if (form->format == API_LOG_RFC5424)
		n = rfc5424_print(out, size, line, form);
	else
		n = snprintf(out, size, "<%u>%s%s %s10%s/%u/%s: %s",
		             form->facility * 8 + line->level, stamp, form->host,
		             marks[form->format], log_module(line->name, module), line->level,
		             form->format == API_LOG_UNICOM ? "NONE" : line->name, line->text);
	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

// Never waits: what the kernel does not take at once is lost, as syslog's way is.
static void hosts_send(const struct log_line *line)
{
	char text[LOG_CENTER_TEXT + 200];

	for (uint32_t i = 0; i < center.host_count && center.socket >= 0; i++) {
		const struct log_host *h = &center.hosts[i];
		size_t len;

		center.form.facility = h->facility;
		len = log_wire(text, sizeof(text), line, &center.form);
		(void)sendto(center.socket, text, len, MSG_DONTWAIT | MSG_NOSIGNAL,
		             (const struct sockaddr *)&h->address, sizeof(h->address));
	}
}

// --- lines ---------------------------------------------------------------------------------------

static void line_keep(struct ring *r, const struct log_line *line)
{
	struct log_line *place = &r->lines[r->next % LOG_CENTER_LINES];

	if (r->size == 0) {
		r->dropped++;
		return;
	}
	*place = *line;
	place->sequence = r->next++;
	if (r->next - r->first > r->size) {
		r->first++;
		r->overwritten++;
	}
}

static struct log_line line_now(uint8_t level, const char *name, const char *text)
{
	struct log_line line = {.level = level};
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	line.at_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	snprintf(line.name, sizeof(line.name), "%s", name);
	snprintf(line.text, sizeof(line.text), "%s", text);
	return line;
}

// Does it go there? What is said of its module goes before what holds for all.
static bool is_admitted(uint8_t level, const char *name, enum place place)
{
	uint8_t most = center.levels[place];
	char module[LOG_MODULE_MAX];

	log_module(name, module);
	for (uint32_t i = 0; i < center.source_count; i++) {
		const struct source *from = &center.sources[i];

		if (from->place == place && strcmp(from->module, module) == 0)
			most = from->level;
	}
	return !center.off && most < LOG_CENTER_DENY && level <= most;
}

void log_center_add(uint8_t level, const char *name, const char *text)
{
	struct log_line line = line_now(level, name, text);

	pthread_mutex_lock(&center.lock);
	if (is_admitted(level, name, PLACE_BUFFER))
		line_keep(&center.rings[LOG_RING_BUFFER], &line);
	if (is_admitted(level, name, PLACE_MONITOR))
		line_keep(&center.rings[LOG_RING_WATCHED], &line);
	if (is_admitted(level, name, PLACE_HOST))
		hosts_send(&line);
	pthread_mutex_unlock(&center.lock);
}

void log_center_watch(uint8_t level, const char *name, const char *text)
{
	struct log_line line = line_now(level, name, text);

	pthread_mutex_lock(&center.lock);
	if (is_admitted(level, name, PLACE_MONITOR))
		line_keep(&center.rings[LOG_RING_WATCHED], &line);
	pthread_mutex_unlock(&center.lock);
}

bool log_center_next(enum log_ring ring, uint64_t sequence, struct log_line *out)
{
	const struct ring *r = &center.rings[ring];
	bool found;

	pthread_mutex_lock(&center.lock);
	if (sequence < r->first)
		sequence = r->first;
	found = sequence < r->next;
	if (found)
		*out = r->lines[sequence % LOG_CENTER_LINES];
	pthread_mutex_unlock(&center.lock);
	return found;
}

struct log_center_state log_center_state(void)
{
	const struct ring *r = &center.rings[LOG_RING_BUFFER];
	struct log_center_state s;

	pthread_mutex_lock(&center.lock);
	s = (struct log_center_state){r->size, (uint32_t)(r->next - r->first), r->dropped,
	                              r->overwritten};
	pthread_mutex_unlock(&center.lock);
	return s;
}

void log_center_reset(void)
{
	struct ring *r = &center.rings[LOG_RING_BUFFER];

	pthread_mutex_lock(&center.lock);
	r->first = r->next;
	r->dropped = r->overwritten = 0;
	pthread_mutex_unlock(&center.lock);
}

// --- settings ------------------------------------------------------------------------------------

static bool host_address(struct span text, uint32_t port, struct sockaddr_in6 *out)
{
	char name[INET6_ADDRSTRLEN + 8], mapped[INET6_ADDRSTRLEN + 16];

	snprintf(name, sizeof(name), "%.*s", (int)text.len, (const char *)text.data);
	snprintf(mapped, sizeof(mapped), "::ffff:%s", name);
	*out = (struct sockaddr_in6){.sin6_family = AF_INET6,
	                             .sin6_port = htons((uint16_t)port)};
	return inet_pton(AF_INET6, name, &out->sin6_addr) == 1 ||
	       inet_pton(AF_INET6, mapped, &out->sin6_addr) == 1;
}

static void hosts_apply(const struct settings *s)
{
	const struct setting *r;
	int off = 0;

	center.host_count = 0;
	for (uint32_t i = 0; i < LOG_CENTER_HOSTS; i++) {
		struct log_host *h = &center.hosts[center.host_count];

		r = settings_at(s, API_CLASS_LOG_HOST, i);
		if (r == NULL ||
		    !host_address(setting_key(r), setting_number(r, API_LOG_HOST_PORT),
		                  &h->address))
			continue;
		h->facility = setting_number(r, API_LOG_HOST_FACILITY);
		center.host_count++;
	}
	if (center.host_count == 0 || center.socket >= 0)
		return;
	center.socket = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (center.socket >= 0)
		(void)setsockopt(center.socket, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
}

static void clock_apply(const struct setting *system)
{
	for (uint8_t f = API_SYSTEM_CLOCK_OWN; f <= API_SYSTEM_SUMMER; f++)
		api_clock_field(&center.form.clock, f, setting_number(system, f),
		                setting_text(system, f));
}

// "MODULE PLACE LEVEL,...": what is none of that is passed over.
static void sources_apply(struct span list)
{
	char text[64], place[16];
	struct span each;

	center.source_count = 0;
	while (names_next(&list, &each) && center.source_count < SOURCES_MAX) {
		struct source *from = &center.sources[center.source_count];
		unsigned level;

		snprintf(text, sizeof(text), "%.*s", (int)each.len, (const char *)each.data);
		if (sscanf(text, "%15s %15s %1u", from->module, place, &level) != 3)
			continue;
		from->level = (uint8_t)level;
		for (enum place p = 0; p < PLACES; p++) {
			if (strcmp(place, places[p]) != 0)
				continue;
			from->place = p;
			center.source_count++;
			break;
		}
	}
}

void log_center_apply(struct config *config)
{
	const struct settings *s = config_hold(config);
	const struct setting *c = settings_find(s, API_CLASS_LOG_CENTER, span_of(NULL, 0));
	const struct setting *system = settings_find(s, API_CLASS_SYSTEM, span_of(NULL, 0));
	struct span name = setting_text(system, API_SYSTEM_NAME);
	struct ring *kept = &center.rings[LOG_RING_BUFFER];

	pthread_mutex_lock(&center.lock);
	snprintf(center.name, sizeof(center.name), "%.*s", (int)name.len,
	         (const char *)name.data);
	center.off = setting_number(c, API_LOG_CENTER_ENABLE) == 0;
	kept->size = setting_number(c, API_LOG_CENTER_BUFFER) == 0
	                     ? 0
	                     : setting_number(c, API_LOG_CENTER_SIZE);
	center.form.format = (enum api_log_format)setting_number(c, API_LOG_CENTER_FORMAT);
	center.form.stamp = (enum api_host_stamp)setting_number(c, API_LOG_CENTER_HOST_STAMP);
	clock_apply(system);
	center.levels[PLACE_BUFFER] = (uint8_t)setting_number(c, API_LOG_CENTER_BUFFER_LEVEL);
	center.levels[PLACE_HOST] = (uint8_t)setting_number(c, API_LOG_CENTER_HOST_LEVEL);
	center.levels[PLACE_MONITOR] = (uint8_t)setting_number(c, API_LOG_CENTER_MONITOR_LEVEL);
	sources_apply(setting_text(c, API_LOG_CENTER_SOURCES));
	while (kept->next - kept->first > kept->size) {
		kept->first++;
		kept->overwritten++;
	}
	hosts_apply(s);
	pthread_mutex_unlock(&center.lock);
	config_give(config);
}
