// A small SSH server for the client's tests: accepts one way in, opens one channel, echoes. What
// it does wrong is chosen by the test.
#pragma once

#include "crypto/core/random.h"
#include "crypto/kex/kex_group.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"
#include "tests/load/client/known_hosts.h"
#include "tests/load/client/ssh_client.h"
#include "tests/unit/check.h"

#define SERVER_IDENT "SSH-2.0-test"
#define PIPE_BYTES   (1u << 20)

struct pipe_bytes {
	uint8_t bytes[PIPE_BYTES];
	size_t len;
};

struct load_server {
	uint64_t count[COUNTERS];
	struct record_core *record;
	struct record_conn r;
	struct hostkey *key;
	struct blob key_blob;
	struct blob ours, theirs, ident;
	struct pipe_bytes out; // to the client
	uint8_t session_id[64];
	size_t session_id_bytes;
	uint8_t plain[RECORD_MAX + 64];
	const char *kex, *methods; // methods: NULL accepts at once
	struct kex_group group;
	bool small_group, wrong_reply; // 23; numbered as if without a group
	bool wrong_signature, refuse_exec, in_kex;
	unsigned requests, auths, rekeys, data_bytes, disconnects;
	char last_method[32];
	unsigned questions[4], rounds, round; // of keyboard-interactive; none: accepted at once
	bool partial;                         // after the first round there is another method
	char said[256];                       // answers, each behind a bar
	struct suite_keys keys[2];
};

static const struct conn_id server_id = {77, 1};

static inline void server_raw(struct load_server *s, struct span bytes)
{
	CHECK(s->out.len + bytes.len <= PIPE_BYTES);
	memcpy(s->out.bytes + s->out.len, bytes.data, bytes.len);
	s->out.len += bytes.len;
}

static inline void server_send(struct load_server *s, struct span message)
{
	struct span record = {0};

	CHECK_EQ(record_seal(s->record, &s->r, server_id, message, &record), STATUS_OK);
	server_raw(s, record);
}

static inline void server_number(struct load_server *s, uint8_t number, uint32_t value)
{
	uint8_t bytes[8];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, number);
	builder_u32(&b, value);
	server_send(s, builder_span(&b));
}

static inline void server_kexinit(struct load_server *s)
{
	uint8_t bytes[2048];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, SSH_MSG_KEXINIT);
	builder_bytes(&b, span_of("0123456789abcdef", 16));
	builder_text(&b, s->kex);
	builder_text(&b, "ssh-ed25519");
	builder_text(&b, suite_cipher_names);
	builder_text(&b, suite_cipher_names);
	builder_text(&b, suite_mac_names);
	builder_text(&b, suite_mac_names);
	builder_text(&b, "none");
	builder_text(&b, "none");
	builder_text(&b, "");
	builder_text(&b, "");
	builder_bool(&b, false);
	builder_u32(&b, 0);
	blob_fini(&s->ours);
	s->ours = blob_copy(builder_span(&b));
	s->in_kex = true;
	server_send(s, builder_span(&b));
}

static inline void server_init(struct load_server *s, const char *kex)
{
	memset(s, 0, sizeof(*s));
	s->record = record_core_new(s->count, 8);
	s->kex = kex;
	record_init(&s->r);
	CHECK_EQ(hostkey_generate(HOSTKEY_ED25519, 0, &s->key), STATUS_OK);
	CHECK_EQ(hostkey_public_blob(s->key, &s->key_blob), STATUS_OK);
	server_raw(s, span_text("hello there\r\n" SERVER_IDENT "\r\n"));
	server_kexinit(s);
}

static inline void server_fini(struct load_server *s)
{
	record_fini(s->record, &s->r, server_id);
	record_core_free(s->record);
	hostkey_free(s->key);
	blob_fini(&s->key_blob);
	blob_fini(&s->ours);
	blob_fini(&s->theirs);
	blob_fini(&s->ident);
}

// The names both sides settle on: the client's first ones that we know.
static inline const struct suite *server_suite(void)
{
	return suite_find(span_text("aes128-gcm@openssh.com"), span_of(NULL, 0));
}

static inline const struct kex *server_kex(const struct load_server *s)
{
	return kex_find_in(span_text(s->kex), span_of(s->kex, strcspn(s->kex, ",")));
}

