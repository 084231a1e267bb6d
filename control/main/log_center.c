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

static struct {
	pthread_mutex_t lock;
	struct log_line ring[LOG_CENTER_LINES];
	uint64_t next;  // number of the next line; ring[n % LINES] is line n
	uint64_t first; // number of the oldest line kept
	uint64_t dropped, overwritten;
	uint32_t size; // lines kept at most
	bool off, rfc5424;
	uint8_t buffer_level, host_level;
	struct log_host hosts[LOG_CENTER_HOSTS];
	uint32_t host_count;
	int socket; // -1: none
	char name[API_ROW_TEXT + 1];
} center = {.lock = PTHREAD_MUTEX_INITIALIZER,
            .next = 1,
            .first = 1,
            .size = 512,
            .buffer_level = 6,
            .host_level = 6,
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

static void line_keep(const struct log_line *line)
{
	if (center.size == 0) {
		center.dropped++;
		return;
	}
	center.ring[center.next % LOG_CENTER_LINES] = *line;
	center.ring[center.next % LOG_CENTER_LINES].sequence = center.next;
	center.next++;
	if (center.next - center.first > center.size) {
		center.first++;
		center.overwritten++;
	}
}

void log_center_add(uint8_t level, const char *name, const char *text)
{
	struct log_line line = {.level = level};
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	line.at_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	snprintf(line.name, sizeof(line.name), "%s", name);
	snprintf(line.text, sizeof(line.text), "%s", text);
	pthread_mutex_lock(&center.lock);
	if (!center.off && center.buffer_level < LOG_CENTER_DENY &&
	    level <= center.buffer_level)
		line_keep(&line);
	if (!center.off && center.host_level < LOG_CENTER_DENY && level <= center.host_level)
		hosts_send(&line);
	pthread_mutex_unlock(&center.lock);
}

bool log_center_next(uint64_t sequence, struct log_line *out)
{
	bool found;

	pthread_mutex_lock(&center.lock);
	if (sequence < center.first)
		sequence = center.first;
	found = sequence < center.next;
	if (found)
		*out = center.ring[sequence % LOG_CENTER_LINES];
	pthread_mutex_unlock(&center.lock);
	return found;
}

struct log_center_state log_center_state(void)
{
	struct log_center_state s;

	pthread_mutex_lock(&center.lock);
	s = (struct log_center_state){center.size, (uint32_t)(center.next - center.first),
	                              center.dropped, center.overwritten};
	pthread_mutex_unlock(&center.lock);
	return s;
}

void log_center_reset(void)
{
	pthread_mutex_lock(&center.lock);
	center.first = center.next;
	center.dropped = center.overwritten = 0;
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

	pthread_mutex_lock(&center.lock);
	snprintf(center.name, sizeof(center.name), "%.*s", (int)name.len,
	         (const char *)name.data);
	center.off = setting_number(c, API_LOG_CENTER_ENABLE) == 0;
	center.size = setting_number(c, API_LOG_CENTER_BUFFER) == 0
	                      ? 0
	                      : setting_number(c, API_LOG_CENTER_SIZE);
	center.rfc5424 = setting_number(c, API_LOG_CENTER_RFC5424) != 0;
	center.buffer_level = (uint8_t)setting_number(c, API_LOG_CENTER_BUFFER_LEVEL);
	center.host_level = (uint8_t)setting_number(c, API_LOG_CENTER_HOST_LEVEL);
	while (center.next - center.first > center.size) {
		center.first++;
		center.overwritten++;
	}
	hosts_apply(s);
	pthread_mutex_unlock(&center.lock);
	config_give(config);
}
