// The banner of RFC 4252 section 5.4. Everybody who begins to log in gets it, so it says nothing
// about the user; a client that does not want to see it ignores it.
#include "control/session/session_banner.h"

#include "control/session/session_table.h"
#include "crypto/wire/builder.h"

// Bytes of the character of UTF-8 that begins here; 0: none does, or a control character.
static size_t character_at(struct span text, size_t at)
{
	const uint8_t *p = text.data + at;
	size_t left = text.len - at;

	if (p[0] < 0x80)
		return (p[0] >= 0x20 && p[0] != 0x7f) || p[0] == '\t';
	if (p[0] >= 0xc2 && p[0] <= 0xdf && left >= 2 && (p[1] & 0xc0) == 0x80)
		return p[0] == 0xc2 && p[1] < 0xa0 ? 0 : 2;
	if ((p[0] & 0xf0) == 0xe0 && left >= 3 && (p[1] & 0xc0) == 0x80 &&
	    (p[2] & 0xc0) == 0x80 && (p[0] != 0xe0 || p[1] >= 0xa0) &&
	    (p[0] != 0xed || p[1] < 0xa0))
		return 3;
	if (p[0] >= 0xf0 && p[0] <= 0xf4 && left >= 4 && (p[1] & 0xc0) == 0x80 &&
	    (p[2] & 0xc0) == 0x80 && (p[3] & 0xc0) == 0x80 && (p[0] != 0xf0 || p[1] >= 0x90) &&
	    (p[0] != 0xf4 || p[1] < 0x90))
		return 4;
	return 0;
}

size_t banner_clean(struct span text, uint8_t *out, size_t max)
{
	size_t len = 0, n;

	for (size_t at = 0; at<text.len; at += n> 0 ? n : 1) {
		bool line_ends = text.data[at] == '\n';
		struct span add;

		n = character_at(text, at);
		add = line_ends ? span_text("\r\n") : span_of(text.data + at, n);
		if (len + add.len > max)
			break;
		if (add.len > 0)
			memcpy(out + len, add.data, add.len);
		len += add.len;
	}
	return len;
}

// False: there is none of that kind.
static bool say(struct shard *h, struct session *s, const char *kind)
{
	uint8_t text[BANNER_TEXT_MAX], message[SESSION_ANSWER_MAX];
	struct builder b = builder_over(message, sizeof(message));
	const struct settings *live = config_hold(&h->control->config);
	const struct setting *r = settings_find(live, API_CLASS_BANNER, span_text(kind));
	size_t len = 0;

	if (r != NULL)
		len = banner_clean(setting_text(r, API_BANNER_TEXT), text, sizeof(text) - 2);
	config_give(&h->control->config);
	if (len == 0)
		return false;
	memcpy(text + len, "\r\n", 2);
	builder_u8(&b, SSH_MSG_USERAUTH_BANNER);
	builder_string(&b, span_of(text, len + 2));
	builder_text(&b, ""); // language
	session_send(h, s, builder_span(&b));
	COUNT(h, auth_banners);
	return true;
}

void banner_say(struct shard *h, struct session *s)
{
	if (s->flags & SESSION_GREETED)
		return;
	s->flags |= SESSION_GREETED;
	(void)say(h, s, "legal");
	if (say(h, s, "login"))
		s->flags |= SESSION_SAID_LOGIN;
}
