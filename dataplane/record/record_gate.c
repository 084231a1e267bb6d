// Which message numbers may pass in which phase (RFC 4253 sections 7 to 12, strict KEX). Control's
// own state table decides what a message means; this keeps the impossible ones away from it.
#include "dataplane/record/record_core.h"

#include "dataplane/base/trace.h"

#define CONNECTION_FIRST 80 // RFC 4254
#define CONNECTION_LAST  127

static bool is_kex(uint8_t number)
{
	return number >= SSH_MSG_KEXINIT && number <= SSH_MSG_KEX_LAST;
}

// Transport messages that a peer may put anywhere unless strict KEX forbids it.
static bool is_noise(uint8_t number)
{
	return number == SSH_MSG_IGNORE || number == SSH_MSG_DEBUG ||
	       number == SSH_MSG_UNIMPLEMENTED;
}

static enum status refuse(struct record_core *core, enum counter why)
{
	core->count[why]++;
	return STATUS_UNEXPECTED;
}

// In the first key exchange strict KEX allows nothing else; whether it was agreed is known only
// when keys come, so a violation before that is remembered (record_keys_install).
static enum status gate_noise(struct record_core *core, struct record_conn *r)
{
	if (r->keyed_in)
		return STATUS_OK;
	if (r->strict)
		return refuse(core, COUNTER_gate_strict);
	r->noise = true;
	return STATUS_OK;
}

static enum status gate_kex(struct record_core *core, struct record_conn *r, uint8_t number)
{
	if (number == SSH_MSG_KEXINIT) {
		if (r->in.in_kex)
			return refuse(core, COUNTER_gate_kex);
		r->in.in_kex = true;
		return STATUS_OK;
	}
	if (!r->in.in_kex)
		return refuse(core, number == SSH_MSG_NEWKEYS ? COUNTER_gate_newkeys
		                                              : COUNTER_gate_kex);
	if (number != SSH_MSG_NEWKEYS)
		return STATUS_OK;
	if (r->in.pending == RECORD_NO_KEYS)
		return refuse(core, COUNTER_gate_newkeys);
	record_newkeys(core, &r->in, r->strict);
	r->keyed_in = true;
	return STATUS_OK;
}

enum status record_gate_in(struct record_core *core, struct record_conn *r, struct conn_id id,
                           uint8_t number)
{
	TRACE_STEP(id.slot, id.life);
	if (number == SSH_MSG_DISCONNECT)
		return STATUS_OK;
	if (is_noise(number))
		return gate_noise(core, r);
	if (is_kex(number))
		return gate_kex(core, r, number);
	if (r->in.in_kex)
		return refuse(core, COUNTER_gate_kex);
	if (!r->keyed_in || number == 0)
		return refuse(core, COUNTER_gate_early);
	if (number >= CONNECTION_FIRST && number <= CONNECTION_LAST &&
	    r->phase != RECORD_PHASE_OPEN)
		return refuse(core, COUNTER_gate_early);
	return STATUS_OK;
}

enum status record_gate_out(struct record_core *core, struct record_conn *r, uint8_t number)
{
	bool may;

	if (number == SSH_MSG_DISCONNECT)
		return STATUS_OK;
	if (number == SSH_MSG_NEWKEYS)
		may = r->out.in_kex && r->out.pending != RECORD_NO_KEYS;
	else if (number == SSH_MSG_KEXINIT)
		may = !r->out.in_kex;
	else if (is_kex(number))
		may = r->out.in_kex;
	else
		may = !r->out.in_kex && (r->out.generation != 0 || is_noise(number));
	if (!may)
		return refuse(core, COUNTER_gate_out);
	if (number == SSH_MSG_KEXINIT)
		r->out.in_kex = true;
	return STATUS_OK;
}
