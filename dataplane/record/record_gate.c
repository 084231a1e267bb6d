// Which message numbers may pass in which phase (RFC 4253 sections 7 to 12, strict KEX), as a table
// of places and kinds. Control's own state table decides what a message means; this keeps the
// impossible ones away from it, and refuses nothing that the other would take.
#include "dataplane/record/record_core.h"
#include "dataplane/record/record_v1.h"

#include "dataplane/base/trace.h"

#define CONNECTION_FIRST 80 // RFC 4254
#define CONNECTION_LAST  127

// Where the peer's direction stands.
enum place {
	PLACE_PLAIN,     // nothing has come yet
	PLACE_FIRST_KEX, // its first KEXINIT has come
	PLACE_LOGIN,     // keys are in force, nobody has logged in
	PLACE_OPEN,      // control has said that the session is open
	PLACE_REKEY,     // a later KEXINIT has come
	PLACES
};

// What numbers have in common.
enum kind {
	KIND_OTHER, // login, unassigned, private
	KIND_END,   // DISCONNECT
	KIND_NOISE, // may stand anywhere unless strict KEX forbids it
	KIND_KEXINIT,
	KIND_NEWKEYS,
	KIND_KEX,        // the rest of key exchange
	KIND_CONNECTION, // needs a login
	KIND_ILLEGAL,
	KINDS
};

enum verdict {
	REFUSE_EARLY,
	REFUSE_KEX,
	REFUSE_NEWKEYS,
	PASS,
	PASS_LAX,
	PASS_TALKER,
	KEX_BEGINS,
	KEX_ENDS
};

// clang-format off
static const uint8_t verdicts[PLACES][KINDS] = {
	[PLACE_PLAIN] = {
		[KIND_END] = PASS, [KIND_NOISE] = PASS_LAX, [KIND_KEXINIT] = KEX_BEGINS,
		[KIND_NEWKEYS] = REFUSE_NEWKEYS, [KIND_KEX] = REFUSE_KEX,
	},
	[PLACE_FIRST_KEX] = {
		[KIND_END] = PASS, [KIND_NOISE] = PASS_LAX, [KIND_KEX] = PASS,
		[KIND_NEWKEYS] = KEX_ENDS, [KIND_KEXINIT] = REFUSE_KEX, [KIND_OTHER] = REFUSE_KEX,
		[KIND_CONNECTION] = REFUSE_KEX, [KIND_ILLEGAL] = REFUSE_KEX,
	},
	[PLACE_LOGIN] = {
		[KIND_END] = PASS, [KIND_NOISE] = PASS, [KIND_OTHER] = PASS,
		[KIND_KEXINIT] = KEX_BEGINS, [KIND_NEWKEYS] = REFUSE_NEWKEYS, [KIND_KEX] = REFUSE_KEX,
	},
	[PLACE_OPEN] = {
		[KIND_END] = PASS, [KIND_NOISE] = PASS, [KIND_OTHER] = PASS, [KIND_CONNECTION] = PASS,
		[KIND_KEXINIT] = KEX_BEGINS, [KIND_NEWKEYS] = REFUSE_NEWKEYS, [KIND_KEX] = REFUSE_KEX,
	},
	[PLACE_REKEY] = {
		[KIND_END] = PASS, [KIND_NOISE] = PASS, [KIND_KEX] = PASS,
		[KIND_NEWKEYS] = KEX_ENDS, [KIND_KEXINIT] = REFUSE_KEX, [KIND_OTHER] = REFUSE_KEX,
		[KIND_CONNECTION] = PASS_TALKER, [KIND_ILLEGAL] = REFUSE_KEX,
	},
};
// clang-format on

static const uint8_t kinds[256] = {
        [0] = KIND_ILLEGAL,
        [SSH_MSG_DISCONNECT] = KIND_END,
        [SSH_MSG_IGNORE] = KIND_NOISE,
        [SSH_MSG_UNIMPLEMENTED] = KIND_NOISE,
        [SSH_MSG_DEBUG] = KIND_NOISE,
        [SSH_MSG_KEXINIT] = KIND_KEXINIT,
        [SSH_MSG_NEWKEYS] = KIND_NEWKEYS,
        [SSH_MSG_NEWKEYS + 1 ... SSH_MSG_KEX_LAST] = KIND_KEX,
        [CONNECTION_FIRST... CONNECTION_LAST] = KIND_CONNECTION,
};

static enum place place_of(const struct record_conn *r)
{
	if (r->in.in_kex)
		return r->keyed_in ? PLACE_REKEY : PLACE_FIRST_KEX;
	if (!r->keyed_in)
		return PLACE_PLAIN;
	return r->phase == RECORD_PHASE_OPEN ? PLACE_OPEN : PLACE_LOGIN;
}

static enum status refuse(struct record_core *core, enum counter why)
{
	core->count[why]++;
	return STATUS_UNEXPECTED;
}

// In the first key exchange strict KEX allows nothing else; whether it was agreed is known only
// when keys come, so a violation before that is remembered (record_keys_install).
static enum status pass_lax(struct record_core *core, struct record_conn *r)
{
	if (r->strict)
		return refuse(core, COUNTER_gate_strict);
	r->noise = true;
	return STATUS_OK;
}

static enum status kex_ends(struct record_core *core, struct record_conn *r)
{
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
	if (r->v1)
		return record_v1_gate_in(core, r, number);
	switch ((enum verdict)verdicts[place_of(r)][kinds[number]]) {
	case PASS:
		return STATUS_OK;
	case PASS_LAX:
		return pass_lax(core, r);
	case PASS_TALKER:
		return r->talks ? STATUS_OK : refuse(core, COUNTER_gate_kex);
	case KEX_BEGINS:
		r->in.in_kex = true;
		return STATUS_OK;
	case KEX_ENDS:
		return kex_ends(core, r);
	case REFUSE_KEX:
		return refuse(core, COUNTER_gate_kex);
	case REFUSE_NEWKEYS:
		return refuse(core, COUNTER_gate_newkeys);
	case REFUSE_EARLY:
		break;
	}
	return refuse(core, COUNTER_gate_early);
}

enum status record_gate_out(struct record_core *core, struct record_conn *r, uint8_t number)
{
	bool may;

	if (r->v1)
		return record_v1_gate_out(core, r, number);
	if (number == SSH_MSG_DISCONNECT)
		return STATUS_OK;
	if (number == SSH_MSG_NEWKEYS)
		may = r->out.in_kex && r->out.pending != RECORD_NO_KEYS;
	else if (number == SSH_MSG_KEXINIT)
		may = !r->out.in_kex;
	else if (kinds[number] == KIND_KEX)
		may = r->out.in_kex;
	else
		may = !r->out.in_kex && (r->out.generation != 0 || kinds[number] == KIND_NOISE);
	if (!may)
		return refuse(core, COUNTER_gate_out);
	if (number == SSH_MSG_KEXINIT)
		r->out.in_kex = true;
	return STATUS_OK;
}
