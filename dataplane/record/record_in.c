// Cut records off the stream and open them (RFC 4253 section 6).
#include "dataplane/record/record_core.h"
#include "dataplane/record/record_v1.h"

#include "crypto/core/secret.h"
#include "dataplane/base/trace.h"

#define PLAIN_BLOCK 8u

size_t record_head_bytes(const struct record_conn *r)
{
	if (r->v1)
		return 4;
	return r->in.suite == 0 ? 4 : suite_by_id(r->in.suite)->head_bytes;
}

static uint32_t load_u32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

// A padding length and 4 bytes of padding at least; whole blocks; within RECORD_MAX.
static bool length_may_be(const struct suite *suite, uint32_t packet_length)
{
	uint32_t block = suite != NULL ? suite->block_bytes : PLAIN_BLOCK;
	uint32_t tag = suite != NULL ? suite->tag_bytes : 0;
	uint32_t outside = suite != NULL && !suite->pads_length ? 0 : 4;

	return packet_length >= 5 && packet_length <= RECORD_MAX - 4 - tag &&
	       (packet_length + outside) % block == 0;
}

enum status record_measure(struct record_core *core, struct record_conn *r, struct conn_id id,
                           const uint8_t *head, uint32_t *packet_length, size_t *wire_bytes)
{
	const struct suite *suite;
	uint32_t len;

	if (r->v1)
		return record_v1_measure(core, head, packet_length, wire_bytes);
	suite = suite_by_id(r->in.suite);
	if (suite == NULL)
		len = load_u32(head);
	else
		len = suite_packet_length(record_context(core, &r->in, id, false), &r->in.keys,
		                          r->in.sequence, head);
	if (!length_may_be(suite, len)) {
		core->count[COUNTER_record_length_bad]++;
		return suite == NULL ? STATUS_MALFORMED : STATUS_FORGED;
	}
	*packet_length = len;
	*wire_bytes = 4 + (size_t)len + (suite != NULL ? suite->tag_bytes : 0);
	return STATUS_OK;
}

static enum status payload_of(struct record_core *core, const uint8_t *plain,
                              uint32_t packet_length, struct span *message)
{
	uint32_t padding = *(const volatile uint8_t *)(plain + 4); // once: memory may be shared

	if (padding < 4 || padding + 2 > packet_length) {
		core->count[COUNTER_record_padding_bad]++;
		return STATUS_MALFORMED;
	}
	*message = span_of(plain + 5, packet_length - 1 - padding);
	return STATUS_OK;
}

enum status record_open(struct record_core *core, struct record_conn *r, struct conn_id id,
                        const uint8_t *record, uint32_t packet_length, uint8_t *plain,
                        struct span *message)
{
	enum status status = STATUS_OK;

	TRACE_STEP(id.slot, id.life);
	if (r->in.packets >= RECORD_PACKETS_MAX) {
		core->count[COUNTER_gate_limit]++;
		return STATUS_TOO_LONG;
	}
	if (r->v1)
		return record_v1_open(core, r, id, record, packet_length, plain, message);
	if (r->in.suite == 0)
		memcpy(plain, record, 4 + (size_t)packet_length);
	else
		status = suite_open(record_context(core, &r->in, id, false), &r->in.keys,
		                    r->in.sequence, record, packet_length, plain);
	if (status != STATUS_OK) {
		core->count[COUNTER_record_forged]++;
		return STATUS_FORGED;
	}
	r->in.sequence++;
	r->in.packets++;
	core->count[COUNTER_record_opened]++;
	return payload_of(core, plain, packet_length, message);
}

// --- faults that are not told apart --------------------------------------------------------------

size_t record_conceal(const struct record_conn *r, uint32_t packet_length)
{
	const struct suite *suite = suite_by_id(r->in.suite);

	if (suite == NULL || !suite->conceals_faults)
		return 0;
	return suite_conceal_length(suite) - packet_length;
}

void record_concealed(struct record_core *core, struct record_conn *r, struct conn_id id)
{
	const struct suite *suite = suite_by_id(r->in.suite);
	struct suite_keys keys = r->in.keys;

	if (suite_open(record_context(core, &r->in, id, false), &keys, r->in.sequence,
	               core->wire, suite_conceal_length(suite), core->plain) != STATUS_OK)
		core->count[COUNTER_record_concealed]++;
	secret_wipe(&keys, sizeof(keys));
}
