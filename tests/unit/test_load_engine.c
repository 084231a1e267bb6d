// A thread of the load generator from its first session to its last, against a link of the test's
// own in which time passes only while the engine waits.
#include "tests/load/scenario/engine.h"
#include "tests/load/scenario/load_options.h"
#include "tests/unit/load_server.h"

#include <stdlib.h>
#include <unistd.h>

#define PLACES   64u
#define NEVER    UINT64_MAX
#define MS       1000u
#define LEAST_US 50u // that a look at nothing takes

struct connection {
	enum { CONNECTION_NONE, CONNECTION_ASKED, CONNECTION_OPEN } stage;
	uint64_t due_us; // when the next thing happens to it
	enum load_end end;
	struct load_server *server; // NULL: it says nothing
	struct pipe_bytes *to_server;
};

// How the other end behaves, and what was seen of ours.
static struct place {
	struct load_link link;
	struct engine *engine;
	struct load_options options;
	struct connection connections[PLACES];
	uint64_t now_us;
	uint64_t connect_us, close_us; // what these take
	uint64_t stop_us;              // when the run is stopped
	uint64_t left_us;              // what the link says of a push
	bool refuses, serves, hurry;
	unsigned asked, most_asked; // connections on their way
} place;

uint64_t load_now_us(void)
{
	return place.now_us;
}

// --- the link ------------------------------------------------------------------------------------

static struct connection *connection_at(uint32_t slot)
{
	CHECK(slot < PLACES);
	return &place.connections[slot];
}

static uint64_t after(uint64_t us)
{
	return us == NEVER ? NEVER : place.now_us + us;
}

static bool on_connect(struct load_link *link, uint32_t slot)
{
	*connection_at(slot) = (struct connection){.stage = CONNECTION_ASKED,
	                                           .due_us = after(place.connect_us)};
	place.asked++;
	if (place.asked > place.most_asked)
		place.most_asked = place.asked;
	link->syn_us = place.now_us;
	return true;
}

static void forget(struct connection *c)
{
	place.asked -= c->stage == CONNECTION_ASKED;
	if (c->server != NULL) {
		server_fini(c->server);
		free(c->server);
		free(c->to_server);
	}
	*c = (struct connection){0};
}

static void on_abort(struct load_link *link, uint32_t slot)
{
	forget(connection_at(slot));
}

static void on_close(struct load_link *link, uint32_t slot)
{
	connection_at(slot)->due_us = after(place.close_us);
}

static void on_send(struct load_link *link, uint32_t slot, struct span bytes)
{
	struct pipe_bytes *to = connection_at(slot)->to_server;

	if (to == NULL)
		return;
	memcpy(to->bytes + to->len, bytes.data, bytes.len);
	to->len += bytes.len;
}

static void nothing(struct load_link *link, uint32_t slot)
{
}

static size_t nothing_queued(const struct load_link *link, uint32_t slot)
{
	return 0;
}

static uint64_t on_left(const struct load_link *link, uint32_t slot)
{
	return place.left_us;
}

static void nothing_asleep(struct load_link *link)
{
}

// Both ways until nothing moves; a server that was told goodbye ends the connection.
static void talk(uint32_t slot)
{
	struct connection *c = connection_at(slot);

	while (c->server != NULL && (c->to_server->len > 0 || c->server->out.len > 0)) {
		struct pipe_bytes *out = &c->server->out;
		size_t before = c->to_server->len + out->len, taken;

		server_input(c->server, c->to_server);
		if (c->server->disconnects > 0 && c->due_us == NEVER)
			c->due_us = after(place.close_us);
		taken = session_link_ops.input(place.engine, slot,
		                               span_of(out->bytes, out->len));
		if (c->server == NULL) // it was reset
			return;
		memmove(out->bytes, out->bytes + taken, out->len - taken);
		out->len -= taken;
		if (c->to_server->len + out->len == before)
			return;
	}
}

static void connection_turn(uint32_t slot)
{
	struct connection *c = connection_at(slot);
	bool opens = c->stage == CONNECTION_ASKED && !place.refuses;
	enum load_end why =
	        opens || c->stage == CONNECTION_OPEN ? LOAD_END_CLOSED : LOAD_END_REFUSED;

	if (!opens) {
		forget(c);
		session_link_ops.ended(place.engine, slot, why);
		return;
	}
	place.asked--;
	c->stage = CONNECTION_OPEN;
	c->due_us = NEVER;
	if (place.serves) {
		c->server = calloc(1, sizeof(*c->server));
		c->to_server = calloc(1, sizeof(*c->to_server));
		server_init(c->server, "curve25519-sha256,kex-strict-s-v00@openssh.com");
	}
	session_link_ops.opened(place.engine, slot);
	talk(slot);
}

