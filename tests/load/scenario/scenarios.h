// All scenarios.
#pragma once

#include "tests/load/scenario/engine.h"
#include "tests/load/scenario/load_options.h"

extern const struct scenario scenario_login;
extern const struct scenario scenario_exec;
extern const struct scenario scenario_hold;
extern const struct scenario scenario_shell;
extern const struct scenario scenario_type;
extern const struct scenario scenario_replay;
extern const struct scenario scenario_bulk;
extern const struct scenario scenario_slow;
extern const struct scenario scenario_rekey;
extern const struct scenario scenario_abort;
extern const struct scenario scenario_connect;
extern const struct scenario scenario_idle;

// scenario_sftp.c: bulk when its task says so
void sftp_begin(struct engine *e, struct load_session *s);
void sftp_write(struct engine *e, struct load_session *s);
void sftp_data(struct engine *e, struct load_session *s, struct span bytes);
