// Inside of the client: the work at hand and the steps that the table in ssh_client.c names.
#pragma once

#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"
#include "crypto/kex/kex_group.h"
#include "tests/load/client/ssh_client.h"

#define KEXINIT_BYTES_MAX  32768u // longest KEXINIT of a server that is taken
#define CLIENT_REKEY_BYTES (1ull << 30)

enum client_event_in {
	IN_REFUSE, // no row: a message nobody awaits
	IN_KEXINIT,
	IN_REPLY,
	IN_NEWKEYS,
	IN_EXT_INFO,
	IN_SERVICE,
	IN_AUTH_FAILURE,
	IN_AUTH_SUCCESS,
	IN_AUTH_MORE, // number 60, whose meaning depends on the method
	IN_GLOBAL,
	IN_CHANNEL,
	IN_GROUP_REPLY, // group exchange has a number of its own for it
	DONE_PUBLIC,
	DONE_VERIFIED,
	DONE_SIGNED,
	ASK_SIGNATURE,
	ASK_REKEY,
	ASK_GROUP,
	CLIENT_EVENTS
};

enum client_job { JOB_PUBLIC, JOB_VERIFY, JOB_SIGN };

struct client_choice {
	const struct kex *kex;
	const struct hostkey_algorithm *algorithm;
	const struct suite *suite[2]; // enum kex_direction
	bool strict;
};

// From our KEXINIT to the server's NEWKEYS, and while a signature is made. A running job owns it.
struct client_work {
	struct client_env *env;
	struct client *client; // NULL: it has given up
	enum client_job job;
	bool running;
	enum status status;
	enum client_failure failure; // what a status other than OK means
	char words[HOSTKEY_FINGERPRINT_MAX + 64];

	struct host_trust *trust;
	struct blob ours, theirs; // KEXINIT payloads
	struct span server_ident;
	struct client_choice choice;
	struct kex_group asked; // of a method that agrees on a group
	struct blob group;      // as the server named it
	struct kex_client *kex;
	uint8_t public[KEX_PUBLIC_MAX];
	size_t public_bytes;
	struct blob reply; // the server's whole answer
	uint8_t session_id[KEX_HASH_MAX];
	uint8_t session_id_bytes; // 0: H becomes it
	uint8_t hash[KEX_HASH_MAX];
	struct suite_keys keys[2];

	const struct hostkey *key; // JOB_SIGN
	const struct hostkey_algorithm *algorithm;
	struct blob request, signature;
	struct client_work *next; // for whoever queues jobs
};

struct client_step {
	enum client_state next;
	// Runs in `next`. The rest of the message, its number taken off (but of KEXINIT and of a channel's messages).
	enum status (*run)(struct client_env *env, struct client *c, struct span body);
};

// ssh_client.c
void client_fail(struct client_env *env, struct client *c, enum client_failure failure,
                 struct span words);
void client_send(struct client_env *env, struct client *c, struct span message);
void client_tell(struct client_env *env, struct client *c, enum client_event event,
                 uint32_t number, struct span words);
void client_raise(struct client_env *env, struct client *c, enum client_event_in event);
struct client_work *client_work_new(struct client_env *env, struct client *c);
void client_work_drop(struct client_env *env, struct client *c);
void client_post(struct client_env *env, struct client *c, enum client_job job);
struct conn_id client_id(const struct client *c);
struct span client_server_ident(const struct client_env *env, const struct client *c);

// client_kexinit.c
size_t client_kexinit_emit(const struct client_config *config, bool first, uint8_t *out,
                           size_t max);
[[nodiscard]] enum status client_kexinit_choose(struct span ours, struct span theirs,
                                                struct client_choice *out);

// client_kex.c
[[nodiscard]] bool client_kex_begin(struct client_env *env, struct client *c);
enum status client_rekey_begin(struct client_env *env, struct client *c, struct span body);
enum status client_on_kexinit(struct client_env *env, struct client *c, struct span body);
enum status client_on_rekey_asked(struct client_env *env, struct client *c, struct span body);
enum status client_group_ask(struct client_env *env, struct client *c, struct span body);
enum status client_on_group(struct client_env *env, struct client *c, struct span body);
enum status client_on_public(struct client_env *env, struct client *c, struct span body);
enum status client_on_reply(struct client_env *env, struct client *c, struct span body);
enum status client_on_group_reply(struct client_env *env, struct client *c, struct span body);
enum status client_on_verified(struct client_env *env, struct client *c, struct span body);
enum status client_on_newkeys(struct client_env *env, struct client *c, struct span body);
enum status client_on_rekeyed(struct client_env *env, struct client *c, struct span body);

// client_job.c
void client_job_public(struct client_work *w);
void client_job_verify(struct client_work *w);
void client_job_sign(struct client_work *w);

// client_auth.c
enum status client_on_ext_info(struct client_env *env, struct client *c, struct span body);
enum status client_on_service(struct client_env *env, struct client *c, struct span body);
enum status client_sign_begin(struct client_env *env, struct client *c, struct span body);
enum status client_on_signed(struct client_env *env, struct client *c, struct span body);
enum status client_on_auth_failure(struct client_env *env, struct client *c, struct span body);
enum status client_on_auth_success(struct client_env *env, struct client *c, struct span body);
enum status client_on_auth_more(struct client_env *env, struct client *c, struct span body);

// client_channel.c
enum status client_on_global(struct client_env *env, struct client *c, struct span body);
enum status client_on_channel(struct client_env *env, struct client *c, struct span body);
void client_pay(struct client_env *env, struct client *c); // send what a key exchange held back

// known_hosts.c: is this the host's key? OK, or `failure` and words.
[[nodiscard]] enum status host_trust_check(struct host_trust *trust, struct span blob,
                                           enum client_failure *failure, char *words,
                                           size_t words_max);
