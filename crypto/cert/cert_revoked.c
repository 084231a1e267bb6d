// A walk over a revocation list. The check and the search are one walk, so that the second never
// meets what the first did not pass.
#include "crypto/cert/cert_revoked.h"

#include "crypto/core/digest.h"
#include "crypto/hostkey/hostkey.h"
#include "crypto/wire/cursor.h"

#define MAGIC   0x5353484b524c0a00u // "SSHKRL\n"
#define VERSION 1

enum section {
	SECTION_CERTIFICATES = 1,
	SECTION_KEYS = 2,
	SECTION_SHA1 = 3,
	SECTION_SIGNATURE = 4,
	SECTION_SHA256 = 5,
	SECTION_EXTENSION = 255
};

enum certificates {
	CERTIFICATES_SERIALS = 0x20,
	CERTIFICATES_RANGE = 0x21,
	CERTIFICATES_BITMAP = 0x22,
	CERTIFICATES_KEY_IDS = 0x23,
	CERTIFICATES_EXTENSION = 0x39
};

// A search, or a mere walk when `subject` is NULL.
struct walk {
	const struct cert_revoked_subject *subject;
	struct span keys[2]; // the key's blob, and the authority's or nothing
	uint8_t sha1[2][20], sha256[2][32];
	bool found;
};

static struct walk walk_for(const struct cert_revoked_subject *subject)
{
	struct walk w = {.subject = subject};

	if (subject == NULL)
		return w;
	w.keys[0] = subject->key;
	w.keys[1] = subject->authority;
	for (int i = 0; i < 2; i++) {
		digest_of(DIGEST_SHA1, w.keys[i], w.sha1[i]);
		digest_of(DIGEST_SHA256, w.keys[i], w.sha256[i]);
	}
	return w;
}

// Is it what the key, or the authority's key, looks like?
static void match(struct walk *w, struct span entry, enum section section)
{
	for (int i = 0; i < 2 && w->subject != NULL; i++) {
		struct span mine = w->keys[i];

		if (mine.len == 0)
			continue;
		if (section == SECTION_SHA1)
			mine = span_of(w->sha1[i], 20);
		else if (section == SECTION_SHA256)
			mine = span_of(w->sha256[i], 32);
		w->found |= span_equal(entry, mine);
	}
}

static enum status entries_walk(struct walk *w, struct span body, enum section section)
{
	struct cursor c = cursor_over(body);

	while (cursor_left(&c) > 0) {
		struct span entry = cursor_string(&c);

		if (cursor_ok(&c))
			match(w, entry, section);
	}
	return cursor_end(&c);
}

// A critical extension must be understood; we understand none.
static enum status extension_walk(struct span body)
{
	struct cursor c = cursor_over(body);
	bool critical;

	cursor_string(&c); // name
	critical = cursor_bool(&c);
	cursor_string(&c); // contents
	if (cursor_end(&c) != STATUS_OK)
		return cursor_end(&c);
	return critical ? STATUS_UNSUPPORTED : STATUS_OK;
}

// --- sections about certificates -----------------------------------------------------------------

static bool numbered(const struct walk *w)
{
	return w->subject != NULL && w->subject->serial != 0;
}

static enum status serials_walk(struct walk *w, struct span body, bool ours)
{
	struct cursor c = cursor_over(body);

	while (cursor_left(&c) > 0) {
		uint64_t serial = cursor_u64(&c);

		if (cursor_ok(&c) && ours && numbered(w))
			w->found |= serial == w->subject->serial;
	}
	return cursor_end(&c);
}

static enum status range_walk(struct walk *w, struct span body, bool ours)
{
	struct cursor c = cursor_over(body);
	uint64_t first = cursor_u64(&c), last = cursor_u64(&c);

	if (cursor_end(&c) != STATUS_OK)
		return cursor_end(&c);
	if (ours && numbered(w))
		w->found |= w->subject->serial >= first && w->subject->serial <= last;
	return STATUS_OK;
}

// Bit n of the number stands for the serial number offset + n.
static enum status bitmap_walk(struct walk *w, struct span body, bool ours)
{
	struct cursor c = cursor_over(body);
	uint64_t offset = cursor_u64(&c), n;
	struct span bits = cursor_mpint(&c);

	if (cursor_end(&c) != STATUS_OK)
		return cursor_end(&c);
	if (!ours || !numbered(w) || w->subject->serial < offset)
		return STATUS_OK;
	n = w->subject->serial - offset;
	if (n / 8 < bits.len)
		w->found |= bits.data[bits.len - 1 - n / 8] >> n % 8 & 1;
	return STATUS_OK;
}

static enum status key_ids_walk(struct walk *w, struct span body, bool ours)
{
	struct cursor c = cursor_over(body);

