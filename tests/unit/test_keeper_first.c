// The first start: what it makes, and that a second one changes nothing.
#include "control/keeper/keeper_first.h"
#include "crypto/core/secret.h"
#include "tests/unit/keeper_place.h"

#include <fcntl.h>
#include <sys/stat.h>

static struct blob content(const char *place, const char *file)
{
	int dir = open(place, O_RDONLY | O_DIRECTORY);
	struct blob out;

	CHECK_EQ(keeper_file_read(dir, file, &out, NULL), STATUS_OK);
	close(dir);
	return out;
}

static mode_t mode_of(const char *place, const char *file)
{
	char path[128];
	struct stat st = {0};

	snprintf(path, sizeof(path), "%s/%s", place, file);
	CHECK(stat(path, &st) == 0);
	return st.st_mode & 0777;
}

TEST(everything_is_made_with_its_rights)
{
	const char *place = place_make();

	CHECK_EQ(keeper_first_start(place), 0);
	CHECK_EQ(mode_of(place, "keys"), 0700);
	CHECK_EQ(mode_of(place, "keys/ed25519"), 0600);
	CHECK_EQ(mode_of(place, "keys/rsa"), 0600);
	CHECK_EQ(mode_of(place, "keys/ecdsa_p256"), 0600);
	CHECK_EQ(mode_of(place, "known_hosts"), 0600);
	CHECK_EQ(mode_of(place, "admin_password"), 0600);
	CHECK_EQ(mode_of(place, "admin_key"), 0600);
	CHECK_EQ(mode_of(place, "admin.hash"), 0640);
	CHECK_EQ(mode_of(place, "admin_key.pub"), 0644);
	place_remove(place);
}

TEST(the_hash_is_that_of_the_password)
{
	const char *place = place_make();
	struct blob password, hash;

	CHECK_EQ(keeper_first_start(place), 0);
	password = content(place, "admin_password");
	hash = content(place, "admin.hash");
	CHECK_EQ(password.len, 21);
	password.len--;
	hash.len--;
	CHECK_EQ(keeper_password_check(span_blob(&hash), span_blob(&password), ""), STATUS_OK);
	blob_wipe(&password);
	blob_fini(&hash);
	place_remove(place);
}

TEST(the_key_of_admin_is_a_pair)
{
	const char *place = place_make();
	struct hostkey *key = NULL;
	struct blob text, line, want = {0}, got = {0};

	CHECK_EQ(keeper_first_start(place), 0);
	text = content(place, "admin_key");
	line = content(place, "admin_key.pub");
	CHECK_EQ(hostkey_private_parse(span_blob(&text), &key), STATUS_OK);
	CHECK_EQ(hostkey_public_blob(key, &want), STATUS_OK);
	CHECK_EQ(hostkey_public_parse(span_blob(&line), &got), STATUS_OK);
	CHECK(span_equal(span_blob(&want), span_blob(&got)));
	hostkey_free(key);
	blob_wipe(&text);
	blob_fini(&line);
	blob_fini(&want);
	blob_fini(&got);
	place_remove(place);
}

TEST(a_second_start_completes_and_changes_nothing)
{
	const char *place = place_make();
	struct blob before, after;
	char path[128];

	CHECK_EQ(keeper_first_start(place), 0);
	before = content(place, "admin_password");
	snprintf(path, sizeof(path), "%s/admin_key.pub", place);
	CHECK(unlink(path) == 0);
	CHECK_EQ(keeper_first_start(place), 0);
	after = content(place, "admin_password");
	CHECK(span_equal(span_blob(&before), span_blob(&after)));
	CHECK_EQ(mode_of(place, "admin_key.pub"), 0644);
	blob_fini(&before);
	blob_fini(&after);
	place_remove(place);
}

TEST(a_link_planted_among_the_keys_is_not_followed)
{
	const char *place = place_make();
	char path[128], target[128];

	snprintf(path, sizeof(path), "%s/keys", place);
	CHECK(mkdir(path, 0700) == 0);
	snprintf(path, sizeof(path), "%s/keys/.rsa.new", place);
	snprintf(target, sizeof(target), "%s/victim", place);
	CHECK(symlink(target, path) == 0);
	CHECK_EQ(keeper_first_start(place), 0);
	CHECK(access(target, F_OK) != 0);
	CHECK_EQ(mode_of(place, "keys/rsa"), 0600);
	place_remove(place);
}

CHECK_MAIN()
