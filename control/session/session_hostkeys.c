// Telling the client about host keys, and proving that they are ours.
#include "control/session/session_hostkeys.h"

#include "control/link/keeper_client.h"
#include "control/session/session_table.h"
#include "crypto/hostkey/hostkey.h"
#include "crypto/wire/builder.h"

#include <stdlib.h>

// Clients that end the connection at a global request they do not know.
static bool is_afraid(struct shard *h, const struct session *s)
{
	static const char *const old[] = {"SSH-2.0-TTSSH/1.5", "SSH-2.0-TTSSH/2.1",
	                                  "SSH-2.0-TTSSH/2.2", "SSH-2.0-Cisco-1."};
	const struct ident *ident = pool_at(&h->idents, s->ident);

	for (size_t i = 0; ident != NULL && i < sizeof(old) / sizeof(old[0]); i++)
		if (ident->len >= strlen(old[i]) &&
		    memcmp(ident->bytes, old[i], strlen(old[i])) == 0)
			return true;
	return false;
}

void hostkeys_announce(struct shard *h, struct session *s)
{
	uint8_t message[SESSION_ANSWER_MAX];
	struct builder b = builder_over(message, sizeof(message));

	if (is_afraid(h, s))
		return;
	builder_u8(&b, SSH_MSG_GLOBAL_REQUEST);
	builder_text(&b, "hostkeys-00@openssh.com");
	builder_bool(&b, false);
	for (uint32_t i = 0; i < h->hostkey_count; i++)
		builder_string(&b, span_blob(&h->hostkeys[i].blob));
	if (builder_end(&b) == STATUS_OK)
		session_send(h, s, builder_span(&b));
}

// --- proofs --------------------------------------------------------------------------------------

// A request while the keeper signs, key after key. The reply grows in it.
struct proof {
	uint32_t types[SHARD_HOSTKEYS];
	uint32_t count, next;
	struct builder reply;
	uint8_t bytes[SESSION_ANSWER_MAX];
};

// That of the key exchange for its own type of key; else the best.
static const struct hostkey_algorithm *algorithm_for(const struct session *s, uint32_t type)
{
	const struct hostkey_algorithm *a = hostkey_algorithm_at(s->host_algorithm);

	for (uint32_t row = 0; a != NULL && (uint32_t)a->type != type; row++)
		a = hostkey_algorithm_at(row);
	return a;
}

// What came meanwhile and wants a reply gets its refusal after this one, in order.
static void proof_end(struct shard *h, struct session *s, struct proof *p, bool proven)
{
	static const uint8_t failure = SSH_MSG_REQUEST_FAILURE;

	session_send(h, s, proven ? builder_span(&p->reply) : span_of(&failure, 1));
	for (; s->globals_wait > 0; s->globals_wait--)
		session_send(h, s, span_of(&failure, 1));
	s->flags &= ~(uint32_t)SESSION_PROVING;
	free(p);
}

static enum status proof_ask(struct shard *h, struct session *s, struct proof *p);

static void proof_signed(struct shard *h, const struct keeper_ask *ask, enum status status,
                         struct span signature)
{
	struct proof *p = (struct proof *)(uintptr_t)ask->cookie;
	struct session *s = session_find(h, ask->slot, ask->life);

	if (s == NULL || !session_is_authenticated(s)) {
		free(p);
		return;
	}
	if (status == STATUS_OK)
		builder_string(&p->reply, signature);
	if (status == STATUS_OK)
		status = builder_end(&p->reply);
	if (status == STATUS_OK && p->next < p->count) {
		status = proof_ask(h, s, p);
		if (status == STATUS_OK)
			return;
	}
	proof_end(h, s, p, status == STATUS_OK);
}

static enum status proof_ask(struct shard *h, struct session *s, struct proof *p)
{
	uint32_t type = p->types[p->next++];
	const struct hostkey_algorithm *algorithm = algorithm_for(s, type);
	struct keeper_ask ask = {.kind = KEEPER_PROVE, .done = proof_signed};

	if (algorithm == NULL)
		return STATUS_NOT_FOUND;
	ask.slot = session_slot(h, s);
	ask.life = s->life;
	ask.cookie = (uintptr_t)p;
	ask.body.key_type = type;
	ask.body.algorithm = hostkey_algorithm_row(algorithm);
	return keeper_ask(h, &ask, span_of(s->session_id, s->hash_bytes));
}

// Each key that is named must be one of ours, and none is named twice.
static bool keys_read(struct shard *h, struct cursor *keys, struct proof *p)
{
	uint32_t seen = 0;

	while (cursor_left(keys) > 0 && p->count < SHARD_HOSTKEYS) {
		struct span blob = cursor_string(keys);
		uint32_t i = 0;

		while (i < h->hostkey_count &&
		       !span_equal(blob, span_blob(&h->hostkeys[i].blob)))
			i++;
		if (i == h->hostkey_count || seen & 1u << i)
			return false;
		seen |= 1u << i;
		p->types[p->count++] = h->hostkeys[i].type;
	}
	return p->count > 0 && cursor_end(keys) == STATUS_OK;
}

bool hostkeys_prove(struct shard *h, struct session *s, struct cursor *keys)
{
	struct proof *p;

	if (s->flags & (SESSION_PROVING | SESSION_PROVED))
		return false;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return false;
	p->reply = builder_over(p->bytes, sizeof(p->bytes));
	builder_u8(&p->reply, SSH_MSG_REQUEST_SUCCESS);
	if (!keys_read(h, keys, p) || proof_ask(h, s, p) != STATUS_OK) {
		free(p);
		return false;
	}
	s->flags |= SESSION_PROVING | SESSION_PROVED;
	COUNT(h, hostkeys_proven);
	return true;
}
