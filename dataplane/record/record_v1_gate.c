// Which SSH-1 message numbers may pass in which phase, as record_gate.c does for SSH-2.
#include "dataplane/record/record_v1.h"

#include "crypto/wire/ssh1.h"

enum place {
	PLACE_PLAIN, // the session key is awaited
	PLACE_SHUT,  // it came, and its opening is awaited
	PLACE_LOGIN, // keys are in force, nobody has logged in
	PLACE_OPEN,  // control has said that the session is open
	PLACES
};

// Places where a client may say this, one bit each. What only a server says has none.
#define IN(place) (1u << PLACE_##place)
#define ALWAYS    (IN(PLAIN) | IN(SHUT) | IN(LOGIN) | IN(OPEN))

static const uint8_t places[256] = {
        [SSH1_MSG_DISCONNECT] = ALWAYS,
        [SSH1_MSG_IGNORE] = IN(PLAIN) | IN(LOGIN) | IN(OPEN),
        [SSH1_MSG_DEBUG] = IN(PLAIN) | IN(LOGIN) | IN(OPEN),
        [SSH1_CMSG_SESSION_KEY] = IN(PLAIN),
        [SSH1_CMSG_USER... SSH1_CMSG_AUTH_RSA] = IN(LOGIN),
        [SSH1_CMSG_AUTH_RSA_RESPONSE... SSH1_CMSG_AUTH_PASSWORD] = IN(LOGIN),
        [SSH1_CMSG_AUTH_RHOSTS_RSA] = IN(LOGIN),
        [SSH1_CMSG_AUTH_TIS... SSH1_CMSG_AUTH_LAST] = IN(LOGIN),
        [SSH1_CMSG_REQUEST_PTY... SSH1_CMSG_EXEC_CMD] = IN(OPEN),
        [SSH1_CMSG_STDIN_DATA] = IN(OPEN),
        [SSH1_CMSG_EOF] = IN(OPEN),
        [21 ... 31] = IN(OPEN), // channels and forwarding
        [SSH1_CMSG_EXIT_CONFIRMATION... SSH1_CMSG_X11_FORWARD] = IN(OPEN),
        [SSH1_CMSG_COMPRESS... SSH1_CMSG_MAX_PACKET_SIZE] = IN(OPEN),
};

static enum place place_of(const struct record_conn *r)
{
	if (!r->keyed_in)
		return r->in.in_kex ? PLACE_SHUT : PLACE_PLAIN;
	return r->phase == RECORD_PHASE_OPEN ? PLACE_OPEN : PLACE_LOGIN;
}

enum status record_v1_gate_in(struct record_core *core, struct record_conn *r, uint8_t number)
{
	if (!(places[number] & 1u << place_of(r))) {
		core->count[COUNTER_gate_v1]++;
		return STATUS_UNEXPECTED;
	}
	r->in.in_kex |= number == SSH1_CMSG_SESSION_KEY;
	return STATUS_OK;
}

enum status record_v1_gate_out(struct record_core *core, struct record_conn *r, uint8_t number)
{
	bool plain = number == SSH1_MSG_DISCONNECT || number == SSH1_SMSG_PUBLIC_KEY;

	if (plain || r->out.suite != 0)
		return STATUS_OK;
	core->count[COUNTER_gate_out]++;
	return STATUS_UNEXPECTED;
}
