// What control counts: one row each, a writer per shard, readable from any thread. The rows of
// refusals follow the session's states, so that a new state cannot be without one.
#pragma once

#include "control/session/session_state.h"

// clang-format off
#define CONTROL_COUNTER_LIST(X)                                                                  \
	X(sessions_opened,       "connections handed to control")                               \
	X(sessions_closed,       "sessions ended")                                              \
	X(sessions_limited,      "connections refused: session limit")                          \
	X(logins_limited,        "connections refused: too many logins under way")              \
	X(logins_dropped,        "connections refused at random: many logins under way")        \
	X(penalties_added,       "failed logins that were held against their source")           \
	X(penalties_refused,     "connections refused: too many failed logins from there")      \
	X(ident_refused,         "sessions refused: identification line")                       \
	X(kex_started,           "key exchanges begun")                                         \
	X(kex_finished,          "key exchanges finished")                                      \
	X(kex_guess_dropped,     "wrongly guessed key exchange packets dropped")                \
	X(kex_no_common,         "key exchanges failed: no common algorithm")                   \
	X(kex_failed,            "key exchanges failed: unacceptable public value")             \
	X(kex_not_strict,        "sessions whose client knows no strict key exchange")          \
	X(v1_sessions,           "sessions that speak SSH-1")                                   \
	X(rekeys_ours,           "key re-exchanges begun by us")                                \
	X(rekeys_theirs,         "key re-exchanges begun by the client")                        \
	X(rekey_expired,         "sessions ended: key re-exchange took too long")               \
	X(auth_requests,         "authentication requests")                                     \
	X(auth_banners,          "banners sent before a login")                                 \
	X(auth_none,             "authentication requests of method none")                      \
	X(auth_queries,          "public keys asked about")                                     \
	X(auth_password_ok,      "passwords accepted")                                          \
	X(auth_password_failed,  "passwords refused")                                           \
	X(auth_password_changed, "expired passwords changed at login")                          \
	X(auth_code_ok,          "one-time codes accepted")                                     \
	X(auth_code_failed,      "one-time codes refused")                                      \
	X(auth_publickey_ok,     "signatures accepted")                                         \
	X(auth_publickey_failed, "signatures or keys refused")                                  \
	X(auth_method_unknown,   "authentication methods not offered")                          \
	X(auth_partial,          "first of two methods passed")                                 \
	X(auth_too_many,         "sessions ended: too many authentication failures")            \
	X(auth_flood,            "sessions ended: too many authentication requests")            \
	X(auth_busy,             "passwords not checked: the keeper is overloaded")             \
	X(auth_remote,           "passwords and answers put to RADIUS servers")                 \
	X(auth_remote_silent,    "of them, left without an answer")                            \
	X(auth_locked,           "passwords not asked about: the user is locked out")           \
	X(auth_access_limit,     "logins refused: the user's access limit is reached")          \
	X(auth_early,            "authentication requests before the last was answered, kept")  \
	X(auth_rounds,           "rounds of questions asked (keyboard-interactive)")            \
	X(auth_answers_bad,      "rounds of questions with a wrong number of answers")          \
	X(auth_late,             "authentication requests after success, ignored")              \
	X(login_expired,         "sessions ended: login time limit")                            \
	X(logins,                "logins that succeeded")                                       \
	X(messages_in,           "messages from clients")                                       \
	X(messages_out,          "messages to clients")                                         \
	X(messages_unknown,      "messages of unknown number, answered UNIMPLEMENTED")          \
	X(messages_ignored,      "messages that need no answer")                                \
	X(messages_in_rekey,     "messages between KEXINIT and NEWKEYS of clients known for it") \
	X(messages_after_close,  "messages on sessions that are closing")                       \
	X(malformed,             "sessions ended: malformed message")                           \
	X(channels_opened,       "channels opened")                                             \
	X(channels_closed,       "channels closed")                                             \
	X(channels_refused,      "channel opens refused")                                       \
	X(channel_unknown,       "sessions ended: message for a channel that is not open")      \
	X(channel_window,        "sessions ended: window violated")                             \
	X(channel_data_late,     "bytes of channel data after its end, dropped")                \
	X(channel_extended,      "bytes of extended data, dropped")                             \
	X(lines_refused,         "shells and commands that the settings of the lines refused")  \
	X(requests_refused,      "channel requests refused")                                    \
	X(hostkeys_proven,       "requests for proof of host keys")                             \
	X(pings,                 "pings answered")                                              \
	X(keepalives_sent,       "keepalives sent to silent clients")                           \
	X(keepalives_lost,       "sessions ended: keepalives without an answer")                \
	X(unused_expired,        "sessions ended: no channel for too long")                     \
	X(globals_refused,       "global requests refused")                                     \
	X(shells_opened,         "dialogues begun")                                             \
	X(shells_closed,         "dialogues ended")                                             \
	X(peer_not_reading,      "sessions ended: client leaves its answers unread")            \
	X(no_memory,             "sessions ended: out of memory")                               \
	X(data_stale,            "cells of the dataplane for a session that is over")           \
	X(data_bad,              "cells of the dataplane that make no sense")                   \
	X(keeper_stale,          "answers of the keeper that nobody waits for")                 \
	X(keeper_bad,            "cells of the keeper that make no sense")                      \
	X(keeper_lost,           "questions to the keeper lost by its restart")                 \
	X(dialogue_stale,        "cells of cli for a dialogue that is over")                    \
	X(dialogue_bad,          "cells of cli that make no sense")                             \
	X(api_calls,             "calls of cli served")                                         \
	X(api_denied,            "calls of cli refused: role")                                  \
	X(api_malformed,         "calls of cli refused: malformed")                             \
	X(crypto_refused,        "crypto jobs refused: queue full")                             \
	X(crypto_here,           "crypto jobs done by a shard: brief and alone")                \
	X(crypto_raised,         "times that crypto threads were raised: a job was late")       \
	X(log_suppressed,        "log lines suppressed")
// clang-format on

enum control_counter {
#define X(name, text) COUNT_##name,
	CONTROL_COUNTER_LIST(X)
#undef X
#define X(name, lower, stage, text) COUNT_refused_##lower,
	        SESSION_STATE_LIST(X)
#undef X
	                CONTROL_COUNTERS
};

struct control_counter_row {
	const char *name;
	const char *text;
};
struct control_counter_row control_counter_row(unsigned i); // "?" out of range
