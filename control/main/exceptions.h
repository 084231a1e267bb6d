// The newest sessions that the device itself has ended, and why: what an operator asks after when a
// client says nothing but "connection closed". One list for the process; any thread.
#pragma once

#include "control/users/users.h"

#include <stdbool.h>
#include <stdint.h>

#define EXCEPTIONS_MAX  100u
#define EXCEPTION_TEXT  128u
#define EXCEPTION_STAGE 24u

struct exception {
	uint64_t at_s; // Unix time
	uint8_t address[16];
	char user[USER_NAME_MAX + 1]; // "": not known yet
	char stage[EXCEPTION_STAGE];
	uint8_t reason;             // as RFC 4250 section 4.2.2 numbers them
	char reply[EXCEPTION_TEXT]; // what the client was told
	bool is_v1;
	uint8_t services; // API_SERVICE_* of its channels
	uint32_t line;    // plus 1; 0: none
};

void exceptions_add(const struct exception *e, uint32_t most);
// The one that `newer` others came after. False: none.
bool exceptions_at(uint32_t newer, uint32_t most, struct exception *out);
