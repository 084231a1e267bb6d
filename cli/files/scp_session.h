// Inside SCP: the session, and its two directions.
#pragma once

#include "cli/files/scp.h"
#include "cli/files/upload.h"

#include <dirent.h>

#define SCP_LINE_MAX  1024u // of the protocol
#define SCP_DEPTH_MAX 32u   // of directories in directories
#define SCP_PATHS_MAX 16u   // in one command

enum scp_state {
	SCP_LINE,   // sink: a line is awaited
	SCP_BYTES,  // sink: bytes of a file; source: they are being sent
	SCP_STATUS, // sink: what the sender thinks of it
	SCP_NEXT,   // source: look for the next file
	SCP_ANSWER, // source: a status is awaited, then `after` follows
};

struct scp_level {
	size_t path_len; // of `path`, without this level
	DIR *list;       // source
	mode_t mode;     // sink, kept with -p and set when it is left
	bool times;
	struct timespec time[2];
};

struct scp {
	struct program program; // first
	bool sink, recursive, preserve, into_directory;
	char *paths[SCP_PATHS_MAX]; // owned
	uint32_t path_count, path_at;

	uint8_t state, after;  // enum scp_state
	struct jail_path path; // of the file or directory at hand
	bool entering;         // source: the line of a directory has no answer yet
	uint32_t depth;
	struct scp_level levels[SCP_DEPTH_MAX];

	int fd;                // of the file at hand, or -1
	struct upload *upload; // that will name it, or NULL; owns fd
	uint64_t size, left;   // of the file at hand
	int error;             // of it: errno
	mode_t mode;           //
	bool times;            // a T line came
	struct timespec time[2];
	uint32_t errors;
};

// "\1scp: what: why\n": counted, and the other side goes on.
void scp_complain(struct scp *s, const char *what, const char *why);
void scp_ok(struct scp *s);
// End with the errors so far, or with one more.
enum program_turn scp_over(struct scp *s);
enum program_turn scp_broken(struct scp *s, const char *why);
// A name behind the path at hand. False with errno: too long.
[[nodiscard]] bool scp_path_add(struct scp *s, const char *name);
void scp_path_cut(struct scp *s, size_t len);
// Let go of the file at hand; an upload is abandoned.
void scp_file_drop(struct scp *s);

// Bytes of input without which nothing can be done; 0: none are needed.
size_t scp_line_needs(const struct program *p);

bool scp_sink_begin(struct scp *s);
enum program_turn scp_sink_step(struct scp *s);
size_t scp_sink_needs(const struct scp *s);
enum program_turn scp_source_step(struct scp *s);
size_t scp_source_needs(const struct scp *s);
