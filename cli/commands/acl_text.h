// Rules of access lists between words, records and text.
#pragma once

#include "cli/commands/cmd_net.h"

#define ACL_ADVANCED_FIRST 3000u
#define ACL_TEXT_MAX       320

// "basic 2001", "ipv6 advanced 3000": a list as it is named after `acl`.
const char *acl_name(bool ipv6, uint32_t list, char out[32]);

// What stands behind "rule N " in the configuration.
const char *acl_rule_text(const struct api_record *r, char out[ACL_TEXT_MAX]);

// Read the words behind { deny | permit } into a record; NULL, or what is wrong with them. The
// texts stand in `texts` as long as the record.
struct acl_texts {
	char source[IP_TEXT_MAX * 2], destination[IP_TEXT_MAX * 2];
};
const char *acl_rule_read(const struct task *t, bool ipv6, bool advanced, struct api_record *r,
                          struct acl_texts *texts);
