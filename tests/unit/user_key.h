// A user of a control_bench with a key of his own: requests of publickey, signed in any way.
#pragma once

#include "tests/unit/control_client.h"

// What is put into a request; zeros and NULL stand for what is right.
struct key_request {
	const char *user, *algorithm;
	const struct hostkey_algorithm *sign_with; // algorithm, when NULL
	struct span key;                           // as it stands in the request
	bool query, hostbound;
	struct span host_key; // of hostbound
	bool spoil;
};

static inline struct span request_head(const struct key_request *r)
{
	const char *method = r->hostbound ? AUTH_HOSTBOUND : "publickey";
	struct span head = wire("bsssbsS", SSH_MSG_USERAUTH_REQUEST, r->user, "ssh-connection",
	                        method, !r->query, r->algorithm, r->key);

	if (r->hostbound) {
		static uint8_t bytes[70000];
		struct builder b = builder_over(bytes, sizeof(bytes));

		builder_bytes(&b, head);
		builder_string(&b, r->host_key);
		return builder_span(&b);
	}
	return head;
}

static inline void user_asks(struct bench *b, const struct key_request *r,
                             const struct hostkey *private)
{
	struct blob head = blob_copy(request_head(r)), to_sign, signature = {NULL, 0};
	struct session *s = bench_session(b, 0);

	if (r->query) {
		client_message(b, 0, span_blob(&head));
		blob_fini(&head);
		return;
	}
	to_sign =
	        blob_copy(wire("SR", span_of(s->session_id, s->hash_bytes), span_blob(&head)));
	if (hostkey_sign(private, r->sign_with, span_blob(&to_sign), &signature) != STATUS_OK)
		abort();
	signature.data[signature.len - 3] ^= r->spoil;
	client_message(b, 0, wire("RS", span_blob(&head), span_blob(&signature)));
	blob_fini(&head);
	blob_fini(&to_sign);
	blob_fini(&signature);
}

// A fresh key, assigned to bob under the name "k".
static inline struct hostkey *user_key(struct bench *b, enum hostkey_type type,
                                       struct blob *blob)
{
	struct hostkey *key;

	if (hostkey_generate(type, 2048, &key) != STATUS_OK ||
	    hostkey_public_blob(key, blob) != STATUS_OK)
		abort();
	bench_peer_key(b, "k", span_blob(blob));
	bench_ssh_user(b, "bob", API_METHOD_PUBLICKEY, "k");
	return key;
}

static inline const struct hostkey_algorithm *any_algorithm(const char *name)
{
	return hostkey_algorithm_find_in(span_text(name), span_text(name));
}
