// The information centre: the newest log lines in memory, for displays, and copies of them to
// syslog hosts by UDP. One for the process; any thread.
#pragma once

#include "control/api/api_clock.h"
#include "control/config/config.h"

#define LOG_CENTER_LINES 1024u // kept at most
#define LOG_CENTER_HOSTS 4u
#define LOG_CENTER_TEXT  600u
#define LOG_CENTER_DENY  8u // a level that admits nothing

struct log_line {
	uint64_t sequence; // counts all lines of the process from 1
	uint64_t at_ms;    // Unix time
	uint8_t level;
	char name[40]; // "SSHS_LOG": module and mnemonic
	char text[LOG_CENTER_TEXT];
};

// Lines are kept in two rings: those of the log buffer, and those that terminals are shown.
enum log_ring { LOG_RING_BUFFER, LOG_RING_WATCHED, LOG_RINGS };

struct log_center_state {
	uint32_t size, count;
	uint64_t dropped, overwritten;
};

// What the settings say of buffer and hosts is in force from now on.
void log_center_apply(struct config *config);
void log_center_add(uint8_t level, const char *name, const char *text);
// For terminals alone.
void log_center_watch(uint8_t level, const char *name, const char *text);
// The oldest line kept in the ring whose number is at least `sequence`. False: none.
bool log_center_next(enum log_ring ring, uint64_t sequence, struct log_line *out);
struct log_center_state log_center_state(void);
void log_center_reset(void);

// "SSHS" of "SSHS_LOG".
#define LOG_MODULE_MAX 16
const char *log_module(const char *name, char out[LOG_MODULE_MAX]);

// A line as it travels. Returns its length.
struct log_form {
	const char *host; // the device's name
	uint32_t facility;
	enum api_log_format format;
	enum api_host_stamp stamp; // of all but RFC 5424
	struct api_clock clock;
};
size_t log_wire(char *out, size_t size, const struct log_line *line,
                const struct log_form *form);
