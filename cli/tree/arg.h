// Typed words: the CAPITALS of a grammar. Their check, help and range live here and nowhere else.
#pragma once

#include "crypto/core/span.h"

enum arg_kind {
	ARG_NUMBER,
	ARG_STRING,
	ARG_USER,
	ARG_NAME,
	ARG_CFG,
	ARG_IPV4,
	ARG_IPV6,
	ARG_MASK,     // dotted, or a length
	ARG_WILDCARD, // dotted, or 0
	ARG_PREFIX6,  // with its length behind a slash
	ARG_IFACE,    // the interface, with its number or without
	ARG_IFNUM
};

// clang-format off
//      name       kind    lowest / shortest, highest / longest, help
#define ARG_LIST(X)                                                                           \
	X(SYSNAME,  STRING, 1, 64,      "Host name of the device")                           \
	X(SECONDS,  NUMBER, 1, 120,     "Time limit for a login, in seconds")                \
	X(DSCP,     NUMBER, 0, 63,      "DSCP: 48 is network control")                       \
	X(RECORDS,  NUMBER, 0, 100,     "Records; 0 means none")                              \
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
	X(PASSWORD, STRING, 1, 63,      "Password in clear text")                            \
	X(ROLENAME, NAME,   1, 63,      "Name of the user role")                             \
	X(OLDLEVEL, NUMBER, 0, 15,      "Level: 0 visit, 1 monitor, 2 system, 3 manage; or of a role") \
	X(ROLERULE, NUMBER, 1, 256,     "Number of the rule; the highest that applies decides") \
	X(SCHEME,   NAME,   1, 32,      "Name of the RADIUS scheme")                         \
	X(DOMAIN,   NAME,   1, 24,      "Name of the ISP domain")                            \
	X(SHAREDKEY, STRING, 1, 64,     "Key shared with the servers")                       \
	X(ANSWERTIME, NUMBER, 1, 10,    "Seconds")                                           \
	X(QUIETTIME, NUMBER, 0, 255,    "Minutes; 0 means that it is asked each time")       \
	X(ASKTIMES, NUMBER, 1, 20,      "How often it is asked before it counts as silent")  \
	X(FAILURES, NUMBER, 2, 10,      "Failed logins")                                     \
	X(LOCKTIME, NUMBER, 1, 360,     "Minutes")                                           \
	X(AGE,      NUMBER, 1, 365,     "Days")                                              \
	X(ACCESSES, NUMBER, 1, 1024,    "Sessions at a time")                                \
	X(SINCE,    NUMBER, 0, 4294967295, "Seconds since 1970")                             \
	X(VENDOR,   STRING, 1, 32,      "Text in front of the version")                      \
	X(FEATURE,  STRING, 1, 31,      "Name of the feature")                               \
	X(HASH,     STRING, 1, 110,     "Password in hashed form")                           \
	X(KEY,      NAME,   1, 64,      "Name of the public key")                            \
	X(FILE,     STRING, 1, 255,     "File name")                                         \
	X(CFG,      CFG,    5, 255,     "Configuration file name (*.cfg)")                   \
	X(ADDRESS,  STRING, 2, 45,      "IP address")                                        \
	X(SSHDIR,   STRING, 1, 135,     "Directory that SFTP and SCP show as the root")      \
	X(GROUPNAME, NAME,  1, 32,      "Name of the user group")                            \
	X(OTHERS,   NUMBER, 1, 1024,    "Sessions of a server that this device does not have") \
	X(ALARMUPPER, NUMBER, 0, 100,   "Failed logins that raise the alarm; 0 means never") \
	X(ALARMLOWER, NUMBER, 0, 45,    "Fewer failed logins than this clear it")            \
	X(ALARMTIME, NUMBER, 1, 120,    "Minutes")                                           \
	X(KEYCODE,  STRING, 1, 3,       "A character, or its number: 0 to 127")              \
	X(LINEPASS, STRING, 1, 16,      "Password in clear text")                            \
	X(BANNER,   STRING, 1, 1000,    "The text between two equal characters; \\n ends a line") \
	X(LEVEL,    NUMBER, 0, 7,       "0 emergency, 1 alert, 2 critical, 3 error, 4 warning, 5 notification, 6 informational, 7 debugging") \
	X(MODULE,   NAME,   1, 15,      "Module, as lines name it: SSHS, SHELL ...")        \
	X(LOGSIZE,  NUMBER, 0, 1024,    "Lines")                                             \
	X(PASSLEN,  NUMBER, 4, 32,      "Characters")                                        \
	X(TYPES,    NUMBER, 1, 4,       "Upper case, lower case, digits, others")            \
	X(TYPELEN,  NUMBER, 1, 63,      "Characters of each type")                           \
	X(INDEX,    NUMBER, 0, 4294967295, "Index shown by display line")                    \
	X(HOURS,    NUMBER, 1, 24,      "Hours")                                             \
	X(KILOBYTES, NUMBER, 16, 1048576, "Kilobytes, both directions together")             \
	X(ALIAS,    STRING, 1, 20,      "Alias of a command")                                \
	X(COMMAND,  STRING, 1, 255,     "Command; in quotes, or to the end of the line")     \
	X(REPEATS,  NUMBER, 1, 256,     "How many of the last commands")                     \
	X(TIMES,    NUMBER, 0, 4294967295, "How many times; 0 means until Ctrl+C")           \
	X(DELAY,    NUMBER, 0, 4294967295, "Seconds between two rounds")                     \
	X(CLOCK,    STRING, 3, 5,       "Time of day (hh:mm)")                              \
	X(HMS,      STRING, 5, 8,       "Time of day, or an offset (hh:mm:ss)")             \
	X(MONTHDAY, STRING, 3, 5,       "Day of the year (MM/DD)")                          \
	X(ZONENAME, NAME,   1, 32,      "Name of the time zone")                            \
	X(AHEAD,    NUMBER, 0, 4294967295, "Seconds and 2147483648")                         \
	X(DATE,     STRING, 8, 10,      "Date (MM/DD/YYYY or YYYY/MM/DD)")                  \
	X(WAIT,     STRING, 1, 6,       "Time (hh:mm, or minutes)")                         \
	X(PREFIX,   STRING, 1, 30,      "What the names of the files begin with")           \
	X(ARCHIVES, NUMBER, 1, 10,      "Files")                                            \
	X(ARCHIVEMIN, NUMBER, 10, 525600, "Minutes")                                        \
	X(IPV4,     IPV4,   7, 15,      "IP address")                                        \
	X(IPV6,     IPV6,   2, 39,      "IPv6 address")                                      \
	X(MASK,     MASK,   1, 15,      "Mask, or its length")                               \
	X(WILDCARD, WILDCARD, 1, 15,    "Wildcard mask: ones for bits that do not matter")   \
	X(PREFIX6,  PREFIX6, 4, 43,     "IPv6 address with a prefix length")                 \
	X(PREFIXLEN, NUMBER, 0, 128,    "Length of the prefix")                              \
	X(IFACE,    IFACE,  1, 22,      "M-GigabitEthernet0/0/0")                            \
	X(IFNUM,    IFNUM,  5, 5,       "Number of the interface")                           \
	X(IFTEXT,   STRING, 1, 255,     "Text")                                              \
	X(QUOTAMB,  NUMBER, 1, 1048576, "Megabytes")                                         \
	X(QUOTAFILES, NUMBER, 1, 1000000, "Files, directories and links")                    \
	X(MTU,      NUMBER, 1280, 9216, "Bytes; at most what the device was started with")   \
	X(PREFERENCE, NUMBER, 1, 255,   "Preference of the route")                           \
	X(ROUTETEXT, STRING, 1, 60,     "Text")                                              \
	X(PINGS,    NUMBER, 1, 4294967295, "How many echo requests")                         \
	X(HOPS,     NUMBER, 1, 255,     "Most hops on the way")                              \
	X(FIRSTHOP, NUMBER, 1, 255,     "The first hop shown")                               \
	X(PINGINTERVAL, NUMBER, 1, 65535, "Milliseconds between two requests")               \
	X(PINGTIMEOUT, NUMBER, 1, 65535, "Milliseconds to wait for an answer")               \
	X(PINGSIZE, NUMBER, 20, 8100,   "Bytes of payload")                                  \
	X(TOS,      NUMBER, 0, 255,     "Type of service")                                   \
	X(QUERIES,  NUMBER, 1, 65535,   "Probes of each hop")                                \
	X(BASICACL, NUMBER, 2000, 2999, "Number of a basic access list")                     \
	X(ADVANCEDACL, NUMBER, 3000, 3999, "Number of an advanced access list")              \
	X(ANYACL,   NUMBER, 2000, 3999, "Number of an access list")                          \
	X(RULE,     NUMBER, 0, 65534,   "Number of the rule")                                \
	X(ACLTEXT,  STRING, 1, 127,     "Text")                                              \
	X(ACLPORT,  NUMBER, 0, 65535,   "Port number")                                       \
	X(PROTOCOL, NUMBER, 0, 255,     "Protocol number")                                   \
	X(STEP,     NUMBER, 1, 20,      "Distance of two rules")                             \
	X(WINDOW,   NUMBER, 1, 1024,    "Kilobytes")                                         \
	X(MSS,      NUMBER, 128, 9176,  "Bytes of payload and options")                      \
	X(SYNTIME,  NUMBER, 2, 600,     "Seconds")                                           \
	X(FINTIME,  NUMBER, 5, 3600,    "Seconds")                                           \
	X(ALIVE,    NUMBER, 1, 86400,   "Seconds of silence before the first probe")         \
	X(ALIVEINTERVAL, NUMBER, 1, 3600, "Seconds between two probes")                      \
	X(ALIVEPROBES, NUMBER, 1, 30,   "Probes in vain before the connection ends")         \
	X(CONNECTIONS, NUMBER, 1, 1048576, "Connections")                                    \
	X(HALFOPEN, NUMBER, 1, 65536,   "Half-open connections")                             \
	X(PREFIX4BITS, NUMBER, 1, 32,   "Length of the prefix")                              \
	X(PREFIX6BITS, NUMBER, 1, 128,  "Length of the prefix")                              \
	X(STARTUPS, NUMBER, 1, 16384,   "Logins under way")                                  \
	X(PERCENT,  NUMBER, 1, 100,     "Percent that are refused")                          \
	X(OWEDMS,   NUMBER, 1, 600000,  "Milliseconds")                                      \
	X(OWEDLEAST, NUMBER, 0, 86400,  "Seconds from which on a source is refused")         \
	X(OWEDMOST, NUMBER, 1, 86400,   "Seconds that are never exceeded")                   \
	X(NETWORK,  NAME,   2, 49,      "Address, or network A.B.C.D/N, A::B/N")             \
	X(SILENCE,  NUMBER, 1, 86400,   "Seconds of silence before a client is asked, and between two questions") \
	X(ALIVES,   NUMBER, 1, 30,      "Questions without an answer before the session ends") \
	X(UNUSED,   NUMBER, 1, 86400,   "Seconds without a channel")                         \
	X(VARIABLE, NAME,   1, 64,      "Name of a variable; * stands for any characters")   \
	X(SUBSYSTEM, NAME,  1, 64,      "Name of the subsystem")                             \
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
