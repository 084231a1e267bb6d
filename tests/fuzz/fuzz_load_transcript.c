// A transcript that the load generator types again.
#include "tests/load/scenario/transcript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct transcript t;

	(void)!transcript_parse(span_of(data, size), &t);
	transcript_fini(&t);
	return 0;
}
