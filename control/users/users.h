// Who may log in, and how: what the settings say about a name, copied out for one login. Any
// thread.
#pragma once

#include "control/config/config.h"
#include "dataplane/link/keeper_msg.h"

#define USER_NAME_MAX 80
#define USER_ROLE_MAX 63
#define USER_KEYS_MAX 16 // keys of one user that are looked at

struct user {
	bool known;             // may log in over SSH at all: exists, not blocked, service ssh
	enum api_method method; // how it must prove who it is; without an entry: the default
	uint32_t services; // API_SERVICE_STELNET ...; all for users without an ssh user entry
	bool totp;         // needs a one-time code besides
	bool expired;      // its password must be changed before anything else
	char role[USER_ROLE_MAX + 1];
	char hash[KEEPER_HASH_MAX + 1]; // "" when it has no password
	char scheme
	        [33]; // RADIUS servers that are asked about the password; "": the device itself
	bool local;   // and the device when none of them answers
	uint8_t bound[16];     // the address from which alone it may come; zeros: any
	uint32_t access_limit; // sessions at a time; 0: any
	bool remote;           // one of them has accepted it: that stands for known and hash
};

// Unknown and forbidden names get known == false and otherwise look like any user.
void users_find(struct config *c, struct span name, struct user *out);

// The entry of an SSH user, for a name with its domain or without. NULL when there is none.
const struct setting *users_ssh_entry(const struct settings *s, struct span name);

// What to ask the servers of a scheme about a name; the password is not filled in. False: there is
// no such scheme, it has no server, or the name is too long.
struct radius_question;
bool users_radius(struct config *c, const char *scheme, struct span name,
                  struct radius_question *out);
// Roles that a server named, or those of the local user of that name, or the default role, as
// far as they exist. False: there is none.
bool users_remote_roles(struct config *c, struct span name, const char *named,
                        char out[USER_ROLE_MAX + 1]);

// May somebody from there have a VTY line, for a shell or a command?
enum line_verdict { LINE_ADMITS, LINE_MODE, LINE_PROTOCOL, LINE_LIST };
enum line_verdict users_line(struct config *c, const uint8_t remote[16], uint16_t port,
                             uint16_t to_port);
const char *line_verdict_text(enum line_verdict verdict); // why not

// What failed logins lead to.
struct lockout_rule;
void users_lockout_rule(struct config *c, struct lockout_rule *out);

// Is `blob` one of the keys that the user may use? Takes as long for every name and key.
bool users_key_allowed(struct config *c, struct span name, struct span blob);

// The blob of the user's RSA key that has this modulus; false when there is none.
bool users_rsa_key(struct config *c, struct span name, struct span modulus, struct blob *out);

// The keys of the authorities whose certificates log users in, as one SSH string each, and the list
// of what is revoked; copies of the caller's own. False: out of memory.
#define USER_AUTHORITIES_MAX 16
[[nodiscard]] bool users_trust(struct config *c, struct blob *authorities,
                               struct blob *revoked);
bool users_has_authorities(struct config *c);

// May this method be part of the login of such a user? Rounds are those of keyboard-interactive:
// they ask for the password of all who have one but do not log in by key alone.
// Somebody who comes from elsewhere than he may is like one whose password is wrong.
void user_from(struct user *u, const uint8_t address[16]);
bool user_may_password(const struct user *u);
bool user_may_rounds(const struct user *u);
bool user_may_publickey(const struct user *u);

// The record that gives a user this password from now on; it borrows both.
void users_password_record(struct config *c, struct api_record *record, struct span name,
                           struct span hash);

// What somebody with these roles, separated by commas, may ask of control. NONE: no such role.
enum api_role users_role(struct config *c, struct span roles);
