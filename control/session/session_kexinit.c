// KEXINIT (RFC 4253 section 7.1): what we offer, and what both sides have in common.
#include "control/session/session_kex.h"
#include "control/session/session_algorithms.h"

#include "control/main/log.h"
#include "control/session/host_certs.h"
#include "crypto/cert/cert.h"
#include "crypto/core/random.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"
#include "crypto/wire/names.h"
#include "crypto/wire/numbers.h"

#include <stdio.h>

#define STRICT_CLIENT "kex-strict-c-v00@openssh.com"
#define STRICT_SERVER "kex-strict-s-v00@openssh.com"

enum list {
	LIST_KEX,
	LIST_HOST_KEY,
	LIST_CIPHER_IN,
	LIST_CIPHER_OUT,
	LIST_MAC_IN,
	LIST_MAC_OUT,
	LIST_COMPRESSION_IN,
	LIST_COMPRESSION_OUT,
	LIST_LANGUAGE_IN,
	LIST_LANGUAGE_OUT
};

struct kexinit {
	struct span lists[KEXINIT_LISTS];
	bool guess_follows;
};

// --- ours ----------------------------------------------------------------------------------------

static void name_emit(struct builder *b, size_t mark, struct span name)
{
	if (b->len > mark + 4)
		builder_u8(b, ',');
	builder_bytes(b, name);
}

// The signature algorithms offered whose key the keeper has, in the same order: those of keys with
// a certificate by its names first.
static void host_keys_emit(struct shard *h, struct span enabled, struct builder *b)
{
	size_t mark = builder_open(b);
	struct span all = enabled, name;

	while (names_next(&all, &name)) {
		const struct hostkey_algorithm *a = hostkey_algorithm_find_in(enabled, name);
		const struct cert_algorithm *certified = cert_algorithm_of(name);

		if (a != NULL && certified != NULL &&
		    host_cert_state(h, a->type) == API_HOST_CERT_OFFERED)
			name_emit(b, mark, span_text(certified->name));
	}
	for (all = enabled; names_next(&all, &name);) {
		const struct hostkey_algorithm *a = hostkey_algorithm_find_in(enabled, name);

		if (a != NULL && host_key_find(h, a->type) != NULL)
			name_emit(b, mark, name);
	}
	builder_close(b, mark);
}

static void methods_emit(struct span methods, bool first, struct builder *b)
{
	size_t mark = builder_open(b);

	builder_bytes(b, methods);
	// Said once a connection; RFC 8308 section 2.1 and OpenSSH's PROTOCOL 1.9.
	if (first)
		builder_bytes(b, span_text(",ext-info-s," STRICT_SERVER));
	builder_close(b, mark);
}

size_t kexinit_emit(struct shard *h, bool first, uint8_t *out, size_t max)
{
	struct builder b = builder_over(out, max);
	struct algorithms now;
	uint8_t cookie[16];

	algorithms_copy(&h->control->config, &now);
	random_fill(cookie, sizeof(cookie));
	builder_u8(&b, SSH_MSG_KEXINIT);
	builder_bytes(&b, span_of(cookie, sizeof(cookie)));
	methods_emit(algorithms_list(&now, ALGORITHMS_KEX), first, &b);
	host_keys_emit(h, algorithms_list(&now, ALGORITHMS_HOST_KEY), &b);
	builder_string(&b, algorithms_list(&now, ALGORITHMS_CIPHER));
	builder_string(&b, algorithms_list(&now, ALGORITHMS_CIPHER));
	builder_string(&b, algorithms_list(&now, ALGORITHMS_MAC));
	builder_string(&b, algorithms_list(&now, ALGORITHMS_MAC));
	builder_text(&b, "none");
	builder_text(&b, "none");
	builder_text(&b, "");
	builder_text(&b, "");
	builder_bool(&b, false);
	builder_u32(&b, 0);
	return builder_end(&b) == STATUS_OK ? b.len : 0;
}

// --- theirs --------------------------------------------------------------------------------------

static bool list_is_sound(struct span list)
{
	struct span name;

	if (list.len > 0 && list.data[list.len - 1] == ',')
		return false;
	while (names_next(&list, &name)) {
		if (name.len == 0 || !span_is_printable(name))
			return false;
	}
	return true;
}

static enum status kexinit_parse(struct span message, struct kexinit *out)
{
	struct cursor c = cursor_over(message);

