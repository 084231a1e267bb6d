// What a worker's record layer keeps besides its connections: the cache of expanded contexts, the
// pool of keys that wait for NEWKEYS, and random padding.
#include "dataplane/record/record_core.h"
#include "dataplane/record/record_v1.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "crypto/core/random.h"
#include "crypto/core/secret.h"

#define CONTEXTS (CONTEXT_WAYS * CONTEXT_SETS)

static size_t context_stride(void)
{
	return (suite_ctx_bytes() + 63) / 64 * 64;
}

static bool contexts_new(struct record_core *core)
{
	size_t stride = context_stride();

	core->contexts = aligned_alloc(64, stride * CONTEXTS);
	if (core->contexts == NULL)
		return false;
	memset(core->contexts, 0, stride * CONTEXTS);
	for (unsigned i = 0; i < CONTEXTS; i++) {
		struct context_set *set = &core->sets[i / CONTEXT_WAYS];
		void *at = core->contexts + i * stride;

		set->ctx[i % CONTEXT_WAYS] = at;
		suite_ctx_init(at);
	}
	return true;
}

// Memory for secrets: untouched pages cost nothing, and none reach a core file.
static void *secret_map(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	madvise(at, bytes, MADV_DONTDUMP);
	return at;
}

struct record_core *record_core_new(uint64_t *count, uint32_t pending_max)
{
	struct record_core *core = secret_map(sizeof(*core));

	if (core == NULL)
		return NULL;
	core->count = count;
	core->pending_max = pending_max;
	core->pending_free = RECORD_NO_KEYS;
	core->pending = secret_map(pending_max * sizeof(*core->pending));
	if (core->pending == NULL || !contexts_new(core)) {
		record_core_free(core);
		return NULL;
	}
	return core;
}

void record_core_free(struct record_core *core)
{
	if (core == NULL)
		return;
	for (unsigned i = 0; core->contexts != NULL && i < CONTEXTS; i++)
		suite_ctx_fini(core->sets[i / CONTEXT_WAYS].ctx[i % CONTEXT_WAYS]);
	if (core->contexts != NULL)
		secret_wipe(core->contexts, context_stride() * CONTEXTS);
	free(core->contexts);
	if (core->pending != NULL)
		munmap(core->pending, core->pending_max * sizeof(*core->pending));
	munmap(core, sizeof(*core));
}

uint32_t record_core_pending(const struct record_core *core)
{
	return core->pending_used;
}

uint8_t *record_scratch(struct record_core *core)
{
	return core->wire;
}

void record_noise(struct record_core *core, uint8_t *out, size_t len)
{
	if (core->noise_left < len) {
		random_fill(core->noise, sizeof(core->noise));
		core->noise_left = sizeof(core->noise);
	}
	core->noise_left -= len;
	memcpy(out, core->noise + core->noise_left, len);
}

// --- contexts ------------------------------------------------------------------------------------

static struct context_set *context_set_of(struct record_core *core, uint32_t slot, bool sealing)
{
	return &core->sets[((slot * 2 + sealing) * 0x9e3779b1u) >> 28];
}
static_assert(CONTEXT_SETS == 16, "four bits choose a set");

static bool name_equal(const struct context_name *a, const struct context_name *b)
{
	return a->used && b->used && a->slot == b->slot && a->life == b->life &&
	       a->generation == b->generation && a->sealing == b->sealing;
}

// A way that was not used since the clock's hand last passed it.
static unsigned context_victim(struct context_set *set)
{
	while (set->recent[set->hand]) {
		set->recent[set->hand] = false;
		set->hand = (set->hand + 1) % CONTEXT_WAYS;
	}
	return set->hand;
}

struct suite_ctx *record_context(struct record_core *core, const struct record_half *half,
                                 struct conn_id id, bool sealing)
{
	struct context_name name = {id.slot, id.life, half->generation, sealing, true};
	struct context_set *set = context_set_of(core, id.slot, sealing);
	unsigned way = 0;

