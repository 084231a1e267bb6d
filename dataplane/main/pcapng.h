// Captured Ethernet frames in a pcapng file (draft-ietf-opsawg-pcapng): a section, its interfaces,
// then frames in the order in which they are given. Whether all was written, the stream tells.
#pragma once

#include <stdio.h>

#include "crypto/core/span.h"

enum capture_direction { CAPTURE_IN = 1, CAPTURE_OUT = 2 };

// The head of the file: so many interfaces, which count from 0.
void pcapng_begin(FILE *out, unsigned interfaces);
// The bytes kept of a frame that had so many, and when it passed, in nanoseconds since 1970.
void pcapng_frame(FILE *out, unsigned interface, uint64_t unix_ns, enum capture_direction which,
                  struct span kept, uint32_t length);
