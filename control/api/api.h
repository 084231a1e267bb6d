// Everything the CLI may ask of control: calls, settings, records. The only header of control
// that cli includes. Calls travel as REQUEST/REPLY cells of dataplane/link/dialogue_msg.h; their
// payload is written and read with crypto/wire. Control knows who asks from the dialogue; local
// dialogues (console, start-up file) are network-admin.
#pragma once

#include <stdint.h>

// Roles, least first. A call is refused with STATUS_DENIED when the asker's role is below. CUSTOM:
// a role made of rules about commands. Which commands, cli knows; control lets it call everything
// but shows it no secrets.
enum api_role {
	API_ROLE_NONE,
	API_ROLE_VISITOR,
	API_ROLE_OPERATOR,
	API_ROLE_CUSTOM,
	API_ROLE_ADMIN
};
#define API_ROLE_ADMIN_NAME    "network-admin"
#define API_ROLE_OPERATOR_NAME "network-operator"

// clang-format off
//      name              role      request payload / reply payload
#define API_CALL_LIST(X)                                                                        \
	X(BEGIN,            ADMIN,    "none / u64 revision. Opens this dialogue's transaction") \
	X(COMMIT,           ADMIN,    "none / u64 revision. CONFLICT: another committed meanwhile; nothing changed") \
	X(ABORT,            ADMIN,    "none / none")                                           \
	X(CLEAR,            ADMIN,    "none / none. The open transaction is as if nothing had been set") \
	X(PUT,              ADMIN,    "record / none. In the open transaction, else at once")  \
	X(DELETE,           ADMIN,    "u8 class, string key / none. NOT_FOUND when absent; class singletons return to defaults") \
	X(GET,              OPERATOR, "u8 class, string key / record. NOT_FOUND. Passwords' hashes: admin only, else empty") \
	X(LIST,             OPERATOR, "u8 class / records, as many as fit, by key order")      \
	X(SET_PASSWORD,     ADMIN,    "string user, string clear text / none. Hashes in the keeper, then puts") \
	X(SET_TOTP,         ADMIN,    "string user / the secret, in base32, this once. Makes one in the keeper, then puts") \
	X(DROP_TOTP,        ADMIN,    "string user / none. Forgets the secret, then puts")     \
	X(PENALTIES,        OPERATOR, "none / rows: string address, u32 failures, u32 refused, u32 ms left, u8 held") \
	X(RESET_PENALTIES,  ADMIN,    "none / none")                                           \
	X(SUPER,            VISITOR,  "string role, string password / none. The dialogue has that role alone; DENIED, NOT_FOUND: no password is set") \
	X(SET_SUPER,        ADMIN,    "string role, string clear text / none. Hashes in the keeper, then puts") \
	X(SET_LINE_PASSWORD, ADMIN,   "string clear text / none. Hashes in the keeper, then puts") \
	X(BLACKLIST,        OPERATOR, "none, cursor / rows: string user, string address, u32 failures, u8 locked") \
	X(BLACKLIST_RESET,  ADMIN,    "string user, or empty for all / u32 how many entries went") \
	X(USER_SESSIONS,    OPERATOR, "none, cursor / rows of users with an access limit: string user, u32 sessions") \
	X(LIST_WHOLE,       CUSTOM,   "as LIST, with secrets: for files that the asker may write and not read") \
	X(SESSIONS,         OPERATOR, "none / session rows")                                   \
	X(DIALOGUES,        OPERATOR, "none / dialogue rows")                                  \
	X(COUNTERS,         OPERATOR, "none / rows: string name, string sentence, u64 value")  \
	X(RESET_COUNTERS,   ADMIN,    "u8 which, or none for all / none")                      \
	X(STATUS,           OPERATOR, "none / status row")                                     \
	X(MEMORY,           OPERATOR, "none / rows: string what, u64 bytes")                   \
	X(POOLS,            OPERATOR, "none / rows: string pool, u64 in use, u64 peak, u64 capacity") \
	X(HOST_KEYS,        OPERATOR, "none / rows: u32 type, u32 bits, u64 made, string blob") \
	X(GENERATE_KEY,     ADMIN,    "u32 hostkey type, u32 bits / none")                     \
	X(DESTROY_KEY,      ADMIN,    "u32 hostkey type / none")                               \
	X(HOST_CERTIFICATE, ADMIN,    "string line of a certificate / HOST_CERTS with it. MALFORMED, TOO_LONG, UNSUPPORTED: a user's, NOT_FOUND: of no key of ours") \
	X(DROP_HOST_CERT,   ADMIN,    "u32 hostkey type / HOST_CERTS without it. NOT_FOUND")  \
	X(HOST_CERTS,       OPERATOR, "none / rows: string format, u64 serial, string key id, string run of strings: principals, u64 Unix time from, u64 until before, string blob of the authority's key, u8 enum api_host_cert") \
	X(FREE_SESSION,     ADMIN,    "u32 slot / none")                                       \
	X(STARTED,          ADMIN,    "none / none. The start-up file is in force: open the listener") \
	X(REBOOT,           ADMIN,    "none / none. Restarts the device")                      \
	X(LOG,              OPERATOR, "none, cursor: first number wanted / rows: u64 number, u64 Unix ms, u8 level, string name, string text") \
	X(EXCEPTIONS,       OPERATOR, "none, cursor / rows, newest first: u64 Unix time, string user, string address, string version, string stage, u8 services, u32 line + 1 or 0, u8 reason, string reply") \
	X(LOG_WATCH,        OPERATOR, "as LOG: the lines that terminals are shown, debugging among them") \
	X(DEBUGGING,        OPERATOR, "none / u32 switches that are on: API_DEBUG_*")          \
	X(SET_DEBUGGING,    ADMIN,    "u32 switches on, u32 switches off / none")              \
	X(LOG_STATE,        OPERATOR, "none / u32 size, u32 lines, u64 dropped, u64 overwritten") \
	X(LOG_RESET,        ADMIN,    "none / none")                                           \
	X(ALGORITHMS,       OPERATOR, "none / string names of each field of SSH_ALGORITHM, as they are in force") \
	X(STATES,           OPERATOR, "none / rows: string state, u8 first number, u8 last number, string message, string answer, string next state or empty") \
	X(NET_SHOW,         OPERATOR, "u8 question, its parameters; cursor: worker << 32 | the worker's / rows: dataplane/link/net_msg.h") \
	X(NET_DO,           ADMIN,    "u8 question that changes something, its parameters; cursor as above / none") \
	X(LOG_ADD,          VISITOR,  "u8 level, string name, string text / no reply")
