// What sessions offer in their key exchanges. A list "a,b" is one offer in that order; "a=3,b=1"
// is a mix: each session offers one of them alone, drawn by weight.
#pragma once

#include "tests/load/client/ssh_client.h"

#define MIX_MAX    32u
#define OFFERS_MAX 4096u // combinations

struct mix {
	unsigned count;
	char *names[MIX_MAX]; // owned
	double weight[MIX_MAX], total;
};

// Complains when it is empty, a weight is not positive, or `knows` does not know a name.
[[nodiscard]] bool mix_parse(const char *text, bool (*knows)(struct span name),
                             struct mix *out);
void mix_fini(struct mix *m);
// Which of them, for a number in [0, 1).
unsigned mix_draw(const struct mix *m, double uniform);

enum offer_kind { OFFER_KEX, OFFER_HOST_KEYS, OFFER_CIPHERS, OFFER_MACS, OFFER_KINDS };

struct offers {
	struct mix mix[OFFER_KINDS];
	struct client_config *config; // one a combination
	unsigned count;
};

// Every combination, each like `base` but for its lists; host keys that are trusted come first.
[[nodiscard]] bool offers_make(struct offers *o, const char *const text[OFFER_KINDS],
                               const struct client_config *base);
void offers_fini(struct offers *o);
const struct client_config *offers_draw(const struct offers *o);
