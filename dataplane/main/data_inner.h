// Shared by the files of data_serve. Private to them.
#pragma once

#include "dataplane/main/data_serve.h"

struct data_conn *data_find(struct data_serve *s, struct conn_id id);
void data_count(struct data_serve *s, enum counter row);

// Is there room for a cell that may be refused?
bool data_has_room(struct data_serve *s);

void data_wait(struct data_serve *s, struct data_conn *c);
void data_unwait(struct data_serve *s, struct data_conn *c);

// Read what the stream holds, as far as control has room.
void data_read(struct data_serve *s, struct data_conn *c, struct conn_id id);

// Tell control how far sending has come, if that is news enough.
void data_progress(struct data_serve *s, struct data_conn *c, struct conn_id id);

// Seal and queue a message; a failure aborts the connection. False: it is gone.
bool data_send(struct data_serve *s, struct data_conn *c, struct conn_id id,
               struct span message);

// End a connection in order: DISCONNECT with `reason` and `text`, then FIN.
void data_disconnect(struct data_serve *s, struct data_conn *c, struct conn_id id,
                     unsigned reason, const char *text);

// The same for a fault of the peer: `status` gives reason and text and is told in CONN_CLOSED.
void data_refuse(struct data_serve *s, struct data_conn *c, struct conn_id id,
                 enum status status);
