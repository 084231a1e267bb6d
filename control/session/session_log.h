// The lines about logins that operators' parsers look for (comware.md 3.7), worded once for both
// protocols.
#pragma once

#include "control/main/log.h"
#include "control/session/session.h"

// `methods` as the manual names them; the session knows its user.
void log_login(struct shard *h, const struct session *s, const char *methods);
void log_login_failed(struct shard *h, const struct session *s, const char *user,
                      const char *why);
void log_login_exceeded(struct shard *h, const struct session *s, const char *user);

// The device ends the session: kept for display ssh exception-record.
void log_exception(struct shard *h, const struct session *s, uint32_t reason,
                   const char *reply);

// A line is taken, and given back.
void log_line_taken(struct shard *h, const struct session *s);
void log_line_left(struct shard *h, const struct session *s);
void log_line_refused(struct shard *h, const struct session *s, const char *why);
