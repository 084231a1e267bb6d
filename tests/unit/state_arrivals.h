// A control_bench whose client stands in a state of its session: one way there for each state.
#pragma once

#include "tests/unit/v1_client.h"

static inline void arrive_kexinit(struct bench *b)
{
	client_connects(b, 0);
	client_identifies(b, 0, "SSH-2.0-test");
}

static inline void arrive_kex_init(struct bench *b)
{
	arrive_kexinit(b);
	client_offers(b, 0, &modern);
}

#define GROUP_METHOD "diffie-hellman-group-exchange-sha256"

// From where a KEXINIT is awaited to where a value in our group is.
static inline void arrive_in_group(struct bench *b, void (*before)(struct bench *b))
{
	struct offer o = modern;

	o.kex = GROUP_METHOD;
	bench_algorithms(b, API_SSH_ALGORITHM_KEX, GROUP_METHOD);
	before(b);
	client_offers(b, 0, &o);
	client_message(b, 0, wire("buuu", SSH_MSG_KEX_GROUP_ASK, 2048, 2048, 8192));
	bench_algorithms(b, API_SSH_ALGORITHM_KEX, "");
}

static inline void arrive_group_init(struct bench *b)
{
	arrive_in_group(b, arrive_kexinit);
}

static inline void arrive_kex_answer(struct bench *b)
{
	arrive_kex_init(b);
	b->crypto_mute = true;
	client_public(b, 0);
}

static inline void arrive_signature(struct bench *b)
{
	arrive_kex_init(b);
	b->keeper_mute = true;
	client_public(b, 0);
}

static inline void arrive_newkeys(struct bench *b)
{
	arrive_kex_init(b);
	client_public(b, 0);
}

static inline void arrive_service(struct bench *b)
{
	client_keyed(b, 0);
}

static inline void arrive_auth(struct bench *b)
{
	client_in_auth(b, 0);
}

static inline void arrive_wait_auth(struct bench *b)
{
	arrive_auth(b);
	b->keeper_mute = true;
	client_password(b, 0, "bob", "secret");
}

static inline void arrive_round(struct bench *b)
{
	arrive_auth(b);
	client_interactive(b, 0, "bob");
}

static inline void arrive_open(struct bench *b)
{
	arrive_auth(b);
	client_password(b, 0, "bob", "secret");
	client_channel(b, 7, 100000);
}

static inline void arrive_rekey_kexinit(struct bench *b)
{
	arrive_open(b);
	bench_session(b, 0)->key_bytes[1] = SESSION_REKEY_BYTES;
	client_number(b, 0, SSH_MSG_IGNORE);
}

static inline void arrive_rekey_kex_init(struct bench *b)
{
	arrive_open(b);
	client_offers(b, 0, &modern);
}

static inline void arrive_nowhere(struct bench *b)
{
}

static inline void arrive_rekey_group_init(struct bench *b)
{
	arrive_open(b);
	arrive_in_group(b, arrive_nowhere);
}

static inline void arrive_rekey_answer(struct bench *b)
{
	arrive_rekey_kex_init(b);
	b->crypto_mute = true;
	client_public(b, 0);
}

static inline void arrive_rekey_signature(struct bench *b)
{
	arrive_rekey_kex_init(b);
	b->keeper_mute = true;
	client_public(b, 0);
}

static inline void arrive_rekey_newkeys(struct bench *b)
{
	arrive_rekey_kex_init(b);
	client_public(b, 0);
}

static inline void arrive_v1_wait_key(struct bench *b)
{
	b->keeper_mute = true;
	v1_connects(b);
}

static inline void arrive_v1_wait_opened(struct bench *b)
{
	v1_connects(b);
	b->keeper_mute = true;
	client_message(b, 0, v1_session_key(b, SSH1_CIPHER_3DES));
}

static inline void arrive_v1_auth(struct bench *b)
{
	v1_named(b, "bob");
}

static inline void arrive_v1_answer(struct bench *b)
{
	v1_challenged(b, "rob");
}

static inline void arrive_v1_wait_auth(struct bench *b)
{
	v1_named(b, "bob");
	b->keeper_mute = true;
	v1_password(b, "secret");
}

static inline void arrive_v1_open(struct bench *b)
{
	v1_logged_in(b);
	client_number(b, 0, SSH1_CMSG_EXEC_SHELL);
}

static inline void arrive_v1_exiting(struct bench *b)
{
	arrive_v1_open(b);
	cli_exits(b, 3, false);
}

// States that a client can stand in and be heard.
static const struct {
	enum session_state state;
	void (*arrive)(struct bench *b);
} arrivals[] = {
        {SESSION_EXPECT_IDENT, NULL},
        {SESSION_EXPECT_KEXINIT, arrive_kexinit},
        {SESSION_EXPECT_KEX_INIT, arrive_kex_init},
        {SESSION_EXPECT_GROUP_INIT, arrive_group_init},
        {SESSION_WAIT_KEX_ANSWER, arrive_kex_answer},
        {SESSION_WAIT_SIGNATURE, arrive_signature},
        {SESSION_EXPECT_NEWKEYS, arrive_newkeys},
        {SESSION_EXPECT_SERVICE, arrive_service},
        {SESSION_EXPECT_AUTH, arrive_auth},
        {SESSION_EXPECT_ROUND, arrive_round},
        {SESSION_WAIT_AUTH, arrive_wait_auth},
        {SESSION_V1_WAIT_KEY, arrive_v1_wait_key},
        {SESSION_V1_EXPECT_KEY, v1_connects},
        {SESSION_V1_WAIT_OPENED, arrive_v1_wait_opened},
        {SESSION_V1_EXPECT_USER, v1_keyed},
        {SESSION_V1_EXPECT_AUTH, arrive_v1_auth},
        {SESSION_V1_EXPECT_ANSWER, arrive_v1_answer},
        {SESSION_V1_WAIT_AUTH, arrive_v1_wait_auth},
        {SESSION_OPEN, arrive_open},
        {SESSION_REKEY_KEXINIT, arrive_rekey_kexinit},
        {SESSION_REKEY_KEX_INIT, arrive_rekey_kex_init},
        {SESSION_REKEY_GROUP_INIT, arrive_rekey_group_init},
        {SESSION_REKEY_ANSWER, arrive_rekey_answer},
        {SESSION_REKEY_SIGNATURE, arrive_rekey_signature},
        {SESSION_REKEY_NEWKEYS, arrive_rekey_newkeys},
        {SESSION_V1_PREPARE, v1_logged_in},
        {SESSION_V1_OPEN, arrive_v1_open},
        {SESSION_V1_EXITING, arrive_v1_exiting},
};
#define ARRIVALS (sizeof(arrivals) / sizeof(arrivals[0]))

// The client of slot 0 anew, in that state; whoever was there is gone.
static inline void bench_arrive(struct bench *b, unsigned which)
{
	if (bench_session(b, 0)->life != 0)
		client_gone(b, 0);
	if (b->h->gauges.dialogues > 0)
		cli_exits(b, 0, false); // what was hung up
	b->keeper_mute = b->crypto_mute = false;
	bench_turn(b);
	if (arrivals[which].arrive != NULL)
		arrivals[which].arrive(b);
	else
		client_connects(b, 0);
	client_forgets(b);
}