	while (way < CONTEXT_WAYS && !name_equal(&set->name[way], &name))
		way++;
	if (way == CONTEXT_WAYS) {
		way = context_victim(set);
		suite_expand(set->ctx[way], suite_by_id(half->suite), &half->keys, sealing);
		set->name[way] = name;
		set->suite[way] = half->suite;
		core->count[COUNTER_record_keyed]++;
	}
	set->recent[way] = true;
	return set->ctx[way];
}

// Forget what a connection left in the cache: a context of zero keys holds no secret.
static void context_forget(struct record_core *core, struct conn_id id, bool sealing)
{
	static const struct suite_keys zero;
	struct context_set *set = context_set_of(core, id.slot, sealing);

	for (unsigned way = 0; way < CONTEXT_WAYS; way++) {
		struct context_name *n = &set->name[way];

		if (!n->used || n->slot != id.slot || n->life != id.life ||
		    n->sealing != sealing)
			continue;
		suite_expand(set->ctx[way], suite_by_id(set->suite[way]), &zero, sealing);
		n->used = false;
		set->recent[way] = false;
	}
}

// --- keys that wait ------------------------------------------------------------------------------

static uint32_t pending_take(struct record_core *core)
{
	uint32_t at = core->pending_free;

	if (at != RECORD_NO_KEYS)
		core->pending_free = core->pending[at].next_free;
	else if (core->pending_touched < core->pending_max)
		at = core->pending_touched++;
	core->pending_used += at != RECORD_NO_KEYS;
	return at;
}

static void pending_give(struct record_core *core, uint32_t *at)
{
	struct pending_keys *p;

	if (*at == RECORD_NO_KEYS)
		return;
	p = &core->pending[*at];
	secret_wipe(&p->keys, sizeof(p->keys));
	p->next_free = core->pending_free;
	core->pending_free = *at;
	core->pending_used--;
	*at = RECORD_NO_KEYS;
}

enum status record_keys_install(struct record_core *core, struct record_conn *r, uint8_t suite,
                                bool sending, bool strict, const struct suite_keys *keys)
{
	struct record_half *half = sending ? &r->out : &r->in;

	if (r->v1)
		return record_v1_keys_install(r, suite, sending, keys);
	if (suite_by_id(suite) == NULL)
		return STATUS_NOT_FOUND;
	if (half->pending != RECORD_NO_KEYS)
		return STATUS_EXISTS;
	if (strict && !r->keyed_in && r->noise) {
		core->count[COUNTER_gate_strict]++;
		return STATUS_UNEXPECTED;
	}
	half->pending = pending_take(core);
	if (half->pending == RECORD_NO_KEYS)
		return STATUS_NO_ROOM;
	r->strict |= strict;
	core->pending[half->pending].keys = *keys;
	core->pending[half->pending].suite = suite;
	return STATUS_OK;
}

void record_newkeys(struct record_core *core, struct record_half *half, bool strict)
{
	half->keys = core->pending[half->pending].keys;
	half->suite = core->pending[half->pending].suite;
	pending_give(core, &half->pending);
	half->packets = 0;
	half->in_kex = false;
	// Generation 0 stands for "never keyed".
	half->generation = half->generation == UINT16_MAX ? 1 : half->generation + 1;
	if (strict)
		half->sequence = 0;
}

void record_init(struct record_conn *r)
{
	*r = (struct record_conn){
	        .in.pending = RECORD_NO_KEYS,
	        .out.pending = RECORD_NO_KEYS,
	};
}

void record_fini(struct record_core *core, struct record_conn *r, struct conn_id id)
{
	if (r->v1) {
		record_v1_forget(core, id);
		secret_wipe(r, sizeof(*r));
		return;
	}
	context_forget(core, id, false);
	context_forget(core, id, true);
	pending_give(core, &r->in.pending);
	pending_give(core, &r->out.pending);
	secret_wipe(r, sizeof(*r));
}
