// The option parser: any list; what is understood survives emit and parse.
#include "dataplane/tcp/tcp_option.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tcp_options first, second;
	uint8_t bytes[80];
	size_t len;

	if (size > 40 || !tcp_options_parse(span_of(data, size), &first))
		return 0;
	if (first.sacks > 2) // all of them at once need not fit
		first.sacks = 2;
	if (first.sacks > 1 && first.has_timestamp)
		first.has_mss = first.has_scale = first.sack_permitted = false;
	if (first.sacks > 0 && first.has_timestamp)
		first.has_scale = first.sack_permitted = false;
	len = tcp_options_emit(&first, bytes);
	if (len > 40 || len % 4 != 0 || !tcp_options_parse(span_of(bytes, len), &second))
		abort();
	if (first.has_mss != second.has_mss || first.has_timestamp != second.has_timestamp ||
	    first.sacks != second.sacks ||
	    (first.has_timestamp && first.ts_value != second.ts_value) ||
	    (first.has_scale && first.scale != second.scale) ||
	    memcmp(first.sack, second.sack, first.sacks * sizeof(first.sack[0])) != 0)
		abort();
	return 0;
}
