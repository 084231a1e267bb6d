// RADIUS questions through libradcli.
#include "control/aaa/radius.h"

#include "control/api/api_role.h"
#include "crypto/core/secret.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <radcli/radcli.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define QUIET_SERVERS      64u // remembered as silent, at most
#define VENDOR_CISCO       9
#define VENDOR_H3C         25506
#define CISCO_AVPAIR       1
#define H3C_EXEC_PRIVILEGE 29
#define SERVICE_ADMIN      6 // RFC 2865 section 5.6: Administrative
#define SERVICE_PROMPT     7 // NAS Prompt
#define NAS_PORT_VIRTUAL   5
#define ROLES_PREFIX       "shell:roles"

// What we send and look for; the library needs to know of nothing else.
static const char dictionary[] = "ATTRIBUTE User-Name 1 string\n"
                                 "ATTRIBUTE User-Password 2 string\n"
                                 "ATTRIBUTE NAS-IP-Address 4 ipaddr\n"
                                 "ATTRIBUTE Service-Type 6 integer\n"
                                 "ATTRIBUTE Reply-Message 18 string\n"
                                 "ATTRIBUTE State 24 string\n"
                                 "ATTRIBUTE Vendor-Specific 26 string\n"
                                 "ATTRIBUTE Calling-Station-Id 31 string\n"
                                 "ATTRIBUTE NAS-Identifier 32 string\n"
                                 "ATTRIBUTE NAS-Port-Type 61 integer\n"
                                 "VENDOR Cisco 9\n"
                                 "BEGIN-VENDOR Cisco\n"
                                 "ATTRIBUTE Cisco-AVPair 1 string\n"
                                 "END-VENDOR Cisco\n"
                                 "VENDOR H3C 25506\n"
                                 "BEGIN-VENDOR H3C\n"
                                 "ATTRIBUTE H3C-Exec-Privilege 29 integer\n"
                                 "END-VENDOR H3C\n";

// --- servers that are silent ---------------------------------------------------------------------

static struct {
	pthread_mutex_t lock;
	struct {
		struct radius_server server;
		time_t until;
	} rows[QUIET_SERVERS];
	uint32_t next;
} quiet = {.lock = PTHREAD_MUTEX_INITIALIZER};

static time_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static bool server_equal(const struct radius_server *a, const struct radius_server *b)
{
	return a->port == b->port && strcmp(a->address, b->address) == 0;
}

static bool is_quiet(const struct radius_server *server)
{
	bool found = false;

	pthread_mutex_lock(&quiet.lock);
	for (uint32_t i = 0; i < QUIET_SERVERS; i++)
		found |= server_equal(&quiet.rows[i].server, server) &&
		         quiet.rows[i].until > now_s();
	pthread_mutex_unlock(&quiet.lock);
	return found;
}

// Zero minutes: it is asked again at once, so it has answered or there is no such time.
static void quiet_set(const struct radius_server *server, uint32_t minutes)
{
	uint32_t at = QUIET_SERVERS;

	pthread_mutex_lock(&quiet.lock);
	for (uint32_t i = 0; i < QUIET_SERVERS && at == QUIET_SERVERS; i++)
		if (server_equal(&quiet.rows[i].server, server))
			at = i;
	if (at == QUIET_SERVERS)
		at = quiet.next++ % QUIET_SERVERS;
	quiet.rows[at].server = *server;
	quiet.rows[at].until = minutes > 0 ? now_s() + 60 * (time_t)minutes : 0;
	pthread_mutex_unlock(&quiet.lock);
}

// --- the library's handle ------------------------------------------------------------------------

static bool option_set(rc_handle *rc, const char *name, const char *value)
{
	return rc_add_config(rc, name, value, NULL, 0) == 0;
}

static bool number_set(rc_handle *rc, const char *name, uint32_t value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	return option_set(rc, name, text);
}