	while (cursor_left(&c) > 0) {
		struct span id = cursor_string(&c);

		if (cursor_ok(&c) && ours && w->subject != NULL)
			w->found |= span_equal(id, w->subject->key_id);
	}
	return cursor_end(&c);
}

static enum status certificates_part(struct walk *w, uint8_t type, struct span body, bool ours)
{
	switch ((enum certificates)type) {
	case CERTIFICATES_SERIALS:
		return serials_walk(w, body, ours);
	case CERTIFICATES_RANGE:
		return range_walk(w, body, ours);
	case CERTIFICATES_BITMAP:
		return bitmap_walk(w, body, ours);
	case CERTIFICATES_KEY_IDS:
		return key_ids_walk(w, body, ours);
	case CERTIFICATES_EXTENSION:
		return extension_walk(body);
	}
	return STATUS_UNSUPPORTED;
}

// The certificates of one authority, or of all when none is named.
static enum status certificates_walk(struct walk *w, struct span body)
{
	struct cursor c = cursor_over(body);
	struct span authority = cursor_string(&c);
	enum status status = STATUS_OK;
	bool ours = w->subject != NULL && w->subject->authority.len > 0 &&
	            (authority.len == 0 || span_equal(authority, w->subject->authority));

	cursor_string(&c); // reserved
	while (cursor_left(&c) > 0 && status == STATUS_OK) {
		uint8_t type = cursor_u8(&c);
		struct span part = cursor_string(&c);

		if (cursor_ok(&c))
			status = certificates_part(w, type, part, ours);
	}
	return status == STATUS_OK ? cursor_end(&c) : status;
}

// --- whole lists ---------------------------------------------------------------------------------

static enum status section_walk(struct walk *w, uint8_t type, struct span body)
{
	switch ((enum section)type) {
	case SECTION_CERTIFICATES:
		return certificates_walk(w, body);
	case SECTION_KEYS:
	case SECTION_SHA1:
	case SECTION_SHA256:
		return entries_walk(w, body, (enum section)type);
	case SECTION_EXTENSION:
		return extension_walk(body);
	case SECTION_SIGNATURE:
		break;
	}
	return STATUS_UNSUPPORTED;
}

static enum status krl_walk(struct walk *w, struct span list)
{
	struct cursor c = cursor_over(list);
	enum status status = STATUS_OK;

	cursor_u64(&c); // magic
	if (cursor_u32(&c) != VERSION && cursor_ok(&c))
		return STATUS_UNSUPPORTED;
	cursor_u64(&c);    // number of the list
	cursor_u64(&c);    // when it was made
	cursor_u64(&c);    // flags, none defined
	cursor_string(&c); // reserved
	cursor_string(&c); // comment
	while (cursor_left(&c) > 0 && status == STATUS_OK) {
		uint8_t type = cursor_u8(&c);
		struct span body = cursor_string(&c);

		if (cursor_ok(&c))
			status = section_walk(w, type, body);
	}
	return status == STATUS_OK ? cursor_end(&c) : status;
}

static enum status line_walk(struct walk *w, struct span line)
{
	struct blob blob;
	enum status status;

	while (line.len > 0 && (line.data[0] == ' ' || line.data[0] == '\t'))
		line = span_of(line.data + 1, line.len - 1);
	while (line.len > 0 && (line.data[line.len - 1] == '\r'))
		line.len--;
	if (line.len == 0 || line.data[0] == '#')
		return STATUS_OK;
	status = hostkey_public_parse(line, &blob);
	if (status == STATUS_OK)
		match(w, span_blob(&blob), SECTION_KEYS);
	blob_fini(&blob);
	return status;
}

static enum status text_walk(struct walk *w, struct span list)
{
	enum status status = STATUS_OK;

	while (list.len > 0 && status == STATUS_OK) {
		const uint8_t *end = memchr(list.data, '\n', list.len);
		size_t n = end != NULL ? (size_t)(end - list.data) : list.len;

		status = line_walk(w, span_of(list.data, n));
		n += end != NULL;
		list = span_of(list.data + n, list.len - n);
	}
	return status;
}

static enum status list_walk(struct walk *w, struct span list)
{
	struct cursor c = cursor_over(list);

	return cursor_u64(&c) == MAGIC ? krl_walk(w, list) : text_walk(w, list);
}

enum status cert_revoked_check(struct span list)
{
	struct walk w = walk_for(NULL);

	return list_walk(&w, list);
}

bool cert_is_revoked(struct span list, const struct cert_revoked_subject *subject)
{
	struct walk w = walk_for(subject);

	return list_walk(&w, list) != STATUS_OK || w.found;
}
