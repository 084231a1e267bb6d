// Formatting, escaping and the rate limit.
#include "control/main/log.h"
#include "control/main/log_center.h"

#include "control/session/session.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PEERS      1024u // buckets; peers that share one share its limit
#define BURST      200u  // lines at once
#define PER_SECOND 20u

struct log_peer {
	uint64_t at_us; // when tokens were last added
	uint32_t tokens;
	uint32_t suppressed;
};

static _Atomic int log_highest = LOG_INFO;
_Atomic uint32_t log_debug_switches;

void log_level_set(enum log_level level)
{
	atomic_store(&log_highest, (int)level);
}

const char *log_escape(char *out, size_t size, struct span text)
{
	size_t at = 0;

	for (size_t i = 0; i < text.len && at + 5 < size; i++) {
		uint8_t c = text.data[i];

		if (c >= 0x20 && c < 0x7f && c != '\\')
			out[at++] = (char)c;
		else
			at += (size_t)snprintf(out + at, size - at, "\\x%02x", c);
	}
	out[at] = 0;
	return out;
}

const char *log_address(char out[LOG_ADDRESS_MAX], const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	bool four = memcmp(address, mapped, sizeof(mapped)) == 0;

	if (inet_ntop(four ? AF_INET : AF_INET6, four ? address + 12 : address, out,
	              LOG_ADDRESS_MAX) == NULL)
		snprintf(out, LOG_ADDRESS_MAX, "?");
	return out;
}

// One write, so that lines of several threads do not mix.
static void line_write(enum log_level level, const char *what, const char *subject,
                       const char *text)
{
	char line[LOG_TEXT_MAX + 256], stamp[32], module[LOG_MODULE_MAX];
	struct timespec now;
	struct tm parts;
	int n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &parts);
	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &parts);
	n = snprintf(line, sizeof(line), "%%%s:%03ld %d %s/%d/%s: %s%s\n", stamp,
	             now.tv_nsec / 1000000, parts.tm_year + 1900, log_module(what, module),
	             level, what, subject, text);
	if (n >= (int)sizeof(line)) {
		n = (int)sizeof(line) - 1;
		line[n - 1] = '\n';
	}
	(void)!write(STDERR_FILENO, line, (size_t)n);
	log_center_add((uint8_t)level, what, text);
}

static struct log_peer *peer_bucket(struct shard *h, const uint8_t address[16])
{
	uint32_t hash = 2166136261u;

	if (h->log_peers == NULL)
		h->log_peers = calloc(PEERS, sizeof(*h->log_peers));
	if (h->log_peers == NULL)
		return NULL;
	for (int i = 0; i < 16; i++)
		hash = (hash ^ address[i]) * 16777619u;
	return &h->log_peers[hash % PEERS];
}

// May this peer cause another line? Says how many were left out since the last one.
static bool peer_may(struct shard *h, const struct session *s, uint32_t *suppressed)
{
	struct log_peer *p = peer_bucket(h, s->remote);
	uint64_t gained;

	*suppressed = 0;
	if (p == NULL)
		return true;
	gained = (h->now_us - p->at_us) * PER_SECOND / 1000000;
	if (gained > 0 || p->at_us == 0) {
		p->tokens = p->at_us == 0 || gained > BURST - p->tokens
		                    ? BURST
		                    : p->tokens + (uint32_t)gained;
		p->at_us = h->now_us;
	}
	if (p->tokens == 0) {
		p->suppressed++;
		COUNT(h, log_suppressed);
		return false;
	}
	p->tokens--;
	*suppressed = p->suppressed;
	p->suppressed = 0;
	return true;
}

void log_session(struct shard *h, const struct session *s, enum log_level level,
                 const char *what, const char *format, ...)
{
	char text[LOG_TEXT_MAX], subject[96], address[LOG_ADDRESS_MAX];
	uint32_t suppressed;
	va_list args;

	if ((int)level > atomic_load_explicit(&log_highest, memory_order_relaxed) ||
	    !peer_may(h, s, &suppressed))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_address(address, s->remote);
	snprintf(subject, sizeof(subject), "[%s:%u %u.%u.%u] ", address, s->remote_port,
	         h->index, session_slot(h, s), s->life);
	if (suppressed > 0) {
		char more[64];

		snprintf(more, sizeof(more), "%u lines about this peer left out", suppressed);
		line_write(LOG_NOTICE, what, subject, more);
	}
	line_write(level, what, subject, text);
}

void log_debug_session(struct shard *h, const struct session *s, enum log_debug of,
                       const char *format, ...)
{
	const char *name = of == LOG_DEBUG_EVENT     ? "SSHS_EVENT"
	                   : of == LOG_DEBUG_MESSAGE ? "SSHS_MESSAGE"
	                                             : "SSHS_ERROR";
	char text[LOG_TEXT_MAX], address[LOG_ADDRESS_MAX];
	va_list args;
	int len;

	len = snprintf(text, sizeof(text), "[%s:%u %u.%u.%u] ", log_address(address, s->remote),
	               s->remote_port, h->index, session_slot(h, s), s->life);
	va_start(args, format);
	vsnprintf(text + len, sizeof(text) - (size_t)len, format, args);
	va_end(args);
	log_center_watch(LOG_DEBUG, name, text);
}

void log_control(enum log_level level, const char *what, const char *format, ...)
{
	char text[LOG_TEXT_MAX];
	va_list args;

	if ((int)level > atomic_load_explicit(&log_highest, memory_order_relaxed))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	line_write(level, what, "", text);
}