// The first thing that is due, or the time.
static void on_poll(struct load_link *link, uint64_t until_us)
{
	uint32_t first = PLACES;

	if (until_us < place.now_us + LEAST_US)
		until_us = place.now_us + LEAST_US;
	for (uint32_t i = 0; i < PLACES; i++) {
		const struct connection *c = &place.connections[i];

		if (c->stage != CONNECTION_NONE && c->due_us <= until_us &&
		    (first == PLACES || c->due_us < place.connections[first].due_us))
			first = i;
	}
	if (first < PLACES && place.connections[first].due_us > place.now_us)
		place.now_us = place.connections[first].due_us;
	else if (first == PLACES)
		place.now_us = until_us;
	if (first < PLACES)
		connection_turn(first);
	if (place.stop_us != 0 && place.now_us >= place.stop_us)
		engine_stop(place.engine, place.hurry);
}

static const struct load_link_ops link_ops = {
        .connect = on_connect,
        .send = on_send,
        .push = nothing,
        .left = on_left,
        .queued = nothing_queued,
        .feed = nothing,
        .close = on_close,
        .abort = on_abort,
        .poll = on_poll,
        .wake = nothing_asleep,
        .free = nothing_asleep,
};

static struct load_link *link_new(struct engine *e)
{
	place.link =
	        (struct load_link){.ops = &link_ops, .app_ops = &session_link_ops, .app = e};
	return &place.link;
}

// --- a run ---------------------------------------------------------------------------------------

// A server that takes 1 ms to open and to close.
static void place_init(void)
{
	place = (struct place){.now_us = 1000000, .connect_us = MS, .close_us = MS};
}

static const struct results *run_part(char *line, unsigned index, unsigned engines)
{
	struct engine_config config = {&place.options, NULL, index, engines, link_new};
	char *words[32] = {"sallyport-load"};
	int count = 1, status;

	for (char *w = strtok(line, " "); w != NULL; w = strtok(NULL, " "))
		words[count++] = w;
	optind = 1;
	CHECK(load_options_parse(count, words, &place.options, &status));
	place.engine = aligned_alloc(64, (sizeof(*place.engine) + 63) / 64 * 64);
	CHECK(engine_init(place.engine, &config));
	engine_run(place.engine);
	return &place.engine->results;
}

static const struct results *run(const char *line)
{
	char copy[512];

	snprintf(copy, sizeof(copy), "%s", line);
	return run_part(copy, 0, 1);
}

static void run_end(void)
{
	engine_fini(place.engine);
	free(place.engine);
	load_options_fini(&place.options);
}

static double seconds(const struct results *r)
{
	return (double)(r->end_us - r->start_us) / 1e6;
}

// --- closed loops --------------------------------------------------------------------------------

TEST(a_closed_loop_fills_its_places_and_stops_at_its_count)
{
	const struct results *r;

	place_init();
	r = run("connect --target 127.0.0.1:22 --count 20 --sessions 4");
	CHECK_EQ(r->tally[TALLY_STARTED], 20);
	CHECK_EQ(r->tally[TALLY_FINISHED], 20);
	CHECK_EQ(place.most_asked, 4);
	run_end();
}

TEST(a_place_whose_session_failed_rests_before_its_next_one)
{
	const struct results *r;

	place_init();
	place.refuses = true;
	r = run("connect --target 127.0.0.1:22 --duration 1 --sessions 1");
	CHECK(r->tally[TALLY_STARTED] >= 9 && r->tally[TALLY_STARTED] <= 11);
	CHECK_EQ(r->tally[TALLY_FAILED], r->tally[TALLY_STARTED]);
	CHECK_TEXT(r->error[0].class, "connection refused");
	run_end();
}

// --- open loops ----------------------------------------------------------------------------------

TEST(an_open_loop_begins_on_time_whatever_the_server_does)
{
	const struct results *r;

	place_init();
	place.connect_us = 5000 * MS;
	r = run("connect --target 127.0.0.1:22 --rate 10 --duration 2 --sessions 60");
	CHECK_EQ(r->tally[TALLY_STARTED], 20);
	CHECK_EQ(r->tally[TALLY_FINISHED], 20);
	CHECK(r->late_us_most < MS);
	run_end();
}

TEST(a_session_that_found_no_place_counts_from_when_it_was_due)
{
	const struct results *r;

	place_init();
	place.connect_us = 999 * MS;
	r = run("connect --target 127.0.0.1:22 --rate 10 --count 4 --sessions 1");
	CHECK_EQ(r->tally[TALLY_FINISHED], 4);
	CHECK(r->latency[METRIC_CONNECT]->max < 1100 * MS);
	CHECK(r->latency[METRIC_SESSION]->max > 3600 * MS);
	CHECK(r->late > 0);
	run_end();
}

// --- what goes wrong -----------------------------------------------------------------------------

TEST(a_server_that_never_opens_is_timed_out)
{
	const struct results *r;

	place_init();
	place.connect_us = NEVER;
	r = run("connect --target 127.0.0.1:22 --count 2 --sessions 2 --timeout 3");
	CHECK_EQ(r->tally[TALLY_FAILED], 2);
	CHECK_TEXT(r->error[0].class, "timed out");
	CHECK_TEXT(r->error[0].words, "awaiting the connection");
	CHECK_EQ(r->error[0].first_s, 3);
	run_end();
}

