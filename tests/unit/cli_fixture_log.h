// The log of the fixture's control; a part of cli_fixture.h.
#pragma once

static void answer_exceptions(struct builder *b)
{
	builder_u64(b, 1150559829);
	builder_text(b, "ann");
	builder_text(b, "192.0.2.1");
	builder_text(b, "2.0");
	builder_text(b, "Established");
	builder_u8(b, API_SERVICE_STELNET);
	builder_u32(b, 4);
	builder_u8(b, 2);
	builder_text(b, "message 21 (NEWKEYS) is not allowed in state OPEN");
}

static enum status answer_log(struct fixture *f, uint16_t call, uint64_t from,
                              struct span payload, struct builder *b)
{
	struct cursor c = cursor_over(payload);

	if (call == API_LOG_RESET)
		f->line_first = f->line_count;
	if (call == API_LOG_STATE) {
		builder_u32(b, 512);
		builder_u32(b, f->line_count - f->line_first);
		builder_u64(b, 0);
		builder_u64(b, 0);
	}
	if (call == API_LOG_ADD && f->line_count < 32) {
		uint32_t i = f->line_count++;
		struct span name, text;

		f->lines[i].level = cursor_u8(&c);
		name = cursor_string(&c);
		text = cursor_string(&c);
		snprintf(f->lines[i].name, 40, "%.*s", (int)name.len, (const char *)name.data);
		snprintf(f->lines[i].text, 200, "%.*s", (int)text.len, (const char *)text.data);
	}
	if (call == API_DEBUGGING)
		builder_u32(b, f->debugging);
	if (call == API_SET_DEBUGGING) {
		f->debugging |= cursor_u32(&c);
		f->debugging &= ~cursor_u32(&c);
	}
	for (uint32_t i = f->line_first;
	     (call == API_LOG || call == API_LOG_WATCH) && i < f->line_count; i++) {
		if (i + 1 < from)
			continue;
		builder_u64(b, i + 1);
		builder_u64(b, 1150559829578);
		builder_u8(b, f->lines[i].level);
		builder_text(b, f->lines[i].name);
		builder_text(b, f->lines[i].text);
	}
	return STATUS_OK;
}
