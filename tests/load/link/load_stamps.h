// When the kernel took bytes from the network and gave them to it, on the clock of load_now_us. Any
// thread, each with sockets of its own.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "crypto/core/span.h"

// Have arrivals stamped, and what stamps_send sends.
void stamps_enable(int fd);

// recv; *at_us is when the last of it arrived, 0 when the kernel does not say.
ssize_t stamps_recv(int fd, void *at, size_t room, uint64_t *at_us);

// send; when the last of it leaves, EPOLLERR tells and stamps_left knows.
ssize_t stamps_send(int fd, struct span bytes);

// Take the stamps that wait. False: there was none; else *left_us is the newest.
bool stamps_left(int fd, uint64_t *left_us);
