// Keccak-f[1600] (FIPS 202 section 3), a text for two widths: the includer defines LANE, the
// type of a lane or of several side by side, and KECCAK_ROUNDS, the name of the function.

static inline __attribute__((always_inline)) void KECCAK_ROUNDS(LANE a[25])
{
	for (unsigned round = 0; round < 24; round++) {
		LANE b[25], c[5], d[5];

		for (unsigned x = 0; x < 5; x++)
			c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
		for (unsigned x = 0; x < 5; x++)
			d[x] = c[(x + 4) % 5] ^ (c[(x + 1) % 5] << 1 | c[(x + 1) % 5] >> 63);

		// theta's last step, rho and pi
		b[0] = a[0] ^ d[0];
		b[1] = (a[6] ^ d[1]) << 44 | (a[6] ^ d[1]) >> 20;
		b[2] = (a[12] ^ d[2]) << 43 | (a[12] ^ d[2]) >> 21;
		b[3] = (a[18] ^ d[3]) << 21 | (a[18] ^ d[3]) >> 43;
		b[4] = (a[24] ^ d[4]) << 14 | (a[24] ^ d[4]) >> 50;
		b[5] = (a[3] ^ d[3]) << 28 | (a[3] ^ d[3]) >> 36;
		b[6] = (a[9] ^ d[4]) << 20 | (a[9] ^ d[4]) >> 44;
		b[7] = (a[10] ^ d[0]) << 3 | (a[10] ^ d[0]) >> 61;
		b[8] = (a[16] ^ d[1]) << 45 | (a[16] ^ d[1]) >> 19;
		b[9] = (a[22] ^ d[2]) << 61 | (a[22] ^ d[2]) >> 3;
		b[10] = (a[1] ^ d[1]) << 1 | (a[1] ^ d[1]) >> 63;
		b[11] = (a[7] ^ d[2]) << 6 | (a[7] ^ d[2]) >> 58;
		b[12] = (a[13] ^ d[3]) << 25 | (a[13] ^ d[3]) >> 39;
		b[13] = (a[19] ^ d[4]) << 8 | (a[19] ^ d[4]) >> 56;
		b[14] = (a[20] ^ d[0]) << 18 | (a[20] ^ d[0]) >> 46;
		b[15] = (a[4] ^ d[4]) << 27 | (a[4] ^ d[4]) >> 37;
		b[16] = (a[5] ^ d[0]) << 36 | (a[5] ^ d[0]) >> 28;
		b[17] = (a[11] ^ d[1]) << 10 | (a[11] ^ d[1]) >> 54;
		b[18] = (a[17] ^ d[2]) << 15 | (a[17] ^ d[2]) >> 49;
		b[19] = (a[23] ^ d[3]) << 56 | (a[23] ^ d[3]) >> 8;
		b[20] = (a[2] ^ d[2]) << 62 | (a[2] ^ d[2]) >> 2;
		b[21] = (a[8] ^ d[3]) << 55 | (a[8] ^ d[3]) >> 9;
		b[22] = (a[14] ^ d[4]) << 39 | (a[14] ^ d[4]) >> 25;
		b[23] = (a[15] ^ d[0]) << 41 | (a[15] ^ d[0]) >> 23;
		b[24] = (a[21] ^ d[1]) << 2 | (a[21] ^ d[1]) >> 62;

		for (unsigned y = 0; y < 25; y += 5) {
			for (unsigned x = 0; x < 5; x++)
				a[y + x] =
				        b[y + x] ^ (~b[y + (x + 1) % 5] & b[y + (x + 2) % 5]);
		}
		a[0] ^= round_constants[round];
	}
}