// clang-format on

enum api_call {
	API_CALL_NONE,
#define X(name, role, text) API_##name,
	API_CALL_LIST(X)
#undef X
	        API_CALLS
};

// Whether a certificate of a host key is offered to clients, or why not.
enum api_host_cert {
	API_HOST_CERT_OFFERED,
	API_HOST_CERT_EARLY,
	API_HOST_CERT_LATE,
	API_HOST_CERT_OF_OTHER_KEY, // than the key pair of that type, if there is one
	API_HOST_CERT_STATES
};

// A record on the wire: u8 class, string key, u8 count, then count times { u8 field, string value }.
// Integers are 4-byte big-endian values. PUT changes only the fields that are named; a record
// that did not exist gets defaults for the rest. A field set to its default is as if not named.
// LIST and GET name every field. At most API_FIELDS_MAX fields, values of API_VALUE_MAX bytes.
#define API_FIELDS_MAX 20
#define API_VALUE_MAX  8192
#define API_KEY_MAX    80

enum api_type { API_UINT, API_TEXT, API_BYTES, API_NAMES }; // NAMES: comma-separated

// clang-format off
//      class       key               most records
#define API_CLASS_LIST(X)                                                                       \
	X(SYSTEM,     "",               1)                                                     \
	X(SSH_SERVER, "",               1)                                                     \
	X(SSH_GUARD,  "",               1)                                                     \
	X(VTY,        "",               1)                                                     \
	X(LOCAL_USER, "user name",      4096)                                                  \
	X(SSH_USER,   "user name",      1024)                                                  \
	X(PEER_KEY,   "public key name", 4096)                                                 \
	X(SHELL,      "",               1)                                                     \
	X(ALIAS,      "alias",          64)                                                    \
	X(BANNER,     "kind",           8)                                                     \
	X(LOG_CENTER, "",               1)                                                     \
	X(LOG_HOST,   "address",        4)                                                     \
	X(PASSWORD_CONTROL, "",         1)                                                     \
	X(SSH_TRUST, "",                1)                                                     \
	X(SSH_ALGORITHM, "",            1)                                                     \
	X(INTERFACE,  "interface name", 4)                                                     \
	X(ROUTE,      "prefix",         60)                                                    \
	X(TCP,        "",               1)                                                     \
	X(ACL,        "list and rule",  8192)                                                  \
	X(ARCHIVE,    "",               1)                                                     \
	X(ROLE,       "role name",      79)                                                    \
	X(ROLE_RULE,  "role name, number of three digits", 1024)                               \
	X(SUPER,      "role name",      80)                                                    \
	X(RADIUS,     "scheme name",    16)                                                    \
	X(DOMAIN,     "domain name",    16)                                                    \
	X(AAA,        "",               1)                                                     \
	X(SSH_POLICY, "",               1)                                                     \
	X(SSH_SUBSYSTEM, "subsystem name", 16)

