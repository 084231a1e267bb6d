// Whom the generator may aim at without being told that the target is its user's own.
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

// Loopback, or in a network that an interface of this namespace is directly connected to.
bool target_is_near(const struct sockaddr_storage *target);

// Is `address` in the network of `own` with that many bits? Same family.
bool address_is_in(const uint8_t *address, const uint8_t *own, unsigned bits);
