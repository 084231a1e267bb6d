// A shard for fuzz targets: real joints whose far ends only empty themselves, and a session put
// straight into a state.
#pragma once

#include "control/main/crypto_pool.h"
#include "control/main/log.h"
#include "control/session/session.h"
#include "control/session/session_auth.h"
#include "control/session/session_channel.h"
#include "control/users/penalties.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/numbers.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct control target_control;
static struct shard *target_shard;
static struct link *target_far[3]; // dataplane, keeper, cli
static uint32_t target_life;

static struct link *target_joint(int which, enum link_side near)
{
	static const struct link_shape shape = {256, 512, 256, 65536, 64};
	int fd = link_create("fuzz", &shape, &shape);
	int a = eventfd(0, EFD_CLOEXEC), b = eventfd(0, EFD_CLOEXEC);

	target_far[which] =
	        link_attach(dup(fd), dup(b), dup(a), near == LINK_A ? LINK_B : LINK_A);
	return link_attach(fd, a, b, near);
}

static void target_init(void)
{
	control_init(&target_control);
	target_control.crypto = crypto_pool_new(0);
	target_shard = shard_new(&target_control, 0);
	target_control.shards[0] = target_shard;
	target_control.shard_count = 1;
	target_shard->now_us = 1000000;
	if (shard_map_sessions(target_shard, memfd_create("fuzz", MFD_CLOEXEC)) != STATUS_OK)
		abort();
	target_shard->data = target_joint(0, LINK_B);
	target_shard->keeper = target_joint(1, LINK_A);
	target_shard->dialogue = target_joint(2, LINK_A);
	target_shard->hostkeys[0] = (struct shard_hostkey){
	        HOSTKEY_ED25519, 256, 0, blob_copy(span_text("a host key, never used"))};
	target_shard->hostkey_count = 1;
	log_level_set((enum log_level)0);
}

static void target_drain(void)
{
	struct link_cell cell;
	struct span payload;

	for (int i = 0; i < 3; i++) {
		while (link_next(target_far[i], &cell, &payload))
			link_done(target_far[i]);
	}
}

// Let time pass, jobs run and rings empty.
static void target_turn(void)
{
	for (int i = 0; i < 3; i++) {
		target_shard->now_us += 50000;
		shard_turn(target_shard, target_shard->now_us);
		while (crypto_pool_step(target_control.crypto))
			;
		target_drain();
	}
}

static inline struct session *target_session(enum session_state state)
{
	struct data_opened opened = {0};
	struct session *s;

	if (target_shard == NULL)
		target_init();
	penalties_forget(target_control.penalties); // one input does not pay for another
	s = session_open(target_shard, 0, ++target_life, &opened);
	if (s == NULL || pool_take(&target_shard->auths, &s->auth) == NULL)
		abort();
	if (pool_take_sized(&target_shard->idents, sizeof(struct ident), &s->ident) == NULL)
		abort();
	s->hash_bytes = 32;
	s->services = 0xff;
	session_enter(target_shard, s, state);
	return s;
}

static inline void target_step(struct session *s, uint8_t number, struct message *m)
{
	m->number = number;
	m->body = span_of(m->whole.data + 1, m->whole.len - 1);
	session_step(target_shard, s, session_event_in(s->state, number), m);
	target_turn();
	if (target_shard->channels.used > SESSION_CHANNELS)
		abort();
}

// As link_client.c hands a message over; `number` 0: its own.
static inline void target_message(struct session *s, uint8_t number, struct span message)
{
	struct message m = {.whole = message};

	if (message.len == 0 || s->state == SESSION_CLOSING)
		return;
	if (number == 0)
		number = message.data[0];
	if (number == SSH_MSG_CHANNEL_DATA && message.len > 9) {
		m.bulk = span_of(message.data + 9, message.len - 9);
		m.whole = span_of(message.data, 9);
	}
	target_step(s, number, &m);
}

// One channel with a peer that takes everything.
static inline void target_channel(struct session *s)
{
	uint8_t bytes[64];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, SSH_MSG_CHANNEL_OPEN);
	builder_text(&b, "session");
	builder_u32(&b, 1);
	builder_u32(&b, 100000);
	builder_u32(&b, 32768);
	target_message(s, 0, builder_span(&b));
}

// The connection goes: nothing may be left of it.
static inline void target_end(struct session *s)
{
	session_gone(target_shard, s);
	target_turn();
	shell_lost(target_shard);
	if (target_shard->channels.used != 0 || target_shard->auths.used != 0 ||
	    target_shard->kexes.used != 0 || target_shard->gauges.sessions != 0 ||
	    slab_gauges(target_shard->slab).used_bytes != 0)
		abort();
}
