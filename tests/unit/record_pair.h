// A record layer and two ends of one connection in it: what a seals, b opens.
#pragma once

#include "dataplane/record/record.h"
#include "tests/unit/check.h"

struct record_pair {
	uint64_t count[COUNTERS];
	struct record_core *core;
	struct record_conn a, b;
};

static const struct conn_id id_a = {1, 7}, id_b = {2, 9};

static inline void pair_init(struct record_pair *p)
{
	memset(p, 0, sizeof(*p));
	p->core = record_core_new(p->count, 8);
	record_init(&p->a);
	record_init(&p->b);
}

static inline void pair_fini(struct record_pair *p)
{
	record_fini(p->core, &p->a, id_a);
	record_fini(p->core, &p->b, id_b);
	record_core_free(p->core);
}

static inline struct suite_keys pair_keys(uint8_t seed)
{
	struct suite_keys keys;
	uint8_t *at = (uint8_t *)&keys;

	for (size_t i = 0; i < sizeof(keys); i++)
		at[i] = (uint8_t)(seed + i * 13);
	return keys;
}

// One record of message `text` from `from`, copied out of the scratch. Returns its length.
static inline size_t pair_seal(struct record_pair *p, struct record_conn *from,
                               struct span text, uint8_t *record)
{
	struct span sealed = {0};

	CHECK_EQ(record_seal(p->core, from, from == &p->a ? id_a : id_b, text, &sealed),
	         STATUS_OK);
	if (sealed.len > 0)
		memcpy(record, sealed.data, sealed.len);
	return sealed.len;
}

static inline enum status pair_open(struct record_pair *p, struct record_conn *to,
                                    const uint8_t *record, size_t len, uint8_t *plain,
                                    struct span *message)
{
	struct conn_id id = to == &p->a ? id_a : id_b;
	uint32_t packet_length = 0;
	size_t wire_bytes = 0;
	enum status status;

	if (len < record_head_bytes(to))
		return STATUS_TRUNCATED;
	status = record_measure(p->core, to, id, record, &packet_length, &wire_bytes);
	if (status != STATUS_OK)
		return status;
	if (wire_bytes != len)
		return STATUS_TRUNCATED;
	return record_open(p->core, to, id, record, packet_length, plain, message);
}

// Agree on keys of `suite` for a -> b without the messages in between.
static inline void pair_key(struct record_pair *p, uint8_t suite, bool strict)
{
	struct suite_keys keys = pair_keys(suite);
	uint8_t record[64], plain[64];
	struct span message;
	size_t len;

	CHECK_EQ(record_keys_install(p->core, &p->a, suite, true, strict, &keys), STATUS_OK);
	CHECK_EQ(record_keys_install(p->core, &p->b, suite, false, strict, &keys), STATUS_OK);
	p->b.in.in_kex = true;
	len = pair_seal(p, &p->a, span_text("\x15"), record);
	CHECK_EQ(pair_open(p, &p->b, record, len, plain, &message), STATUS_OK);
	CHECK_EQ(record_gate_in(p->core, &p->b, id_b, plain[5]), STATUS_OK);
}
