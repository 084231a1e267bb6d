// Tests control/serve: calls of cli, who may make them, and what they answer.
#include "tests/unit/api_asker.h"

static uint32_t port_seen(struct bench *b)
{
	struct answer a = ask(b, API_GET, wire("bs", API_CLASS_SSH_SERVER, ""));
	struct cursor c = cursor_over(span_blob(&a.payload));
	struct api_record r;
	uint32_t port = 0;

	if (api_record_parse(&c, &r) == STATUS_OK)
		port = api_record_find(&r, API_SSH_SERVER_PORT)->number;
	blob_fini(&a.payload);
	return port;
}

TEST(a_reply_carries_the_job_and_the_call)
{
	struct bench *b = bench_new();
	struct answer a = ask(b, API_STATUS, wire(""));
	struct cursor c = cursor_over(span_blob(&a.payload));
	struct api_status_row row;

	api_status_parse(&c, &row);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	CHECK_EQ(a.head.job, 5);
	CHECK_EQ(a.head.call, API_STATUS);
	CHECK_EQ(a.head.status, STATUS_OK);
	CHECK_EQ(row.workers, 1);
	CHECK_EQ(row.listening, 1);
	blob_fini(&a.payload);
	bench_free(b);
}

TEST(a_change_outside_a_transaction_is_in_force_at_once)
{
	struct bench *b = bench_new();

	CHECK_EQ(status_of(b, API_PUT, port_record(2222)), STATUS_OK);
	CHECK_EQ(port_seen(b), 2222);
	CHECK_EQ(b->h->listening_port, 2222);
	bench_free(b);
}

TEST(a_new_port_is_told_as_off_and_on)
{
	struct data_listen first, second;
	struct bench *b = bench_new();
	struct bench_cell one = {0}, two = {0};

	CHECK_EQ(status_of(b, API_PUT, port_record(2222)), STATUS_OK);
	CHECK(bench_queue_pop(&b->down, &one) && bench_queue_pop(&b->down, &two));
	memcpy(&first, one.cell.body, sizeof(first));
	memcpy(&second, two.cell.body, sizeof(second));
	CHECK_EQ(first.port, 22);
	CHECK_EQ(first.on, 0);
	CHECK_EQ(second.port, 2222);
	CHECK_EQ(second.on, 1);
	bench_free(b);
}

TEST(a_transaction_is_seen_by_its_dialogue_alone_until_commit)
{
	struct bench *b = bench_new();
	struct answer other;

	CHECK_EQ(status_of(b, API_BEGIN, wire("")), STATUS_OK);
	CHECK_EQ(status_of(b, API_PUT, port_record(2222)), STATUS_OK);
	CHECK_EQ(port_seen(b), 2222);
	other = ask_from(b, LOCAL + 1, 1, API_STATUS, 0, wire(""));
	blob_fini(&other.payload);
	CHECK_EQ(atomic_load(&b->control.config.port), 22);
	CHECK_EQ(status_of(b, API_COMMIT, wire("")), STATUS_OK);
	CHECK_EQ(atomic_load(&b->control.config.port), 2222);
	CHECK_EQ(b->h->transaction_count, 0);
	bench_free(b);
}

TEST(an_aborted_transaction_changed_nothing)
{
	struct bench *b = bench_new();

	CHECK_EQ(status_of(b, API_BEGIN, wire("")), STATUS_OK);
	CHECK_EQ(status_of(b, API_PUT, port_record(2222)), STATUS_OK);
	CHECK_EQ(status_of(b, API_ABORT, wire("")), STATUS_OK);
	CHECK_EQ(port_seen(b), 22);
	CHECK_EQ(status_of(b, API_COMMIT, wire("")), STATUS_NOT_FOUND);
	bench_free(b);
}

