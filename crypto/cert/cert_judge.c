// May this certificate be used, here and now, for this? Any doubt is a no.
#include "crypto/cert/cert.h"

#include "crypto/cert/cert_revoked.h"
#include "crypto/wire/cursor.h"

const char *cert_verdict_text(enum cert_verdict verdict)
{
	static const char *const texts[] = {
#define X(name, text) text,
	        CERT_VERDICT_LIST(X)
#undef X
	};

	return verdict < CERT_VERDICTS ? texts[verdict] : "?";
}

static bool is_trusted(const struct cert *cert, const struct cert_question *q)
{
	for (size_t i = 0; i < q->authority_count; i++) {
		if (span_equal(cert->authority, q->authorities[i]))
			return true;
	}
	return false;
}

// Whole strings only: a principal is a name, not a list and not a pattern.
static bool names_principal(const struct cert *cert, struct span principal)
{
	struct cursor c = cursor_over(cert->principals);

	while (cursor_left(&c) > 0) {
		if (span_equal(cursor_string(&c), principal) && cursor_ok(&c))
			return true;
	}
	return false;
}

static bool is_revoked(const struct cert *cert, struct span list)
{
	struct cert_revoked_subject subject = {
	        .authority = cert->authority, .key_id = cert->key_id, .serial = cert->serial};
	bool revoked = true;
	struct blob key;

	if (list.len == 0)
		return false;
	if (cert_key_blob(cert, &key) == STATUS_OK) {
		subject.key = span_blob(&key);
		revoked = cert_is_revoked(list, &subject);
	}
	blob_fini(&key);
	return revoked;
}

// The authority is a plain key: its format is none of ours when it is itself a certificate.
static bool is_signed(const struct cert *cert, struct span algorithms)
{
	struct cursor c = cursor_over(cert->signature);
	struct span name = cursor_string(&c);
	const struct hostkey_algorithm *algorithm;

	if (algorithms.len == 0)
		algorithms = span_text(hostkey_algorithm_names);
	algorithm = cursor_ok(&c) ? hostkey_algorithm_find_in(algorithms, name) : NULL;
	return algorithm != NULL && hostkey_verify(algorithm, cert->authority, cert->signature,
	                                           cert->signed_part) == STATUS_OK;
}

enum cert_verdict cert_judge(const struct cert *cert, const struct cert_question *q)
{
	if (cert->kind != q->kind)
		return CERT_KIND;
	if (!is_trusted(cert, q))
		return CERT_AUTHORITY;
	if (q->now < cert->valid_after)
		return CERT_EARLY;
	if (q->now >= cert->valid_before)
		return CERT_LATE;
	if (cert->principals.len == 0)
		return CERT_UNBOUND;
	if (q->principal.len == 0 || !names_principal(cert, q->principal))
		return CERT_PRINCIPAL;
	// A host certificate has no critical options (PROTOCOL.certkeys).
	if (cert->has_unknown_option ||
	    (cert->kind == CERT_HOST &&
	     (cert->force_command.data != NULL || cert->source_address.data != NULL)))
		return CERT_OPTION;
	if (cert->source_address.data != NULL &&
	    !cert_address_listed(cert->source_address, q->source))
		return CERT_SOURCE;
	if (is_revoked(cert, q->revoked))
		return CERT_REVOKED;
	return is_signed(cert, q->algorithms) ? CERT_GOOD : CERT_SIGNATURE;
}

bool cert_touch_ok(const struct cert *cert, const struct hostkey_touch *touch)
{
	if (cert->type != HOSTKEY_SK_ED25519 && cert->type != HOSTKEY_SK_ECDSA)
		return true;
	if (cert->verify_required && !(touch->flags & HOSTKEY_TOUCH_VERIFIED))
		return false;
	return cert->no_touch_required || touch->flags & HOSTKEY_TOUCH_PRESENT;
}
