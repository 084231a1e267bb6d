// A shard's life, its turns, and its joints.
#include "control/main/shard.h"

#include "control/serve/api_serve.h"
#include "control/link/keeper_client.h"
#include "control/link/link_client.h"
#include "control/link/net_client.h"
#include "control/main/crypto_pool.h"
#include "control/main/log.h"
#include "control/session/host_certs.h"
#include "control/session/session.h"
#include "control/session/session_auth.h"
#include "control/session/session_channel.h"
#include "control/session/session_kex.h"
#include "control/session/session_v1.h"
#include "crypto/wire/cursor.h"
#include "dataplane/base/counters_page.h"
#include "dataplane/link/link_offer.h"

#include "control/users/penalties.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define CELLS_AT_ONCE 256u // of each joint in one turn

// --- making and unmaking -------------------------------------------------------------------------

void control_init(struct control *c)
{
	memset(c, 0, sizeof(*c));
	config_init(&c->config);
	lockout_init(&c->lockout);
	login_alarm_init(&c->login_alarm);
	user_sessions_init(&c->user_sessions);
	pthread_mutex_init(&c->counters_lock, NULL);
	c->base_dataplane = calloc(COUNTERS, sizeof(uint64_t));
	c->penalties = penalties_new();
	if (c->base_dataplane == NULL || c->penalties == NULL)
		abort();
}

void control_fini(struct control *c)
{
	config_fini(&c->config);
	lockout_fini(&c->lockout);
	login_alarm_fini(&c->login_alarm);
	user_sessions_fini(&c->user_sessions);
	free(c->base_dataplane);
	penalties_free(c->penalties);
	pthread_mutex_destroy(&c->counters_lock);
}

struct shard *shard_new(struct control *control, uint32_t index)
{
	struct shard *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->control = control;
	h->index = index;
	h->slab = slab_new(SHARD_SLAB_BYTES);
	if (h->slab == NULL) {
		free(h);
		return NULL;
	}
	pool_init(&h->kexes, sizeof(struct kex_scratch));
	pool_init(&h->auths, sizeof(struct auth_scratch));
	pool_init(&h->v1s, sizeof(struct v1_scratch));
	pool_init(&h->channels, sizeof(struct channel));
	pool_init(&h->idents, 0);
	pool_init(&h->asks, sizeof(struct keeper_ask));
	return h;
}

static void hostkeys_forget(struct shard *h)
{
	for (uint32_t i = 0; i < h->hostkey_count; i++)
		blob_fini(&h->hostkeys[i].blob);
	h->hostkey_count = 0;
}

static void sessions_end(struct shard *h)
{
	for (uint32_t i = 0; i < h->sessions_touched; i++) {
		if (h->sessions[i].life != 0)
			session_gone(h, &h->sessions[i]);
	}
}

static void tasks_run(struct shard *h);
static void server_key_ahead(struct shard *h);

void shard_free(struct shard *h)
{
	if (h == NULL)
		return;
	link_free(h->data);
	link_free(h->dialogue);
	link_free(h->keeper);
	h->data = h->dialogue = h->keeper = NULL;
	net_client_lost(h, true);
	sessions_end(h);
	keeper_client_lost(h);
	if (h->brief != NULL)
		h->brief->base.drop(&h->brief->base);
	tasks_run(h);
	shell_lost(h);
	api_lost(h);
	hostkeys_forget(h);
	host_certs_give(&h->certs);
	pool_fini(&h->kexes);
	pool_fini(&h->auths);
	pool_fini(&h->v1s);
	pool_fini(&h->channels);
	pool_fini(&h->idents);
	pool_fini(&h->asks);
	free(h->dialogues);
	free(h->stuck);
	free(h->log_peers);
	if (h->sessions != NULL)
		munmap(h->sessions, h->sessions_bytes);
	slab_free(h->slab);
	free(h);
}

// Sessions do not outlive the process yet: what an earlier life left is given back to the system.
enum status shard_map_sessions(struct shard *h, int fd)
{
	size_t want = (size_t)SESSIONS_MAX * sizeof(struct session);
	struct stat st;
	void *at;

