// Pad and seal what leaves (RFC 4253 section 6).
#include "dataplane/record/record_core.h"
#include "dataplane/record/record_v1.h"

#include "dataplane/base/trace.h"

#define PLAIN_BLOCK 8u
#define PADDING_MIN 4u

static size_t padding_for(const struct suite *suite, size_t message_bytes)
{
	size_t block = suite != NULL ? suite->block_bytes : PLAIN_BLOCK;
	size_t covered = 1 + message_bytes;
	size_t padding;

	if (suite == NULL || suite->pads_length)
		covered += 4;
	padding = block - covered % block;
	return padding < PADDING_MIN ? padding + block : padding;
}

static void store_u32(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 24);
	at[1] = (uint8_t)(v >> 16);
	at[2] = (uint8_t)(v >> 8);
	at[3] = (uint8_t)v;
}

static void packet_build(struct record_core *core, struct span message, size_t padding)
{
	uint8_t *at = core->plain;

	store_u32(at, (uint32_t)(1 + message.len + padding));
	at[4] = (uint8_t)padding;
	memcpy(at + 5, message.data, message.len);
	record_noise(core, at + 5 + message.len, padding);
}

enum status record_seal(struct record_core *core, struct record_conn *r, struct conn_id id,
                        struct span message, struct span *record)
{
	const struct suite *suite;
	uint32_t packet_length;
	size_t padding, tag;

	TRACE_STEP(id.slot, id.life);
	if (r->v1)
		return record_v1_seal(core, r, id, message, record);
	if (message.len == 0 || message.len > RECORD_MAX - RECORD_OVERHEAD_MAX ||
	    r->out.packets >= RECORD_PACKETS_MAX)
		return STATUS_NO_ROOM;
	suite = suite_by_id(r->out.suite);
	tag = suite != NULL ? suite->tag_bytes : 0;
	padding = padding_for(suite, message.len);
	packet_build(core, message, padding);
	packet_length = (uint32_t)(1 + message.len + padding);
	if (suite != NULL) {
		suite_seal(record_context(core, &r->out, id, true), &r->out.keys,
		           r->out.sequence, core->plain, packet_length, core->wire);
		*record = span_of(core->wire, 4 + packet_length + tag);
	} else {
		*record = span_of(core->plain, 4 + packet_length);
	}
	r->out.sequence++;
	r->out.packets++;
	core->count[COUNTER_record_sealed]++;
	if (core->plain[5] == SSH_MSG_NEWKEYS && r->out.pending != RECORD_NO_KEYS)
		record_newkeys(core, &r->out, r->strict);
	return STATUS_OK;
}
