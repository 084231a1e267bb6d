// A plan of the load generator, and the lists of algorithms in it.
#include "tests/load/client/known_hosts.h"
#include "tests/load/scenario/load_plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct load_plan plan;
	static struct load_task like = {.count = UINT64_MAX, .host_keys = "ssh-ed25519"};
	struct client_config base = {.trust = host_trust_pin("first")};

	if (load_plan_parse(span_of(data, size), &like, &plan)) {
		for (unsigned i = 0; i < plan.tasks; i++) {
			const struct load_task *t = &plan.task[i];
			const char *const text[] = {t->kex != NULL ? t->kex : kex_names,
			                            t->host_keys, suite_cipher_names,
			                            suite_mac_names};

			if (offers_make(&plan.task[i].offers, text, &base))
				offers_draw(&t->offers);
		}
	}
	load_plan_fini(&plan);
	host_trust_free(base.trust);
	return 0;
}
