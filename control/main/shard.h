// What one thread of control owns: the joints to its worker, to the keeper and to cli, the
// sessions of that worker, and everything they hold. Nothing in here is touched by another thread
// except where a field says so. struct control is what the shards share.
#pragma once

#include "control/config/config.h"
#include "control/main/control_counters.h"
#include "control/main/pool.h"
#include "control/users/lockout.h"
#include "control/users/login_alarm.h"
#include "control/users/user_sessions.h"
#include "dataplane/base/slab.h"
#include "dataplane/base/wheel.h"
#include "dataplane/link/net_msg.h"
#include "dataplane/link/link.h"

#include <pthread.h>
#include <stdatomic.h>

#define SHARDS_MAX       64
#define SHARD_SCRATCH    (64u * 1024) // longest message that is taken from the dataplane
#define SHARD_PAGE       (16u * 1024) // longest reply to cli
#define SHARD_TICK_US    10000u
#define SHARD_SLAB_BYTES (1ull << 30) // reserved, committed as used

// Room that must be free on each joint before an event is taken up, so that no handler ever finds
// a ring full in the middle of a step.
#define SHARD_RESERVE_CELLS 48u
#define SHARD_RESERVE_SMALL 24u
#define SHARD_RESERVE_LARGE 8u

// What a worker is told of the settings of its network.
enum net_message { NET_MESSAGE_SETTINGS, NET_MESSAGE_RULES4, NET_MESSAGE_RULES6, NET_MESSAGES };

struct counters_page;
struct work_pool;
struct net_question;
struct shard;
struct session;
struct dialogue;
struct shard_job;

// Work handed from one thread to another. Owned by the receiver, whose `run` frees it.
struct shard_task {
	struct shard_task *next;
	void (*run)(struct shard *h, struct shard_task *task);
};

// A host key that the keeper has, as its public blob.
struct shard_hostkey {
	uint32_t type, bits;
	uint64_t made;
	struct blob blob;
};
#define SHARD_HOSTKEYS 8

// Gauges that other threads read.
struct shard_gauges {
	_Atomic uint32_t sessions, established, unauthenticated, dialogues, channels;
	_Atomic uint32_t sessions_peak, channels_peak, dialogues_peak;
	_Atomic uint32_t kex, auth, asks, replies;
	_Atomic uint32_t kex_peak, auth_peak;
	_Atomic uint64_t chunk_bytes, chunk_peak, chunk_limit;
	_Atomic uint32_t data_out, dialogue_out, keeper_out; // message buffers with the peer
};

// Shared by all shards.
struct control {
	struct config config;
	struct crypto_pool *crypto;
	struct lockout lockout;
	struct login_alarm login_alarm;
	struct user_sessions user_sessions;
	struct work_pool *aaa;       // NULL: nobody else is asked
	struct penalties *penalties; // of sources whose logins fail
	struct shard *shards[SHARDS_MAX];
	uint32_t shard_count;
	uint64_t started_at;               // Unix seconds
	_Atomic bool started;              // STARTED was called
	_Atomic uint32_t sessions;         // all shards
	_Atomic uint32_t unauthenticated;  // all shards
	_Atomic uint32_t weak_algorithms;  // algorithms_weak() of the settings in force
	_Atomic uint32_t listening;        // shards that have told their worker to listen
	void (*report)(uint32_t report);   // enum link_report to the supervisor; NULL in tests
	size_t (*memory)(const char *key); // mallctl; 0 when unknown

	pthread_mutex_t counters_lock;
	const struct counters_page *pages[SHARDS_MAX]; // guarded; NULL: not offered
	uint64_t base_control[CONTROL_COUNTERS]; // guarded; subtracted after RESET_COUNTERS
	uint64_t *base_dataplane;                // guarded; COUNTERS of them
};

struct shard {
	struct control *control;
	uint32_t index;
	uint64_t now_us; // monotonic; read once per loop

	struct link *data, *keeper, *dialogue; // NULL: not offered yet
	uint32_t data_epoch;                   // counts replacements of `data`

	struct session *sessions; // the arena; in the dataplane's numbering
	uint32_t sessions_max;
	size_t sessions_bytes;
	uint32_t sessions_touched; // slots from here on were never used
	struct wheel wheel;

	struct slab *slab; // chunks of unread input and unsent output
	struct pool kexes, auths, v1s, channels, idents;

	struct dialogue *dialogues; // by dialogue slot
	uint32_t dialogues_max;     // allocated
	uint32_t dialogues_lowest;  // no free slot below this one
	uint32_t dialogue_life;     // life of the next dialogue
	uint32_t hangups;           // HANGUPs that wait for room
	uint32_t hangups_from;      // none of them stands below this slot

