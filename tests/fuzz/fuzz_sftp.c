// The SFTP server as a client's bytes reach it, over a directory that is emptied each time.
#include "cli/files/sftp.h"
#include "tests/fuzz/fuzz_place.h"

#define RUNS_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The first byte says how the rest is cut and who asks.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t init[] = {0, 0, 0, 5, 1, 0, 0, 0, 3};
	struct program_setup setup = {.user = span_text("admin"), .peer = span_text("::1")};
	struct program *p;
	size_t step;

	if (root < 0)
		place_make();
	if (size == 0)
		return 0;
	setup.root = root;
	setup.read_only = data[0] & 1;
	step = data[0] & 2 ? 7 : size;
	p = sftp_new(&setup);
	text_add(&p->in, init, sizeof(init));
	for (size_t at = 1; at <= size; at += step) {
		size_t left = size - at < step ? size - at : step;

		text_add(&p->in, data + at, left);
		for (int i = 0; i < RUNS_MAX && p->kind->run(p) == PROGRAM_AGAIN; i++)
			text_fini(&p->out);
		text_fini(&p->out);
		text_fini(&p->log);
	}
	p->kind->free(p);
	fchmod(root, 0700);
	place_empty(dup(root));
	return 0;
}
