// The states of a session, named after what is awaited. Stage names: comware.md 1.1 calls them so
// in displays and the MIB.
#pragma once

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
	X(OPEN,             open,             "Established",   "channels and what they carry")   \
	X(REKEY_KEXINIT,    rekey_kexinit,    "Established",   "the client's KEXINIT, again")    \
	X(REKEY_KEX_INIT,   rekey_kex_init,   "Established",   "the client's public value, again") \
	X(REKEY_GROUP_INIT, rekey_group_init, "Established",  "the client's value in our group, again") \
	X(REKEY_ANSWER,     rekey_answer,     "Established",   "the shared secret, again")       \
	X(REKEY_SIGNATURE,  rekey_signature,  "Established",   "the keeper's signature, again")  \
	X(REKEY_NEWKEYS,    rekey_newkeys,    "Established",   "the client's NEWKEYS, again")    \
	X(CLOSING,          closing,          "Disconnected",  "the end of the connection")
// clang-format on

enum session_state {
#define X(name, lower, stage, text) SESSION_##name,
	SESSION_STATE_LIST(X)
#undef X
	        SESSION_STATES
};

const char *session_state_name(unsigned state);
const char *session_stage_name(unsigned state); // Comware's word