	uint32_t widened; // bytes of channel windows beyond the usual

	const char *dismiss_why; // every session is being told this; NULL: none
	uint32_t dismiss_from;   // those below have been told

	struct pool asks;       // questions to the keeper
	uint32_t ask_life;      // life of the next question
	uint32_t asks_first[2]; // waiting, by lane; names linked through the asks
	uint32_t asks_last[2];
	uint32_t asks_posted[2]; // with the keeper, by lane

	struct shard_job *brief; // waits for the end of the turn; see crypto_pool_offer

	struct api_reply *replies_first, *replies_last; // waiting for room towards cli
	struct api_transaction *transactions;           // open ones
	uint32_t transaction_count;

	uint32_t *stuck; // sessions that wait for room in a ring
	uint32_t stuck_count, stuck_max;

	struct shard_hostkey hostkeys[SHARD_HOSTKEYS];
	uint32_t hostkey_count;
	bool hostkeys_asked;
	struct host_certs
	        *certs;          // of those keys; NULL: none yet (control/session/host_certs.h)
	uint64_t certs_revision; // of the settings that they are from

	struct {
		struct net_question *question; // NULL: free
		uint32_t life;
	} net_asks[NET_ASKS_MAX]; // with the worker
	uint32_t net_life;
	struct blob net_sent[NET_MESSAGES]; // what the worker was told last
	bool net_stale;                     // ... is perhaps not what the settings say now

	uint16_t listening_port; // what the worker was told; 0: not to listen
	bool offers_v1;          // and whether it offers SSH-1
	bool stopping;

	_Atomic(struct shard_task *) tasks_posted; // any thread; the newest first
	struct shard_task *tasks;                  // taken from there; the oldest first
	void (*wake)(struct shard *h);             // any thread; NULL in tests
	void *wake_arg;

	_Atomic uint64_t count[CONTROL_COUNTERS]; // writer: this shard
	struct shard_gauges gauges;               // writer: this shard

	struct log_peer *log_peers; // rate limits of log lines
	uint8_t scratch[SHARD_SCRATCH];
	uint8_t page[SHARD_PAGE];
};

// Count in this shard's row.
#define COUNT(h, row)      count_add((h), COUNT_##row, 1)
#define COUNT_N(h, row, n) count_add((h), COUNT_##row, (n))
static inline void count_add(struct shard *h, enum control_counter row, uint64_t n)
{
	uint64_t was = atomic_load_explicit(&h->count[row], memory_order_relaxed);

	atomic_store_explicit(&h->count[row], was + n, memory_order_relaxed);
}

// Gauges have one writer: plain arithmetic, relaxed stores.
#define GAUGE_ADD(h, name, n)                                                                  \
	atomic_store_explicit(&(h)->gauges.name,                                               \
	                      atomic_load_explicit(&(h)->gauges.name, memory_order_relaxed) +  \
	                              (n),                                                     \
	                      memory_order_relaxed)

// A shard without joints. NULL when memory has run out.
struct shard *shard_new(struct control *control, uint32_t index);
void shard_free(struct shard *h);

void control_init(struct control *c);
void control_fini(struct control *c);

// Map the arena of sessions; sizes it when it is empty. The descriptor is closed.
[[nodiscard]] enum status shard_map_sessions(struct shard *h, int fd);

// Attach a joint, or replace one that is attached: what went over the old one ends first.
void shard_attach_data(struct shard *h, struct link *l);
void shard_attach_keeper(struct shard *h, struct link *l);
void shard_attach_dialogue(struct shard *h, struct link *l);

// One turn: take results, cells and timers as far as there is room for what they cause, and send
// what waited. True when something was left behind that a further turn would do.
bool shard_turn(struct shard *h, uint64_t now_us);

// Is there room on every joint for one more event?
bool shard_has_room(struct shard *h);

// When the next timer is due, or UINT64_MAX.
uint64_t shard_next_us(const struct shard *h);

// Hand work to a shard. Any thread.
void shard_post(struct shard *to, struct shard_task *task);

// Tell the worker to listen, or to stop, as the settings want it now.
void shard_listen(struct shard *h);

// Ask the keeper which host keys there are; listening waits for the answer.
void shard_hostkeys_ask(struct shard *h);

// DISCONNECT to every session there is now, as the ring takes it.
void shard_dismiss(struct shard *h, const char *why);
// The same because the device is going down, and no session is taken any more.
void shard_stop(struct shard *h);

// For tests and for the operator: gauges that are computed rather than kept.
void shard_gauges_update(struct shard *h);
