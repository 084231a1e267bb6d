// The blocks of pcapng, in the byte order of the machine.
#include "dataplane/main/pcapng.h"

#include <pcap.h>

#include "dataplane/main/capture.h"

#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_PORT    1u
#define BLOCK_FRAME   6u
#define OPTION_FLAGS  2u
#define OPTION_TSRES  9u

static void put_u32(FILE *out, uint32_t v)
{
	fwrite(&v, sizeof(v), 1, out);
}

static void section_write(FILE *out)
{
	put_u32(out, BLOCK_SECTION);
	put_u32(out, 28);
	put_u32(out, 0x1a2b3c4d);
	put_u32(out, 1); // version 1.0
	put_u32(out, UINT32_MAX);
	put_u32(out, UINT32_MAX);
	put_u32(out, 28);
}

// Time stamps are in nanoseconds.
static void port_write(FILE *out)
{
	put_u32(out, BLOCK_PORT);
	put_u32(out, 32);
	put_u32(out, DLT_EN10MB);
	put_u32(out, CAPTURE_FRAME_MAX);
	put_u32(out, OPTION_TSRES | 1u << 16);
	put_u32(out, 9);
	put_u32(out, 0);
	put_u32(out, 32);
}

void pcapng_begin(FILE *out, unsigned interfaces)
{
	section_write(out);
	for (unsigned i = 0; i < interfaces; i++)
		port_write(out);
}

void pcapng_frame(FILE *out, unsigned interface, uint64_t unix_ns, enum capture_direction which,
                  struct span kept, uint32_t length)
{
	static const uint8_t zero[4];
	size_t padded = (kept.len + 3) / 4 * 4;
	uint32_t whole = (uint32_t)(32 + padded + 12);

	put_u32(out, BLOCK_FRAME);
	put_u32(out, whole);
	put_u32(out, interface);
	put_u32(out, (uint32_t)(unix_ns >> 32));
	put_u32(out, (uint32_t)unix_ns);
	put_u32(out, (uint32_t)kept.len);
	put_u32(out, length);
	fwrite(kept.data, 1, kept.len, out);
	fwrite(zero, 1, padded - kept.len, out);
	put_u32(out, OPTION_FLAGS | 4u << 16);
	put_u32(out, which & 3);
	put_u32(out, 0);
	put_u32(out, whole);
}
