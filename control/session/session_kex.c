// Key exchange: from the identification line to NEWKEYS, and again while a session is open.
#include "control/session/session_kex.h"

#include "control/link/keeper_client.h"
#include "control/main/log.h"
#include "control/session/host_certs.h"
#include "control/session/session_algorithms.h"
#include "control/session/session_channel.h"
#include "control/session/session_kex_job.h"
#include "control/session/session_known.h"
#include "control/session/session_table.h"
#include "control/session/session_v1.h"
#include "crypto/cert/cert.h"
#include "crypto/core/digest.h"
#include "crypto/core/random.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

static struct kex_scratch *scratch_of(struct shard *h, struct session *s)
{
	return pool_at(&h->kexes, s->kex);
}

static bool is_first(const struct session *s)
{
	return s->hash_bytes == 0;
}

void kex_drop(struct shard *h, struct session *s)
{
	struct kex_scratch *k = scratch_of(h, s);

	if (k == NULL)
		return;
	blob_fini(&k->ours);
	blob_fini(&k->theirs);
	blob_fini(&k->host);
	host_certs_give(&k->certs);
	pool_give(&h->kexes, &s->kex); // wipes
}

bool kex_start(struct shard *h, struct session *s)
{
	uint8_t message[KEXINIT_MAX];
	size_t len = kexinit_emit(h, is_first(s), message, sizeof(message));
	struct kex_scratch *k;

	k = pool_take(&h->kexes, &s->kex);
	if (k == NULL)
		return false;
	k->certs = host_certs_hold(h);
	k->ours = blob_copy(span_of(message, len));
	if (k->ours.data == NULL || len == 0 ||
	    !session_send_now(h, s, span_of(message, len))) {
		kex_drop(h, s);
		return false;
	}
	COUNT(h, kex_started);
	if (!is_first(s))
		session_arm(h, s, h->now_us + SESSION_REKEY_WAIT_US);
	return true;
}

// --- the beginning -------------------------------------------------------------------------------

enum status kex_on_ident(struct shard *h, struct session *s, const struct message *m)
{
	struct ident *ident;

	if (s->flags & SESSION_OFFERED_V1 && m->body.len > 8 &&
	    memcmp(m->body.data, "SSH-1.5-", 8) == 0)
		return v1_begin(h, s);
	if (m->body.len > SSH_IDENT_MAX || !span_is_printable(m->body) ||
	    m->body.len < strlen("SSH-2.0-x") ||
	    (memcmp(m->body.data, "SSH-2.0-", 8) != 0 &&
	     memcmp(m->body.data, "SSH-1.99", 8) != 0)) {
		COUNT(h, ident_refused);
		return STATUS_BAD_VERSION;
	}
	if (known_talks_in_rekey(m->body))
		s->flags |= SESSION_TALKS;
	ident = pool_take_sized(&h->idents, offsetof(struct ident, bytes) + m->body.len,
	                        &s->ident);
	if (ident == NULL)
		return STATUS_NO_MEMORY;
	ident->len = (uint8_t)m->body.len;
	memcpy(ident->bytes, m->body.data, m->body.len);
	return kex_start(h, s) ? STATUS_OK : STATUS_NO_MEMORY;
}

// The client's KEXINIT against ours.
static enum status init_take(struct shard *h, struct session *s, const struct message *m)
{
	struct kex_scratch *k = scratch_of(h, s);
	enum status status;

	if (m->whole.len > KEXINIT_MAX)
		return STATUS_TOO_LONG;
	k->theirs = blob_copy(m->whole);
	if (k->theirs.data == NULL)
		return STATUS_NO_MEMORY;
	status = kexinit_choose(span_blob(&k->theirs), span_blob(&k->ours), is_first(s),
	                        &k->choice);
	if (status == STATUS_NO_COMMON) {
		COUNT(h, kex_no_common);
		log_session(h, s, LOG_INFO, "SSHS_ALGORITHM_MISMATCH",
		            "SSH client failed to log in because of algorithm mismatch.");
		session_refuse(h, s, status, status_text(status));
	}
	return status;
}

enum status kex_on_init(struct shard *h, struct session *s, const struct message *m)
{
	struct kex_scratch *k = scratch_of(h, s);
	enum status status = init_take(h, s, m);