TEST(a_server_that_does_not_end_a_connection_is_timed_out)
{
	const struct results *r;

	place_init();
	place.close_us = NEVER;
	r = run("connect --target 127.0.0.1:22 --count 1 --sessions 1");
	CHECK_EQ(r->tally[TALLY_FAILED], 1);
	CHECK_TEXT(r->error[0].words, "awaiting the connection's end");
	run_end();
}

// --- sessions that are held ----------------------------------------------------------------------

TEST(held_sessions_stay_for_the_duration_after_the_last_one)
{
	const struct results *r;

	place_init();
	place.connect_us = 1000 * MS;
	r = run("idle --target 127.0.0.1:22 --sessions 30 --parallel 10 --duration 5");
	CHECK_EQ(place.most_asked, 10);
	CHECK_EQ(r->open_most, 30);
	CHECK_EQ(r->tally[TALLY_FINISHED], 30);
	CHECK(seconds(r) > 8 && seconds(r) < 8.5);
	run_end();
}

TEST(an_interrupt_lets_held_sessions_say_goodbye_at_once)
{
	const struct results *r;

	place_init();
	place.stop_us = place.now_us + 2000 * MS;
	place.hurry = true;
	r = run("idle --target 127.0.0.1:22 --sessions 30 --duration 300");
	CHECK_EQ(r->tally[TALLY_FINISHED], 30);
	CHECK(seconds(r) < 2.5);
	run_end();
}

TEST(an_interrupt_cuts_what_the_server_keeps_waiting)
{
	const struct results *r;

	place_init();
	place.connect_us = NEVER;
	place.stop_us = place.now_us + 2000 * MS;
	place.hurry = true;
	r = run("connect --target 127.0.0.1:22 --sessions 3 --duration 300 --timeout 600");
	CHECK_EQ(r->tally[TALLY_FINISHED], 0);
	CHECK(seconds(r) < 6);
	CHECK_EQ(place.asked, 0);
	run_end();
}

// --- shares --------------------------------------------------------------------------------------

TEST(each_of_three_threads_makes_its_part_of_the_count)
{
	static const unsigned parts[3] = {4, 3, 3};

	for (unsigned i = 0; i < 3; i++) {
		char line[] = "connect --target 127.0.0.1:22 --count 10 --sessions 6";

		place_init();
		CHECK_EQ(run_part(line, i, 3)->tally[TALLY_STARTED], parts[i]);
		CHECK_EQ(place.most_asked, 2);
		run_end();
	}
}

// --- when a timer's word began ---------------------------------------------------------------------

// Of one due at 1,000 that was ready so late, of which the link says that it left at left_us.
static uint64_t begun(uint64_t late_us, uint64_t left_us)
{
	static struct load_session session;
	static struct load_link link = {.ops = &link_ops, .punctual_us = 300};
	static struct engine engine = {.link = &link, .sessions = &session};

	place.left_us = left_us;
	place.now_us = 1000 + late_us;
	return session_begun(&engine, &session, 1000, session_ready(&engine, 1000));
}

TEST(a_key_that_was_ready_on_time_counts_from_when_it_left)
{
	CHECK_EQ(begun(10, 1047), 1047);
}

TEST(a_key_of_which_the_link_does_not_know_counts_from_when_it_was_ready)
{
	CHECK_EQ(begun(10, 0), 1010);
}

TEST(a_key_that_the_kernel_kept_counts_from_when_it_was_ready)
{
	CHECK_EQ(begun(10, 1010 + LEAVING_US), 1010);
}

TEST(a_key_that_waited_for_its_server_counts_from_when_it_was_due)
{
	CHECK_EQ(begun(300, 1301), 1000);
}

// --- logins --------------------------------------------------------------------------------------

static const struct results *run_login(const char *count)
{
	char path[] = "/tmp/load_engine_XXXXXX", line[256];
	const struct results *r;
	int fd = mkstemp(path);

	CHECK_EQ(write(fd, "secret\n", 7), 7);
	close(fd);
	place.serves = true;
	snprintf(line, sizeof(line),
	         "login --target 127.0.0.1:22 --user admin --password-file %s --pin first "
	         "--sessions 1 --count %s",
	         path, count);
	r = run(line);
	unlink(path);
	return r;
}

TEST(each_phase_of_a_login_is_measured_once)
{
	static const enum metric phases[] = {METRIC_CONNECT, METRIC_IDENT, METRIC_KEX,
	                                     METRIC_AUTH,    METRIC_LOGIN, METRIC_CLOSE,
	                                     METRIC_SESSION};
	const struct results *r;

	place_init();
	r = run_login("1");
	CHECK_EQ(r->tally[TALLY_LOGINS], 1);
	CHECK_EQ(r->tally[TALLY_FINISHED], 1);
	for (unsigned i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
		CHECK_EQ(r->latency[phases[i]]->total, 1);
	run_end();
}

// Each connection of the test has a host key of its own.
TEST(a_host_key_that_is_not_the_first_one_seen_is_called_changed)
{
	const struct results *r;

	place_init();
	r = run_login("2");
	CHECK_EQ(r->tally[TALLY_LOGINS], 1);
	CHECK_EQ(r->tally[TALLY_FAILED], 1);
	CHECK_TEXT(r->error[0].class, "host key changed");
	run_end();
}

CHECK_MAIN()
