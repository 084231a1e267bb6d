// Lists of algorithms: the configuration's or the built-in ones.
#include "control/session/session_algorithms.h"

#include "crypto/hostkey/hostkey.h"
#include "crypto/kex/kex.h"
#include "crypto/suite/suite.h"
#include "crypto/wire/names.h"

#include <stdio.h>

static const struct {
	uint8_t field;
	const char *const *modern, *const *weak;
} lists[ALGORITHMS_LISTS] = {
        [ALGORITHMS_KEX] = {API_SSH_ALGORITHM_KEX, &kex_names, &kex_names_legacy},
        [ALGORITHMS_HOST_KEY] = {API_SSH_ALGORITHM_HOST_KEY, &hostkey_algorithm_names,
                                 &hostkey_algorithm_names_legacy},
        [ALGORITHMS_CIPHER] = {API_SSH_ALGORITHM_CIPHER, &suite_cipher_names,
                               &suite_cipher_names_legacy},
        [ALGORITHMS_MAC] = {API_SSH_ALGORITHM_MAC, &suite_mac_names, &suite_mac_names_legacy},
};

void algorithms_copy(struct config *c, struct algorithms *out)
{
	const struct settings *s = config_hold(c);
	const struct setting *r = settings_find(s, API_CLASS_SSH_ALGORITHM, span_of(NULL, 0));

	for (int i = 0; i < ALGORITHMS_LISTS; i++) {
		struct span set = setting_text(r, lists[i].field);

		if (set.len == 0)
			set = span_text(*lists[i].modern);
		snprintf(out->names[i], ALGORITHMS_NAMES_MAX, "%.*s", (int)set.len, set.data);
	}
	config_give(c);
}

void algorithms_of_users(struct config *c, char out[ALGORITHMS_NAMES_MAX])
{
	struct span weak = span_text(hostkey_algorithm_names_legacy), name;
	struct algorithms now;
	int len = snprintf(out, ALGORITHMS_NAMES_MAX, "%s", hostkey_algorithm_names);

	algorithms_copy(c, &now);
	while (names_next(&weak, &name))
		if (names_has(algorithms_list(&now, ALGORITHMS_HOST_KEY), name))
			len += snprintf(out + len, ALGORITHMS_NAMES_MAX - (size_t)len, ",%.*s",
			                (int)name.len, name.data);
}

// --- weak ones -----------------------------------------------------------------------------------

// Walks all weak names, list after list; false behind the last.
static bool weak_at(unsigned bit, enum algorithms_list *list, struct span *name)
{
	for (*list = 0; *list < ALGORITHMS_LISTS; (*list)++) {
		struct span all = span_text(*lists[*list].weak);

		while (names_next(&all, name))
			if (bit-- == 0)
				return true;
	}
	return false;
}

uint32_t algorithms_weak(struct config *c)
{
	struct algorithms now;
	enum algorithms_list list;
	struct span name;
	uint32_t weak = 0;

	algorithms_copy(c, &now);
	for (unsigned bit = 0; bit < 32 && weak_at(bit, &list, &name); bit++)
		if (names_has(algorithms_list(&now, list), name))
			weak |= 1u << bit;
	return weak;
}

struct span algorithms_weak_name(unsigned bit)
{
	enum algorithms_list list;
	struct span name = {NULL, 0};

	return weak_at(bit, &list, &name) ? name : span_of(NULL, 0);
}
