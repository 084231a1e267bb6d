// A client's stream from its first byte: identification line, then records, some under keys. The
// first byte of the input picks the suite (0: plain) and where the stream is in its life.
#include <stdlib.h>

#include "dataplane/record/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t count[COUNTERS];
static struct record_core *core;

static void end(void)
{
	record_core_free(core);
}

static void start(void)
{
	core = record_core_new(count, 4);
	if (core == NULL || atexit(end) != 0)
		abort();
}

static size_t ident_skip(struct span stream)
{
	struct span line;
	size_t taken;

	if (record_ident_parse(stream, true, &line, &taken) != STATUS_OK)
		return stream.len;
	if (taken > stream.len || line.len > taken)
		abort();
	return taken > 0 ? taken : stream.len;
}

static void key(struct record_conn *r, struct conn_id id, uint8_t suite)
{
	static const struct suite_keys keys = {.key = {1, 2, 3}};

	if (record_keys_install(core, r, suite, false, true, &keys) != STATUS_OK)
		return;
	r->in.in_kex = true;
	if (record_gate_in(core, r, id, SSH_MSG_NEWKEYS) != STATUS_OK)
		abort();
}

static void records_read(struct record_conn *r, struct conn_id id, struct span stream)
{
	static uint8_t plain[RECORD_MAX];
	struct span message;
	uint32_t packet_length;
	size_t wire;

	while (stream.len >= record_head_bytes(r)) {
		if (record_measure(core, r, id, stream.data, &packet_length, &wire) !=
		    STATUS_OK)
			return;
		if (wire > RECORD_MAX || 4 + (size_t)packet_length > wire)
			abort();
		if (stream.len < wire)
			return;
		if (record_open(core, r, id, stream.data, packet_length, plain, &message) !=
		    STATUS_OK)
			return;
		if (message.len == 0 || message.data + message.len > plain + 4 + packet_length)
			abort();
		if (record_gate_in(core, r, id, message.data[0]) != STATUS_OK)
			return;
		stream = span_of(stream.data + wire, stream.len - wire);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conn_id id = {3, 1};
	struct record_conn r;
	size_t skip;

	if (core == NULL)
		start();
	if (size == 0)
		return 0;
	record_init(&r);
	key(&r, id, data[0] & 0x1f);
	r.phase = data[0] & 0x80 ? RECORD_PHASE_OPEN : RECORD_PHASE_LOGIN;
	skip = 1 + (data[0] & 0x40 ? 0 : ident_skip(span_of(data + 1, size - 1)));
	records_read(&r, id, span_of(data + skip, size - skip));
	record_fini(core, &r, id);
	return 0;
}
