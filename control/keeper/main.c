// The keeper: the only process that holds host private keys and checks passwords. It parses
// nothing from the network. Started by the supervisor, or once with --first-start.
#include "control/keeper/keeper_first.h"
#include "control/keeper/keeper_serve.h"
#include "crypto/core/secret.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

// Read by jemalloc: few threads, little memory, given back soon.
extern const char *malloc_conf;
const char *malloc_conf = "narenas:2,dirty_decay_ms:1000,muzzy_decay_ms:0";

static const char help[] =
        "Usage: sallyport-keeper --first-start STATE   create host keys and the account admin\n"
        "       sallyport-keeper --state STATE         serve (started by the supervisor)\n"
        "\n"
        "STATE is /var/lib/sallyport/NAME. What is there is left alone.\n";

static bool keeper_init(struct keeper *k, const char *state)
{
	char nobody[33];
	enum status status = keeper_store_open(&k->store, state, KEEPER_OWNER_SELF);

	if (status == STATUS_OK)
		status = keeper_store_complete(&k->store);
	keeper_totp_init(&k->totp, k->store.dir);
	keeper_ssh1_init(&k->ssh1);
	keeper_password_random(nobody, sizeof(nobody) - 1);
	if (status == STATUS_OK)
		status = keeper_password_hash(span_text(nobody), k->dummy);
	secret_wipe(nobody, sizeof(nobody));
	if (status != STATUS_OK)
		fprintf(stderr, "keeper: cannot start: %s\n", status_text(status));
	return status == STATUS_OK;
}

static int serve(const char *state)
{
	static struct keeper k;
	int code = 1;

	prctl(PR_SET_DUMPABLE, 0); // nobody of our uid reads this memory
	signal(SIGPIPE, SIG_IGN);
	if (keeper_init(&k, state))
		code = keeper_serve(&k);
	keeper_totp_fini(&k.totp);
	keeper_ssh1_fini(&k.ssh1);
	keeper_store_fini(&k.store);
	return code;
}

int main(int argc, char **argv)
{
	umask(0077);
	setlinebuf(stderr);
	if (argc == 3 && strcmp(argv[1], "--first-start") == 0)
		return keeper_first_start(argv[2]);
	if (argc == 3 && strcmp(argv[1], "--state") == 0)
		return serve(argv[2]);
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(help, stdout);
		return 0;
	}
	fputs(help, stderr);
	return 2;
}