//      class       field             type   lowest highest     default (uint / text)
#define API_FIELD_LIST(X)                                                                       \
	X(SYSTEM,     NAME,             TEXT,  1,     64,         0,  "Sallyport")             \
	X(SYSTEM,     VENDOR,           TEXT,  0,     32,         0,  "")                      \
	X(SYSTEM,     CLOCK_OWN,        UINT,  0,     1,          0,  "")                      \
	X(SYSTEM,     CLOCK_SHIFT,      UINT,  0,     4294967295, 2147483648, "")              \
	X(SYSTEM,     ZONE,             TEXT,  0,     32,         0,  "")                      \
	X(SYSTEM,     ZONE_SECONDS,     UINT,  0,     172800,     86400, "")                   \
	X(SYSTEM,     SUMMER,           TEXT,  0,     80,         0,  "")                      \
	X(SSH_SERVER, ENABLE,           UINT,  0,     1,          0,  "")                      \
	X(SSH_SERVER, SFTP_ENABLE,      UINT,  0,     1,          0,  "")                      \
	X(SSH_SERVER, SCP_ENABLE,       UINT,  0,     1,          0,  "")                      \
	X(SSH_SERVER, PORT,             UINT,  1,     65535,      22, "")                      \
	X(SSH_SERVER, LOGIN_SECONDS,    UINT,  1,     120,        60, "")                      \
	X(SSH_SERVER, RETRIES,          UINT,  1,     5,          3,  "")                      \
	X(SSH_SERVER, SESSION_LIMIT,    UINT,  1,     1048576,    1048576, "")                 \
	X(SSH_SERVER, SFTP_IDLE_MINUTES, UINT, 1,     35791,      10, "")                      \
	X(SSH_SERVER, REKEY_HOURS,      UINT,  0,     24,         0,  "")                      \
	X(SSH_SERVER, REKEY_KILOBYTES,  UINT,  16,    1048576,    1048576, "")                 \
	X(SSH_SERVER, DEFAULT_METHOD,   UINT,  0,     5,          0,  "")                      \
	X(SSH_SERVER, ACL,              UINT,  0,     3999,       0,  "")                      \
	X(SSH_SERVER, ACL6,             UINT,  0,     3999,       0,  "")                      \
	X(SSH_SERVER, ACL_DENY_LOG,     UINT,  0,     1,          0,  "")                      \
	X(SSH_SERVER, SSH1,             UINT,  0,     1,          0,  "")                      \
	X(SSH_SERVER, SERVER_KEY_HOURS, UINT,  0,     24,         0,  "")                      \
	X(SSH_SERVER, DSCP,             UINT,  0,     63,         48, "")                      \
	X(SSH_SERVER, DSCP6,            UINT,  0,     63,         48, "")                      \
	X(SSH_SERVER, EXCEPTIONS,       UINT,  0,     100,        10, "")                      \
	X(SSH_GUARD,  START,            UINT,  1,     16384,      12288, "")                   \
	X(SSH_GUARD,  RATE,             UINT,  1,     100,        30, "")                      \
	X(SSH_GUARD,  FULL,             UINT,  1,     16384,      16384, "")                   \
	X(SSH_GUARD,  PENALTY,          UINT,  0,     1,          1,  "")                      \
	X(SSH_GUARD,  FAILURE_MS,       UINT,  1,     600000,     1000, "")                    \
	X(SSH_GUARD,  LEAST_SECONDS,    UINT,  0,     86400,      30, "")                      \
	X(SSH_GUARD,  MOST_SECONDS,     UINT,  1,     86400,      600, "")                     \
	X(SSH_GUARD,  EXEMPT,           NAMES, 0,     512,        0,  "")                      \
	X(SSH_GUARD,  ALARM_UPPER,      UINT,  0,     100,        30, "")                      \
	X(SSH_GUARD,  ALARM_LOWER,      UINT,  0,     45,         20, "")                      \
	X(SSH_GUARD,  ALARM_MINUTES,    UINT,  1,     120,        5,  "")                      \
	X(VTY,        MODE,             UINT,  0,     2,          1,  "")                      \
	X(VTY,        INBOUND,          UINT,  0,     3,          0,  "")                      \
	X(VTY,        ACL,              UINT,  0,     3999,       0,  "")                      \
	X(VTY,        ACL6,             UINT,  0,     3999,       0,  "")                      \
	X(VTY,        ROLE,             NAMES, 0,     63,         0,  "")                      \
	X(VTY,        HASH,             TEXT,  0,     128,        0,  "")                      \
	X(VTY,        AUTO,             TEXT,  0,     255,        0,  "")                      \
	X(VTY,        ESCAPE,           UINT,  0,     127,        3,  "")                      \
	X(VTY,        ACTIVATE,         UINT,  0,     127,        13, "")                      \
	X(VTY,        VT100,            UINT,  0,     1,          0,  "")                      \
	X(VTY,        IDLE_SECONDS,     UINT,  0,     2147519,    600, "")                     \
	X(VTY,        SCREEN_LENGTH,    UINT,  0,     512,        24, "")                      \
	X(VTY,        HISTORY,          UINT,  0,     256,        10, "")                      \
	X(LOCAL_USER, HASH,             TEXT,  0,     128,        0,  "")                      \
	X(LOCAL_USER, SERVICES,         UINT,  0,     63,         0,  "")                      \
	X(LOCAL_USER, ROLE,             NAMES, 0,     63,         0,  "network-operator")      \
	X(LOCAL_USER, ACCESS_LIMIT,     UINT,  0,     1024,       0,  "")                      \
	X(LOCAL_USER, CHANGED,          UINT,  0,     4294967295, 0,  "")                      \
	X(LOCAL_USER, BLOCKED,          UINT,  0,     1,          0,  "")                      \
	X(LOCAL_USER, TOTP,             UINT,  0,     1,          0,  "")                      \
	X(LOCAL_USER, EXPIRED,          UINT,  0,     1,          0,  "")                      \
	X(LOCAL_USER, WORK_DIRECTORY,   TEXT,  0,     255,        0,  "")                      \
	X(LOCAL_USER, QUOTA_SIZE,       UINT,  0,     1048576,    0,  "")                      \
	X(LOCAL_USER, QUOTA_FILES,      UINT,  0,     1000000,    0,  "")                      \
	X(LOCAL_USER, GROUP,            TEXT,  1,     32,         0,  "system")                \
	X(LOCAL_USER, BOUND,            TEXT,  0,     45,         0,  "")                      \
	X(SSH_USER,   SERVICES,         UINT,  0,     15,         0,  "")                      \
	X(SSH_USER,   METHODS,          UINT,  0,     4,          0,  "")                      \
	X(SSH_USER,   KEYS,             NAMES, 0,     512,        0,  "")                      \
	X(SSH_USER,   WORK_DIRECTORY,   TEXT,  0,     135,        0,  "")                      \
	X(SSH_USER,   EXEC,             TEXT,  0,     255,        0,  "")                      \
	X(PEER_KEY,   BLOB,             BYTES, 0,     4200,       0,  "")                      \
	X(SHELL,      HOTKEY_G,         TEXT,  0,     255,        0,  "display current-configuration") \
	X(SHELL,      HOTKEY_L,         TEXT,  0,     255,        0,  "display ip routing-table") \
	X(SHELL,      HOTKEY_O,         TEXT,  0,     255,        0,  "undo debugging all")    \
	X(SHELL,      HOTKEY_T,         TEXT,  0,     255,        0,  "")                      \
	X(SHELL,      HOTKEY_U,         TEXT,  0,     255,        0,  "")                      \
	X(SHELL,      COPYRIGHT,        UINT,  0,     1,          1,  "")                      \
	X(ALIAS,      COMMAND,          TEXT,  0,     255,        0,  "")                      \
	X(BANNER,     TEXT,             BYTES, 0,     800,        0,  "")                      \
	X(LOG_CENTER, ENABLE,           UINT,  0,     1,          1,  "")                      \
	X(LOG_CENTER, BUFFER,           UINT,  0,     1,          1,  "")                      \
	X(LOG_CENTER, SIZE,             UINT,  0,     1024,       512, "")                     \
	X(LOG_CENTER, FORMAT,           UINT,  0,     3,          0,  "")                      \
	X(LOG_CENTER, STAMP,            UINT,  0,     2,          0,  "")                      \
	X(LOG_CENTER, HOST_STAMP,       UINT,  0,     3,          0,  "")                      \
	X(LOG_CENTER, NO_SYNC,          UINT,  0,     1,          0,  "")                      \
	X(LOG_CENTER, SOURCES,          NAMES, 0,     900,        0,  "")                      \
	X(LOG_CENTER, BUFFER_LEVEL,     UINT,  0,     8,          6,  "")                      \
	X(LOG_CENTER, HOST_LEVEL,       UINT,  0,     8,          6,  "")                      \
	X(LOG_CENTER, MONITOR_LEVEL,    UINT,  0,     8,          7,  "")                      \
	X(LOG_HOST,   PORT,             UINT,  1,     65535,      514, "")                     \
	X(LOG_HOST,   FACILITY,         UINT,  16,    23,         23, "")                      \
	X(PASSWORD_CONTROL, TRIES,      UINT,  2,     10,         3,  "")                      \
	X(PASSWORD_CONTROL, EXCEED,     UINT,  0,     2,          0,  "")                      \
	X(PASSWORD_CONTROL, LOCK_MINUTES, UINT, 1,    360,        1,  "")                      \
	X(PASSWORD_CONTROL, AGING,      UINT,  0,     365,        90, "")                      \
	X(PASSWORD_CONTROL, ENABLE,     UINT,  0,     1,          0,  "")                      \
	X(PASSWORD_CONTROL, LENGTH,     UINT,  4,     32,         10, "")                      \
	X(PASSWORD_CONTROL, TYPES,      UINT,  1,     4,          1,  "")                      \
	X(PASSWORD_CONTROL, TYPE_LENGTH, UINT, 1,     63,         1,  "")                      \
	X(SSH_TRUST,  AUTHORITIES,      NAMES, 0,     512,        0,  "")                      \
	X(SSH_TRUST,  REVOKED,          BYTES, 0,     8192,       0,  "")                      \
	X(SSH_TRUST,  HOST_CERTS,       BYTES, 0,     8192,       0,  "")                      \
	X(SSH_ALGORITHM, KEX,           NAMES, 0,     1023,       0,  "")                      \
	X(SSH_ALGORITHM, HOST_KEY,      NAMES, 0,     1023,       0,  "")                      \
	X(SSH_ALGORITHM, CIPHER,        NAMES, 0,     1023,       0,  "")                      \
	X(SSH_ALGORITHM, MAC,           NAMES, 0,     1023,       0,  "")                      \
	X(INTERFACE,  IPV4,             TEXT,  0,     48,         0,  "")                      \
	X(INTERFACE,  IPV6,             TEXT,  0,     48,         0,  "")                      \
	X(INTERFACE,  MTU,              UINT,  0,     9216,       0,  "")                      \
	X(INTERFACE,  DOWN,             UINT,  0,     1,          0,  "")                      \
	X(INTERFACE,  DESCRIPTION,      TEXT,  0,     255,        0,  "")                      \
	X(ROUTE,      HOP,              TEXT,  0,     48,         0,  "")                      \
	X(ROUTE,      PREFERENCE,       UINT,  1,     255,        60, "")                      \
	X(ROUTE,      DESCRIPTION,      TEXT,  0,     60,         0,  "")                      \
	X(TCP,        WINDOW,           UINT,  0,     1024,       0,  "")                      \
	X(TCP,        MSS,              UINT,  0,     9176,       0,  "")                      \
	X(TCP,        COOKIES,          UINT,  0,     1,          0,  "")                      \
	X(TCP,        SYN_SECONDS,      UINT,  0,     600,        0,  "")                      \
	X(TCP,        FIN_SECONDS,      UINT,  0,     3600,       0,  "")                      \
	X(TCP,        ALIVE_SECONDS,    UINT,  0,     86400,      0,  "")                      \
	X(TCP,        ALIVE_INTERVAL,   UINT,  1,     3600,       75, "")                      \
	X(TCP,        ALIVE_PROBES,     UINT,  1,     30,         9,  "")                      \
	X(TCP,        CONNECTIONS,      UINT,  0,     1048576,    0,  "")                      \
	X(TCP,        SOURCE_CONNECTIONS, UINT, 0,    1048576,    0,  "")                      \
	X(TCP,        HALF_OPEN,        UINT,  0,     65536,      0,  "")                      \
	X(TCP,        SOURCE_HALF_OPEN, UINT,  0,     65536,      0,  "")                      \
	X(TCP,        SOURCE_BITS,      UINT,  1,     32,         32, "")                      \
	X(TCP,        SOURCE6_BITS,     UINT,  1,     128,        64, "")                      \
	X(ACL,        NUMBER,           UINT,  0,     65534,      0,  "")                      \
	X(ACL,        STEP,             UINT,  1,     20,         5,  "")                      \
	X(ACL,        DESCRIPTION,      TEXT,  0,     127,        0,  "")                      \
	X(ACL,        PERMIT,           UINT,  0,     1,          0,  "")                      \
	X(ACL,        PROTOCOL,         UINT,  0,     256,        256, "")                     \
	X(ACL,        SOURCE,           TEXT,  0,     48,         0,  "")                      \
	X(ACL,        DESTINATION,      TEXT,  0,     48,         0,  "")                      \
	X(ACL,        FROM_PORT,        UINT,  0,     4294967295, 65535, "")                   \
	X(ACL,        TO_PORT,          UINT,  0,     4294967295, 65535, "")                   \
	X(ACL,        FLAGS,            UINT,  0,     7,          0,  "")                      \
	X(ARCHIVE,    LOCATION,         TEXT,  0,     255,        0,  "")                      \
	X(ARCHIVE,    PREFIX,           TEXT,  0,     30,         0,  "")                      \
	X(ARCHIVE,    MINUTES,          UINT,  0,     525600,     0,  "")                      \
	X(ARCHIVE,    MOST,             UINT,  1,     10,         5,  "")                      \
	X(ROLE,       DESCRIPTION,      TEXT,  0,     128,        0,  "")                      \
	X(ROLE_RULE,  PERMIT,           UINT,  0,     1,          0,  "")                      \
	X(ROLE_RULE,  ACCESS,           UINT,  0,     7,          0,  "")                      \
	X(ROLE_RULE,  TEXT,             TEXT,  0,     128,        0,  "")                      \
	X(SUPER,      HASH,             TEXT,  0,     128,        0,  "")                      \
	X(RADIUS,     SERVERS,          NAMES, 0,     900,        0,  "")                      \
	X(RADIUS,     KEY,              TEXT,  0,     64,         0,  "")                      \
	X(RADIUS,     TIMEOUT,          UINT,  1,     10,         3,  "")                      \
	X(RADIUS,     TRIES,            UINT,  1,     20,         3,  "")                      \
	X(RADIUS,     QUIET,            UINT,  0,     255,        5,  "")                      \
	X(RADIUS,     NAME_FORMAT,      UINT,  0,     2,          0,  "")                      \
	X(DOMAIN,     SCHEME,           TEXT,  0,     32,         0,  "")                      \
	X(DOMAIN,     LOCAL,            UINT,  0,     1,          1,  "")                      \
	X(AAA,        DEFAULT_DOMAIN,   TEXT,  1,     24,         0,  "system")                \
	X(AAA,        DEFAULT_ROLE,     TEXT,  0,     63,         0,  "")                      \
	X(AAA,        FTP_SESSIONS,     UINT,  1,     1024,       32, "")                      \
	X(AAA,        HTTP_SESSIONS,    UINT,  1,     1024,       32, "")                      \
	X(AAA,        HTTPS_SESSIONS,   UINT,  1,     1024,       32, "")                      \
	X(AAA,        TELNET_SESSIONS,  UINT,  1,     1024,       32, "")                      \
	X(SSH_POLICY, ALIVE_SECONDS,    UINT,  0,     86400,      0,  "")                      \
	X(SSH_POLICY, ALIVE_COUNT,      UINT,  1,     30,         3,  "")                      \
	X(SSH_POLICY, UNUSED_SECONDS,   UINT,  0,     86400,      0,  "")                      \
	X(SSH_POLICY, ENVIRONMENT,      NAMES, 0,     512,        0,  "")                      \
	X(SSH_SUBSYSTEM, COMMAND,       TEXT,  0,     255,        0,  "")