TEST(a_cleared_transaction_is_as_if_nothing_had_been_set)
{
	struct bench *b = bench_new();

	CHECK_EQ(status_of(b, API_CLEAR, wire("")), STATUS_NOT_FOUND);
	CHECK_EQ(status_of(b, API_PUT, port_record(2222)), STATUS_OK);
	CHECK_EQ(status_of(b, API_BEGIN, wire("")), STATUS_OK);
	CHECK_EQ(status_of(b, API_CLEAR, wire("")), STATUS_OK);
	CHECK_EQ(port_seen(b), 22);
	CHECK_EQ(atomic_load(&b->control.config.port), 2222);
	CHECK_EQ(status_of(b, API_COMMIT, wire("")), STATUS_OK);
	CHECK_EQ(atomic_load(&b->control.config.port), 22);
	bench_free(b);
}

TEST(a_commit_over_a_newer_change_conflicts)
{
	struct bench *b = bench_new();
	struct answer other;

	CHECK_EQ(status_of(b, API_BEGIN, wire("")), STATUS_OK);
	other = ask_from(b, LOCAL + 1, 1, API_PUT, 0, port_record(23));
	CHECK_EQ(other.head.status, STATUS_OK);
	blob_fini(&other.payload);
	CHECK_EQ(status_of(b, API_PUT, port_record(2222)), STATUS_OK);
	CHECK_EQ(status_of(b, API_COMMIT, wire("")), STATUS_CONFLICT);
	CHECK_EQ(port_seen(b), 23);
	bench_free(b);
}

TEST(a_dialogue_that_ends_takes_its_transaction_along)
{
	struct bench *b = bench_shell(1000);
	struct answer a = ask_from(b, 0, b->h->dialogues[0].life, API_BEGIN, 0, wire(""));

	CHECK_EQ(a.head.status, STATUS_OK);
	CHECK_EQ(b->h->transaction_count, 1);
	cli_exits(b, 0, false);
	CHECK_EQ(b->h->transaction_count, 0);
	blob_fini(&a.payload);
	bench_free(b);
}

TEST(an_operator_may_look_and_not_change)
{
	struct bench *b = shell_of_operator();
	uint32_t life = b->h->dialogues[0].life;
	struct answer look = ask_from(b, 0, life, API_STATUS, 0, wire(""));
	struct answer change = ask_from(b, 0, life, API_PUT, 0, port_record(2222));

	CHECK_EQ(look.head.status, STATUS_OK);
	CHECK_EQ(change.head.status, STATUS_DENIED);
	CHECK_EQ(COUNTED(b, api_denied), 1);
	blob_fini(&look.payload);
	blob_fini(&change.payload);
	bench_free(b);
}

TEST(an_operator_does_not_see_hashes)
{
	struct bench *b = shell_of_operator();
	struct answer a = ask_from(b, 0, b->h->dialogues[0].life, API_GET, 0,
	                           wire("bs", API_CLASS_LOCAL_USER, "bob"));

	CHECK_EQ(a.head.status, STATUS_OK);
	CHECK(memmem(a.payload.data, a.payload.len, "$y$", 3) == NULL);
	blob_fini(&a.payload);
	a = ask(b, API_GET, wire("bs", API_CLASS_LOCAL_USER, "bob"));
	CHECK(memmem(a.payload.data, a.payload.len, "$y$", 3) != NULL);
	blob_fini(&a.payload);
	bench_free(b);
}

TEST(a_dialogue_that_is_over_is_not_answered)
{
	struct bench *b = bench_new();
	struct answer a = ask_from(b, 0, 9, API_STATUS, 0, wire(""));

	CHECK_EQ(a.head.status, STATUS_COUNT);
	CHECK_EQ(COUNTED(b, dialogue_stale), 1);
	bench_free(b);
}

TEST(unknown_and_malformed_calls_are_refused)
{
	struct bench *b = bench_new();

	CHECK_EQ(status_of(b, API_CALLS, wire("")), STATUS_UNSUPPORTED);
	CHECK_EQ(status_of(b, API_CALL_NONE, wire("")), STATUS_UNSUPPORTED);
	CHECK_EQ(status_of(b, API_STATUS, wire("u", 1)), STATUS_TRAILING);
	CHECK_EQ(status_of(b, API_PUT, wire("b", 99)), STATUS_TRUNCATED);
	CHECK_EQ(status_of(b, API_LIST, wire("b", 99)), STATUS_MALFORMED);
	bench_free(b);
}

