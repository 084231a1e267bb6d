// A settings record: parsed, put into settings, and written back as LIST writes it.
#include "control/config/config.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(span_of(data, size));
	static uint8_t bytes[64 * 1024];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct api_record record, again;
	const struct setting *r;
	struct settings *s;

	if (api_record_parse(&c, &record) != STATUS_OK)
		return 0;
	s = settings_new();
	if (s == NULL || settings_put(s, &record) != STATUS_OK)
		abort();
	r = settings_find(s, record.class, record.key);
	if (r == NULL)
		abort();
	setting_emit(&b, r, true);
	c = cursor_over(builder_span(&b));
	if (api_record_parse(&c, &again) == STATUS_OK && !span_equal(again.key, record.key))
		abort();
	settings_free(s);
	return 0;
}
