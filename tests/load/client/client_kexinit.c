// KEXINIT (RFC 4253 section 7.1) of a client: what we offer, and what both sides have in common.
#include "tests/load/client/client_inner.h"

#include "crypto/core/random.h"
#include "crypto/wire/names.h"

#define LISTS         10
#define STRICT_CLIENT "kex-strict-c-v00@openssh.com"
#define STRICT_SERVER "kex-strict-s-v00@openssh.com"

enum list {
	LIST_KEX,
	LIST_HOST_KEY,
	LIST_CIPHER_OUT,
	LIST_CIPHER_IN,
	LIST_MAC_OUT,
	LIST_MAC_IN,
	LIST_COMPRESSION_OUT,
	LIST_COMPRESSION_IN,
	LIST_LANGUAGE_OUT,
	LIST_LANGUAGE_IN
};

size_t client_kexinit_emit(const struct client_config *config, bool first, uint8_t *out,
                           size_t max)
{
	struct builder b = builder_over(out, max);
	uint8_t cookie[16];
	size_t mark;

	random_fill(cookie, sizeof(cookie));
	builder_u8(&b, SSH_MSG_KEXINIT);
	builder_bytes(&b, span_of(cookie, sizeof(cookie)));
	mark = builder_open(&b);
	builder_bytes(&b, span_text(config->kex));
	if (first)
		builder_bytes(&b, span_text(",ext-info-c," STRICT_CLIENT));
	builder_close(&b, mark);
	builder_text(&b, config->host_keys);
	builder_text(&b, config->ciphers);
	builder_text(&b, config->ciphers);
	builder_text(&b, config->macs);
	builder_text(&b, config->macs);
	builder_text(&b, "none");
	builder_text(&b, "none");
	builder_text(&b, "");
	builder_text(&b, "");
	builder_bool(&b, false);
	builder_u32(&b, 0);
	return builder_end(&b) == STATUS_OK ? b.len : 0;
}

static enum status parse(struct span message, struct span lists[LISTS])
{
	struct cursor c = cursor_over(message);

	if (cursor_u8(&c) != SSH_MSG_KEXINIT)
		cursor_fail(&c, STATUS_MALFORMED);
	cursor_bytes(&c, 16); // cookie
	for (int i = 0; i < LISTS; i++)
		lists[i] = cursor_string_max(&c, KEXINIT_BYTES_MAX);
	cursor_bool(&c);
	cursor_u32(&c); // reserved
	return cursor_end(&c);
}

static const struct suite *suite_pick(const struct span *ours, const struct span *theirs,
                                      enum list cipher_list, enum list mac_list)
{
	struct span cipher = names_pick(ours[cipher_list], theirs[cipher_list]);
	struct span mac = names_pick(ours[mac_list], theirs[mac_list]);

	if (cipher.len == 0 || (mac.len == 0 && !suite_cipher_is_aead(cipher)))
		return NULL;
	return suite_find_in(ours[cipher_list], ours[mac_list], cipher, mac);
}

enum status client_kexinit_choose(struct span our_message, struct span their_message,
                                  struct client_choice *out)
{
	struct span ours[LISTS], theirs[LISTS], none = span_text("none");
	enum status status = parse(our_message, ours);

	*out = (struct client_choice){0};
	if (status == STATUS_OK)
		status = parse(their_message, theirs);
	if (status != STATUS_OK)
		return status;
	out->kex = kex_find_in(ours[LIST_KEX], names_pick(ours[LIST_KEX], theirs[LIST_KEX]));
	out->algorithm = hostkey_algorithm_find_in(
	        ours[LIST_HOST_KEY], names_pick(ours[LIST_HOST_KEY], theirs[LIST_HOST_KEY]));
	out->suite[KEX_CLIENT_TO_SERVER] =
	        suite_pick(ours, theirs, LIST_CIPHER_OUT, LIST_MAC_OUT);
	out->suite[KEX_SERVER_TO_CLIENT] =
	        suite_pick(ours, theirs, LIST_CIPHER_IN, LIST_MAC_IN);
	out->strict = names_has(theirs[LIST_KEX], span_text(STRICT_SERVER));
	if (out->kex == NULL || out->algorithm == NULL || out->suite[0] == NULL ||
	    out->suite[1] == NULL || !names_has(theirs[LIST_COMPRESSION_OUT], none) ||
	    !names_has(theirs[LIST_COMPRESSION_IN], none))
		return STATUS_NO_COMMON;
	return STATUS_OK;
}
