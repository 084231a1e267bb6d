// tests/load/client/ssh_client.c
#include "tests/unit/load_server.h"

#include <stdlib.h>

// A client, its server, and what has been told.
struct bench {
	struct client_env env;
	struct client client;
	struct client_config config;
	struct load_server server;
	struct pipe_bytes to_server;
	struct client_work *posted; // when `later`
	bool later;
	unsigned seen[CLIENT_FAILED + 1];
	uint32_t failure;
	char words[256];
	size_t data_bytes;
	enum client_request open;
	bool opens;
};

static struct bench *b;

static void on_send(void *owner, struct client *c, struct span bytes)
{
	CHECK(b->to_server.len + bytes.len <= PIPE_BYTES);
	memcpy(b->to_server.bytes + b->to_server.len, bytes.data, bytes.len);
	b->to_server.len += bytes.len;
}

static void on_post(void *owner, struct client_work *work)
{
	if (b->later) {
		b->posted = work;
		return;
	}
	client_work_run(work);
	client_work_done(work);
}

static void on_event(void *owner, struct client *c, enum client_event event, uint32_t number,
                     struct span words)
{
	b->seen[event]++;
	if (event == CLIENT_FAILED) {
		b->failure = number;
		snprintf(b->words, sizeof(b->words), "%.*s", (int)words.len, words.data);
	}
	if (event == CLIENT_AUTHENTICATED && b->opens)
		CHECK_EQ(client_channel_open(&b->env, c, b->open, "show"), STATUS_OK);
}

static void on_data(void *owner, struct client *c, struct span bytes)
{
	b->data_bytes += bytes.len;
}

static uint64_t on_time(void *owner)
{
	return 59;
}

static const struct client_ops ops = {on_send, on_post, on_event, on_data, on_time};

// `pin` NULL: the server's own key.
static void bench_with(const char *kex, const char *pin)
{
	char print[HOSTKEY_FINGERPRINT_MAX];

	b = calloc(1, sizeof(*b));
	server_init(&b->server, kex);
	hostkey_fingerprint(span_blob(&b->server.key_blob), print);
	b->config = (struct client_config){
	        .user = "admin",
	        .password = "secret",
	        .kex = kex,
	        .host_keys = hostkey_algorithm_names,
	        .ciphers = suite_cipher_names,
	        .macs = suite_mac_names,
	        .trust = host_trust_pin(pin != NULL ? pin : print),
	        .window = 65536,
	};
	CHECK(client_env_init(&b->env, &ops, NULL, 4));
	client_start(&b->env, &b->client, &b->config, 3, 1);
}

static void bench_new(void)
{
	bench_with("curve25519-sha256,kex-strict-s-v00@openssh.com", NULL);
}

static void bench_free(void)
{
	client_fini(&b->env, &b->client);
	if (b->posted != NULL) {
		client_work_run(b->posted);
		CHECK(client_work_done(b->posted) == NULL);
	}
	CHECK_EQ(b->env.work_in_use, 0);
	server_fini(&b->server);
	host_trust_free(b->config.trust);
	client_env_fini(&b->env);
	free(b);
}

// Carry bytes both ways, `step` at a time towards the client, until nothing moves.
static void talk(size_t step)
{
	bool moved = true;

	while (moved) {
		struct pipe_bytes *out = &b->server.out;
		size_t before = out->len + b->to_server.len, taken;

		server_input(&b->server, &b->to_server);
		for (size_t give = 0; give < out->len;) {
			give = give + step < out->len ? give + step : out->len;
			taken = client_input(&b->env, &b->client, span_of(out->bytes, give));
			memmove(out->bytes, out->bytes + taken, out->len - taken);
			out->len -= taken;
			give -= taken;
		}
		moved = b->to_server.len > 0 || out->len != before;
		if (b->to_server.len == 0)
			moved = false;
	}
}

static void logged_in(void)
{
	bench_new();
	b->opens = true;
	b->open = CLIENT_SHELL_PTY;
	talk(100000);
	CHECK_EQ(b->seen[CLIENT_CHANNEL_READY], 1);
}

#define ASKED "diffie-hellman-group-exchange-sha256"

TEST(a_group_is_asked_for_before_values_are_exchanged)
{
	bench_with(ASKED, NULL);
	talk(7);
	CHECK_EQ(b->server.group.bits, 3072);
	CHECK_EQ(b->seen[CLIENT_KEYED], 1);
	CHECK_EQ(b->seen[CLIENT_AUTHENTICATED], 1);
	CHECK_EQ(client_rekey(&b->env, &b->client), STATUS_OK);
	talk(100000);
	CHECK_EQ(b->seen[CLIENT_REKEYED], 1);
	bench_free();
}

