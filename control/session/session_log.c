// Who came, by what, who failed, who left.
#include "control/session/session_log.h"

#define NAME_TEXT (4 * USER_NAME_MAX + 1)

void log_login(struct shard *h, const struct session *s, const char *methods)
{
	char user[NAME_TEXT], address[LOG_ADDRESS_MAX];

	log_escape(user, sizeof(user), span_text(s->user));
	log_address(address, s->remote);
	log_session(h, s, LOG_INFO, "SSHS_LOG", "Accepted %s for %s from %s port %u%s", methods,
	            user, address, s->remote_port, s->flags & SESSION_V1 ? "." : " ssh2");
	log_session(h, s, LOG_INFO, "SSHS_AUTH_SUCCESS",
	            "SSH user %s from %s port %u passed %s authentication.", user, address,
	            s->remote_port, methods);
	log_session(h, s, LOG_INFO, "SSHS_CONNECT",
	            "SSH user %s (IP: %s) connected to the server successfully.", user,
	            address);
}

void log_login_failed(struct shard *h, const struct session *s, const char *user,
                      const char *why)
{
	char name[NAME_TEXT], address[LOG_ADDRESS_MAX];

	log_escape(name, sizeof(name), span_text(user));
	log_address(address, s->remote);
	log_session(h, s, LOG_INFO, "SSHS_LOG",
	            "Authentication failed for user %s from %s port %u because of %s.", name,
	            address, s->remote_port, why);
	log_session(h, s, LOG_NOTICE, "SHELL_LOGINFAIL",
	            "SSH user %s failed to log in from %s.", name, address);
}

void log_login_exceeded(struct shard *h, const struct session *s, const char *user)
{
	char name[NAME_TEXT], address[LOG_ADDRESS_MAX];

	log_session(h, s, LOG_INFO, "SSHS_AUTH_EXCEED_RETRY_TIMES",
	            "SSH user %s (IP: %s) failed to log in, because the number of "
	            "authentication attempts exceeded the upper limit.",
	            log_escape(name, sizeof(name), span_text(user)),
	            log_address(address, s->remote));
}

static void line_told(struct shard *h, const struct session *s, const char *mnemonic,
                      const char *what)
{
	char user[NAME_TEXT], address[LOG_ADDRESS_MAX];

	log_session(h, s, LOG_NOTICE, mnemonic, "%s logged %s from %s.",
	            log_escape(user, sizeof(user), span_text(s->user)), what,
	            log_address(address, s->remote));
}

void log_line_taken(struct shard *h, const struct session *s)
{
	line_told(h, s, "SHELL_LOGIN", "in");
}

void log_line_left(struct shard *h, const struct session *s)
{
	line_told(h, s, "SHELL_LOGOUT", "out");
}