static inline void server_group(struct load_server *s, struct span body)
{
	uint8_t bytes[KEX_GROUP_BODY_MAX + 8];
	struct builder b = builder_over(bytes, sizeof(bytes));

	CHECK_EQ(kex_group_choose(body, &s->group), STATUS_OK);
	builder_u8(&b, SSH_MSG_KEX_GROUP);
	if (s->small_group)
		builder_bytes(&b, span_of("\0\0\0\x01\x17\0\0\0\x01\x05", 10));
	else
		kex_group_emit(&s->group, &b);
	server_send(s, builder_span(&b));
}

static inline void server_kex_answer(struct load_server *s, struct span client_public)
{
	static const uint8_t newkeys = SSH_MSG_NEWKEYS;
	const struct kex *kex = server_kex(s);
	uint8_t group[KEX_GROUP_BODY_MAX + 12];
	struct builder g = builder_over(group, sizeof(group));
	uint8_t public[KEX_PUBLIC_MAX], hash[KEX_HASH_MAX], bytes[8192];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct kex_transcript t = {span_blob(&s->ident),    span_text(SERVER_IDENT),
	                           span_blob(&s->theirs),   span_blob(&s->ours),
	                           span_blob(&s->key_blob), client_public};
	struct blob signature = {0};
	struct secret shared;
	size_t len;

	if (kex->flow->ask != 0) {
		kex_group_hashed(&s->group, &g);
		CHECK_EQ(kex_group_answer(kex, &s->group, client_public, public, &len, &shared),
		         STATUS_OK);
	} else {
		CHECK_EQ(kex_answer(kex, client_public, public, &len, &shared), STATUS_OK);
	}
	t.group = builder_span(&g);
	t.server_public = span_of(public, len);
	kex_hash(kex, &t, &shared, hash);
	if (s->session_id_bytes == 0) {
		s->session_id_bytes = kex->hash_bytes;
		memcpy(s->session_id, hash, kex->hash_bytes);
	} else {
		s->rekeys++;
	}
	for (int d = 0; d < 2; d++)
		kex_derive(kex, &shared, hash, span_of(s->session_id, s->session_id_bytes),
		           (enum kex_direction)d, server_suite(), &s->keys[d]);
	hash[0] ^= s->wrong_signature;
	CHECK_EQ(hostkey_sign(s->key, hostkey_algorithm_find(span_text("ssh-ed25519")),
	                      span_of(hash, kex->hash_bytes), &signature),
	         STATUS_OK);
	builder_u8(&b, s->wrong_reply ? SSH_MSG_KEX_ECDH_REPLY : kex->flow->reply);
	builder_string(&b, span_blob(&s->key_blob));
	builder_string(&b, t.server_public);
	builder_string(&b, span_blob(&signature));
	blob_fini(&signature);
	server_send(s, builder_span(&b));
	for (int d = 0; d < 2; d++)
		CHECK_EQ(record_keys_install(s->record, &s->r, server_suite()->id,
		                             d == KEX_SERVER_TO_CLIENT, true, &s->keys[d]),
		         STATUS_OK);
	server_send(s, span_of(&newkeys, 1));
}

static inline void server_accept(struct load_server *s)
{
	static const uint8_t success = SSH_MSG_USERAUTH_SUCCESS;

	s->r.phase = RECORD_PHASE_OPEN;
	server_send(s, span_of(&success, 1));
}

static inline void server_refuse(struct load_server *s, const char *methods, bool partial)
{
	uint8_t bytes[128];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, SSH_MSG_USERAUTH_FAILURE);
	builder_text(&b, methods);
	builder_bool(&b, partial);
	server_send(s, builder_span(&b));
}

static inline void server_ask(struct load_server *s)
{
	uint8_t bytes[256];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, SSH_MSG_USERAUTH_INFO_REQUEST);
	builder_text(&b, "");
	builder_text(&b, "");
	builder_text(&b, "");
	builder_u32(&b, s->questions[s->round]);
	for (unsigned i = 0; i < s->questions[s->round]; i++) {
		builder_text(&b, "What? ");
		builder_bool(&b, false);
	}
	s->round++;
	server_send(s, builder_span(&b));
}

static inline void server_answers(struct load_server *s, struct cursor *c)
{
	size_t len = strlen(s->said);

	for (uint32_t left = cursor_u32(c); left > 0 && cursor_ok(c); left--) {
		struct span answer = cursor_string(c);

		len += (size_t)snprintf(s->said + len, sizeof(s->said) - len, "%.*s|",
		                        (int)answer.len, answer.data);
	}
	CHECK_EQ(cursor_end(c), STATUS_OK);
	if (s->partial)
		server_refuse(s, "keyboard-interactive", true);
	else if (s->round < s->rounds)
		server_ask(s);
	else
		server_accept(s);
	s->partial = false;
}