	if (cursor_u8(&c) != SSH_MSG_KEXINIT)
		cursor_fail(&c, STATUS_MALFORMED);
	cursor_bytes(&c, 16); // cookie
	for (int i = 0; i < KEXINIT_LISTS; i++) {
		out->lists[i] = cursor_string_max(&c, KEXINIT_MAX);
		if (!list_is_sound(out->lists[i]))
			cursor_fail(&c, STATUS_MALFORMED);
	}
	out->guess_follows = cursor_bool(&c);
	if (cursor_u32(&c) != 0) // reserved
		cursor_fail(&c, STATUS_MALFORMED);
	return cursor_end(&c);
}

static struct span first_name(struct span list)
{
	struct span name = {NULL, 0};

	names_next(&list, &name);
	return name;
}

// Real methods only: the markers are no names of methods, whoever offers them.
static const struct kex *method_pick(struct span theirs, struct span ours)
{
	const struct kex *kex = NULL;
	struct span name;

	while (kex == NULL && names_next(&theirs, &name))
		kex = kex_find_in(ours, name);
	return kex;
}

// An AEAD needs no MAC in common; any other cipher does.
static const struct suite *suite_pick(const struct kexinit *theirs, const struct kexinit *ours,
                                      enum list cipher_list, enum list mac_list)
{
	struct span ciphers = ours->lists[cipher_list], macs = ours->lists[mac_list];
	struct span cipher = names_pick(theirs->lists[cipher_list], ciphers);
	struct span mac = names_pick(theirs->lists[mac_list], macs);

	if (cipher.len == 0 || (mac.len == 0 && !suite_cipher_is_aead(cipher)))
		return NULL;
	return suite_find_in(ciphers, macs, cipher, mac);
}

// A certificate's name stands for the algorithm that its key signs with.
static void host_key_pick(struct span theirs, struct span ours, struct kex_choice *out)
{
	struct span name = names_pick(theirs, ours);
	const struct cert_algorithm *certified = cert_algorithm_find(name);

	out->certified = certified != NULL;
	if (certified != NULL)
		name = span_text(certified->plain);
	out->algorithm = hostkey_algorithm_find_in(ours, name);
}

// A guess is right when both sides prefer the same method and host key (RFC 4253 section 7.1).
static bool guess_is_wrong(const struct kexinit *theirs, const struct kexinit *ours)
{
	return theirs->guess_follows && (!span_equal(first_name(theirs->lists[LIST_KEX]),
	                                             first_name(ours->lists[LIST_KEX])) ||
	                                 !span_equal(first_name(theirs->lists[LIST_HOST_KEY]),
	                                             first_name(ours->lists[LIST_HOST_KEY])));
}

enum status kexinit_choose(struct span their_message, struct span our_message, bool first,
                           struct kex_choice *out)
{
	struct kexinit theirs, ours;
	enum status status = kexinit_parse(their_message, &theirs);
	struct span none = span_text("none");

	*out = (struct kex_choice){0};
	if (status == STATUS_OK)
		status = kexinit_parse(our_message, &ours);
	if (status != STATUS_OK)
		return status;
	out->kex = method_pick(theirs.lists[LIST_KEX], ours.lists[LIST_KEX]);
	host_key_pick(theirs.lists[LIST_HOST_KEY], ours.lists[LIST_HOST_KEY], out);
	out->suite[KEX_CLIENT_TO_SERVER] =
	        suite_pick(&theirs, &ours, LIST_CIPHER_IN, LIST_MAC_IN);
	out->suite[KEX_SERVER_TO_CLIENT] =
	        suite_pick(&theirs, &ours, LIST_CIPHER_OUT, LIST_MAC_OUT);
	out->drop_guess = guess_is_wrong(&theirs, &ours);
	out->strict = first && names_has(theirs.lists[LIST_KEX], span_text(STRICT_CLIENT));
	out->ext_info = first && names_has(theirs.lists[LIST_KEX], span_text("ext-info-c"));
	if (out->kex == NULL || out->algorithm == NULL || out->suite[0] == NULL ||
	    out->suite[1] == NULL || !names_has(theirs.lists[LIST_COMPRESSION_IN], none) ||
	    !names_has(theirs.lists[LIST_COMPRESSION_OUT], none))
		return STATUS_NO_COMMON;
	return STATUS_OK;
}
