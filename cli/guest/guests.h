// All dialogues of this process that are handed to other command lines, and the way to the launcher
// that runs those.
#pragma once

#include "crypto/core/span.h"

#include <stdbool.h>
#include <stdint.h>

#define GUESTS_MAX 512u // at a time: each has a descriptor

struct shell;
struct guest;

struct guests {
	int launcher; // seqpacket socket; -1: nobody runs programs here
	int epoll;    // of the launcher's socket and every guest's descriptor, by edges
	uint32_t next_id, open;
	struct guest *first;
};

[[nodiscard]] bool guests_init(struct guests *g);
void guests_fini(struct shell *shell);
// A launcher came (anew): programs of an earlier one are dead. The socket is taken over.
void guests_attach(struct shell *shell, int socket);
// Take what is there: packets of the launcher, readiness of descriptors. The dialogues concerned
// are queued. To be called when `epoll` is readable.
void guests_poll(struct shell *shell);
