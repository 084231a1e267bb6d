// Create host keys, the password and key of `admin`, and the link to known_hosts.
//
//	keys/               0700 keeper   ed25519 rsa ecdsa_p256 known_hosts, 0600 keeper
//	admin_password      0600 root     what a person types
//	admin.hash          0640 root:cli what the first configuration holds
//	admin_key           0600 root     OpenSSH Ed25519 private key
//	admin_key.pub       0644 root     its public half, for the first configuration
//	known_hosts         link to keys/known_hosts, which the keeper rewrites
#include "control/keeper/keeper_first.h"

#include "control/keeper/keeper_answer.h"
#include "control/supervisor/accounts.h"
#include "crypto/core/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ADMIN_PASSWORD_LENGTH 20

static struct keeper_owner owner_if_root(uid_t uid, gid_t gid)
{
	return geteuid() == 0 ? (struct keeper_owner){uid, gid} : KEEPER_OWNER_SELF;
}

static enum status password_make(int dir)
{
	char text[ADMIN_PASSWORD_LENGTH + 2];
	enum status status;

	keeper_password_random(text, ADMIN_PASSWORD_LENGTH);
	text[ADMIN_PASSWORD_LENGTH] = '\n';
	text[ADMIN_PASSWORD_LENGTH + 1] = 0;
	status = keeper_file_write(dir, "admin_password", span_text(text), 0600,
	                           KEEPER_OWNER_SELF);
	secret_wipe(text, sizeof(text));
	return status;
}

// Made from the password file, so that a start cut short between the two is completed.
static enum status hash_make(int dir)
{
	char hash[KEEPER_HASH_TEXT + 1] = {0};
	struct blob password;
	enum status status = keeper_file_read(dir, "admin_password", &password, NULL);

	if (status != STATUS_OK)
		return status;
	while (password.len > 0 && password.data[password.len - 1] == '\n')
		password.len--;
	status = keeper_password_hash(span_blob(&password), hash);
	blob_wipe(&password);
	if (status != STATUS_OK)
		return status;
	strcat(hash, "\n");
	return keeper_file_write(dir, "admin.hash", span_text(hash), 0640,
	                         owner_if_root(0, ACCOUNT_CLI));
}

static enum status key_make(int dir)
{
	struct hostkey *key = NULL;
	struct blob text = {NULL, 0};
	enum status status = hostkey_generate(HOSTKEY_ED25519, 256, &key);

	if (status == STATUS_OK)
		status = hostkey_private_text(key, "admin", &text);
	if (status == STATUS_OK)
		status = keeper_file_write(dir, "admin_key", span_blob(&text), 0600,
		                           KEEPER_OWNER_SELF);
	blob_wipe(&text);
	hostkey_free(key);
	return status;
}

static enum status public_line(struct span private_text, struct blob *line)
{
	struct hostkey *key = NULL;
	struct blob blob = {NULL, 0};
	enum status status = hostkey_private_parse(private_text, &key);

	if (status == STATUS_OK)
		status = hostkey_public_blob(key, &blob);
	if (status == STATUS_OK)
		status = hostkey_public_line(span_blob(&blob), "admin", line);
	blob_fini(&blob);
	hostkey_free(key);
	return status;
}

static enum status public_make(int dir)
{
	struct blob text, line = {NULL, 0};
	enum status status = keeper_file_read(dir, "admin_key", &text, NULL);

	if (status == STATUS_OK)
		status = public_line(span_blob(&text), &line);
	if (status == STATUS_OK && (line.len == 0 || line.data[line.len - 1] != '\n') &&
	    line.data != NULL)
		line.data[line.len++] = '\n'; // over the NUL that follows the bytes
	if (status == STATUS_OK)
		status = keeper_file_write(dir, "admin_key.pub", span_blob(&line), 0644,
		                           KEEPER_OWNER_SELF);
	blob_wipe(&text);
	blob_fini(&line);
	return status;
}

static enum status known_link(int dir)
{
	return symlinkat("keys/known_hosts", dir, "known_hosts") == 0 ? STATUS_OK
	                                                              : STATUS_SYSTEM;
}

static const struct {
	const char *file;
	enum status (*make)(int dir);
} steps[] = {
        {"admin_password", password_make}, {"admin.hash", hash_make},   {"admin_key", key_make},
        {"admin_key.pub", public_make},    {"known_hosts", known_link},
};

static enum status steps_run(int dir, const char *state)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && status == STATUS_OK; i++) {
		if (keeper_file_exists(dir, steps[i].file))
			continue;
		status = steps[i].make(dir);
		if (status != STATUS_OK)
			fprintf(stderr, "%s/%s: %s: %s\n", state, steps[i].file,
			        status_text(status), strerror(errno));
	}
	return status;
}

static enum status keys_make(const char *state)
{
	struct keeper_store store;
	enum status status =
	        keeper_store_open(&store, state, owner_if_root(ACCOUNT_KEEPER, ACCOUNT_KEEPER));

	if (status == STATUS_OK)
		status = keeper_store_complete(&store);
	if (status != STATUS_OK)
		fprintf(stderr, "%s/keys: %s\n", state, status_text(status));
	keeper_store_fini(&store);
	return status;
}

int keeper_first_start(const char *state)
{
	enum status status;
	int dir;

	if (mkdir(state, 0711) != 0 && errno != EEXIST) {
		perror(state);
		return 1;
	}
	dir = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		perror(state);
		return 1;
	}
	status = keys_make(state);
	if (status == STATUS_OK)
		status = steps_run(dir, state);
	close(dir);
	return status == STATUS_OK ? 0 : 1;
}
