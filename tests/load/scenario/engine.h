// One thread of the generator: its sessions, their timers, what its tasks have under way, the
// scenarios' moves. Everything that changes hangs off struct engine; the options are shared and
// read only.
#pragma once

#include <assert.h>
#include <stdatomic.h>

#include "dataplane/base/wheel.h"
#include "tests/load/client/ssh_client.h"
#include "tests/load/link/load_link.h"
#include "tests/load/report/results.h"
#include "tests/load/scenario/arrivals.h"
#include "tests/load/scenario/job_pool.h"
#include "tests/load/scenario/load_plan.h"

#define SESSION_NONE UINT32_MAX

struct load_options;
struct engine;
struct load_session;
struct sftp_work;

enum session_life {
	SESSION_FREE,
	SESSION_CONNECTING,
	SESSION_LOGIN,
	SESSION_OPEN,    // authenticated
	SESSION_CLOSING, // our DISCONNECT is on its way; waiting for the connection's end
};

// What a scenario does when; any may be NULL. A move may end the session only by session_finish,
// session_fail or session_cut, which take effect when it returns.
struct scenario {
	const char *name;
	const char *text;
	bool holds;    // sessions stay until the run is over
	bool tcp_only; // they are connections: nothing is said, and what comes is dropped
	bool needs_command, needs_transcript, takes_sftp;
	bool small_window; // grants little unless told otherwise
	void (*begin)(struct engine *e, struct load_session *s); // before it connects
	void (*moved)(struct engine *e,
	              struct load_session *s); // after every step of the client
	void (*open)(struct engine *e, struct load_session *s);
	void (*ready)(struct engine *e, struct load_session *s);
	void (*data)(struct engine *e, struct load_session *s, struct span bytes);
	void (*writable)(struct engine *e, struct load_session *s);
	void (*channel_over)(struct engine *e, struct load_session *s);
	void (*rekeyed)(struct engine *e, struct load_session *s);
	void (*timer)(struct engine *e, struct load_session *s, uint64_t now_us);
	void (*end)(struct engine *e,
	            struct load_session *s); // whatever the session has is freed
};
const struct scenario *scenario_find(const char *name);
const struct scenario *scenario_at(unsigned i); // NULL: no more

enum session_end { END_NONE, END_FINISH, END_FAIL, END_CUT };

struct typing {
	uint64_t first_us;               // when the first key is due
	uint64_t ready_us;               // of the last one: session_ready
	uint32_t sent, seen;             // keys
	uint32_t echoed;                 // bytes, modulo a pair's
	uint16_t key_bytes, erase_bytes; // that the server echoes
	uint16_t key_before, erase_before;
	uint8_t stage, lessons;
};

struct moving {
	uint64_t sent, received;
	struct sftp_work *sftp; // owned
};

struct replaying {
	uint64_t first_us; // when the transcript began
	uint64_t asked_us; // when the oldest text without an answer was due; 0: none
	uint64_t ready_us; // session_ready; 0: asked_us is when it began
	uint32_t sent;     // events
	uint32_t part;     // bytes of the next one
};

struct load_session {
	struct client client;
	uint64_t intended_us; // when it should have begun
	uint64_t step_us;     // when what is being measured began
	uint64_t due_us;      // of the timer; 0: none
	struct wheel_link timer;
	uint32_t life;
	uint32_t next_free;
	uint8_t stage;                           // enum session_life
	uint8_t end;                             // enum session_end, to be carried out
	uint8_t task;                            // of its engine
	bool was_open : 1, failed : 1, gone : 1; // gone: the link has forgotten it
	bool is_closing : 1;                     // counted in its task's closing
	union {
		struct typing typing;
		struct moving moving;
		struct replaying replaying;
		uint64_t rekey_us; // when the next one is due
		uint32_t turn;     // abort: the state to leave in
	};
};
static_assert(sizeof(struct load_session) <= 640, "with TCP's 320 below 1 KiB a held session");

enum task_stage { TASK_WAITING, TASK_RUNNING, TASK_STOPPING, TASK_OVER };

// What this thread does of a task.
struct task_run {
	const struct load_task *task;
	struct arrivals arrivals;
	uint32_t bound;      // sessions at once
	uint32_t parallel;   // of them logging in
	uint32_t active;     // sessions not free
	uint32_t logging_in; // of them, not authenticated yet
	uint32_t closing;    // of them, told goodbye and not gone yet
	uint64_t goodbye_us; // when the last of these was told
	uint64_t made;       // sessions begun
	uint64_t begin_us;
	uint64_t stop_us;    // no arrivals from then on; UINT64_MAX: not planned
	uint64_t give_up_us; // what is still under way then is cut
	uint32_t goodbye;    // next slot to say goodbye to
	enum task_stage stage;
};

