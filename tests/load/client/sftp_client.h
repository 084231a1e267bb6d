// The client's side of SFTP version 3: one file at a time, read or written with many requests
// under way. Pure: bytes of the channel in, packets out.
#pragma once

#include "crypto/core/span.h"
#include "crypto/core/status.h"

#define SFTP_PIECE      32768u // bytes of a file in one request
#define SFTP_AHEAD      64u    // requests under way
#define SFTP_PACKET_MAX (SFTP_PIECE + 512u)
#define SFTP_HANDLE_MAX 256u  // bytes, as the draft has it
#define SFTP_ANSWER_MAX 4096u // longest answer that is not data
#define SFTP_PATH_MAX   256u

enum sftp_state {
	SFTP_START,
	SFTP_EXPECT_VERSION,
	SFTP_OPENING,
	SFTP_EXPECT_HANDLE,
	SFTP_MOVING,
	SFTP_EXPECT_CLOSED,
	SFTP_DONE,
	SFTP_REFUSED // words tell
};

struct sftp_request {
	uint64_t at;
	uint32_t id, len; // len 0: free
	bool asked;       // else to be asked (again, for what an answer left out)
};

struct sftp_client {
	enum sftp_state state;
	bool writes, at_end; // at_end: the file ended before `bytes`
	uint64_t bytes, asked, moved;
	uint32_t next_id, under_way;
	struct sftp_request request[SFTP_AHEAD];
	struct sftp_request *filling; // whose data is arriving
	uint32_t data_left;
	char path[SFTP_PATH_MAX], words[112];
	uint8_t handle[SFTP_HANDLE_MAX];
	uint32_t handle_bytes;
	uint8_t answer[SFTP_ANSWER_MAX];
	uint32_t have; // of the answer
};

// What writes take their bytes from: SFTP_PIECE bytes at any place below `period` of `bytes`, which
// repeats itself.
struct sftp_source {
	const uint8_t *bytes;
	size_t period;
};

void sftp_start(struct sftp_client *c, const char *path, bool writes, uint64_t bytes);
// Another file, or the same, when DONE.
void sftp_again(struct sftp_client *c, bool writes);
// The next packet; 0 when there is none before more has come.
size_t sftp_next(struct sftp_client *c, const struct sftp_source *source,
                 uint8_t out[SFTP_PACKET_MAX]);
[[nodiscard]] enum status sftp_take(struct sftp_client *c, struct span bytes);
