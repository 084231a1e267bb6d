// SCP as a client's bytes reach it: the command line, then what it says, over a directory of one
// file that is emptied each time.
#include "cli/files/scp.h"
#include "tests/fuzz/fuzz_place.h"

#define RUNS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// A line of command, then bytes; the first byte says how they are cut and who asks.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct program_setup setup = {.user = span_text("admin"), .peer = span_text("::1")};
	const uint8_t *lf = size > 1 ? memchr(data + 1, '\n', size - 1) : NULL;
	struct program *p;
	size_t step, at;

	if (lf == NULL)
		return 0;
	if (root < 0)
		place_make();
	setup.root = root;
	setup.read_only = data[0] & 1;
	step = data[0] & 2 ? 5 : size;
	close(openat(root, "file", O_WRONLY | O_CREAT, 0644));
	mkdirat(root, "directory", 0755);
	p = scp_new(&setup, span_of(data + 1, (size_t)(lf - data) - 1));
	for (at = (size_t)(lf - data) + 1; p != NULL && at <= size; at += step) {
		size_t left = size - at < step ? size - at : step;
		enum program_turn turn = PROGRAM_AGAIN;

		text_add(&p->in, data + at, left);
		p->in_ended = at + step > size;
		for (int i = 0; i < RUNS_MAX && turn == PROGRAM_AGAIN; i++) {
			turn = p->kind->run(p);
			text_fini(&p->out);
			text_fini(&p->log);
		}
		if (turn == PROGRAM_OVER)
			break;
	}
	if (p != NULL)
		p->kind->free(p);
	fchmod(root, 0700);
	place_empty(dup(root));
	return 0;
}
