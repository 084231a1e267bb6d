// A ring of lines, and a socket.
#include "control/main/log_center.h"

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

static struct {
	pthread_mutex_t lock;
	struct ring rings[LOG_RINGS];
	bool off, rfc5424;
	uint8_t buffer_level, host_level, monitor_level;
	struct log_host hosts[LOG_CENTER_HOSTS];
	uint32_t host_count;
	int socket; // -1: none
	char name[API_ROW_TEXT + 1];
} center = {.lock = PTHREAD_MUTEX_INITIALIZER,
            .rings = {{.next = 1, .first = 1, .size = 512},
                      {.next = 1, .first = 1, .size = LOG_CENTER_LINES}},
            .buffer_level = 6,
            .host_level = 6,
            .monitor_level = 7,
            .socket = -1,
            .name = "Sallyport"};

// --- the wire ------------------------------------------------------------------------------------

const char *log_module(const char *name, char out[LOG_MODULE_MAX])
{
	size_t len = strcspn(name, "_");

	snprintf(out, LOG_MODULE_MAX, "%.*s", (int)len, name);
	return out;
}

size_t log_wire(char *out, size_t size, const struct log_line *line, const char *host,
                uint32_t facility, bool rfc5424)
{
	char stamp[40], module[LOG_MODULE_MAX];
	time_t at = (time_t)(line->at_ms / 1000);
	uint32_t priority = facility * 8 + line->level;
	struct tm tm;
	int n;

	gmtime_r(&at, &tm);
	log_module(line->name, module);
	strftime(stamp, sizeof(stamp), rfc5424 ? "%Y-%m-%dT%H:%M:%S" : "%b %e %H:%M:%S %Y",
	         &tm);
	if (rfc5424)
		n = snprintf(out, size, "<%u>1 %s.%03uZ %s %s - %s - %s", priority, stamp,
		             (unsigned)(line->at_ms % 1000), host, module, line->name,
		             line->text);
	else
		n = snprintf(out, size, "<%u>%s %s %%%%10%s/%u/%s: %s", priority, stamp, host,
		             module, line->level, line->name, line->text);
	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

// Never waits: what the kernel does not take at once is lost, as syslog's way is.
static void hosts_send(const struct log_line *line)
{
	char text[LOG_CENTER_TEXT + 200];

	for (uint32_t i = 0; i < center.host_count && center.socket >= 0; i++) {
		const struct log_host *h = &center.hosts[i];
		size_t len = log_wire(text, sizeof(text), line, center.name, h->facility,
		                      center.rfc5424);

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

// Does it go to where lines up to `most` go?
static bool is_admitted(uint8_t level, uint8_t most)
{
	return !center.off && most < LOG_CENTER_DENY && level <= most;
}

void log_center_add(uint8_t level, const char *name, const char *text)
{
	struct log_line line = line_now(level, name, text);

	pthread_mutex_lock(&center.lock);
	if (is_admitted(level, center.buffer_level))
		line_keep(&center.rings[LOG_RING_BUFFER], &line);
	if (is_admitted(level, center.monitor_level))
		line_keep(&center.rings[LOG_RING_WATCHED], &line);
	if (is_admitted(level, center.host_level))
		hosts_send(&line);
	pthread_mutex_unlock(&center.lock);
}

void log_center_watch(uint8_t level, const char *name, const char *text)
{
	struct log_line line = line_now(level, name, text);

	pthread_mutex_lock(&center.lock);
	if (is_admitted(level, center.monitor_level))
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
	center.rfc5424 = setting_number(c, API_LOG_CENTER_RFC5424) != 0;
	center.buffer_level = (uint8_t)setting_number(c, API_LOG_CENTER_BUFFER_LEVEL);
	center.host_level = (uint8_t)setting_number(c, API_LOG_CENTER_HOST_LEVEL);
	center.monitor_level = (uint8_t)setting_number(c, API_LOG_CENTER_MONITOR_LEVEL);
	while (kept->next - kept->first > kept->size) {
		kept->first++;
		kept->overwritten++;
	}
	hosts_apply(s);
	pthread_mutex_unlock(&center.lock);
	config_give(config);
}
