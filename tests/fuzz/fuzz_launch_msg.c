// Messages between cli and the launcher: any bytes; what is understood survives build and parse,
// and makes words and an environment.
#include "control/launcher/launch_exec.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[LAUNCH_BYTES_MAX];
	static struct launch_exec x;
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct launch_msg first, second;

	if (launch_parse(span_of(data, size), &first) != STATUS_OK)
		return 0;
	if (launch_build(&b, &first) != STATUS_OK ||
	    launch_parse(builder_span(&b), &second) != STATUS_OK || first.kind != second.kind ||
	    !span_equal(first.request, second.request))
		abort();
	if (first.kind == LAUNCH_START && launch_exec_make(&x, &first) && x.argv[0][0] == 0)
		abort();
	return 0;
}