	if (fstat(fd, &st) != 0 || (st.st_size == 0 && ftruncate(fd, (off_t)want) != 0) ||
	    fstat(fd, &st) != 0) {
		close(fd);
		return STATUS_SYSTEM;
	}
	want = (size_t)st.st_size < want ? (size_t)st.st_size : want;
	at = mmap(NULL, want, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return STATUS_SYSTEM;
	if (h->sessions != NULL) {
		sessions_end(h);
		munmap(h->sessions, h->sessions_bytes);
	}
	if (madvise(at, want, MADV_REMOVE) != 0)
		memset(at, 0, want);
	madvise(at, want, MADV_DONTDUMP);
	h->sessions = at;
	h->sessions_bytes = want;
	h->sessions_max = (uint32_t)(want / sizeof(struct session));
	h->sessions_touched = 0;
	wheel_init(&h->wheel, &h->sessions[0].timer, sizeof(struct session), SHARD_TICK_US,
	           h->now_us);
	return STATUS_OK;
}

// --- joints --------------------------------------------------------------------------------------

void shard_attach_data(struct shard *h, struct link *l)
{
	link_free(h->data);
	h->data = NULL;
	net_client_lost(h, false);
	sessions_end(h);
	h->stuck_count = 0;
	if (h->listening_port != 0)
		atomic_fetch_sub(&h->control->listening, 1);
	h->listening_port = 0;
	h->data = l;
	h->data_epoch++;
	shard_listen(h);
}

void shard_attach_keeper(struct shard *h, struct link *l)
{
	link_free(h->keeper);
	h->keeper = l;
	keeper_client_lost(h);
	shard_hostkeys_ask(h);
	server_key_ahead(h);
}

// A cli that was started anew reads its start-up file again; nobody gets in before it says so.
void shard_attach_dialogue(struct shard *h, struct link *l)
{
	bool again = h->dialogue != NULL;

	link_free(h->dialogue);
	h->dialogue = NULL;
	if (again) {
		shell_lost(h);
		api_lost(h);
		if (h->index == 0)
			atomic_store(&h->control->started, false);
		shard_dismiss(h, "The command line of this device was started anew.");
	}
	h->dialogue = l;
}

static bool link_is_ready(struct link *l)
{
	if (l == NULL)
		return true;
	if (link_room(l) >= SHARD_RESERVE_CELLS / 2 &&
	    link_buffers_free(l, false) >= SHARD_RESERVE_SMALL / 2 &&
	    link_buffers_free(l, true) >= SHARD_RESERVE_LARGE / 2)
		return true;
	link_want_room(l);
	return false;
}

bool shard_has_room(struct shard *h)
{
	return link_is_ready(h->data) && link_is_ready(h->dialogue) && link_is_ready(h->keeper);
}

// --- host keys -----------------------------------------------------------------------------------

static void hostkeys_listed(struct shard *h, const struct keeper_ask *ask, enum status status,
                            struct span payload)
{
	struct cursor c = cursor_over(payload);

