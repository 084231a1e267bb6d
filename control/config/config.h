// The device's settings: typed records driven by the lists of api.h, no text. A struct settings is
// one version of them; records are shared between versions and never changed. struct config is
// the version in force, for all threads.
#pragma once

#include "control/api/api_rows.h"

#include <pthread.h>
#include <stdatomic.h>

struct settings;
struct setting; // one record; borrowed from its settings

struct settings *settings_new(void); // NULL: out of memory, as in settings_clone
struct settings *settings_clone(const struct settings *from);
void settings_free(struct settings *s); // NULL is fine

// Create or change a record: fields that are not named keep their value or get their default.
// TOO_MANY when the class is full.
[[nodiscard]] enum status settings_put(struct settings *s, const struct api_record *record);
// NOT_FOUND when absent; a singleton returns to its defaults.
[[nodiscard]] enum status settings_delete(struct settings *s, uint8_t class, struct span key);

// Singletons are always found; NULL for an absent record and for a class that does not exist.
const struct setting *settings_find(const struct settings *s, uint8_t class, struct span key);
uint32_t settings_count(const struct settings *s, uint8_t class);
const struct setting *settings_at(const struct settings *s, uint8_t class, uint32_t i);
// Index of the first record whose key is greater than `key`.
uint32_t settings_after(const struct settings *s, uint8_t class, struct span key);

struct span setting_key(const struct setting *r);
uint32_t setting_number(const struct setting *r, uint8_t field);
struct span setting_text(const struct setting *r, uint8_t field);
// Every field, as GET and LIST answer; hashes of passwords only when `secrets`.
void setting_emit(struct builder *b, const struct setting *r, bool secrets);

struct config {
	pthread_rwlock_t lock;
	struct settings *live; // guarded
	uint64_t revision;     // guarded; counts changes
	// Copies of what every connection asks, to be read without the lock.
	_Atomic uint32_t startups_start, startups_rate, startups_full;
	_Atomic uint32_t enable, port, login_seconds, retries, session_limit, rekey_hours,
	        rekey_kilobytes, ssh1, server_key_hours, sftp, scp, acl_deny_log, exceptions;
	_Atomic uint32_t alive_seconds, alive_count, unused_seconds;
};

void config_init(struct config *c);
void config_fini(struct config *c);

// A version to read: locked until given back, so hold it briefly and do not block.
const struct settings *config_hold(struct config *c);
void config_give(struct config *c);
uint64_t config_revision(struct config *c);

// A single change, in force at once.
[[nodiscard]] enum status config_put(struct config *c, const struct api_record *record);
[[nodiscard]] enum status config_delete(struct config *c, uint8_t class, struct span key);

// A transaction is a version of one's own, made from the one in force. Commit fails with CONFLICT
// when another change came first; either way the draft is gone.
struct settings *config_draft(struct config *c, uint64_t *revision);
[[nodiscard]] enum status config_commit(struct config *c, struct settings *draft,
                                        uint64_t revision, uint64_t *now);