TEST(a_group_that_is_too_small_is_refused)
{
	bench_with(ASKED, NULL);
	b->server.small_group = true;
	talk(100000);
	CHECK_EQ(b->failure, CLIENT_FAILURE_KEX);
	bench_free();
}

TEST(a_reply_of_another_method_is_refused)
{
	bench_with(ASKED, NULL);
	b->server.wrong_reply = true;
	talk(100000);
	CHECK_EQ(b->failure, CLIENT_FAILURE_PROTOCOL);
	bench_free();
}

TEST(a_password_logs_in_and_opens_a_shell)
{
	logged_in();
	CHECK_EQ(b->seen[CLIENT_GOT_IDENT], 1);
	CHECK_EQ(b->seen[CLIENT_KEYED], 1);
	CHECK_EQ(b->seen[CLIENT_AUTHENTICATED], 1);
	CHECK_EQ(b->server.requests, 2); // pty and shell
	CHECK_TEXT(b->server.last_method, "password");
	CHECK(b->client.work == NULL);
	CHECK(b->client.record.strict);
	bench_free();
}

TEST(bytes_may_come_one_at_a_time)
{
	bench_new();
	b->opens = true;
	b->open = CLIENT_EXEC;
	talk(1);
	CHECK_EQ(b->seen[CLIENT_CHANNEL_READY], 1);
	bench_free();
}

static void logs_in_by(const char *kex)
{
	bench_with(kex, NULL);
	talk(100000);
	CHECK_EQ(b->seen[CLIENT_AUTHENTICATED], 1);
	CHECK(!b->client.record.strict);
	bench_free();
}

TEST(every_key_exchange_method_works)
{
	logs_in_by("mlkem768x25519-sha256");
	logs_in_by("sntrup761x25519-sha512");
	logs_in_by("curve25519-sha256");
	logs_in_by("ecdh-sha2-nistp256");
}

TEST(what_is_written_comes_back_across_a_rekey)
{
	char text[20000];

	memset(text, 'x', sizeof(text));
	logged_in();
	CHECK_EQ(client_write(&b->env, &b->client, span_of(text, sizeof(text))), sizeof(text));
	CHECK_EQ(client_rekey(&b->env, &b->client), STATUS_OK);
	CHECK_EQ(client_write(&b->env, &b->client, span_of(text, 1)), 0);
	talk(1000);
	CHECK_EQ(b->seen[CLIENT_REKEYED], 1);
	CHECK_EQ(b->server.rekeys, 1);
	CHECK_EQ(client_write(&b->env, &b->client, span_of(text, 1)), 1);
	talk(1000);
	CHECK_EQ(b->data_bytes, sizeof(text) + 1);
	bench_free();
}

TEST(the_server_may_ask_for_the_rekey)
{
	logged_in();
	server_kexinit(&b->server);
	talk(100000);
	b->to_server.len = 0;
	CHECK_EQ(b->seen[CLIENT_REKEYED], 1);
	CHECK_EQ(b->client.state, CLIENT_OPEN);
	bench_free();
}

TEST(a_write_beyond_the_window_is_cut)
{
	static char text[70000];

	logged_in();
	CHECK_EQ(client_write(&b->env, &b->client, span_of(text, sizeof(text))), 65536);
	CHECK_EQ(client_write(&b->env, &b->client, span_of(text, 1)), 0);
	bench_free();
}

TEST(a_wrong_signature_is_called_that)
{
	bench_new();
	b->server.wrong_signature = true;
	talk(100000);
	CHECK_EQ(b->failure, CLIENT_FAILURE_SIGNATURE);
	CHECK_EQ(b->seen[CLIENT_FAILED], 1);
	CHECK_EQ(b->seen[CLIENT_KEYED], 0);
	bench_free();
}

TEST(another_host_key_is_called_changed)
{
	bench_with("curve25519-sha256", "SHA256:0123456789012345678901234567890123456789012");
	talk(100000);
	CHECK_EQ(b->failure, CLIENT_FAILURE_HOST_KEY_CHANGED);
	bench_free();
}

TEST(a_refused_login_names_what_the_server_takes)
{
	bench_new();
	b->server.methods = "gssapi-with-mic";
	talk(100000);
	CHECK_EQ(b->failure, CLIENT_FAILURE_AUTH);
	CHECK_TEXT(b->words, "gssapi-with-mic");
	bench_free();
}

TEST(a_key_is_tried_before_the_password)
{
	bench_new();
	b->config.key = b->server.key;
	b->config.key_blob = span_blob(&b->server.key_blob);
	b->server.methods = "password";
	talk(100000);
	CHECK_EQ(b->server.auths, 2);
	CHECK_EQ(b->seen[CLIENT_AUTHENTICATED], 1);
	bench_free();
}

TEST(a_refused_command_is_called_that)
{
	bench_new();
	b->opens = true;
	b->open = CLIENT_EXEC;
	b->server.refuse_exec = true;
	talk(100000);
	CHECK_EQ(b->failure, CLIENT_FAILURE_REQUEST);
	bench_free();
}