// clang-format on

enum api_class {
	API_CLASS_NONE,
#define X(name, key, most) API_CLASS_##name,
	API_CLASS_LIST(X)
#undef X
	        API_CLASSES
};

enum api_field {
	API_FIELD_NONE,
#define X(class, name, type, low, high, number, text) API_##class##_##name,
	API_FIELD_LIST(X)
#undef X
	        API_FIELDS
};

// Service bits of users.
#define API_SERVICE_STELNET  1u // ssh user: interactive and exec
#define API_SERVICE_SFTP     2u
#define API_SERVICE_SCP      4u
#define API_SERVICE_NETCONF  8u
#define API_SERVICE_SSH      1u // local user: service-type ssh
#define API_SERVICE_TELNET   2u
#define API_SERVICE_TERMINAL 4u

// INTERFACE: the key is this and the number of the port, 0 to 3.
#define API_INTERFACE_NAME "M-GigabitEthernet0/0/"

// ACL: the key of a list is "4 2000" or "6 2000", that of its rules has the number behind it (see
// api_acl_key), and DESCRIPTION is a rule's comment. Ports: first << 16 | last. SOURCE and
// DESTINATION: "A.B.C.D WILDCARD", "A::B/N", or "" for any.
#define API_ACL_COUNTING 1u
#define API_ACL_LOGGING  2u
#define API_ACL_NAMED    4u // entered in the view of its kind: `acl basic`, not `acl number`
#define API_ACL_PORTS    65535u