	if (status != STATUS_OK)
		return status;
	if (k->choice.strict)
		s->flags |= SESSION_STRICT;
	else
		COUNT(h, kex_not_strict);
	if (k->choice.ext_info)
		s->flags |= SESSION_EXT_INFO;
	// Strict KEX: nothing may have come before it.
	return k->choice.strict && m->sequence != 0 ? STATUS_UNEXPECTED : STATUS_OK;
}

// The client begins a rekey: ours goes out now, and nothing but the exchange after it.
enum status kex_on_reinit(struct shard *h, struct session *s, const struct message *m)
{
	COUNT(h, rekeys_theirs);
	if (!kex_start(h, s))
		return STATUS_NO_MEMORY;
	return init_take(h, s, m);
}

enum status kex_on_reinit_answered(struct shard *h, struct session *s, const struct message *m)
{
	return init_take(h, s, m);
}

// --- the exchange --------------------------------------------------------------------------------

// True when this packet followed a wrong guess: it is dropped, once.
static bool guess_dropped(struct shard *h, struct kex_scratch *k)
{
	if (!k->choice.drop_guess)
		return false;
	k->choice.drop_guess = false;
	COUNT(h, kex_guess_dropped);
	return true;
}

enum status kex_on_other(struct shard *h, struct session *s, const struct message *m)
{
	return guess_dropped(h, scratch_of(h, s)) ? STATUS_OK : STATUS_UNEXPECTED;
}

// A method that agrees on a group first (RFC 4419): the group, of the size that is asked for.
enum status kex_on_group_ask(struct shard *h, struct session *s, const struct message *m)
{
	uint8_t message[1 + KEX_GROUP_BODY_MAX];
	struct builder b = builder_over(message, sizeof(message));
	struct kex_scratch *k = scratch_of(h, s);
	enum status status;

	if (guess_dropped(h, k))
		return STEP_STAY;
	if (k->choice.kex->flow->ask != m->number)
		return STATUS_UNEXPECTED;
	status = kex_group_choose(m->body, &k->group);
	if (status != STATUS_OK)
		return status;
	builder_u8(&b, k->choice.kex->flow->group);
	kex_group_emit(&k->group, &b);
	if (builder_end(&b) != STATUS_OK || !session_send_now(h, s, builder_span(&b)))
		return STATUS_NO_ROOM;
	return STATUS_OK;
}

// What the client is shown, from here to the reply: settings and keys may change meanwhile.
static enum status host_key_take(struct shard *h, struct kex_scratch *k)
{
	enum hostkey_type type = k->choice.algorithm->type;
	const struct shard_hostkey *key = host_key_find(h, type);
	const struct host_cert *cert =
	        k->choice.certified ? host_cert_of(h, k->certs, type) : NULL;

	if (key == NULL || (k->choice.certified && cert == NULL))
		return STATUS_NO_COMMON;
	k->host_key = key->type;
	k->host = blob_copy(span_blob(cert != NULL ? &cert->blob : &key->blob));
	return k->host.data != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status answer_ask(struct shard *h, struct session *s, struct kex_scratch *k,
                              struct span client_public)
{
	enum status status = host_key_take(h, k);
	struct kex_job *job;

	if (status != STATUS_OK)
		return status;
	job = kex_job_new(h, s, k, span_blob(&k->host), client_public);
	if (job == NULL)
		return STATUS_NO_MEMORY;
	if (!crypto_pool_offer(h->control->crypto, &job->base)) {
		COUNT(h, crypto_refused);
		kex_job_drop(&job->base.base);
		return STATUS_NO_ROOM;
	}
	return STATUS_OK;
}

// The state stays when a wrongly guessed packet was dropped; the table moves on otherwise.
enum status kex_on_public(struct shard *h, struct session *s, const struct message *m)
{
	struct kex_scratch *k = scratch_of(h, s);
	struct cursor c = cursor_over(m->body);
	struct span client_public = cursor_string_max(&c, KEX_PUBLIC_MAX);
	enum status status = cursor_end(&c);

	if (guess_dropped(h, k))
		return STEP_STAY;
	if (m->number != k->choice.kex->flow->init)
		return STATUS_UNEXPECTED;
	return status == STATUS_OK ? answer_ask(h, s, k, client_public) : status;
}

static void signed_done(struct shard *h, const struct keeper_ask *ask, enum status status,
                        struct span payload)
{
	struct session *s = session_find(h, ask->slot, ask->life);
	struct kex_scratch *k = s != NULL ? scratch_of(h, s) : NULL;
	struct message m = {.body = payload, .sequence = (uint32_t)status};

