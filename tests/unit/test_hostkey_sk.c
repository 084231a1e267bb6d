// crypto/hostkey/hostkey_sk.c: a security key in software, whose signatures we and ssh-keygen judge.
// Needs openssh-client.
#include "tests/unit/sk_token.h"

#include "crypto/hostkey/base64.h"

#include <stdlib.h>
#include <unistd.h>

static const struct span message = {(const uint8_t *)"session id and request", 22};

static enum status judge(const struct token *t, struct blob signature)
{
	enum status status =
	        hostkey_verify(hostkey_algorithm_find(span_text(t->name)), span_blob(&t->blob),
	                       span_blob(&signature), message);

	blob_fini(&signature);
	return status;
}

static void check_presence(struct token t)
{
	CHECK_EQ(judge(&t, token_sign(&t, APPLICATION, message, 0x01, 7)), STATUS_OK);
	CHECK_EQ(judge(&t, token_sign(&t, APPLICATION, message, 0x05, 7)), STATUS_OK);
	CHECK_EQ(judge(&t, token_sign(&t, APPLICATION, message, 0x00, 7)),
	         STATUS_BAD_SIGNATURE);
	CHECK_EQ(judge(&t, token_sign(&t, APPLICATION, message, 0x04, 7)),
	         STATUS_BAD_SIGNATURE);
	token_drop(&t);
}

TEST(a_touched_key_signs_and_an_untouched_one_does_not)
{
	check_presence(ed25519());
	check_presence(ecdsa());
}

static void check_application(struct token t)
{
	CHECK_EQ(judge(&t, token_sign(&t, "https://example.com", message, 1, 7)),
	         STATUS_BAD_SIGNATURE);
	token_drop(&t);
}

TEST(a_signature_for_another_application_is_refused)
{
	check_application(ed25519());
	check_application(ecdsa());
}

TEST(flags_and_counter_are_told)
{
	struct token t = ed25519();
	struct blob signature = token_sign(&t, APPLICATION, message, 0x04, 0x01020304);
	struct hostkey_touch touch;

	CHECK_EQ(hostkey_verify_touch(hostkey_algorithm_find(span_text(t.name)),
	                              span_blob(&t.blob), span_blob(&signature), message,
	                              &touch),
	         STATUS_OK);
	CHECK_EQ(touch.flags, HOSTKEY_TOUCH_VERIFIED);
	CHECK_EQ(touch.counter, 0x01020304);
	blob_fini(&signature);
	token_drop(&t);
}

// The flags, the counter and all else are signed: no byte may change.
static void check_changes(struct token t)
{
	struct blob signature = token_sign(&t, APPLICATION, message, 1, 7);
	const struct hostkey_algorithm *a = hostkey_algorithm_find(span_text(t.name));
	unsigned passed = 0;

	for (size_t i = 0; i < signature.len; i++) {
		signature.data[i] ^= 0x04;
		passed += hostkey_verify(a, span_blob(&t.blob), span_blob(&signature),
		                         message) == STATUS_OK;
		signature.data[i] ^= 0x04;
	}
	for (size_t n = 0; n < signature.len; n++)
		passed += hostkey_verify(a, span_blob(&t.blob), span_of(signature.data, n),
		                         message) == STATUS_OK;
	CHECK_EQ(passed, 0);
	blob_fini(&signature);
	token_drop(&t);
}

TEST(a_changed_or_cut_signature_is_refused)
{
	check_changes(ed25519());
	check_changes(ecdsa());
}

TEST(a_plain_key_does_not_pass_as_a_security_key)
{
	struct token t = ed25519();
	struct blob plain, signature = token_sign(&t, APPLICATION, message, 1, 7);

	CHECK_EQ(hostkey_public_blob(t.key, &plain), STATUS_OK);
	CHECK_EQ(hostkey_verify(hostkey_algorithm_find(span_text(t.name)), span_blob(&plain),
	                        span_blob(&signature), message),
	         STATUS_BAD_KEY);
	blob_fini(&plain);
	blob_fini(&signature);
	token_drop(&t);
}

TEST(a_blob_without_its_application_is_refused)
{
	struct token t = ed25519();
	struct span name;

	CHECK_EQ(hostkey_blob_check(span_blob(&t.blob), &name), STATUS_OK);
	CHECK(span_is(name, t.name));
	CHECK(hostkey_blob_check(span_of(t.blob.data, t.blob.len - 4 - 4), &name) != STATUS_OK);
	token_drop(&t);
}

static void save(const char *folder, const char *name, struct span head, struct span body,
                 struct span tail)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	if (f == NULL)
		abort();
	fwrite(head.data, 1, head.len, f);
	fwrite(body.data, 1, body.len, f);
	fwrite(tail.data, 1, tail.len, f);
	fclose(f);
}

// Sign a file the way of PROTOCOL.sshsig, and ask ssh-keygen.
static bool keygen_accepts(const struct token *t, uint8_t flags)
{
	char folder[] = "/tmp/sk-test.XXXXXX", command[256];
	uint8_t covered[256], wire[1024], hash[64];
	struct builder c = builder_over(covered, sizeof(covered));
	struct builder b = builder_over(wire, sizeof(wire));
	struct blob signature, text;
	bool accepted;

	digest_of(DIGEST_SHA512, message, hash);
	builder_bytes(&c, span_text("SSHSIG"));
	builder_text(&c, "file");
	builder_text(&c, "");
	builder_text(&c, "sha512");
	builder_string(&c, span_of(hash, 64));
	signature = token_sign(t, APPLICATION, builder_span(&c), flags, 9);
	builder_bytes(&b, span_text("SSHSIG"));
	builder_u32(&b, 1);
	builder_string(&b, span_blob(&t->blob));
	builder_text(&b, "file");
	builder_text(&b, "");
	builder_text(&b, "sha512");
	builder_string(&b, span_blob(&signature));
	text = base64_encode(builder_span(&b), 70);
	if (mkdtemp(folder) == NULL)
		abort();
	save(folder, "sig", span_text("-----BEGIN SSH SIGNATURE-----\n"), span_blob(&text),
	     span_text("-----END SSH SIGNATURE-----\n"));
	save(folder, "message", message, span_text(""), span_text(""));
	snprintf(command, sizeof(command),
	         "cd %s && ssh-keygen -Y check-novalidate -n file -s sig < message >/dev/null "
	         "2>&1",
	         folder);
	accepted = system(command) == 0;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	CHECK_EQ(system(command), 0);
	blob_fini(&signature);
	blob_fini(&text);
	return accepted;
}

TEST(ssh_keygen_takes_our_token_for_a_security_key)
{
	struct token ed = ed25519(), ec = ecdsa();

	CHECK(keygen_accepts(&ed, 1));
	CHECK(keygen_accepts(&ec, 1));
	token_drop(&ed);
	token_drop(&ec);
}

CHECK_MAIN()
