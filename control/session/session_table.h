// Handlers that the table of session.c names: one a message, in the file that owns its phase.
#pragma once

#include "control/session/session.h"

// What a handler says: OK, and the table's next state is entered; STEP_STAY, and it is not;
// anything else refuses the session with that status.
#define STEP_STAY ((enum status)STATUS_COUNT)
typedef enum status session_handler(struct shard *h, struct session *s,
                                    const struct message *m);

// session.c
session_handler session_on_login_expired, session_on_close_expired, session_on_open_deadline;
// session_kex.c and session_kexinit.c
session_handler kex_on_ident, kex_on_init, kex_on_reinit, kex_on_reinit_answered, kex_on_public,
        kex_on_group_ask, kex_on_other, kex_on_answered, kex_on_signed, kex_on_newkeys,
        kex_on_rekeyed, kex_on_rekey_deadline;
// session_auth.c
session_handler auth_on_service, auth_on_ext_info, auth_on_request, auth_on_checked,
        auth_on_deadline, auth_on_early, auth_on_late;
// session_auth_rounds.c
session_handler auth_on_answers;
// session_v1_kex.c, session_v1_auth.c and session_v1_shell.c
session_handler v1_on_server_key, v1_on_session_key, v1_on_opened;
session_handler v1_on_user, v1_on_rsa, v1_on_rsa_answer, v1_on_password, v1_on_auth_other,
        v1_on_checked, v1_on_deadline;
session_handler v1_on_pty, v1_on_window, v1_on_max_packet, v1_on_request_other, v1_on_shell,
        v1_on_command, v1_on_stdin, v1_on_eof, v1_on_port_open, v1_on_late, v1_on_confirmed,
        v1_on_exit_expired;
// session_global.c
session_handler global_on_request, global_on_reply, global_on_ping;
// session_channel.c and session_request.c
session_handler channel_on_open, channel_on_open_reply, channel_on_window, channel_on_data,
        channel_on_extended, channel_on_eof, channel_on_close, channel_on_request,
        channel_on_reply;