TEST(a_password_is_hashed_by_the_keeper)
{
	struct bench *b = bench_new();
	struct user u;

	CHECK_EQ(status_of(b, API_SET_PASSWORD, wire("ss", "bob", "clear")), STATUS_OK);
	users_find(&b->control.config, span_text("bob"), &u);
	CHECK_TEXT(u.hash, "$y$new");
	CHECK_EQ(status_of(b, API_SET_PASSWORD, wire("ss", "bob", "")), STATUS_MALFORMED);
	bench_free(b);
}

TEST(host_keys_come_from_the_keeper)
{
	struct bench *b = bench_new();
	struct answer a = ask(b, API_HOST_KEYS, wire(""));
	struct cursor c = cursor_over(span_blob(&a.payload));

	CHECK_EQ(a.head.status, STATUS_OK);
	CHECK_EQ(cursor_u32(&c), HOSTKEY_ED25519);
	CHECK_EQ(cursor_u32(&c), 256);
	blob_fini(&a.payload);
	bench_free(b);
}

TEST(a_long_list_comes_in_pages)
{
	struct bench *b = bench_new();
	unsigned rows = 0, pages = 0;
	struct answer a = {.head = {.more = 1}};
	char name[16], hash[121];

	memset(hash, 'h', sizeof(hash) - 1);
	hash[120] = 0;
	for (unsigned i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "user%03u", i);
		bench_local_user(b, name, hash);
	}
	while (a.head.more && pages < 100) {
		struct cursor c;
		struct api_record r;

		a = ask_from(b, LOCAL, 1, API_LIST, a.head.cursor,
		             wire("b", API_CLASS_LOCAL_USER));
		c = cursor_over(span_blob(&a.payload));
		while (cursor_left(&c) > 0 && api_record_parse(&c, &r) == STATUS_OK)
			rows++;
		CHECK_EQ(cursor_end(&c), STATUS_OK);
		blob_fini(&a.payload);
		pages++;
	}
	CHECK_EQ(rows, 301); // and bob
	CHECK(pages > 1);
	bench_free(b);
}

TEST(sessions_and_dialogues_are_listed)
{
	struct bench *b = bench_shell(1000);
	struct answer a = ask(b, API_SESSIONS, wire(""));
	struct cursor c = cursor_over(span_blob(&a.payload));
	struct api_session_row session;
	struct api_dialogue_row dialogue;

	api_session_parse(&c, &session);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	CHECK_TEXT(session.user, "bob");
	CHECK_TEXT(session.state, "Established");
	CHECK_TEXT(session.cipher, "aes128-gcm@openssh.com");
	CHECK_TEXT(session.kex, "curve25519-sha256");
	CHECK_TEXT(session.service, "Stelnet");
	CHECK_TEXT(session.peer, "192.0.0.9");
	CHECK_EQ(session.channels, 1);
	blob_fini(&a.payload);
	a = ask(b, API_DIALOGUES, wire(""));
	c = cursor_over(span_blob(&a.payload));
	api_dialogue_parse(&c, &dialogue);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	CHECK_TEXT(dialogue.user, "bob");
	CHECK_EQ(dialogue.line, 0);
	blob_fini(&a.payload);
	bench_free(b);
}

TEST(an_administrator_frees_a_session)
{
	struct bench *b = bench_open();

	CHECK_EQ(status_of(b, API_FREE_SESSION, wire("u", 0)), STATUS_OK);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_BY_APPLICATION);
	CHECK_EQ(status_of(b, API_FREE_SESSION, wire("u", 0)), STATUS_NOT_FOUND);
	CHECK_EQ(status_of(b, API_FREE_SESSION, wire("u", 0xffffffffu)), STATUS_NOT_FOUND);
	bench_free(b);
}

