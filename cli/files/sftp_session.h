// Inside the SFTP server: the session, its handles, requests being run, and answers.
#pragma once

#include "cli/files/sftp.h"
#include "cli/files/sftp_wire.h"
#include "cli/files/upload.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

#include <dirent.h>

enum sftp_handle_kind { SFTP_HANDLE_FREE, SFTP_HANDLE_FILE, SFTP_HANDLE_DIRECTORY };

// A name for it is its index and its life: one that was never given, or was closed, names nothing.
struct sftp_handle {
	uint8_t kind; // enum sftp_handle_kind
	bool may_read, may_write, append;
	uint32_t life;
	int fd;                // FILE
	DIR *list;             // DIRECTORY
	struct upload *upload; // FILE that replaces another at CLOSE; owns fd
	char *path;            // as the client named it; for the log
	uint64_t got, put;     // bytes
	struct charge charge;  // of a FILE that is written in place
};

// copy-data, which may be long: done in slices.
struct sftp_copy {
	bool active, to_end;
	uint32_t id;
	int from, to;
	struct sftp_handle *target;
	int64_t from_at, to_at;
	uint64_t left;
};

struct sftp {
	struct program program; // first
	bool begun;             // INIT has been answered
	uint32_t lives;
	struct sftp_handle handles[SFTP_HANDLES];
	struct sftp_copy copy;
};

struct sftp_request {
	uint32_t id;
	struct cursor c; // the rest of it
};

// What a client may say about a file.
struct sftp_attrs {
	uint32_t flags;
	uint64_t size;
	uint32_t uid, gid, mode, atime, mtime;
};

// --- answers (sftp_reply.c) --------------------------------------------------------------------

// Begin one with room for `max` bytes behind type and id, and finish it. Without memory the
// builder takes nothing and the session ends.
struct builder sftp_reply(struct sftp *s, uint8_t type, uint32_t id, size_t max);
void sftp_reply_end(struct sftp *s, const struct builder *b);

void sftp_answer(struct sftp *s, uint32_t id, enum sftp_status status);
// By errno, with the system's sentence.
void sftp_answer_errno(struct sftp *s, uint32_t id, int error);
// OK, or by errno.
void sftp_answer_result(struct sftp *s, uint32_t id, int result);
void sftp_answer_attrs(struct sftp *s, uint32_t id, const struct stat *st);

void sftp_attrs_emit(struct builder *b, const struct stat *st);
#define SFTP_ATTRS_BYTES 32
void sftp_attrs_read(struct cursor *c, struct sftp_attrs *out);
#define SFTP_LONGNAME_MAX 512
void sftp_longname(const struct sftp *s, const char *name, const struct stat *st,
                   char out[SFTP_LONGNAME_MAX]);

// --- requests ----------------------------------------------------------------------------------

// All of the request has been read well, to its end; else it is answered BAD_MESSAGE.
bool sftp_sound(struct sftp *s, struct sftp_request *r);
// The next string as a path; a bad one fails the request's cursor.
bool sftp_read_path(struct sftp_request *r, struct jail_path *out);
// Only now that a request is known to be sound, and this session may change files; else answered.
bool sftp_may_write(struct sftp *s, const struct sftp_request *r);
// One operation for the log, with the sentence of errno when `result` is not 0.
void sftp_log(struct sftp *s, const char *verb, const char *path, int result);

// --- handles (sftp_handle.c) -------------------------------------------------------------------

// NULL: too many are open. Of this session, or of the process.
struct sftp_handle *sftp_handle_take(struct sftp *s);
// Let go of everything it holds; an upload is abandoned.
void sftp_handle_give(struct sftp_handle *h);
// The next string as a handle of this kind; NULL for one that names nothing.
struct sftp_handle *sftp_read_handle(struct sftp *s, struct sftp_request *r,
                                     enum sftp_handle_kind kind);
struct sftp_handle *sftp_read_any_handle(struct sftp *s, struct sftp_request *r);
void sftp_answer_handle(struct sftp *s, uint32_t id, const struct sftp_handle *h);
// What writing to this FILE is charged to.
struct charge *sftp_charge(struct sftp_handle *h);
// Before it grows to `size`. False with errno EDQUOT.
[[nodiscard]] bool sftp_pay(struct sftp_handle *h, uint64_t size);
// The upload of this session that will have this name, or NULL.
struct sftp_handle *sftp_pending(struct sftp *s, const struct jail_path *path);
// Name it now: another request is about its name. False with errno.
[[nodiscard]] bool sftp_publish(struct sftp *s, const struct jail_path *path);

// --- handlers ----------------------------------------------------------------------------------

typedef void sftp_handler(struct sftp *s, struct sftp_request *r);

// sftp_file.c
sftp_handler sftp_on_open, sftp_on_close, sftp_on_read, sftp_on_write, sftp_on_fstat,
        sftp_on_fsetstat;
int sftp_file_close(struct sftp *s, struct sftp_handle *h);
// sftp_attr.c
sftp_handler sftp_on_stat, sftp_on_lstat, sftp_on_setstat;
void sftp_lsetstat(struct sftp *s, struct sftp_request *r);
int sftp_apply(int fd, const struct sftp_attrs *attrs, struct charge *c);
// sftp_name.c
sftp_handler sftp_on_remove, sftp_on_mkdir, sftp_on_rmdir, sftp_on_realpath, sftp_on_rename,
        sftp_on_readlink, sftp_on_symlink;
void sftp_rename(struct sftp *s, struct sftp_request *r, bool replace);
void sftp_hardlink(struct sftp *s, struct sftp_request *r);
void sftp_answer_name(struct sftp *s, uint32_t id, const char *name);
// sftp_dir.c
sftp_handler sftp_on_opendir, sftp_on_readdir;
// sftp_extended.c
sftp_handler sftp_on_extended;
void sftp_extensions(struct builder *b);
// sftp_copy.c
sftp_handler sftp_on_copy;
void sftp_copy_step(struct sftp *s);
