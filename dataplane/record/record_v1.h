// Records of SSH-1.5, for connections whose client's version line asked for it. Private to
// dataplane/record: the calls of record.h come here. A record is a length in clear, then padding,
// the message and a CRC, encrypted as one run of blocks whose chain goes on from record to record.
//
// A struct record_half holds the cipher's number as its suite, the session key in keys.key, the
// cipher's vectors in keys.mac_key and the last block of ciphertext in keys.iv.
#pragma once

#include "dataplane/record/record_core.h"

[[nodiscard]] enum status record_v1_measure(struct record_core *core, const uint8_t *head,
                                            uint32_t *packet_length, size_t *wire_bytes);
[[nodiscard]] enum status record_v1_open(struct record_core *core, struct record_conn *r,
                                         struct conn_id id, const uint8_t *record,
                                         uint32_t packet_length, uint8_t *plain,
                                         struct span *message);
[[nodiscard]] enum status record_v1_seal(struct record_core *core, struct record_conn *r,
                                         struct conn_id id, struct span message,
                                         struct span *record);

// Both directions have the same key; it is in force at once.
[[nodiscard]] enum status record_v1_keys_install(struct record_conn *r, uint8_t cipher,
                                                 bool sending, const struct suite_keys *keys);
void record_v1_forget(struct record_core *core, struct conn_id id);

// record_v1_gate.c
[[nodiscard]] enum status record_v1_gate_in(struct record_core *core, struct record_conn *r,
                                            uint8_t number);
[[nodiscard]] enum status record_v1_gate_out(struct record_core *core, struct record_conn *r,
                                             uint8_t number);

// record_v1_attack.c: does a block of this ciphertext stand in it twice, or follow `last`, its
// equal? Chance does not do that; who forges a CRC by inserting known blocks must.
bool record_v1_attacked(struct record_core *core, const uint8_t *blocks, size_t len,
                        const uint8_t last[SSH1_BLOCK]);