// The key is put in its place by itself: in the option's text it could not hold every character.
static bool server_set(rc_handle *rc, const struct radius_server *server, const char *key)
{
	bool six = strchr(server->address, ':') != NULL;
	char text[80];
	SERVER *made;

	snprintf(text, sizeof(text), six ? "[%s]:%u:key" : "%s:%u:key", server->address,
	         server->port);
	if (!option_set(rc, "authserver", text))
		return false;
	made = rc_conf_srv(rc, "authserver");
	if (made == NULL || made->max != 1)
		return false;
	free(made->secret[0]);
	made->secret[0] = strdup(key);
	return made->secret[0] != NULL;
}

static rc_handle *handle_new(const struct radius_question *q,
                             const struct radius_server *server)
{
	rc_handle *rc = rc_new();

	if (rc == NULL || rc_config_init(rc) == NULL) // which frees what it cannot begin
		return NULL;
	if (number_set(rc, "radius_timeout", q->timeout_s) &&
	    number_set(rc, "radius_retries", q->tries - 1) &&
	    number_set(rc, "radius_deadtime", 0) && option_set(rc, "serv-type", "udp") &&
	    server_set(rc, server, q->key) &&
	    rc_read_dictionary_from_buffer(rc, dictionary, sizeof(dictionary) - 1) == 0 &&
	    rc_apply_config(rc) == 0)
		return rc;
	rc_destroy(rc);
	return NULL;
}

// --- attributes ----------------------------------------------------------------------------------

static bool text_send(rc_handle *rc, VALUE_PAIR **list, int attribute, const char *text)
{
	return text[0] == 0 ||
	       rc_avpair_add(rc, list, attribute, text, (int)strlen(text), 0) != NULL;
}

static bool pairs_send(rc_handle *rc, VALUE_PAIR **list, const struct radius_question *q)
{
	uint32_t port_type = NAS_PORT_VIRTUAL;

	return text_send(rc, list, PW_USER_NAME, q->user) &&
	       rc_avpair_add(rc, list, PW_USER_PASSWORD, q->password, (int)strlen(q->password),
	                     0) != NULL &&
	       text_send(rc, list, PW_NAS_IDENTIFIER, q->nas) &&
	       text_send(rc, list, PW_CALLING_STATION_ID, q->caller) &&
	       rc_avpair_add(rc, list, PW_NAS_PORT_TYPE, &port_type, 0, 0) != NULL &&
	       (q->state_len == 0 ||
	        rc_avpair_add(rc, list, PW_STATE, q->state, (int)q->state_len, 0) != NULL);
}

bool radius_roles(struct span text, char out[RADIUS_ROLES_MAX + 1])
{
	size_t prefix = strlen(ROLES_PREFIX), len = 0;

	if (text.len < prefix + 1 || memcmp(text.data, ROLES_PREFIX, prefix) != 0 ||
	    (text.data[prefix] != '=' && text.data[prefix] != '*'))
		return false;
	for (size_t i = prefix + 1; i < text.len; i++) {
		uint8_t b = text.data[i];
		bool part = b == ' ' || b == ',';

		if (b == '"' || b == '\'' || (part && (len == 0 || out[len - 1] == ',')))
			continue;
		if (b < ' ' || b > '~' || len == RADIUS_ROLES_MAX)
			return false;
		out[len++] = part ? ',' : (char)b;
	}
	while (len > 0 && out[len - 1] == ',')
		len--;
	out[len] = 0;
	return len > 0;
}

static void service_role(uint32_t service, struct radius_answer *a)
{
	const char *role = service == SERVICE_ADMIN    ? API_ROLE_ADMIN_NAME
	                   : service == SERVICE_PROMPT ? API_ROLE_OPERATOR_NAME
	                                               : "";

	if (a->roles[0] == 0)
		snprintf(a->roles, sizeof(a->roles), "%s", role);
}

static struct span pair_text(VALUE_PAIR *pair)
{
	unsigned size = 0;
	char *raw = NULL;

