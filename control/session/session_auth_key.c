// The method "publickey" (RFC 4252 section 7): would this key do, and a signature.
#include "control/session/session_auth.h"

#include "control/session/session_algorithms.h"
#include "crypto/cert/cert.h"
#include "crypto/core/digest.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

static enum status key_ok_send(struct shard *h, struct session *s,
                               const struct auth_request *request)
{
	uint8_t bytes[HOSTKEY_BLOB_MAX + 128];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, SSH_MSG_USERAUTH_PK_OK);
	builder_string(&b, request->algorithm);
	builder_string(&b, request->key);
	if (builder_end(&b) != STATUS_OK || !session_send_now(h, s, builder_span(&b)))
		return STATUS_NO_ROOM;
	return STEP_STAY;
}

// The key that the client saw us sign with: whoever is between us has another one.
static bool is_our_host_key(const struct session *s, struct span key)
{
	uint8_t digest[sizeof(s->host_digest)];

	digest_of(DIGEST_SHA256, key, digest);
	return memcmp(digest, s->host_digest, sizeof(digest)) == 0;
}

// The algorithm is one of ours and goes with the format of the key; the key is sound.
static const struct hostkey_algorithm *key_algorithm(struct shard *h, const struct session *s,
                                                     const struct auth_request *request)
{
	char taken[ALGORITHMS_NAMES_MAX];
	const struct hostkey_algorithm *a;
	struct cursor c = cursor_over(request->key);
	struct span format = cursor_string(&c);

	if (request->hostbound && !is_our_host_key(s, request->host_key))
		return NULL;
	algorithms_of_users(&h->control->config, taken);
	a = hostkey_algorithm_find_in(span_text(taken), request->algorithm);
	return a != NULL && span_is(format, a->key_name) ? a : NULL;
}

// One query more. False: that was one too many.
static bool count_query(struct shard *h, struct auth_scratch *a)
{
	COUNT(h, auth_queries);
	return ++a->queries <= AUTH_QUERIES_MAX;
}

static enum status on_query(struct shard *h, struct session *s, struct auth_scratch *a,
                            const struct auth_request *request, bool usable)
{
	if (!count_query(h, a))
		return auth_flood(h, s, a);
	if (usable && a->key_allowed && user_may_publickey(&a->account))
		return key_ok_send(h, s, request);
	return auth_fail(h, s, a);
}

static enum status on_busy(struct shard *h, struct session *s, struct auth_scratch *a)
{
	COUNT(h, auth_busy);
	return auth_refuse(h, s, a, false);
}

// What the certificate says is judged off the loop, even for a query: nobody learns from one who
// exists unless an authority has signed for him.
static enum status on_certificate(struct shard *h, struct session *s, struct auth_scratch *a,
                                  const struct cert_algorithm *algorithm,
                                  const struct auth_request *request)
{
	const struct hostkey_algorithm *plain =
	        hostkey_algorithm_find(span_text(algorithm->plain));

	if (!request->has_signature && !count_query(h, a))
		return auth_flood(h, s, a);
	if (plain == NULL || (request->hostbound && !is_our_host_key(s, request->host_key))) {
		COUNT(h, auth_publickey_failed);
		return auth_refuse(h, s, a, request->has_signature);
	}
	a->key_allowed = true; // as far as the certificate goes
	session_enter(h, s, SESSION_WAIT_AUTH);
	return auth_certify(h, s, a, algorithm, plain, request) == STATUS_OK ? STEP_STAY
	                                                                     : on_busy(h, s, a);
}

// A signature is checked whoever the user is and whether or not the key is his, so that neither
// shows in the time it takes.
enum status auth_by_publickey(struct shard *h, struct session *s, struct auth_scratch *a,
                              const struct auth_request *request)
{
	const struct cert_algorithm *certified = cert_algorithm_find(request->algorithm);
	const struct hostkey_algorithm *algorithm;

	if (certified != NULL)
		return on_certificate(h, s, a, certified, request);
	algorithm = key_algorithm(h, s, request);
	a->key_allowed = users_key_allowed(&h->control->config, request->user, request->key);
	if (!request->has_signature)
		return on_query(h, s, a, request, algorithm != NULL);
	if (algorithm == NULL) {
		COUNT(h, auth_publickey_failed);
		return auth_refuse(h, s, a, true);
	}
	session_enter(h, s, SESSION_WAIT_AUTH);
	return auth_verify(h, s, a, algorithm, request) == STATUS_OK ? STEP_STAY
	                                                             : on_busy(h, s, a);
}
