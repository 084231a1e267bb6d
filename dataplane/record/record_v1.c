// Cut, open and seal records of SSH-1.5.
#include "dataplane/record/record_v1.h"

#include "crypto/core/secret.h"

#define CRC_BYTES  4u
#define LENGTH_MIN (1 + CRC_BYTES) // a message number and the CRC

static uint32_t load_u32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void store_u32(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 24);
	at[1] = (uint8_t)(v >> 16);
	at[2] = (uint8_t)(v >> 8);
	at[3] = (uint8_t)v;
}

// ISO 3309's polynomial, but begun with zero and not inverted; four bits at a time.
static uint32_t crc_of(const uint8_t *at, size_t len)
{
	static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
	                                   0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
	                                   0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
	                                   0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
	uint32_t crc = 0;

	for (size_t i = 0; i < len; i++) {
		crc = table[(crc ^ at[i]) & 15] ^ crc >> 4;
		crc = table[(crc ^ at[i] >> 4) & 15] ^ crc >> 4;
	}
	return crc;
}

// One to eight bytes, so that blocks are whole.
static uint32_t padding_of(uint32_t length)
{
	return SSH1_BLOCK - length % SSH1_BLOCK;
}

// --- keys ----------------------------------------------------------------------------------------

enum status record_v1_keys_install(struct record_conn *r, uint8_t cipher, bool sending,
                                   const struct suite_keys *keys)
{
	struct record_half *half = sending ? &r->out : &r->in;

	if (ssh1_cipher_name(cipher) == NULL)
		return STATUS_NOT_FOUND;
	if (half->suite != 0)
		return STATUS_EXISTS;
	memcpy(half->keys.key, keys->key, SSH1_KEY_BYTES);
	half->suite = cipher;
	half->packets = 0;
	if (!sending) {
		half->in_kex = false;
		r->keyed_in = true;
	}
	return STATUS_OK;
}

static struct ssh1_cipher *context_of(struct record_core *core, const struct record_half *half,
                                      struct conn_id id)
{
	struct v1_context *c = &core->v1[id.slot % V1_CONTEXTS];

	if (c->life == 0 || c->slot != id.slot || c->life != id.life) {
		ssh1_cipher_expand(&c->cipher, half->suite, half->keys.key);
		c->slot = id.slot;
		c->life = id.life;
		core->count[COUNTER_record_keyed]++;
	}
	return &c->cipher;
}

void record_v1_forget(struct record_core *core, struct conn_id id)
{
	struct v1_context *c = &core->v1[id.slot % V1_CONTEXTS];

	if (c->life != 0 && c->slot == id.slot && c->life == id.life)
		secret_wipe(c, sizeof(*c));
}

// --- arriving ------------------------------------------------------------------------------------

// The length on the wire leaves out itself and the padding.
enum status record_v1_measure(struct record_core *core, const uint8_t *head,
                              uint32_t *packet_length, size_t *wire_bytes)
{
	uint32_t length = load_u32(head);

	if (length < LENGTH_MIN || length > RECORD_MAX - 4 - SSH1_BLOCK) {
		core->count[COUNTER_record_length_bad]++;
		return STATUS_MALFORMED;
	}
	*packet_length = length + padding_of(length);
	*wire_bytes = 4 + (size_t)*packet_length;
	return STATUS_OK;
}

static enum status blocks_open(struct record_core *core, struct record_conn *r,
                               struct conn_id id, uint8_t *plain, uint32_t len)
{
	struct record_half *half = &r->in;

	if (record_v1_attacked(core, plain, len, half->keys.iv)) {
		core->count[COUNTER_record_v1_attack]++;
		return STATUS_FORGED;
	}
	memcpy(half->keys.iv, plain + len - SSH1_BLOCK, SSH1_BLOCK);
	ssh1_cipher_open(context_of(core, half, id), half->keys.mac_key, plain, len);
	return STATUS_OK;
}

enum status record_v1_open(struct record_core *core, struct record_conn *r, struct conn_id id,
                           const uint8_t *record, uint32_t packet_length, uint8_t *plain,
                           struct span *message)
{
	uint32_t length = load_u32(record), padding = padding_of(length);
	uint8_t *end = plain + 4 + packet_length - CRC_BYTES;

	if (r->in.packets >= RECORD_PACKETS_MAX) {
		core->count[COUNTER_gate_limit]++;
		return STATUS_TOO_LONG;
	}
	memcpy(plain, record, 4 + (size_t)packet_length);
	if (r->in.suite != 0 && blocks_open(core, r, id, plain + 4, packet_length) != STATUS_OK)
		return STATUS_FORGED;
	if (crc_of(plain + 4, packet_length - CRC_BYTES) != load_u32(end)) {
		core->count[COUNTER_record_forged]++;
		return STATUS_FORGED;
	}
	r->in.sequence++;
	r->in.packets++;
	core->count[COUNTER_record_opened]++;
	*message = span_of(plain + 4 + padding, length - CRC_BYTES);
	return STATUS_OK;
}

// --- leaving -------------------------------------------------------------------------------------

enum status record_v1_seal(struct record_core *core, struct record_conn *r, struct conn_id id,
                           struct span message, struct span *record)
{
	uint32_t length = (uint32_t)message.len + CRC_BYTES, padding = padding_of(length);
	uint8_t *at = core->plain + 4;

	if (message.len == 0 || message.len > RECORD_MAX - RECORD_OVERHEAD_MAX ||
	    r->out.packets >= RECORD_PACKETS_MAX)
		return STATUS_NO_ROOM;
	store_u32(core->plain, length);
	record_noise(core, at, padding);
	memcpy(at + padding, message.data, message.len);
	store_u32(at + padding + message.len, crc_of(at, padding + message.len));
	if (r->out.suite != 0)
		ssh1_cipher_seal(context_of(core, &r->out, id), r->out.keys.mac_key, at,
		                 padding + length);
	*record = span_of(core->plain, 4 + (size_t)padding + length);
	r->out.sequence++;
	r->out.packets++;
	core->count[COUNTER_record_sealed]++;
	return STATUS_OK;
}
