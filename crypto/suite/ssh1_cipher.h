// The ciphers of SSH-1.5 that are served: 3DES as three chained passes of its own, and Blowfish
// with the words of a block turned round. Neither has a MAC; dataplane/record/record_v1.c sees to
// that as far as the protocol allows. Nothing is allocated.
#pragma once

#include "crypto/core/span.h"

#include <openssl/blowfish.h>
#include <openssl/des.h>

#define SSH1_KEY_BYTES   32 // the session key; a cipher takes of it what it needs
#define SSH1_CHAIN_BYTES 24 // of one direction: a vector for each pass
#define SSH1_BLOCK       8

// As SMSG_PUBLIC_KEY and CMSG_SESSION_KEY number them.
enum ssh1_cipher_id { SSH1_CIPHER_3DES = 3, SSH1_CIPHER_BLOWFISH = 6 };
#define SSH1_CIPHERS (1u << SSH1_CIPHER_3DES | 1u << SSH1_CIPHER_BLOWFISH)

// An expanded key, good for both directions. Wiped by its owner.
struct ssh1_cipher {
	enum ssh1_cipher_id id;
	union {
		DES_key_schedule des[3];
		BF_KEY blowfish;
	} key;
};

const char *ssh1_cipher_name(unsigned id); // NULL when it is not served

void ssh1_cipher_expand(struct ssh1_cipher *c, enum ssh1_cipher_id id,
                        const uint8_t key[SSH1_KEY_BYTES]);

// Whole blocks in place; `chain` goes on from packet to packet and begins as zeros.
void ssh1_cipher_seal(struct ssh1_cipher *c, uint8_t chain[SSH1_CHAIN_BYTES], uint8_t *bytes,
                      size_t len);
void ssh1_cipher_open(struct ssh1_cipher *c, uint8_t chain[SSH1_CHAIN_BYTES], uint8_t *bytes,
                      size_t len);
