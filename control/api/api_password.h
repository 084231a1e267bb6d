// What new passwords must satisfy: one judgement for commands and for changes at login.
#pragma once

#include "crypto/core/span.h"

#include <stdint.h>

#define API_PASSWORD_WHY 160 // room for the sentence that says why not

struct api_password_rules {
	bool enable;          // false: any will do
	uint32_t length;      // least
	uint32_t types;       // of characters: upper case, lower case, digits, others
	uint32_t type_length; // of each type
};

bool api_password_fits(const struct api_password_rules *rules, struct span password,
                       char why[API_PASSWORD_WHY]);
