// One scenario with its numbers: what the command line says, or one line of a plan. Read only
// while the engines run.
#pragma once

#include "tests/load/client/ssh_client.h"
#include "tests/load/scenario/arrivals.h"
#include "tests/load/scenario/load_offers.h"
#include "tests/load/scenario/transcript.h"

#define TASK_CHUNK    32768u // bytes of lines that are at hand in one piece
#define TASK_LINE_MAX 1024u

struct scenario;
struct host_trust;

enum load_direction { LOAD_DOWN, LOAD_UP, LOAD_BOTH };

struct load_task {
	const struct scenario *scenario;
	double from_s, to_s; // of the run; to_s 0: until it is over by itself

	// What is said. Texts belong to whoever said them.
	const char *arrivals_text, *transcript_path;
	const char *kex, *ciphers, *macs, *host_keys; // name-lists, or mixes (load_offers.h)
	const char *command;
	const char *sftp;         // path; NULL: through a command or a shell
	char line[TASK_LINE_MAX]; // what bulk up writes again and again
	double rate, rate_end;    // arrivals a second
	uint64_t count;           // UINT64_MAX: not bounded
	double duration_s;        // 0: until the count is reached
	double timeout_s;
	uint32_t sessions; // at once; 0: not said
	uint32_t parallel; // logging in at once; 0: not said
	uint32_t window;   // that a channel is granted; 0: not said
	uint64_t bytes;
	enum load_direction direction;
	bool shell; // bulk and slow: through a shell, not exec
	double keys, every_s, read_rate, speed;

	// What follows from it.
	enum arrival_kind arrivals;
	struct offers offers;
	struct transcript transcript;
	uint8_t *lines; // `line` again and again: TASK_CHUNK bytes from any place in the first
};

// Check it, fill in what was not said, and read what it names. False with load_complaint().
[[nodiscard]] bool load_task_finish(struct load_task *t, const struct client_config *client);
void load_task_fini(struct load_task *t);