	h->hostkeys_asked = false;
	if (status != STATUS_OK) {
		log_control(LOG_ERROR, "SSHS_LOG", "keeper does not list its keys: %s",
		            status_text(status));
		return;
	}
	hostkeys_forget(h);
	while (cursor_left(&c) > 0 && h->hostkey_count < SHARD_HOSTKEYS) {
		struct shard_hostkey key = {.type = cursor_u32(&c), .bits = cursor_u32(&c)};
		struct span blob;

		key.made = cursor_u64(&c);
		blob = cursor_string_max(&c, HOSTKEY_BLOB_MAX);
		if (!cursor_ok(&c) || key.type >= HOSTKEY_TYPES)
			break;
		key.blob = blob_copy(blob);
		if (key.blob.data != NULL)
			h->hostkeys[h->hostkey_count++] = key;
	}
	shard_listen(h);
}

void shard_hostkeys_ask(struct shard *h)
{
	struct keeper_ask ask = {.kind = KEEPER_LIST_PUBLIC, .done = hostkeys_listed};

	if (h->hostkeys_asked)
		return;
	h->hostkeys_asked = keeper_ask(h, &ask, span_of(NULL, 0)) == STATUS_OK;
}

// --- listening -----------------------------------------------------------------------------------

// The server key of SSH-1 takes a while to make: before the first client wants it.
static void server_key_made(struct shard *h, const struct keeper_ask *ask, enum status status,
                            struct span payload)
{
}

static void server_key_ahead(struct shard *h)
{
	struct keeper_ask ask = {.kind = KEEPER_SSH1_PUBLIC, .done = server_key_made};

	if (!h->offers_v1 || h->index != 0)
		return;
	ask.body.bits = atomic_load(&h->control->config.server_key_hours);
	(void)!keeper_ask(h, &ask, span_of(NULL, 0)); // else the first client waits
}

static bool listen_post(struct shard *h, uint16_t port, bool on)
{
	struct data_listen body = {.port = port, .on = on, .offers_v1 = h->offers_v1};
	struct link_cell cell = {.kind = DATA_LISTEN, .buffer = LINK_NO_BUFFER};

	memcpy(cell.body, &body, sizeof(body));
	return link_post(h->data, &cell);
}

void shard_listen(struct shard *h)
{
	struct control *c = h->control;
	bool want = atomic_load(&c->started) && atomic_load(&c->config.enable) &&
	            h->hostkey_count > 0 && !h->stopping;
	uint16_t port = want ? (uint16_t)atomic_load(&c->config.port) : 0;
	bool v1 = atomic_load(&c->config.ssh1) != 0;

	if (h->data == NULL || (atomic_load(&c->started) && !net_settings_send(h)) ||
	    (port == h->listening_port &&
	     v1 == h->offers_v1)) // rules come before the first request
		return;
	if (h->listening_port != 0) {
		if (!listen_post(h, h->listening_port, false))
			return; // tried again by the next turn
		h->listening_port = 0;
		atomic_fetch_sub(&c->listening, 1);
	}
	if (v1 && !h->offers_v1 && h->index == 0)
		log_control(
		        LOG_WARNING, "SSHS_SSH1",
		        "SSH-1 is enabled: it protects little against whoever is in between.");
	if (v1 != h->offers_v1) {
		h->offers_v1 = v1;
		server_key_ahead(h);
	}
	if (port == 0 || !listen_post(h, port, true))
		return;
	h->listening_port = port;
	link_flush(h->data);
	if (atomic_fetch_add(&c->listening, 1) + 1 == c->shard_count && c->report != NULL)
		c->report(LINK_REPORT_LISTENING);
}

// --- tasks ---------------------------------------------------------------------------------------

// Without a lock: a thread of low priority could lose the processor while it held it.
void shard_post(struct shard *to, struct shard_task *task)
{
	struct shard_task *before = atomic_load(&to->tasks_posted);

	do
		task->next = before;
	while (!atomic_compare_exchange_weak(&to->tasks_posted, &before, task));
	if (before == NULL && to->wake != NULL)
		to->wake(to);
}

static struct shard_task *task_take(struct shard *h)
{
	struct shard_task *task, *next;

