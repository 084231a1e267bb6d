// Rows that calls return: one pair of functions a shape, used by both sides.
#pragma once

#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"
#include "control/api/api.h"

#define API_ROW_TEXT 64

// One SSH session. State names: comware.md 1.1 (Init, Ver-exchange, Keys-exchange, Auth-request,
// Serv-request, Established, Disconnected).
struct api_session_row {
	uint32_t slot, life;
	char state[16];
	char cipher[API_ROW_TEXT]; // client to server
	char kex[API_ROW_TEXT];
	char user[API_ROW_TEXT + 20];
	char service[16]; // Stelnet, SFTP, SCP, ""
	char peer[48];    // address
	uint16_t peer_port;
	uint32_t retries; // failed attempts
	uint32_t channels;
	uint32_t age_seconds, idle_seconds;
	uint64_t bytes_in, bytes_out;
	uint32_t rekeys;
	bool v1; // SSH-1.5 is spoken
};
void api_session_emit(struct builder *b, const struct api_session_row *row);
void api_session_parse(struct cursor *c, struct api_session_row *row);

// One dialogue: display users.
struct api_dialogue_row {
	uint32_t slot, life, line, session;
	char user[API_ROW_TEXT + 20];
	char peer[48];
	uint32_t idle_seconds;
	uint64_t login_time; // Unix seconds
};
void api_dialogue_emit(struct builder *b, const struct api_dialogue_row *row);
void api_dialogue_parse(struct cursor *c, struct api_dialogue_row *row);

struct api_status_row {
	uint64_t started; // Unix seconds
	uint32_t workers;
	uint32_t sessions, established, dialogues;
	uint64_t revision;        // of the configuration
	uint64_t logins, refused; // since start
	uint32_t listening;
};
void api_status_emit(struct builder *b, const struct api_status_row *row);
void api_status_parse(struct cursor *c, struct api_status_row *row);

// Settings records: build one, or walk one. A value's bounds are checked by api_record_parse
// against the field list; unknown fields and classes are MALFORMED.
struct api_value {
	uint8_t field;    // enum api_field
	uint32_t number;  // UINT
	struct span text; // the others; borrowed from the message
};
struct api_record {
	uint8_t class; // enum api_class
	struct span key;
	uint32_t count;
	struct api_value values[API_FIELDS_MAX];
};
void api_record_emit(struct builder *b, const struct api_record *record);
[[nodiscard]] enum status api_record_parse(struct cursor *c, struct api_record *record);

// Field lookup and defaults, from the list in api.h.
struct api_field_row {
	uint8_t class;
	const char *name;
	enum api_type type;
	uint32_t low, high, number;
	const char *text;
};
const struct api_field_row *api_field_row(uint8_t field); // NULL out of range
const char *api_class_name(uint8_t class);
bool api_class_is_named(uint8_t class); // many records, not one
// The key of an ACL, or of a rule in it; its length. Rules stand behind their list by number.
#define API_ACL_NO_RULE UINT32_MAX
size_t api_acl_key(char *out, size_t size, bool ipv6, uint32_t list, uint32_t rule);
// False: the key of a list.
bool api_acl_key_parse(struct span key, bool *ipv6, uint32_t *list, uint32_t *rule);
const struct api_value *api_record_find(const struct api_record *record, uint8_t field);