TEST(a_flipped_bit_is_called_corruption)
{
	logged_in();
	server_data(&b->server, span_text("hello"));
	b->server.out.bytes[b->server.out.len - 1] ^= 1;
	talk(100000);
	CHECK_EQ(b->failure, CLIENT_FAILURE_CORRUPTED);
	bench_free();
}

TEST(a_disconnect_brings_the_servers_words)
{
	uint8_t bytes[64];
	struct builder m = builder_over(bytes, sizeof(bytes));

	logged_in();
	builder_u8(&m, SSH_MSG_DISCONNECT);
	builder_u32(&m, 12);
	builder_text(&m, "too many");
	builder_text(&m, "");
	server_send(&b->server, builder_span(&m));
	talk(100000);
	CHECK_EQ(b->failure, CLIENT_FAILURE_DISCONNECT);
	CHECK_TEXT(b->words, "reason 12: too many");
	bench_free();
}

TEST(a_server_of_another_protocol_is_refused)
{
	bench_new();
	b->server.out.len = 0;
	server_raw(&b->server, span_text("SSH-1.5-old\r\n"));
	talk(100000);
	CHECK_EQ(b->failure, CLIENT_FAILURE_VERSION);
	bench_free();
}

TEST(channel_data_before_authentication_is_refused)
{
	bench_new();
	b->server.methods = "none";
	b->config.password = NULL;
	b->later = true;
	talk(100000);
	CHECK_EQ(b->client.state, CLIENT_EXPECT_PUBLIC_JOB);
	CHECK(client_is_busy(&b->client));
	b->later = false;
	client_work_run(b->posted);
	client_work_done(b->posted);
	b->posted = NULL;
	server_data(&b->server, span_text("early"));
	talk(100000);
	CHECK_EQ(b->failure, CLIENT_FAILURE_PROTOCOL);
	bench_free();
}

TEST(a_client_may_be_forgotten_while_its_job_runs)
{
	bench_new();
	b->later = true;
	talk(100000);
	CHECK(client_is_busy(&b->client));
	bench_free();
}

TEST(a_closed_channel_makes_room_for_another)
{
	logged_in();
	client_channel_close(&b->env, &b->client);
	talk(100000);
	CHECK_EQ(b->seen[CLIENT_CHANNEL_OVER], 1);
	CHECK_EQ(client_channel_open(&b->env, &b->client, CLIENT_EXEC, "again"), STATUS_OK);
	talk(100000);
	CHECK_EQ(b->seen[CLIENT_CHANNEL_READY], 2);
	bench_free();
}

// --- rounds of questions -------------------------------------------------------------------------

static const struct client_answer answers[] = {{"old"}, {"new"}, {"new"}};

// The server asks so many questions in each round.
static void bench_asking(const unsigned *questions, unsigned rounds)
{
	bench_new();
	b->config.answers = answers;
	b->config.answer_count = 3;
	b->config.interactive = true;
	b->server.methods = "keyboard-interactive";
	memcpy(b->server.questions, questions, rounds * sizeof(*questions));
	b->server.rounds = rounds;
}

TEST(questions_of_several_rounds_are_answered_in_turn)
{
	bench_asking((const unsigned[]){1, 2, 0}, 3);
	talk(1000);
	CHECK_TEXT(b->server.said, "old|new|new|");
	CHECK_EQ(b->seen[CLIENT_AUTHENTICATED], 1);
	bench_free();
}

TEST(a_question_beyond_the_last_answer_is_told)
{
	bench_asking((const unsigned[]){1, 3}, 2);
	talk(1000);
	CHECK_EQ(b->seen[CLIENT_AUTHENTICATED], 0);
	CHECK_EQ(b->failure, CLIENT_FAILURE_QUESTION);
	CHECK_TEXT(b->words, "What? ");
	bench_free();
}

TEST(a_partial_success_lets_the_same_method_go_on_with_the_next_answer)
{
	bench_asking((const unsigned[]){1, 2}, 2);
	b->server.partial = true;
	talk(1000);
	CHECK_EQ(b->server.auths, 2);
	CHECK_TEXT(b->server.said, "old|new|new|");
	CHECK_EQ(b->seen[CLIENT_AUTHENTICATED], 1);
	bench_free();
}

// The vector of RFC 6238 for 59 s, of which the last six digits are the code.
TEST(an_answer_may_be_the_code_of_now)
{
	static const struct client_answer code[] = {
	        {.secret = "12345678901234567890", .secret_len = 20}};

	bench_asking((const unsigned[]){1}, 1);
	b->config.answers = code;
	b->config.answer_count = 1;
	talk(1000);
	CHECK_TEXT(b->server.said, "287082|");
	bench_free();
}

CHECK_MAIN()