struct engine {
	const struct load_options *options;
	struct task_run run[TASKS_MAX];
	unsigned runs;
	struct load_link *link;
	struct load_session *sessions;
	uint32_t slots, free_first, touched;
	uint32_t active; // sessions not free
	struct wheel wheel;
	struct client_env env;
	struct job_pool *pool; // NULL: jobs run at once
	struct job_taker *jobs;
	struct results results;
	uint64_t start_us;
	uint64_t job_us;    // when the arithmetic was done whose session goes on; else 0
	_Atomic bool stop;  // writer: main
	_Atomic bool hurry; // writer: main; do not wait for what is under way
	_Atomic bool over;  // reader: main
	unsigned index;
};

struct engine_config {
	const struct load_options *options;
	struct job_pool *pool;
	unsigned index, engines;                         // this one, of so many
	struct load_link *(*link_new)(struct engine *e); // NULL: what the options name
};

[[nodiscard]] bool engine_init(struct engine *e, const struct engine_config *config);
void engine_fini(struct engine *e);
void *engine_run(void *engine);
void engine_stop(struct engine *e, bool hurry); // any thread

// --- for scenarios -------------------------------------------------------------------------------

static inline const struct load_task *task_of(const struct engine *e,
                                              const struct load_session *s)
{
	return e->run[s->task].task;
}

// The time of what is in hand: when it arrived, where the link knows that.
static inline uint64_t session_now(const struct engine *e)
{
	return e->link->at_us != 0 ? e->link->at_us : load_now_us();
}

// When both sides' new keys hold: the server's NEWKEYS may wait for our arithmetic.
static inline uint64_t session_keyed(const struct engine *e)
{
	uint64_t now_us = session_now(e);

	return now_us > e->job_us ? now_us : e->job_us;
}

#define LEAVING_US 500u // at most, of what a push sent

uint32_t session_slot(const struct engine *e, const struct load_session *s);

// When what was last pushed left, where the link knows that; it was ready at ready_us.
static inline uint64_t session_left(const struct engine *e, const struct load_session *s,
                                    uint64_t ready_us)
{
	uint64_t left_us = e->link->ops->left(e->link, session_slot(e, s));

	return left_us + LEAVING_US > ready_us && left_us < ready_us + LEAVING_US ? left_us
	                                                                          : ready_us;
}

// A timer's word that is ready now counts from now, but from when it was due where it was late. A
// word that waits for its server is: it is tried again after a millisecond.
static inline uint64_t session_ready(const struct engine *e, uint64_t due_us)
{
	uint64_t now_us = load_now_us();

	return now_us < due_us + e->link->punctual_us ? now_us : due_us;
}

// When it began, if it was pushed last.
static inline uint64_t session_begun(const struct engine *e, const struct load_session *s,
                                     uint64_t due_us, uint64_t ready_us)
{
	return ready_us == due_us ? due_us : session_left(e, s, ready_us);
}

// Microseconds from one time to another that may have come first.
static inline uint64_t us_between(uint64_t from_us, uint64_t to_us)
{
	return to_us > from_us ? to_us - from_us : 0;
}

void session_finish(struct engine *e, struct load_session *s); // say goodbye: it went well
void session_fail(struct engine *e, struct load_session *s, const char *class,
                  struct span words);
void session_cut(struct engine *e, struct load_session *s); // reset it, on purpose
void session_arm(struct engine *e, struct load_session *s, uint64_t due_us);
// Send at once what is queued: a timer's word does not wait for the end of the turn.
static inline void session_push(struct engine *e, const struct load_session *s)
{
	e->link->ops->push(e->link, session_slot(e, s));
}

// How long the step took that began at step_us with what was last pushed and is over now.
static inline void session_step(struct engine *e, const struct load_session *s, enum metric m)
{
	results_latency(&e->results, m,
	                us_between(session_left(e, s, s->step_us), session_now(e)));
}

// Open the channel at once, failing the session when that cannot be.
void session_channel(struct engine *e, struct load_session *s, enum client_request kind,
                     const char *command);

// --- inside --------------------------------------------------------------------------------------

extern const struct client_ops session_client_ops;
extern const struct load_link_app session_link_ops;

// Begin one of a task; false when there is no slot.
bool session_begin(struct engine *e, unsigned run, uint64_t intended_us);
void session_timer(void *engine, uint32_t slot, uint64_t now_us);
void session_jobs(struct engine *e);
// The run is over: finish it when it is open, else cut it if `all`.
void session_goodbye(struct engine *e, struct load_session *s, bool all);
// Forget it in any stage; what it had open is reset.
void session_drop(struct engine *e, struct load_session *s);

// task_run.c
void tasks_share(struct engine *e, unsigned engines); // this engine's part of every task
void tasks_start(struct engine *e, uint64_t now_us);
void tasks_turn(struct engine *e, uint64_t now_us);
uint64_t tasks_wait_until(const struct engine *e, uint64_t now_us);
bool tasks_are_over(const struct engine *e);
