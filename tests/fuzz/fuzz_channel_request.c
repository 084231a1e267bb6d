// Messages of the connection protocol on an open session: a byte of length pairs, then messages,
// numbers included, so that several may follow each other.
#include "tests/fuzz/control_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session *s = target_session(SESSION_OPEN);
	size_t at = 0;

	target_channel(s);
	while (at + 2 <= size && s->state != SESSION_CLOSING) {
		size_t length = (size_t)(data[at] << 8 | data[at + 1]);

		at += 2;
		length = length < size - at ? length : size - at;
		target_message(s, 0, span_of(data + at, length));
		at += length;
	}
	target_end(s);
	return 0;
}