// The value of a counter as cli sees it, over all pages.
static uint64_t counter_seen(struct bench *b, const char *name)
{
	struct answer a = {.head = {.more = 1}};
	uint64_t found = UINT64_MAX;

	while (a.head.more) {
		struct cursor c;

		a = ask_from(b, LOCAL, 1, API_COUNTERS, a.head.cursor, wire(""));
		c = cursor_over(span_blob(&a.payload));
		while (cursor_left(&c) > 0) {
			struct span row = cursor_string(&c);
			uint64_t value;

			cursor_string(&c);
			value = cursor_u64(&c);
			if (span_is(row, name))
				found = value;
		}
		CHECK_EQ(cursor_end(&c), STATUS_OK);
		blob_fini(&a.payload);
	}
	return found;
}

TEST(counters_are_shown_and_start_again_when_reset)
{
	struct bench *b = bench_open();

	CHECK_EQ(counter_seen(b, "logins"), 1);
	CHECK_EQ(counter_seen(b, "refused_expect_auth"), 0);
	CHECK_EQ(counter_seen(b, "frames_in"), 0);
	CHECK_EQ(status_of(b, API_RESET_COUNTERS, wire("")), STATUS_OK);
	CHECK_EQ(counter_seen(b, "logins"), 0);
	bench_free(b);
}

TEST(pools_and_memory_are_shown)
{
	struct bench *b = bench_shell(1000);
	struct answer a = ask(b, API_POOLS, wire(""));

	CHECK_EQ(a.head.status, STATUS_OK);
	CHECK(memmem(a.payload.data, a.payload.len, "control dialogues", 17) != NULL);
	blob_fini(&a.payload);
	a = ask(b, API_MEMORY, wire(""));
	CHECK_EQ(a.head.status, STATUS_OK);
	CHECK(memmem(a.payload.data, a.payload.len, "control resident", 16) != NULL);
	blob_fini(&a.payload);
	bench_free(b);
}

TEST(nobody_listens_before_the_start_up_file_is_in_force)
{
	struct bench *b = bench_new();

	atomic_store(&b->control.started, false);
	bench_turn(b);
	CHECK_EQ(b->h->listening_port, 0);
	CHECK_EQ(status_of(b, API_STARTED, wire("")), STATUS_OK);
	CHECK_EQ(b->h->listening_port, 22);
	bench_free(b);
}

// What the worker was asked or told last of this kind.
static struct bench_cell told_last(struct bench *b, enum data_kind kind)
{
	struct bench_cell c, last = {0};

	while (bench_queue_pop(&b->down, &c)) {
		if (c.cell.kind != kind) {
			blob_fini(&c.payload);
			continue;
		}
		blob_fini(&last.payload);
		last = c;
	}
	return last;
}

TEST(a_question_about_the_network_goes_to_the_worker_and_its_rows_come_back)
{
	struct link_cell cell = {.kind = DIALOGUE_REQUEST, .slot = LOCAL, .life = 1};
	struct dialogue_request head = {.job = 6, .call = API_NET_SHOW};
	struct data_answer body = {.status = STATUS_OK, .more = 1, .cursor = 77};
	struct bench *b = bench_new();
	struct bench_cell c;

	memcpy(cell.body, &head, sizeof(head));
	CHECK(link_send(b->cli, &cell, wire("b", NET_ASK_NEIGHBORS)));
	bench_turn(b);
	CHECK(!cli_got(b, DIALOGUE_REPLY));
	c = told_last(b, DATA_NET_ASK);
	CHECK_EQ(c.cell.kind, DATA_NET_ASK);
	b->life[c.cell.slot] = c.cell.life;
	bench_up(b, DATA_NET_ANSWER, c.cell.slot, &body, sizeof(body), span_text("rows"));
	bench_turn(b);
	c = cli_gets(b, DIALOGUE_REPLY);
	memcpy(&head, c.cell.body, sizeof(head));
	CHECK_EQ(head.status, STATUS_OK);
	CHECK_EQ(head.more, 1);
	CHECK_EQ(head.cursor, 77);
	CHECK_EQ(c.payload.len, 4);
	blob_fini(&c.payload);
	bench_up(b, DATA_NET_ANSWER, 0, &body, sizeof(body), span_text("again"));
	bench_turn(b);
	CHECK(!cli_got(b, DIALOGUE_REPLY));
	bench_free(b);
}