	if (k != NULL && k->job == ask->number)
		session_step(h, s, GOT_SIGNED, &m);
}

enum status kex_on_answered(struct shard *h, struct session *s, const struct message *m)
{
	const struct kex_job *job = m->answer;
	struct kex_scratch *k = scratch_of(h, s);
	struct keeper_ask ask = {.kind = KEEPER_SIGN, .done = signed_done};

	if (job->number != k->job)
		return STEP_STAY;
	if (job->status != STATUS_OK) {
		COUNT(h, kex_failed);
		session_refuse(h, s, STATUS_KEX_FAILED, status_text(job->status));
		return STATUS_KEX_FAILED;
	}
	k->hash_bytes = job->kex->hash_bytes;
	memcpy(k->hash, job->hash, sizeof(k->hash));
	k->public_bytes = job->public_len;
	memcpy(k->public, job->public, job->public_len);
	memcpy(k->keys, job->keys, sizeof(k->keys));
	k->job = ++s->jobs;
	ask.slot = session_slot(h, s);
	ask.life = s->life;
	ask.number = k->job;
	ask.body.key_type = k->host_key;
	ask.body.algorithm = hostkey_algorithm_row(k->choice.algorithm);
	ask.body.urgent = session_is_authenticated(s);
	return keeper_ask(h, &ask, span_of(k->hash, k->hash_bytes));
}

// --- new keys ------------------------------------------------------------------------------------

static bool keys_post(struct shard *h, struct session *s, struct kex_scratch *k,
                      enum kex_direction direction)
{
	struct data_keys body = {.suite = k->choice.suite[direction]->id,
	                         .sending = direction == KEX_SERVER_TO_CLIENT,
	                         .strict = (s->flags & SESSION_STRICT) != 0};
	struct link_cell cell = {.kind = DATA_KEYS_INSTALL,
	                         .slot = session_slot(h, s),
	                         .life = s->life,
	                         .offset = s->down_bytes};
	bool posted;

	memcpy(cell.body, &body, sizeof(body));
	posted = link_send(h->data, &cell, span_of(&k->keys[direction], sizeof(k->keys[0])));
	secret_wipe(&k->keys[direction], sizeof(k->keys[0]));
	return posted;
}

static bool reply_post(struct shard *h, struct session *s, const struct kex_scratch *k,
                       struct span signature)
{
	uint8_t message[KEX_PUBLIC_MAX + HOSTKEY_BLOB_MAX + HOSTKEY_SIGNATURE_MAX + 64];
	struct builder b = builder_over(message, sizeof(message));

	builder_u8(&b, k->choice.kex->flow->reply);
	builder_string(&b, span_blob(&k->host));
	builder_string(&b, span_of(k->public, k->public_bytes));
	builder_string(&b, signature);
	return builder_end(&b) == STATUS_OK && session_send_now(h, s, builder_span(&b));
}

// RFC 8308: which signatures we take; in the first one, what else we understand.
static bool ext_info_emit(struct shard *h, bool first, struct builder *b)
{
	char algorithms[ALGORITHMS_NAMES_MAX];
	size_t mark;

	algorithms_of_users(&h->control->config, algorithms);
	builder_u8(b, SSH_MSG_EXT_INFO);
	builder_u32(b, first ? 3 : 1);
	builder_text(b, "server-sig-algs");
	mark = builder_open(b);
	builder_bytes(b, span_text(algorithms));
	if (users_has_authorities(&h->control->config)) {
		builder_u8(b, ',');
		builder_bytes(b, span_text(cert_algorithm_names));
	}
	builder_close(b, mark);
	if (first) {
		builder_text(b, "publickey-hostbound@openssh.com");
		builder_text(b, "0");
		builder_text(b, "ping@openssh.com");
		builder_text(b, "0");
	}
	return builder_end(b) == STATUS_OK;
}

// Right behind the first NEWKEYS.
static bool ext_info_post(struct shard *h, struct session *s)
{
	uint8_t message[2 * ALGORITHMS_NAMES_MAX];
	struct builder b = builder_over(message, sizeof(message));

	if (!(s->flags & SESSION_EXT_INFO))
		return true;
	return ext_info_emit(h, true, &b) && session_send_now(h, s, builder_span(&b));
}

void kex_ext_info_again(struct shard *h, struct session *s)
{
	uint8_t message[2 * ALGORITHMS_NAMES_MAX];
	struct builder b = builder_over(message, sizeof(message));

	if (!(s->flags & SESSION_EXT_AGAIN))
		return;
	s->flags &= ~(uint32_t)SESSION_EXT_AGAIN;
	if (ext_info_emit(h, false, &b))
		session_send(h, s, builder_span(&b));
}

enum status kex_on_signed(struct shard *h, struct session *s, const struct message *m)
{
	static const uint8_t newkeys = SSH_MSG_NEWKEYS;
	struct kex_scratch *k = scratch_of(h, s);
	enum status signed_status = (enum status)m->sequence;
	bool first = is_first(s);

