// What the processes share: joints, arenas, files and sockets, made here and handed out as offers
// (dataplane/link/link_offer.h). A process that was started anew gets new joints and arenas; the
// other ends of its joints are offered the same.
#pragma once

#include "control/supervisor/supervisor_child.h"
#include "dataplane/link/link_offer.h"

#define SUPPLY_CONNS_BYTES    (1ull << 30) // sparse; the dataplane checks that it is enough
#define SUPPLY_SESSIONS_BYTES (2ull << 30) // sparse
#define SUPPLY_COUNTERS_BYTES (64ull << 10)
#define SUPPLY_CAPTURE_BYTES  (64ull << 20) // sparse

struct supply;

// Make everything. NULL with errno.
struct supply *supply_new(const struct supervisor_options *o);
void supply_free(struct supply *s); // NULL is fine

// A child has died: replace what it shared. False with errno.
[[nodiscard]] bool supply_renew(struct supply *s, enum child_name dead);

// Send to `to` every offer that concerns it, or with a `peer` other than CHILDREN only those it
// shares with that one. OK, or why the child does not take them.
[[nodiscard]] enum status supply_offer(const struct supply *s, enum child_name to,
                                       enum child_name peer, int socket);
