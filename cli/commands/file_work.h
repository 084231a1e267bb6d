// What the file commands do, off the loop: one step of one command at a time.
#pragma once

#include "cli/commands/commands.h"
#include "cli/files/jail.h"
#include "cli/files/tar.h"

// The command's own state. A step may block; it sees nothing else of the command.
struct file_work {
	bool (*run)(struct file_work *w); // false: errno
	int root;
	bool read_only; // the asker may read what everybody may
	bool all;       // dir /all
	bool there;     // found by file_probe: `to` exists
	bool more;      // show: not at the end yet
	uint64_t at;    // show
	int error;
	struct jail_path from, to;
	struct text out;     // to be printed
	struct text in;      // to be written
	char name[64];       // archives: what they begin with
	uint32_t most;       // archives: that are kept
	struct tar *tar;     // owned, and let go of off the loop; or NULL
	struct shell *shell; // with a tar
};

// Do it elsewhere, then go on with next(t), t->own being the outcome.
enum turn file_work_begin(struct task *t, bool (*run)(struct file_work *w),
                          enum turn (*next)(struct task *t));

// The command ends: let go of what the work holds.
void file_work_drop(struct file_work *w);
// Print of `out` what there is room for; false when something is left.
bool file_work_print(struct task *t);
// The nth FILE of a command: "flash:/x", "flash:x", "/x" and "x" are one file. False: no name.
[[nodiscard]] bool file_path_take(struct task *t, unsigned n, struct jail_path *out);

bool file_there(struct file_work *w); // is `from`?
bool file_tar(struct file_work *w);   // a step; `more` until it is over
bool file_probe(struct file_work *w); // `to` becomes a file in it, when it is a directory
bool file_list(struct file_work *w);
bool file_show(struct file_work *w);
bool file_copy(struct file_work *w);
bool file_move(struct file_work *w);
bool file_erase(struct file_work *w);
bool file_delete(struct file_work *w);
bool file_undelete(struct file_work *w);
bool file_mkdir(struct file_work *w);
bool file_rmdir(struct file_work *w);
bool file_trash_list(struct file_work *w);  // deleted paths, a line each
bool file_trash_erase(struct file_work *w); // `from`, as it was called before
bool archive_write(struct file_work *w);    // `in` as the newest one below `from`
bool archive_list(struct file_work *w);
bool file_md5(struct file_work *w);
bool file_sha256(struct file_work *w);
