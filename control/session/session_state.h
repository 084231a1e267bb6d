// The states of a session, named after what is awaited. Stage names: comware.md 1.1 calls them so
// in displays and the MIB.
#pragma once

#include <stdbool.h>

// clang-format off
//      state             counter           stage            what is awaited
#define SESSION_STATE_LIST(X)                                                                    \
	X(FREE,             free,             "Disconnected",  "nothing: the slot is free")      \
	X(EXPECT_IDENT,     expect_ident,     "Ver-exchange",  "the client's identification")    \
	X(EXPECT_KEXINIT,   expect_kexinit,   "Keys-exchange", "the client's KEXINIT")           \
	X(EXPECT_KEX_INIT,  expect_kex_init,  "Keys-exchange", "the client's public value")      \
	X(EXPECT_GROUP_INIT, expect_group_init, "Keys-exchange", "the client's value in our group") \
	X(WAIT_KEX_ANSWER,  wait_kex_answer,  "Keys-exchange", "the shared secret")              \
	X(WAIT_SIGNATURE,   wait_signature,   "Keys-exchange", "the keeper's signature")         \
	X(EXPECT_NEWKEYS,   expect_newkeys,   "Keys-exchange", "the client's NEWKEYS")           \
	X(EXPECT_SERVICE,   expect_service,   "Auth-request",  "a request for ssh-userauth")     \
	X(EXPECT_AUTH,      expect_auth,      "Auth-request",  "an authentication request")      \
	X(EXPECT_ROUND,     expect_round,     "Auth-request",  "answers to our questions")       \
	X(WAIT_AUTH,        wait_auth,        "Auth-request",  "the outcome of a check")         \
	X(V1_WAIT_KEY,      v1_wait_key,      "Keys-exchange", "SSH-1: the keeper's server key")  \
	X(V1_EXPECT_KEY,    v1_expect_key,    "Keys-exchange", "SSH-1: the client's session key") \
	X(V1_WAIT_OPENED,   v1_wait_opened,   "Keys-exchange", "SSH-1: the session key, opened") \
	X(V1_EXPECT_USER,   v1_expect_user,   "Auth-request",  "SSH-1: the user's name")         \
	X(V1_EXPECT_AUTH,   v1_expect_auth,   "Auth-request",  "SSH-1: a way to log in")         \
	X(V1_EXPECT_ANSWER, v1_expect_answer, "Auth-request",  "SSH-1: the answer to a challenge") \
	X(V1_WAIT_AUTH,     v1_wait_auth,     "Auth-request",  "SSH-1: the outcome of a check")  \
	X(OPEN,             open,             "Established",   "channels and what they carry")   \
	X(REKEY_KEXINIT,    rekey_kexinit,    "Established",   "the client's KEXINIT, again")    \
	X(REKEY_KEX_INIT,   rekey_kex_init,   "Established",   "the client's public value, again") \
	X(REKEY_GROUP_INIT, rekey_group_init, "Established",  "the client's value in our group, again") \
	X(REKEY_ANSWER,     rekey_answer,     "Established",   "the shared secret, again")       \
	X(REKEY_SIGNATURE,  rekey_signature,  "Established",   "the keeper's signature, again")  \
	X(REKEY_NEWKEYS,    rekey_newkeys,    "Established",   "the client's NEWKEYS, again")    \
	X(V1_PREPARE,       v1_prepare,       "Serv-request",  "SSH-1: a terminal, and what to run") \
	X(V1_OPEN,          v1_open,          "Established",   "SSH-1: what is typed")           \
	X(V1_EXITING,       v1_exiting,       "Established",   "SSH-1: that the end was heard")  \
	X(CLOSING,          closing,          "Disconnected",  "the end of the connection")
// clang-format on

enum session_state {
#define X(name, lower, stage, text) SESSION_##name,
	SESSION_STATE_LIST(X)
#undef X
	        SESSION_STATES
};

const char *session_state_name(unsigned state);
static inline bool session_state_is_v1(unsigned state)
{
	return (state >= SESSION_V1_WAIT_KEY && state <= SESSION_V1_WAIT_AUTH) ||
	       (state >= SESSION_V1_PREPARE && state <= SESSION_V1_EXITING);
}
const char *session_stage_name(unsigned state); // Comware's word