static inline void server_auth(struct load_server *s, struct cursor *c)
{
	struct span method;

	cursor_string(c);
	cursor_string(c);
	method = cursor_string(c);
	snprintf(s->last_method, sizeof(s->last_method), "%.*s", (int)method.len, method.data);
	s->auths++;
	if (s->methods != NULL && !span_is(method, s->methods))
		server_refuse(s, s->methods, false);
	else if (s->round < s->rounds)
		server_ask(s);
	else
		server_accept(s);
}

static inline void server_request(struct load_server *s, struct cursor *c)
{
	struct span name;

	cursor_u32(c);
	name = cursor_string(c);
	s->requests++;
	server_number(s,
	              s->refuse_exec && span_is(name, "exec") ? SSH_MSG_CHANNEL_FAILURE
	                                                      : SSH_MSG_CHANNEL_SUCCESS,
	              0);
}

static inline void server_confirm(struct load_server *s)
{
	uint8_t bytes[32];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, SSH_MSG_CHANNEL_OPEN_CONFIRMATION);
	builder_u32(&b, 0);
	builder_u32(&b, 5);
	builder_u32(&b, 65536);
	builder_u32(&b, 32768);
	server_send(s, builder_span(&b));
}

static inline void server_data(struct load_server *s, struct span data)
{
	uint8_t bytes[RECORD_MAX];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, SSH_MSG_CHANNEL_DATA);
	builder_u32(&b, 0);
	builder_string(&b, data);
	server_send(s, builder_span(&b));
}

static inline void server_message(struct load_server *s, struct span m)
{
	struct cursor c = cursor_over(m);
	uint8_t number = cursor_u8(&c);
	struct span data;

	CHECK_EQ(record_gate_in(s->record, &s->r, server_id, number), STATUS_OK);
	switch (number) {
	case SSH_MSG_KEXINIT:
		blob_fini(&s->theirs);
		s->theirs = blob_copy(m);
		if (!s->in_kex)
			server_kexinit(s);
		s->in_kex = false;
		return;
	case SSH_MSG_KEX_GROUP_ASK:
		server_group(s, span_of(m.data + 1, m.len - 1));
		return;
	case SSH_MSG_KEX_ECDH_INIT:
	case SSH_MSG_KEX_GROUP_INIT:
		server_kex_answer(s, cursor_string(&c));
		return;
	case SSH_MSG_SERVICE_REQUEST:
		server_send(s, span_of("\x06\0\0\0\x0cssh-userauth", 17));
		return;
	case SSH_MSG_USERAUTH_REQUEST:
		server_auth(s, &c);
		return;
	case SSH_MSG_USERAUTH_INFO_RESPONSE:
		server_answers(s, &c);
		return;
	case SSH_MSG_CHANNEL_OPEN:
		server_confirm(s);
		return;
	case SSH_MSG_CHANNEL_REQUEST:
		server_request(s, &c);
		return;
	case SSH_MSG_CHANNEL_DATA:
		cursor_u32(&c);
		data = cursor_string(&c);
		s->data_bytes += (unsigned)data.len;
		server_data(s, data);
		return;
	case SSH_MSG_CHANNEL_CLOSE:
		server_number(s, SSH_MSG_CHANNEL_CLOSE, 0);
		return;
	case SSH_MSG_DISCONNECT:
		s->disconnects++;
		return;
	default:
		return;
	}
}

// Everything the client sent; its identification line first.
static inline void server_input(struct load_server *s, struct pipe_bytes *in)
{
	size_t at = 0;

	if (s->ident.data == NULL) {
		const uint8_t *end = memchr(in->bytes, '\n', in->len);

		if (end == NULL)
			return;
		at = (size_t)(end - in->bytes) + 1;
		s->ident = blob_copy(span_of(in->bytes, at - 2));
	}
	while (in->len - at >= record_head_bytes(&s->r)) {
		uint32_t packet_length;
		struct span message;
		size_t wire;

		CHECK_EQ(record_measure(s->record, &s->r, server_id, in->bytes + at,
		                        &packet_length, &wire),
		         STATUS_OK);
		if (in->len - at < wire)
			break;
		CHECK_EQ(record_open(s->record, &s->r, server_id, in->bytes + at, packet_length,
		                     s->plain, &message),
		         STATUS_OK);
		server_message(s, message);
		at += wire;
	}
	memmove(in->bytes, in->bytes + at, in->len - at);
	in->len -= at;
}
