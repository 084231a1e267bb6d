// Records of SSH-1.5: in plain text with whatever CRC, and under each cipher. The first byte picks.
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
		if (wire > RECORD_MAX || wire != 4 + (size_t)packet_length || packet_length % 8)
			abort();
		if (stream.len < wire || record_open(core, r, id, stream.data, packet_length,
		                                     plain, &message) != STATUS_OK)
			return;
		if (message.len == 0 || message.data < plain + 5 ||
		    message.data + message.len + 4 != plain + 4 + packet_length)
			abort();
		if (record_gate_in(core, r, id, message.data[0]) != STATUS_OK)
			return;
		stream = span_of(stream.data + wire, stream.len - wire);
	}
}

// What one side seals the other opens, and a byte changed on its way is found.
static void round_trip(uint8_t cipher, struct span text)
{
	static const struct suite_keys keys = {.key = {9, 8, 7}};
	static uint8_t wire[RECORD_MAX], plain[RECORD_MAX];
	struct conn_id id = {5, 1};
	struct record_conn r;
	struct span record, message;
	uint32_t packet_length;
	size_t len;

	record_init(&r);
	r.v1 = true;
	for (int sending = 0; cipher != 0 && sending < 2; sending++)
		if (record_keys_install(core, &r, cipher, sending, false, &keys) != STATUS_OK)
			abort();
	if (text.len > 0 && record_seal(core, &r, id, text, &record) == STATUS_OK) {
		memcpy(wire, record.data, record.len);
		if (record_measure(core, &r, id, wire, &packet_length, &len) != STATUS_OK ||
		    len != record.len ||
		    record_open(core, &r, id, wire, packet_length, plain, &message) !=
		            STATUS_OK ||
		    !span_equal(message, text))
			abort();
	}
	record_fini(core, &r, id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t ciphers[] = {0, 3, 6, 0};
	static const struct suite_keys keys = {.key = {1, 2, 3}};
	struct conn_id id = {3, 1};
	struct record_conn r;
	uint8_t cipher;

	if (core == NULL)
		start();
	if (size == 0)
		return 0;
	cipher = ciphers[data[0] & 3];
	record_init(&r);
	r.v1 = true;
	if (cipher != 0 &&
	    record_keys_install(core, &r, cipher, false, false, &keys) != STATUS_OK)
		abort();
	r.phase = data[0] & 0x80 ? RECORD_PHASE_OPEN : RECORD_PHASE_LOGIN;
	records_read(&r, id, span_of(data + 1, size - 1));
	record_fini(core, &r, id);
	round_trip(cipher, span_of(data + 1, size - 1));
	return 0;
}
