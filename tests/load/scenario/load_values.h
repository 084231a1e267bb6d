// Values of the command line. Each complains on stderr and answers false when the text is not one.
#pragma once

#include "tests/load/scenario/load_options.h"

// Say what is wrong with the command line; always false.
__attribute__((format(printf, 1, 2))) bool load_complain(const char *format, ...);

bool value_number(const char *text, double least, double most, double *out);
bool value_u32(const char *text, uint32_t least, uint32_t most, uint32_t *out);
bool value_u64(const char *text, uint64_t *out);
bool value_rate(const char *text, struct load_options *o);          // R, or R..S for a ramp
bool value_address(const char *text, struct sockaddr_storage *out); // silent
bool value_source(const char *text, struct load_options *o);        // ADDRESS or ADDRESS+N
bool value_direction(const char *text, struct load_options *o);     // up, down, both
bool value_line(const char *text, struct load_options *o);          // its end is added
bool value_file(const char *path, struct blob *out);                // whole, a NUL behind it
