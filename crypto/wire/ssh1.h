// SSH-1.5 on the wire: message numbers (the protocol's description of 1995, section 8) and its
// integers, a count of bits and then that many, high byte first.
#pragma once

#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

#define SSH1_MSG_DISCONNECT           1
#define SSH1_SMSG_PUBLIC_KEY          2
#define SSH1_CMSG_SESSION_KEY         3
#define SSH1_CMSG_USER                4
#define SSH1_CMSG_AUTH_RHOSTS         5
#define SSH1_CMSG_AUTH_RSA            6
#define SSH1_SMSG_AUTH_RSA_CHALLENGE  7
#define SSH1_CMSG_AUTH_RSA_RESPONSE   8
#define SSH1_CMSG_AUTH_PASSWORD       9
#define SSH1_CMSG_REQUEST_PTY         10
#define SSH1_CMSG_WINDOW_SIZE         11
#define SSH1_CMSG_EXEC_SHELL          12
#define SSH1_CMSG_EXEC_CMD            13
#define SSH1_SMSG_SUCCESS             14
#define SSH1_SMSG_FAILURE             15
#define SSH1_CMSG_STDIN_DATA          16
#define SSH1_SMSG_STDOUT_DATA         17
#define SSH1_SMSG_STDERR_DATA         18
#define SSH1_CMSG_EOF                 19
#define SSH1_SMSG_EXITSTATUS          20
#define SSH1_MSG_CHANNEL_OPEN_FAILURE 22
#define SSH1_CMSG_PORT_FORWARD        28
#define SSH1_MSG_PORT_OPEN            29
#define SSH1_CMSG_AGENT_FORWARD       30
#define SSH1_MSG_IGNORE               32
#define SSH1_CMSG_EXIT_CONFIRMATION   33
#define SSH1_CMSG_X11_FORWARD         34
#define SSH1_CMSG_AUTH_RHOSTS_RSA     35
#define SSH1_MSG_DEBUG                36
#define SSH1_CMSG_COMPRESS            37
#define SSH1_CMSG_MAX_PACKET_SIZE     38
#define SSH1_CMSG_AUTH_TIS            39
#define SSH1_CMSG_AUTH_LAST           44 // the rest of other ways to log in

#define SSH1_COOKIE_BYTES 8
#define SSH1_ID_BYTES     16 // MD5
#define SSH1_PACKET_MAX   262144

// The magnitude without leading zeros. Clients are known that count the bits of whole bytes.
static inline struct span cursor_ssh1_mpint(struct cursor *c)
{
	struct span v = cursor_bytes(c, (cursor_u16(c) + 7u) / 8);

	while (v.len > 0 && v.data[0] == 0)
		v = span_of(v.data + 1, v.len - 1);
	return v;
}

static inline void builder_ssh1_mpint(struct builder *b, struct span v)
{
	while (v.len > 0 && v.data[0] == 0)
		v = span_of(v.data + 1, v.len - 1);
	builder_u16(b, v.len == 0 ? 0
	                          : (uint16_t)(8 * v.len -
	                                       (size_t)(__builtin_clz(v.data[0]) - 24)));
	builder_bytes(b, v);
}