	if (signed_status != STATUS_OK) {
		COUNT(h, kex_failed);
		return signed_status == STATUS_SHUTDOWN ? STATUS_KEX_FAILED : signed_status;
	}
	if (m->body.len > HOSTKEY_SIGNATURE_MAX)
		return STATUS_INTERNAL;
	// The keys first: what follows NEWKEYS in either direction needs them.
	if (!keys_post(h, s, k, KEX_CLIENT_TO_SERVER) ||
	    !keys_post(h, s, k, KEX_SERVER_TO_CLIENT) || !reply_post(h, s, k, m->body) ||
	    !session_send_now(h, s, span_of(&newkeys, 1)))
		return STATUS_NO_ROOM;
	if (first) {
		s->hash_bytes = (uint8_t)k->hash_bytes;
		memcpy(s->session_id, k->hash, k->hash_bytes);
		digest_of(DIGEST_SHA256, span_blob(&k->host), s->host_digest);
	}
	s->suite[0] = k->choice.suite[0]->id;
	s->suite[1] = k->choice.suite[1]->id;
	s->kex_method = kex_row(k->choice.kex);
	s->host_algorithm = (uint8_t)hostkey_algorithm_row(k->choice.algorithm);
	s->key_bytes[1] = 0;
	s->key_packets[1] = 0;
	return first && !ext_info_post(h, s) ? STATUS_NO_ROOM : STATUS_OK;
}

// One hour, less up to a tenth, so that sessions that began together do not rekey together.
uint64_t kex_next_due_us(struct shard *h)
{
	uint32_t hours = atomic_load(&h->control->config.rekey_hours);
	uint64_t most_us = hours > 0 ? hours * 3600000000ull : SESSION_REKEY_US;

	return h->now_us + most_us - random_below((uint32_t)(SESSION_REKEY_US / 10));
}

static void keys_in_force(struct shard *h, struct session *s)
{
	COUNT(h, kex_finished);
	s->keyed_us = h->now_us;
	s->key_bytes[0] = 0;
	s->key_packets[0] = 0;
	kex_drop(h, s);
}

enum status kex_on_newkeys(struct shard *h, struct session *s, const struct message *m)
{
	if (m->body.len != 0)
		return STATUS_TRAILING;
	keys_in_force(h, s);
	return STATUS_OK;
}

enum status kex_on_rekeyed(struct shard *h, struct session *s, const struct message *m)
{
	if (m->body.len != 0)
		return STATUS_TRAILING;
	keys_in_force(h, s);
	s->rekeys++;
	session_arm(h, s, kex_next_due_us(h));
	return STATUS_OK;
}

// --- when to rekey -------------------------------------------------------------------------------

// So many bytes, both directions together, less up to a sixteenth, which a session keeps.
static uint64_t byte_limit(struct shard *h, const struct session *s)
{
	uint64_t most = 1024ull * atomic_load(&h->control->config.rekey_kilobytes);

	return most - (most >> 12) * s->session_id[0];
}

void kex_consider(struct shard *h, struct session *s)
{
	if (s->state != SESSION_OPEN ||
	    (s->key_bytes[0] + s->key_bytes[1] < byte_limit(h, s) &&
	     s->key_packets[0] < SESSION_REKEY_PACKETS &&
	     s->key_packets[1] < SESSION_REKEY_PACKETS) ||
	    !shard_has_room(h))
		return;
	COUNT(h, rekeys_ours);
	if (kex_start(h, s))
		session_enter(h, s, SESSION_REKEY_KEXINIT);
	else
		session_refuse(h, s, STATUS_NO_MEMORY, "no room for a key exchange");
}

enum status kex_on_rekey_deadline(struct shard *h, struct session *s, const struct message *m)
{
	COUNT(h, rekey_expired);
	session_refuse(h, s, STATUS_KEX_FAILED, "key re-exchange took too long");
	return STATUS_OK;
}
