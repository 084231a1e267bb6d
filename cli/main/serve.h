// The process: one event loop that joins dialogues to control and to the local console.
#pragma once

#include "cli/main/console.h"
#include "cli/main/cli_options.h"
#include "cli/main/file_pool.h"

#include "dataplane/link/link_place.h"

#include <uv.h>

#define JOINTS_MAX 64

// One joint with a shard of control, and the dialogues that come through it.
struct joint {
	struct port port; // first
	struct serve *serve;
	struct link *link; // NULL: none now
	struct dialogue_table table;
	uv_poll_t *doorbell; // owned; outlives the joint until the loop has let go of it
};

struct serve {
	uv_loop_t *loop;
	struct shell shell;
	struct joint joints[JOINTS_MAX];
	uint32_t joint_count; // highest index offered + 1
	struct consoles consoles;
	struct config_load load;
	bool started; // START has been seen
	bool loading; // the start-up file is being replayed
	bool stopping;
	bool asleep;
	uint64_t stop_by_us;
	uint64_t asleep_from_us;
	struct link_place place;
	struct file_pool files;
	uv_async_t filed; // a file job is done
	uint64_t files_look_us;
	uv_poll_t offers;
	uv_poll_t guests; // what other command lines show, and the launcher says
	uv_idle_t busy;   // runs while there is work
	uv_timer_t timer; // runs while there is none
};

// Serve until told to stop. Returns the exit status.
int serve_run(const struct options *options);

// There is something to do: leave the sleep.
void serve_wake(struct serve *s);
