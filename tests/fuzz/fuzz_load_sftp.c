// What an SFTP server answers: the first byte says whether we read or write, the second in what
// pieces the rest arrives.
#include "tests/load/client/sftp_client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t lines[2 * SFTP_PIECE], packet[SFTP_PACKET_MAX];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sftp_source source = {lines, SFTP_PIECE};
	static struct sftp_client c;
	size_t piece;

	if (size < 2)
		return 0;
	sftp_start(&c, "file", data[0] & 1, 100000);
	piece = 1 + data[1];
	for (size_t at = 2; at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;

		while (sftp_next(&c, &source, packet) > 0)
			;
		if (sftp_take(&c, span_of(data + at, n)) != STATUS_OK ||
		    c.state == SFTP_REFUSED)
			return 0;
		if (c.state == SFTP_DONE)
			sftp_again(&c, !c.writes);
	}
	return 0;
}