	return rc_avpair_get_raw(pair, &raw, &size) == 0 ? span_of(raw, size)
	                                                 : span_of(NULL, 0);
}

// Named roles win over what a service type says.
static void pair_take(VALUE_PAIR *pair, struct radius_answer *a)
{
	struct span text = pair_text(pair);
	char roles[RADIUS_ROLES_MAX + 1];
	size_t len = strlen(a->prompt);

	switch (pair->attribute) {
	case PW_SERVICE_TYPE:
		service_role(pair->lvalue, a);
		break;
	case PW_REPLY_MESSAGE:
		if (text.len > RADIUS_PROMPT_MAX - len)
			text.len = RADIUS_PROMPT_MAX - len;
		if (text.len > 0)
			memcpy(a->prompt + len, text.data, text.len);
		a->prompt[len + text.len] = 0;
		break;
	case PW_STATE:
		a->state_len = (uint32_t)(text.len < RADIUS_STATE_MAX ? text.len : 0);
		if (a->state_len > 0)
			memcpy(a->state, text.data, text.len);
		break;
	case VENDOR_CISCO << 16 | CISCO_AVPAIR:
		if (radius_roles(text, roles))
			memcpy(a->roles, roles, sizeof(roles));
		break;
	case VENDOR_H3C << 16 | H3C_EXEC_PRIVILEGE:
		if (pair->lvalue <= 15 && a->roles[0] == 0)
			snprintf(a->roles, sizeof(a->roles), "level-%u", pair->lvalue);
		break;
	default:
		break;
	}
}

// --- one server ----------------------------------------------------------------------------------

static enum radius_verdict verdict_of(int result)
{
	return result == OK_RC          ? RADIUS_ACCEPT
	       : result == REJECT_RC    ? RADIUS_REJECT
	       : result == CHALLENGE_RC ? RADIUS_CHALLENGE
	                                : RADIUS_SILENT;
}

// What the library gave out held the password.
static void pairs_wipe(VALUE_PAIR *list)
{
	for (VALUE_PAIR *p = list; p != NULL; p = rc_avpair_next(p))
		secret_wipe(p->strvalue, sizeof(p->strvalue));
	rc_avpair_free(list);
}

static void server_ask(const struct radius_question *q, const struct radius_server *server,
                       struct radius_answer *a)
{
	rc_handle *rc = handle_new(q, server);
	VALUE_PAIR *send = NULL, *got = NULL;
	char message[PW_MAX_MSG_SIZE];
	RC_AAA_CTX *ctx = NULL;

	*a = (struct radius_answer){.verdict = RADIUS_SILENT};
	if (rc == NULL)
		return;
	if (pairs_send(rc, &send, q))
		a->verdict = verdict_of(
		        rc_aaa_ctx_server(rc, &ctx, rc_conf_srv(rc, "authserver"), AUTH, 0,
		                          send, &got, message, 0, PW_ACCESS_REQUEST));
	for (VALUE_PAIR *p = got; p != NULL && a->verdict != RADIUS_SILENT;
	     p = rc_avpair_next(p))
		pair_take(p, a);
	pairs_wipe(send);
	rc_avpair_free(got);
	if (ctx != NULL)
		rc_aaa_ctx_free(ctx);
	rc_destroy(rc);
}

void radius_ask(const struct radius_question *q, struct radius_answer *a)
{
	bool all_quiet = true;

	*a = (struct radius_answer){.verdict = RADIUS_SILENT};
	for (uint32_t i = 0; i < q->server_count; i++)
		all_quiet &= is_quiet(&q->servers[i]);
	for (uint32_t i = 0; i < q->server_count && a->verdict == RADIUS_SILENT; i++) {
		if (is_quiet(&q->servers[i]) && !all_quiet)
			continue;
		server_ask(q, &q->servers[i], a);
		quiet_set(&q->servers[i], a->verdict == RADIUS_SILENT ? q->quiet_minutes : 0);
	}
}
