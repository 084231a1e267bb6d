// The version in force: changed under a lock, one change or one transaction at a time.
#include "control/config/config.h"

#include <stdlib.h>

static uint32_t number_of(const struct settings *s, uint8_t field)
{
	uint8_t class = api_field_row(field)->class;

	return setting_number(settings_find(s, class, span_of(NULL, 0)), field);
}

static void quick_update(struct config *c)
{
	atomic_store(&c->enable, number_of(c->live, API_SSH_SERVER_ENABLE));
	atomic_store(&c->port, number_of(c->live, API_SSH_SERVER_PORT));
	atomic_store(&c->login_seconds, number_of(c->live, API_SSH_SERVER_LOGIN_SECONDS));
	atomic_store(&c->retries, number_of(c->live, API_SSH_SERVER_RETRIES));
	atomic_store(&c->sftp, number_of(c->live, API_SSH_SERVER_SFTP_ENABLE));
	atomic_store(&c->scp, number_of(c->live, API_SSH_SERVER_SCP_ENABLE));
	atomic_store(&c->ssh1, number_of(c->live, API_SSH_SERVER_SSH1));
	atomic_store(&c->server_key_hours, number_of(c->live, API_SSH_SERVER_SERVER_KEY_HOURS));
	atomic_store(&c->rekey_hours, number_of(c->live, API_SSH_SERVER_REKEY_HOURS));
	atomic_store(&c->exceptions, number_of(c->live, API_SSH_SERVER_EXCEPTIONS));
	atomic_store(&c->acl_deny_log, number_of(c->live, API_SSH_SERVER_ACL_DENY_LOG));
	atomic_store(&c->rekey_kilobytes, number_of(c->live, API_SSH_SERVER_REKEY_KILOBYTES));
	atomic_store(&c->alive_seconds, number_of(c->live, API_SSH_POLICY_ALIVE_SECONDS));
	atomic_store(&c->alive_count, number_of(c->live, API_SSH_POLICY_ALIVE_COUNT));
	atomic_store(&c->unused_seconds, number_of(c->live, API_SSH_POLICY_UNUSED_SECONDS));
	atomic_store(&c->startups_start, number_of(c->live, API_SSH_GUARD_START));
	atomic_store(&c->startups_rate, number_of(c->live, API_SSH_GUARD_RATE));
	atomic_store(&c->startups_full, number_of(c->live, API_SSH_GUARD_FULL));
	atomic_store(&c->session_limit, number_of(c->live, API_SSH_SERVER_SESSION_LIMIT));
}

void config_init(struct config *c)
{
	pthread_rwlock_init(&c->lock, NULL);
	c->live = settings_new();
	if (c->live == NULL)
		abort();
	c->revision = 1;
	quick_update(c);
}

void config_fini(struct config *c)
{
	settings_free(c->live);
	c->live = NULL;
	pthread_rwlock_destroy(&c->lock);
}

const struct settings *config_hold(struct config *c)
{
	pthread_rwlock_rdlock(&c->lock);
	return c->live;
}

void config_give(struct config *c)
{
	pthread_rwlock_unlock(&c->lock);
}

uint64_t config_revision(struct config *c)
{
	uint64_t revision;

	pthread_rwlock_rdlock(&c->lock);
	revision = c->revision;
	pthread_rwlock_unlock(&c->lock);
	return revision;
}

static enum status changed(struct config *c, enum status status)
{
	if (status == STATUS_OK) {
		c->revision++;
		quick_update(c);
	}
	pthread_rwlock_unlock(&c->lock);
	return status;
}

enum status config_put(struct config *c, const struct api_record *record)
{
	pthread_rwlock_wrlock(&c->lock);
	return changed(c, settings_put(c->live, record));
}

enum status config_delete(struct config *c, uint8_t class, struct span key)
{
	pthread_rwlock_wrlock(&c->lock);
	return changed(c, settings_delete(c->live, class, key));
}

struct settings *config_draft(struct config *c, uint64_t *revision)
{
	struct settings *draft;

	pthread_rwlock_rdlock(&c->lock);
	draft = settings_clone(c->live);
	*revision = c->revision;
	pthread_rwlock_unlock(&c->lock);
	return draft;
}

enum status config_commit(struct config *c, struct settings *draft, uint64_t revision,
                          uint64_t *now)
{
	struct settings *old = draft;
	enum status status = STATUS_CONFLICT;

	pthread_rwlock_wrlock(&c->lock);
	if (c->revision == revision) {
		old = c->live;
		c->live = draft;
		status = STATUS_OK;
	}
	*now = c->revision + (status == STATUS_OK);
	status = changed(c, status);
	settings_free(old);
	return status;
}
