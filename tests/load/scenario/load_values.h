// Values of the command line and of plans. Each answers false and keeps a complaint when the text
// is not one.
#pragma once

#include <netinet/in.h>

#include "crypto/core/span.h"
#include "tests/load/scenario/load_task.h"

// Keep what is wrong; always false. The last complaint of this thread is kept.
__attribute__((format(printf, 1, 2))) bool load_complain(const char *format, ...);
const char *load_complaint(void);

bool value_number(const char *text, double least, double most, double *out);
bool value_address(const char *text, struct sockaddr_storage *out);
bool value_file(const char *path, struct blob *out); // whole, a NUL behind it

// Of one scenario.
bool value_rate(const char *text, struct load_task *t);      // R, or R..S for a ramp
bool value_direction(const char *text, struct load_task *t); // up, down, both
bool value_line(const char *text, struct load_task *t);      // its end is added
