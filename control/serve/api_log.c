// Calls about the log.
#include "control/main/log.h"
#include "control/main/log_center.h"
#include "control/serve/api_call.h"

#include "crypto/wire/cursor.h"

#include <stdio.h>

// The cursor is the number of the first line wanted.
static enum status lines_list(struct api_ask *a, struct cursor *c, enum log_ring ring)
{
	uint64_t sequence = a->head.cursor;
	struct log_line line;

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	while (log_center_next(ring, sequence, &line)) {
		size_t before = a->out.len;

		builder_u64(&a->out, line.sequence);
		builder_u64(&a->out, line.at_ms);
		builder_u8(&a->out, line.level);
		builder_text(&a->out, line.name);
		builder_text(&a->out, line.text);
		if (!api_row_done(a, before, line.sequence))
			break;
		sequence = line.sequence + 1;
	}
	return STATUS_OK;
}

enum status api_log(struct api_ask *a, struct cursor *c)
{
	return lines_list(a, c, LOG_RING_BUFFER);
}

enum status api_log_watch(struct api_ask *a, struct cursor *c)
{
	return lines_list(a, c, LOG_RING_WATCHED);
}

static_assert(LOG_DEBUG_EVENT == API_DEBUG_EVENT && LOG_DEBUG_MESSAGE == API_DEBUG_MESSAGE &&
              LOG_DEBUG_ERROR == API_DEBUG_ERROR);

enum status api_debugging(struct api_ask *a, struct cursor *c)
{
	builder_u32(&a->out, atomic_load(&log_debug_switches));
	return cursor_end(c);
}

enum status api_set_debugging(struct api_ask *a, struct cursor *c)
{
	uint32_t on = cursor_u32(c), off = cursor_u32(c);

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	atomic_fetch_or(&log_debug_switches, on);
	atomic_fetch_and(&log_debug_switches, ~off);
	return STATUS_OK;
}

enum status api_log_state(struct api_ask *a, struct cursor *c)
{
	struct log_center_state s = log_center_state();

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	builder_u32(&a->out, s.size);
	builder_u32(&a->out, s.count);
	builder_u64(&a->out, s.dropped);
	builder_u64(&a->out, s.overwritten);
	return STATUS_OK;
}

enum status api_log_reset(struct api_ask *a, struct cursor *c)
{
	if (cursor_end(c) == STATUS_OK)
		log_center_reset();
	return c->status;
}

// Nobody waits for an answer.
enum status api_log_add(struct api_ask *a, struct cursor *c)
{
	uint8_t level = cursor_u8(c);
	struct span name = cursor_string_max(c, 32), text = cursor_string_max(c, 512);
	char words[2][520];

	if (cursor_end(c) != STATUS_OK || level > 7 || !span_is_printable(name) ||
	    !span_is_printable(text))
		return STATUS_MALFORMED;
	snprintf(words[0], sizeof(words[0]), "%.*s", (int)name.len, (const char *)name.data);
	snprintf(words[1], sizeof(words[1]), "%.*s", (int)text.len, (const char *)text.data);
	log_center_add(level, words[0], words[1]);
	return API_LATER;
}
