// 3DES and Blowfish as SSH-1.5 used them. OpenSSL keeps single DES and Blowfish behind its legacy
// provider, a module that would have to be loaded and to allocate at every change of key; the
// older calls are in the library itself and take their state from us.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/suite/ssh1_cipher.h"

const char *ssh1_cipher_name(unsigned id)
{
	if (id == SSH1_CIPHER_3DES)
		return "3des";
	return id == SSH1_CIPHER_BLOWFISH ? "blowfish" : NULL;
}

void ssh1_cipher_expand(struct ssh1_cipher *c, enum ssh1_cipher_id id,
                        const uint8_t key[SSH1_KEY_BYTES])
{
	c->id = id;
	if (id == SSH1_CIPHER_BLOWFISH) {
		BF_set_key(&c->key.blowfish, SSH1_KEY_BYTES, key);
		return;
	}
	for (int i = 0; i < 3; i++) {
		DES_cblock part;

		memcpy(part, key + 8 * i, sizeof(part));
		DES_set_key_unchecked(&part, &c->key.des[i]);
	}
}

// One pass over all blocks, with a vector of its own.
static void des_pass(struct ssh1_cipher *c, int pass, uint8_t *chain, uint8_t *bytes,
                     size_t len, int encrypt)
{
	DES_ncbc_encrypt(bytes, bytes, (long)len, &c->key.des[pass],
	                 (DES_cblock *)(chain + 8 * pass), encrypt);
}

// The words of each block, least byte first.
static void words_turn(uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i + 4 <= len; i += 4) {
		uint32_t word;

		memcpy(&word, bytes + i, sizeof(word));
		word = __builtin_bswap32(word);
		memcpy(bytes + i, &word, sizeof(word));
	}
}

static void blowfish_run(struct ssh1_cipher *c, uint8_t *chain, uint8_t *bytes, size_t len,
                         int encrypt)
{
	words_turn(bytes, len);
	BF_cbc_encrypt(bytes, bytes, (long)len, &c->key.blowfish, chain, encrypt);
	words_turn(bytes, len);
}

void ssh1_cipher_seal(struct ssh1_cipher *c, uint8_t chain[SSH1_CHAIN_BYTES], uint8_t *bytes,
                      size_t len)
{
	if (c->id == SSH1_CIPHER_BLOWFISH) {
		blowfish_run(c, chain, bytes, len, BF_ENCRYPT);
		return;
	}
	des_pass(c, 0, chain, bytes, len, DES_ENCRYPT);
	des_pass(c, 1, chain, bytes, len, DES_DECRYPT);
	des_pass(c, 2, chain, bytes, len, DES_ENCRYPT);
}

void ssh1_cipher_open(struct ssh1_cipher *c, uint8_t chain[SSH1_CHAIN_BYTES], uint8_t *bytes,
                      size_t len)
{
	if (c->id == SSH1_CIPHER_BLOWFISH) {
		blowfish_run(c, chain, bytes, len, BF_DECRYPT);
		return;
	}
	des_pass(c, 2, chain, bytes, len, DES_DECRYPT);
	des_pass(c, 1, chain, bytes, len, DES_ENCRYPT);
	des_pass(c, 0, chain, bytes, len, DES_DECRYPT);
}
