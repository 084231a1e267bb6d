// What control answers about users, in the fixture of cli's tests.
#pragma once

#include "control/config/config.h"

#include <stdio.h>

// Hashes are "$y$" and the clear text here.
static inline enum status answer_super(struct config *config, uint16_t call,
                                       struct span payload)
{
	struct cursor c = cursor_over(payload);
	struct api_record r = {.class = API_CLASS_SUPER, .key = cursor_string(&c), .count = 1};
	struct span clear = cursor_string(&c);
	const struct setting *found;
	char hash[80];

	snprintf(hash, sizeof(hash), "$y$%.*s", (int)clear.len, (const char *)clear.data);
	r.values[0] = (struct api_value){.field = API_SUPER_HASH, .text = span_text(hash)};
	if (cursor_end(&c) != STATUS_OK)
		return STATUS_MALFORMED;
	if (call == API_SET_SUPER)
		return config_put(config, &r);
	found = settings_find(config->live, API_CLASS_SUPER, r.key);
	if (found == NULL)
		return STATUS_NOT_FOUND;
	return span_is(setting_text(found, API_SUPER_HASH), hash) ? STATUS_OK : STATUS_DENIED;
}

static inline enum status answer_line_password(struct config *config, struct span payload)
{
	struct cursor c = cursor_over(payload);
	struct api_record r = {.class = API_CLASS_VTY, .count = 1};
	struct span clear = cursor_string(&c);
	char hash[80];

	snprintf(hash, sizeof(hash), "$y$%.*s", (int)clear.len, (const char *)clear.data);
	r.values[0] = (struct api_value){.field = API_VTY_HASH, .text = span_text(hash)};
	return cursor_end(&c) == STATUS_OK ? config_put(config, &r) : STATUS_MALFORMED;
}

// Two who failed to log in, and one with two sessions.
static inline enum status answer_users(bool *forgotten, uint16_t call, struct builder *b)
{
	if (call == API_USER_SESSIONS) {
		builder_text(b, "bob");
		builder_u32(b, 2);
	}
	for (int i = 0; call == API_BLACKLIST && i < 2 && !*forgotten; i++) {
		builder_text(b, i == 0 ? "bob" : "eve");
		builder_text(b, "192.0.2.1");
		builder_u32(b, i == 0 ? 3 : 1);
		builder_u8(b, i == 0);
	}
	if (call == API_BLACKLIST_RESET)
		*forgotten = true;
	return STATUS_OK;
}

// The line itself stands for the certificate, but for those that are refused.
static enum status answer_certificate(struct span payload, struct builder *b)
{
	struct cursor c = cursor_over(payload);
	struct span text = cursor_string(&c);

	if (cursor_end(&c) != STATUS_OK || span_is(text, "garbage"))
		return STATUS_MALFORMED;
	if (span_is(text, "of another key"))
		return STATUS_NOT_FOUND;
	if (span_is(text, "of a user"))
		return STATUS_UNSUPPORTED;
	builder_string(b, text);
	return STATUS_OK;
}

// There are two: "host" of an Ed25519 key, which stays when the other one of an RSA key goes.
static enum status answer_certificate_drop(struct span payload, struct builder *b)
{
	struct cursor c = cursor_over(payload);

	if (cursor_u32(&c) != 1)
		return STATUS_NOT_FOUND;
	builder_text(b, "host");
	return STATUS_OK;
}

static void answer_certificates(struct builder *b)
{
	size_t mark;

	builder_text(b, "ssh-ed25519-cert-v01@openssh.com");
	builder_u64(b, 7);
	builder_text(b, "switch-7");
	mark = builder_open(b);
	builder_text(b, "switch-7.example.net");
	builder_text(b, "192.0.2.2");
	builder_close(b, mark);
	builder_u64(b, 86400);
	builder_u64(b, UINT64_MAX);
	builder_text(b, "authority");
	builder_u8(b, API_HOST_CERT_OFFERED);
	builder_text(b, "ssh-rsa-cert-v01@openssh.com");
	builder_u64(b, 0);
	builder_text(b, "");
	builder_text(b, "");
	builder_u64(b, 0);
	builder_u64(b, 3600);
	builder_text(b, "authority");
	builder_u8(b, API_HOST_CERT_LATE);
}
