// What was typed and not yet read, in the order it came.
#pragma once

#include <stdint.h>

#define INPUT_CHUNK 480u

struct input {
	struct input *next;
	uint32_t at, len, max;
	uint8_t data[];
};
