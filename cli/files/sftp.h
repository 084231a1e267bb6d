// An SFTP server, protocol version 3 (draft-ietf-secsh-filexfer-02) with OpenSSH's extensions, as a
// program: requests in `in`, answers in `out`, in the order of the requests.
//
// What a client may claim is bounded: a packet, a path, a read, the handles it has open. Requests
// that are not yet run are bytes in `in`; their owner bounds them.
#pragma once

#include "cli/files/program.h"

#define SFTP_PACKET_MAX (256u * 1024)            // bytes after the length
#define SFTP_DATA_MAX   (SFTP_PACKET_MAX - 1024) // of one READ or WRITE
#define SFTP_HANDLES    64u                      // of one session

// NULL: no memory.
struct program *sftp_new(const struct program_setup *setup);