// Which counters are reset.
enum api_counters { API_COUNTERS_ALL, API_COUNTERS_INTERFACE, API_COUNTERS_TCP };
// What a rule of a role speaks of: commands (0), or features and kinds of access to them.
#define API_ACCESS_READ    1u
#define API_ACCESS_WRITE   2u
#define API_ACCESS_EXECUTE 4u

// LOG_CENTER_FORMAT: how a line travels. STAMP: its time where it is shown; HOST_STAMP: where it is
// sent. SOURCES: "SSHS buffer 3" for lines of one module, 8 for none of them.
enum api_log_format { API_LOG_CLASSIC, API_LOG_RFC5424, API_LOG_UNICOM, API_LOG_CMCC };
enum api_stamp { API_STAMP_DATE, API_STAMP_BOOT, API_STAMP_NONE };
enum api_host_stamp { API_HOST_DATE, API_HOST_ISO, API_HOST_NO_YEAR, API_HOST_NONE };

// VTY_MODE: how a line knows who comes. SSH needs the users' own way, SCHEME.
enum api_line_mode { API_LINE_NONE, API_LINE_SCHEME, API_LINE_PASSWORD };

// VTY_INBOUND: what may come in. Of these, only SSH ever comes.
enum api_inbound { API_INBOUND_ALL, API_INBOUND_SSH, API_INBOUND_TELNET, API_INBOUND_PAD };

// PASSWORD_CONTROL_EXCEED: what too many failed logins lead to.
enum api_exceed { API_EXCEED_LOCK_TIME, API_EXCEED_LOCK, API_EXCEED_UNLOCK };

// Switches of `debugging ssh server`.
#define API_DEBUG_EVENT   1u
#define API_DEBUG_MESSAGE 2u
#define API_DEBUG_ERROR   4u

// How a RADIUS scheme sends names of users.
enum api_name_format { API_NAME_WITH_DOMAIN, API_NAME_WITHOUT_DOMAIN, API_NAME_ORIGINAL };
#define API_SERVER_PRIMARY "primary" // RADIUS_SERVERS: "primary 192.0.2.9 1812"; others without

// How an SSH user proves who it is (Comware's authentication-type).
enum api_method {
	API_METHOD_PASSWORD,
	API_METHOD_PUBLICKEY,
	API_METHOD_ANY,
	API_METHOD_BOTH,
	API_METHOD_INTERACTIVE,
	API_METHODS
};

// Rows of SESSIONS, DIALOGUES and STATUS: written and read by the functions of api_rows.h, one
// home for their shape.
