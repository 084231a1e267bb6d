// Typed words: the CAPITALS of a grammar. Their check, help and range live here and nowhere else.
#pragma once

#include "crypto/core/span.h"

enum arg_kind { ARG_NUMBER, ARG_STRING, ARG_USER, ARG_NAME, ARG_CFG };

// clang-format off
//      name       kind    lowest / shortest, highest / longest, help
#define ARG_LIST(X)                                                                           \
	X(SYSNAME,  STRING, 1, 64,      "Host name of the device")                           \
	X(SECONDS,  NUMBER, 1, 120,     "Time limit for a login, in seconds")                \
	X(RETRIES,  NUMBER, 1, 5,       "Failed attempts after which a client is cut off")   \
	X(PORT,     NUMBER, 1, 65535,   "TCP port number")                                   \
	X(SESSIONS, NUMBER, 1, 1048576, "Most sessions at a time")                           \
	X(MINUTES,  NUMBER, 0, 35791,   "Minutes; 0 means never")                            \
	X(SECOND,   NUMBER, 0, 59,      "Seconds")                                           \
	X(SFTPIDLE, NUMBER, 1, 35791,   "Minutes")                                           \
	X(LINES,    NUMBER, 0, 512,     "Lines per screen; 0 means no paging")               \
	X(HISTORY,  NUMBER, 0, 256,     "Commands kept")                                     \
	X(FIRST,    NUMBER, 0, 1048575, "First line number")                                 \
	X(LAST,     NUMBER, 0, 1048575, "Last line number")                                  \
	X(LINE,     NUMBER, 0, 4294967295, "Line number")                                    \
	X(PID,      NUMBER, 0, 4294967295, "UserPid shown by display ssh server session")    \
	X(BITS,     NUMBER, 2048, 4096, "Length of the RSA modulus")                         \
	X(USER,     USER,   1, 55,      "Name of the local user")                            \
	X(SSHUSER,  STRING, 1, 80,      "Name of the SSH user")                              \
	X(ROLE,     STRING, 1, 63,      "Name of the user role")                             \
	X(PASSWORD, STRING, 1, 63,      "Password in clear text")                            \
	X(HASH,     STRING, 1, 110,     "Password in hashed form")                           \
	X(KEY,      NAME,   1, 64,      "Name of the public key")                            \
	X(FILE,     STRING, 1, 255,     "File name")                                         \
	X(CFG,      CFG,    5, 255,     "Configuration file name (*.cfg)")                   \
	X(ADDRESS,  STRING, 2, 45,      "IP address")                                        \
	X(BANNER,   STRING, 1, 1000,    "The text between two equal characters; \\n ends a line") \
	X(LEVEL,    NUMBER, 0, 7,       "0 emergency, 1 alert, 2 critical, 3 error, 4 warning, 5 notification, 6 informational, 7 debugging") \
	X(LOGSIZE,  NUMBER, 0, 1024,    "Lines")                                             \
	X(PASSLEN,  NUMBER, 4, 32,      "Characters")                                        \
	X(TYPES,    NUMBER, 1, 4,       "Upper case, lower case, digits, others")            \
	X(TYPELEN,  NUMBER, 1, 63,      "Characters of each type")                           \
	X(INDEX,    NUMBER, 0, 4294967295, "Index shown by display line")                    \
	X(HOURS,    NUMBER, 1, 24,      "Hours")                                             \
	X(ALIAS,    STRING, 1, 20,      "Alias of a command")                                \
	X(COMMAND,  STRING, 1, 255,     "Command; in quotes, or to the end of the line")     \
	X(REPEATS,  NUMBER, 1, 256,     "How many of the last commands")                     \
	X(TIMES,    NUMBER, 0, 4294967295, "How many times; 0 means until Ctrl+C")           \
	X(DELAY,    NUMBER, 0, 4294967295, "Seconds between two rounds")                     \
	X(WORD,     STRING, 1, 255,     "Text")
// clang-format on

enum arg_id {
#define X(name, kind, low, high, help) ARG_##name##_WORD,
	ARG_LIST(X)
#undef X
	        ARGS
};

// The arg of this name, or -1.
int arg_find(struct span name);

bool arg_accepts(enum arg_id arg, struct span text);

// A NUMBER's value; only for text that was accepted.
uint32_t arg_number(struct span text);

// "<1-120>" or "STRING<1-64>", NUL-terminated.
#define ARG_SHAPE_MAX 40
void arg_shape(enum arg_id arg, char out[ARG_SHAPE_MAX]);
const char *arg_help(enum arg_id arg);