TEST(what_changes_something_is_not_asked_by_a_call_that_shows)
{
	struct bench *b = bench_new();

	CHECK_EQ(status_of(b, API_NET_SHOW, wire("b", NET_ASK_FORGET_NEIGHBORS)),
	         STATUS_UNSUPPORTED);
	CHECK_EQ(status_of(b, API_NET_DO, wire("b", NET_ASK_PROBE)), STATUS_UNSUPPORTED);
	CHECK_EQ(status_of(b, API_NET_SHOW, wire("b", 99)), STATUS_UNSUPPORTED);
	CHECK_EQ(status_of(b, API_NET_SHOW, wire("")), STATUS_MALFORMED);
	bench_free(b);
}

TEST(a_worker_that_is_lost_answers_nobody_and_all_are_told)
{
	struct link_cell cell = {.kind = DIALOGUE_REQUEST, .slot = LOCAL, .life = 1};
	struct dialogue_request head = {.job = 6, .call = API_NET_SHOW};
	struct bench *b = bench_new();
	struct bench_cell c;

	memcpy(cell.body, &head, sizeof(head));
	CHECK(link_send(b->cli, &cell, wire("b", NET_ASK_ROUTES)));
	bench_turn(b);
	link_free(b->data);
	shard_attach_data(b->h, bench_joint(&b->data, LINK_B));
	bench_turn(b);
	c = cli_gets(b, DIALOGUE_REPLY);
	memcpy(&head, c.cell.body, sizeof(head));
	CHECK_EQ(head.status, STATUS_SHUTDOWN);
	blob_fini(&c.payload);
	bench_free(b);
}

TEST(settings_of_the_network_go_to_the_worker_once_they_change)
{
	struct api_record r = {.class = API_CLASS_INTERFACE,
	                       .key = span_text(API_INTERFACE_NAME "1"),
	                       .count = 1};
	struct bench *b = bench_new();
	struct net_settings s;
	struct bench_cell c;

	r.values[0] = (struct api_value){API_INTERFACE_MTU, 1400, {0}};
	CHECK_EQ(status_of(b, API_PUT, record(&r)), STATUS_OK);
	c = told_last(b, DATA_NET_SETTINGS);
	CHECK_EQ(net_settings_parse(span_blob(&c.payload), &s), STATUS_OK);
	CHECK_EQ(s.port[1].mtu, 1400);
	blob_fini(&c.payload);
	CHECK_EQ(status_of(b, API_PUT, record(&r)), STATUS_OK);
	CHECK_EQ(told_last(b, DATA_NET_SETTINGS).cell.kind, 0);
	bench_free(b);
}

TEST(rules_reach_a_new_worker_before_it_listens)
{
	struct bench *b = bench_new();
	unsigned rules = 0;
	struct bench_cell c;

	link_free(b->data);
	shard_attach_data(b->h, bench_joint(&b->data, LINK_B));
	bench_turn(b);
	while (bench_queue_pop(&b->down, &c) && c.cell.kind != DATA_LISTEN) {
		rules += c.cell.kind == DATA_NET_RULES;
		blob_fini(&c.payload);
	}
	CHECK_EQ(rules, 2);
	CHECK_EQ(c.cell.kind, DATA_LISTEN);
	bench_free(b);
}

TEST(replies_wait_for_room)
{
	struct link_cell filler = {.kind = DIALOGUE_EVENT, .buffer = LINK_NO_BUFFER};
	struct link_cell cell = {.kind = DIALOGUE_REQUEST, .slot = LOCAL, .life = 1};
	struct dialogue_request head = {.job = 6, .call = API_STATUS};
	struct bench *b = bench_new();

	memcpy(cell.body, &head, sizeof(head));
	b->cli_mute = true;
	while (link_post(b->h->dialogue, &filler))
		;
	CHECK(link_send(b->cli, &cell, span_of(NULL, 0)));
	bench_turn(b);
	b->cli_mute = false;
	bench_turn(b);
	CHECK(cli_got(b, DIALOGUE_REPLY));
	bench_free(b);
}

CHECK_MAIN()
