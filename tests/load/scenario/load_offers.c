// Lists, weights, and their combinations.
#include "tests/load/scenario/load_offers.h"

#include <stdlib.h>

#include "crypto/core/random.h"
#include "crypto/wire/names.h"
#include "tests/load/client/known_hosts.h"
#include "tests/load/scenario/load_values.h"

#define NAMES_MAX 1024u

static bool row_add(struct mix *m, const char *names, size_t len, double weight)
{
	if (m->count == MIX_MAX)
		return load_complain("at most %u algorithms in a mix", MIX_MAX);
	m->names[m->count] = strndup(names, len);
	if (m->names[m->count] == NULL)
		return load_complain("out of memory");
	m->weight[m->count++] = weight;
	m->total += weight;
	return true;
}

static bool all_known(struct span list, bool (*knows)(struct span name))
{
	struct span name;

	while (names_next(&list, &name)) {
		if (!knows(name))
			return load_complain("no algorithm is called %.*s", (int)name.len,
			                     (const char *)name.data);
	}
	return true;
}

static bool weighted_add(struct mix *m, struct span row, bool (*knows)(struct span name))
{
	const uint8_t *equals = memchr(row.data, '=', row.len);
	size_t len = equals != NULL ? (size_t)(equals - row.data) : row.len;
	char weight[32];
	double value;

	if (equals == NULL || row.len - len - 1 >= sizeof(weight))
		return load_complain("every algorithm of a mix has a weight: NAME=WEIGHT,...");
	memcpy(weight, equals + 1, row.len - len - 1);
	weight[row.len - len - 1] = '\0';
	return all_known(span_of(row.data, len), knows) &&
	       value_number(weight, 0.001, 1e6, &value) &&
	       row_add(m, (const char *)row.data, len, value);
}

bool mix_parse(const char *text, bool (*knows)(struct span name), struct mix *out)
{
	struct span list = span_text(text), row;
	bool good = list.len > 0 && list.len < NAMES_MAX;

	*out = (struct mix){0};
	if (!good)
		return load_complain("a list of algorithms has 1 to %u bytes", NAMES_MAX - 1);
	if (strchr(text, '=') == NULL)
		return all_known(list, knows) && row_add(out, text, list.len, 1);
	while (good && names_next(&list, &row))
		good = weighted_add(out, row, knows);
	return good;
}

void mix_fini(struct mix *m)
{
	for (unsigned i = 0; i < m->count; i++)
		free(m->names[i]);
	*m = (struct mix){0};
}

unsigned mix_draw(const struct mix *m, double uniform)
{
	double at = uniform * m->total;

	for (unsigned i = 0; i + 1 < m->count; i++) {
		if (at < m->weight[i])
			return i;
		at -= m->weight[i];
	}
	return m->count - 1;
}

// --- what there is -------------------------------------------------------------------------------

static bool kex_is_known(struct span name)
{
	return names_has(span_text(kex_names), name) ||
	       names_has(span_text(kex_names_optional), name) ||
	       names_has(span_text(kex_names_legacy), name);
}

static bool host_key_is_known(struct span name)
{
	return names_has(span_text(hostkey_algorithm_names), name) ||
	       names_has(span_text(hostkey_algorithm_names_legacy), name);
}

static bool cipher_is_known(struct span name)
{
	return names_has(span_text(suite_cipher_names), name) ||
	       names_has(span_text(suite_cipher_names_legacy), name);
}

static bool mac_is_known(struct span name)
{
	return names_has(span_text(suite_mac_names), name) ||
	       names_has(span_text(suite_mac_names_legacy), name);
}

// --- combinations --------------------------------------------------------------------------------

// A list of host keys (not a mix) begins with those that are trusted.
static bool host_keys_order(struct mix *m, const struct host_trust *trust)
{
	char ordered[NAMES_MAX];

	if (m->count > 1)
		return true;
	host_trust_order(trust, m->names[0], ordered, sizeof(ordered));
	free(m->names[0]);
	m->names[0] = strdup(ordered);
	return m->names[0] != NULL || load_complain("out of memory");
}

bool offers_make(struct offers *o, const char *const text[OFFER_KINDS],
                 const struct client_config *base)
{
	static bool (*const knows[])(struct span name) = {
	        [OFFER_KEX] = kex_is_known,
	        [OFFER_HOST_KEYS] = host_key_is_known,
	        [OFFER_CIPHERS] = cipher_is_known,
	        [OFFER_MACS] = mac_is_known,
	};

	*o = (struct offers){.count = 1};
	for (unsigned k = 0; k < OFFER_KINDS; k++) {
		if (!mix_parse(text[k], knows[k], &o->mix[k]))
			return false;
		o->count *= o->mix[k].count;
		if (o->count > OFFERS_MAX)
			return load_complain("more than %u combinations of algorithms",
			                     OFFERS_MAX);
	}
	o->config = calloc(o->count, sizeof(*o->config));
	if (o->config == NULL || !host_keys_order(&o->mix[OFFER_HOST_KEYS], base->trust))
		return load_complain("out of memory");
	for (unsigned i = 0, rest = 0; i < o->count; i++) {
		const char *pick[OFFER_KINDS];

		rest = i;
		for (unsigned k = 0; k < OFFER_KINDS; k++) {
			pick[k] = o->mix[k].names[rest % o->mix[k].count];
			rest /= o->mix[k].count;
		}
		o->config[i] = *base;
		o->config[i].kex = pick[OFFER_KEX];
		o->config[i].host_keys = pick[OFFER_HOST_KEYS];
		o->config[i].ciphers = pick[OFFER_CIPHERS];
		o->config[i].macs = pick[OFFER_MACS];
	}
	return true;
}

void offers_fini(struct offers *o)
{
	for (unsigned k = 0; k < OFFER_KINDS; k++)
		mix_fini(&o->mix[k]);
	free(o->config);
	*o = (struct offers){0};
}

const struct client_config *offers_draw(const struct offers *o)
{
	unsigned at = 0, stride = 1;

	if (o->count == 1)
		return o->config;
	for (unsigned k = 0; k < OFFER_KINDS; k++) {
		at += stride *
		      mix_draw(&o->mix[k], random_below(1u << 24) / (double)(1u << 24));
		stride *= o->mix[k].count;
	}
	return &o->config[at];
}
