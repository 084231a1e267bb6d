// What a server sends to the client before there are keys: identification, KEXINIT, its answer.
#include <stdlib.h>

#include "tests/load/client/known_hosts.h"
#include "tests/load/client/ssh_client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct client_env env;

static void on_send(void *owner, struct client *c, struct span bytes)
{
}

static void on_post(void *owner, struct client_work *work)
{
	client_work_run(work);
	client_work_done(work);
}

static void on_event(void *owner, struct client *c, enum client_event event, uint32_t number,
                     struct span words)
{
}

static void on_data(void *owner, struct client *c, struct span bytes)
{
}

static const struct client_ops ops = {on_send, on_post, on_event, on_data};

static struct client_config config;

static void end(void)
{
	client_env_fini(&env);
	host_trust_free(config.trust);
}

// Contexts of ciphers take long to make: once.
static void start(void)
{
	config = (struct client_config){
	        .user = "a",
	        .password = "b",
	        .kex = kex_names,
	        .host_keys = hostkey_algorithm_names,
	        .ciphers = suite_cipher_names,
	        .macs = suite_mac_names,
	        .trust = host_trust_pin("first"),
	        .window = 65536,
	};
	if (!client_env_init(&env, &ops, NULL, 4))
		abort();
	atexit(end);
}

static void idents_forget(void)
{
	for (uint32_t i = 0; i < env.ident_count; i++)
		blob_fini(&env.idents[i]);
	env.ident_count = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct client client;

	if (env.record == NULL)
		start();
	client_start(&env, &client, &config, 1, 1);
	client_input(&env, &client, span_of(data, size));
	client_fini(&env, &client);
	idents_forget();
	return 0;
}