	if (h->tasks == NULL && atomic_load(&h->tasks_posted) != NULL)
		for (task = atomic_exchange(&h->tasks_posted, NULL); task != NULL;
		     task = next) {
			next = task->next;
			task->next = h->tasks;
			h->tasks = task;
		}
	task = h->tasks;
	if (task != NULL)
		h->tasks = task->next;
	return task;
}

static void tasks_run(struct shard *h)
{
	struct shard_task *task;

	for (unsigned i = 0; i < CELLS_AT_ONCE && shard_has_room(h); i++) {
		task = task_take(h);
		if (task == NULL)
			return;
		task->run(h, task);
	}
}

// --- turns ---------------------------------------------------------------------------------------

void shard_dismiss(struct shard *h, const char *why)
{
	h->dismiss_why = why;
	h->dismiss_from = 0;
}

void shard_stop(struct shard *h)
{
	h->stopping = true;
	shard_dismiss(h, "The device is going down.");
}

static void dismiss_some(struct shard *h)
{
	for (; h->dismiss_why != NULL && h->dismiss_from < h->sessions_touched;
	     h->dismiss_from++) {
		struct session *s = &h->sessions[h->dismiss_from];

		if (s->life == 0 || s->state == SESSION_CLOSING)
			continue;
		if (!shard_has_room(h))
			return;
		session_disconnect(h, s, SSH_DISCONNECT_BY_APPLICATION, h->dismiss_why);
	}
	h->dismiss_why = NULL;
}

// Sessions that waited for room, as long as there is some; who must wait again stands at the end.
static void stuck_pump(struct shard *h)
{
	uint32_t waiting = h->stuck_count, done = 0;

	while (done < waiting && shard_has_room(h)) {
		struct session *s = &h->sessions[h->stuck[done++]];

		if (!(s->flags & SESSION_STUCK))
			continue;
		s->flags &= ~(uint32_t)SESSION_STUCK;
		session_pump(h, s);
	}
	if (done == 0)
		return;
	h->stuck_count -= done;
	memmove(h->stuck, h->stuck + done, h->stuck_count * sizeof(h->stuck[0]));
}

// Cells of all joints in turn, each as an event of its own.
static bool cells_drain(struct shard *h)
{
	bool any = true;

	for (unsigned i = 0; any && i < CELLS_AT_ONCE; i++) {
		if (!shard_has_room(h))
			return false;
		any = data_client_drain(h);
		if (shard_has_room(h))
			any |= dialogue_client_drain(h);
		if (shard_has_room(h))
			any |= keeper_client_drain(h);
	}
	return any;
}

static void want_room(struct link *l)
{
	if (l != NULL)
		link_want_room(l);
}

static void flush(struct link *l)
{
	if (l != NULL)
		link_flush(l);
}

bool shard_turn(struct shard *h, uint64_t now_us)
{
	bool more;

	h->now_us = now_us;
	tasks_run(h);
	crypto_pool_look(h->control->crypto, h);
	if (h->sessions != NULL)
		wheel_advance(&h->wheel, now_us, session_on_timer, h);
	more = cells_drain(h);
	stuck_pump(h);
	dismiss_some(h);
	shell_pump(h);
	keeper_client_pump(h);
	api_pump(h);
	shard_listen(h);
	if (h->stuck_count > 0 || h->hangups > 0 || h->replies_first != NULL ||
	    h->dismiss_why != NULL) {
		want_room(h->data);
		want_room(h->dialogue);
	}
	flush(h->data);
	flush(h->dialogue);
	flush(h->keeper);
	if (h->brief != NULL) { // after all answers have left; what comes of it wants a turn
		crypto_pool_settle(h->control->crypto, h, !more && shard_has_room(h));
		return true;
	}
	if (!more)
		shard_gauges_update(h);
	return more || (h->tasks != NULL && shard_has_room(h));
}

uint64_t shard_next_us(const struct shard *h)
{
	uint64_t timer = h->sessions != NULL ? wheel_next_us(&h->wheel) : UINT64_MAX;
	uint64_t look = crypto_pool_next_us(h->control->crypto);

	return timer < look ? timer : look;
}

// --- gauges --------------------------------------------------------------------------------------

static uint32_t buffers_out(const struct link *l)
{
	struct link_stats stats;

	if (l == NULL)
		return 0;
	link_stats(l, &stats);
	return stats.small_out + stats.large_out;
}

void shard_gauges_update(struct shard *h)
{
	struct slab_gauges slab = slab_gauges(h->slab);
	struct shard_gauges *g = &h->gauges;

	g->kex = h->kexes.used;
	g->kex_peak = h->kexes.peak;
	g->auth = h->auths.used;
	g->auth_peak = h->auths.peak;
	g->asks = h->asks.used;
	g->chunk_bytes = slab.used_bytes;
	g->chunk_peak = slab.peak_bytes;
	g->chunk_limit = slab.limit_bytes;
	g->data_out = buffers_out(h->data);
	g->dialogue_out = buffers_out(h->dialogue);
	g->keeper_out = buffers_out(h->keeper);
}
