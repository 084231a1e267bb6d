// One call of cli while it is served: who asks, and the reply that grows.
#pragma once

#include "control/serve/api_serve.h"
#include "control/session/session.h"
#include "dataplane/link/dialogue_msg.h"

#define API_TRANSACTIONS 64u // open at once in one shard

struct api_ask {
	struct shard *h; // the shard whose cli asks
	uint32_t slot, life;
	struct dialogue_request head; // the request's; `more` and `cursor` become the reply's
	enum api_role role;
	struct builder out;
};

// A call: reads its payload from `c`, writes its reply to `a->out`. API_LATER: another event will
// reply.
#define API_LATER ((enum status)STATUS_COUNT)
typedef enum status api_handler(struct api_ask *a, struct cursor *c);

// The reply of a call.
void api_reply(struct shard *h, const struct api_ask *a, enum status status,
               struct span payload);

// After a row: false when it did not fit; then it is taken back, and the reply says where to go on.
bool api_row_done(struct api_ask *a, size_t before, uint64_t row);

// Settings changed: every shard looks whether it should listen.
void api_apply(struct control *c);

// Put a record: in the dialogue's transaction, else at once.
[[nodiscard]] enum status api_record_put(const struct api_ask *a,
                                         const struct api_record *record);

// api_config.c
api_handler api_begin, api_commit, api_abort, api_clear, api_put, api_delete, api_get, api_list,
        api_list_whole;
// api_users.c
api_handler api_set_password, api_set_totp, api_drop_totp, api_penalties, api_reset_penalties;
// api_super.c
api_handler api_super, api_set_super, api_set_line_password;
// api_lockout.c
api_handler api_exceptions, api_blacklist, api_blacklist_reset, api_user_sessions;
// api_show.c
api_handler api_counters, api_reset_counters, api_status, api_memory, api_pools, api_states,
        api_algorithms;
// api_log.c
api_handler api_log, api_log_watch, api_debugging, api_set_debugging, api_log_state,
        api_log_reset, api_log_add;
// api_net.c
api_handler api_net;
// api_sessions.c
api_handler api_sessions, api_dialogues, api_free_session, api_host_keys, api_host_certificate,
        api_drop_host_cert, api_host_certs, api_generate_key, api_destroy_key, api_started,
        api_reboot;
