// Users whom RADIUS servers know: who is asked, what, and what happens when nobody answers.
#include "tests/unit/control_client.h"

#include "control/aaa/aaa_pool.h"
#include "control/aaa/radius.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

static void put_text(struct bench *b, uint8_t class, const char *key, uint8_t field,
                     const char *text)
{
	struct api_record r = {.class = class, .key = span_text(key), .count = 1};

	r.values[0] = (struct api_value){.field = field, .text = span_text(text)};
	bench_put(b, &r);
}

static void put_number(struct bench *b, uint8_t class, const char *key, uint8_t field,
                       uint32_t number)
{
	struct api_record r = {.class = class, .key = span_text(key), .count = 1};

	r.values[0] = (struct api_value){.field = field, .number = number};
	bench_put(b, &r);
}

// A port of loopback where questions arrive and are not answered.
static int silent_port(char server[64])
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		abort();
	snprintf(server, 64, "primary 127.0.0.1 %u", ntohs(at.sin_port));
	return fd;
}

static struct bench *bench_remote(const char *server)
{
	struct bench *b = bench_new();

	bench_local_user(b, "bob", "$y$right");
	put_text(b, API_CLASS_RADIUS, "rad1", API_RADIUS_SERVERS, server);
	put_number(b, API_CLASS_RADIUS, "rad1", API_RADIUS_TIMEOUT, 1);
	put_number(b, API_CLASS_RADIUS, "rad1", API_RADIUS_TRIES, 1);
	put_text(b, API_CLASS_DOMAIN, "system", API_DOMAIN_SCHEME, "rad1");
	b->control.aaa = aaa_pool_new();
	client_in_auth(b, 0);
	return b;
}

static void remote_free(struct bench *b)
{
	work_pool_free(b->control.aaa);
	b->control.aaa = NULL;
	bench_free(b);
}

// The answer comes from another thread, by the clock of the machine.
static void answer_awaited(struct bench *b)
{
	for (int i = 0; i < 1000 && bench_state(b, 0) == SESSION_WAIT_AUTH; i++) {
		usleep(10000);
		bench_turn(b);
	}
}

TEST(when_no_server_answers_the_device_is_asked)
{
	char server[64];
	int fd = silent_port(server);
	struct bench *b = bench_remote(server);

	client_password(b, 0, "bob", "secret");
	CHECK_EQ(b->passwords, 0);
	answer_awaited(b);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	CHECK_EQ(COUNTED(b, auth_remote_silent), 1);
	remote_free(b);
	close(fd);
}

// The end of the process: the thread is left to itself, what it asked comes home no more.
TEST(an_end_waits_for_no_server_that_is_silent)
{
	char server[64], question[4096];
	int fd = silent_port(server);
	struct bench *b = bench_remote(server);

	put_number(b, API_CLASS_RADIUS, "rad1", API_RADIUS_TIMEOUT, 60);
	client_password(b, 0, "bob", "secret");
	CHECK(recv(fd, question, sizeof(question), 0) > 0);
	work_pool_free(b->control.aaa);
	b->control.aaa = NULL;
	bench_turn(b);
	CHECK_EQ(bench_state(b, 0), SESSION_WAIT_AUTH);
	CHECK_EQ(COUNTED(b, auth_remote_silent), 0);
	bench_free(b);
	close(fd);
}

TEST(a_domain_without_local_users_asks_nobody_else)
{
	char server[64];
	int fd = silent_port(server);
	struct bench *b = bench_remote(server);

	put_number(b, API_CLASS_DOMAIN, "system", API_DOMAIN_LOCAL, 0);
	client_password(b, 0, "bob", "secret");
	for (int i = 0; i < 500 && COUNTED(b, auth_busy) == 0; i++) {
		usleep(10000);
		bench_turn(b);
	}
	CHECK_EQ(b->passwords, 0);
	CHECK_EQ(COUNTED(b, auth_busy), 1);
	CHECK_EQ(COUNTED(b, logins), 0);
	remote_free(b);
	close(fd);
}

TEST(a_session_that_ends_meanwhile_is_not_missed)
{
	char server[64];
	int fd = silent_port(server);
	struct bench *b = bench_remote(server);

	client_password(b, 0, "bob", "secret");
	client_gone(b, 0);
	remote_free(b); // waits for the question
	CHECK(true);
	close(fd);
}

// --- names and domains -------------------------------------------------------------------------

static const char *asked_as(struct bench *b, const char *name, uint32_t format)
{
	static struct radius_question q;

	put_number(b, API_CLASS_RADIUS, "rad1", API_RADIUS_NAME_FORMAT, format);
	return users_radius(&b->control.config, "rad1", span_text(name), &q) ? q.user : "";
}

TEST(names_are_sent_in_the_form_that_the_scheme_wants)
{
	struct bench *b = bench_remote("primary 127.0.0.1 1812");

	CHECK_TEXT(asked_as(b, "bob", API_NAME_WITH_DOMAIN), "bob@system");
	CHECK_TEXT(asked_as(b, "bob@corp", API_NAME_WITH_DOMAIN), "bob@corp");
	CHECK_TEXT(asked_as(b, "bob@corp", API_NAME_WITHOUT_DOMAIN), "bob");
	CHECK_TEXT(asked_as(b, "bob", API_NAME_ORIGINAL), "bob");
	remote_free(b);
}

TEST(a_scheme_without_a_server_asks_nothing)
{
	struct bench *b = bench_remote("");
	struct radius_question q;

	CHECK(!users_radius(&b->control.config, "rad1", span_text("bob"), &q));
	CHECK(!users_radius(&b->control.config, "rad2", span_text("bob"), &q));
	client_password(b, 0, "bob", "secret");
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN); // the device itself
	remote_free(b);
}

TEST(a_name_with_a_domain_is_the_local_user_without_it)
{
	struct bench *b = bench_remote("primary 127.0.0.1 1812");
	struct user u;

	put_number(b, API_CLASS_DOMAIN, "corp", API_DOMAIN_LOCAL, 1);
	users_find(&b->control.config, span_text("bob@corp"), &u);
	CHECK(u.known);
	CHECK_TEXT(u.scheme, "");
	users_find(&b->control.config, span_text("bob@elsewhere"), &u);
	CHECK(!u.known);
	users_find(&b->control.config, span_text("bob"), &u);
	CHECK_TEXT(u.scheme, "rad1");
	remote_free(b);
}

TEST(a_role_that_does_not_exist_is_none)
{
	struct bench *b = bench_remote("primary 127.0.0.1 1812");
	char roles[USER_ROLE_MAX + 1];

	CHECK(users_remote_roles(&b->control.config, span_text("eve"), "level-1", roles));
	CHECK(!users_remote_roles(&b->control.config, span_text("eve"), "nobody", roles));
	CHECK(!users_remote_roles(&b->control.config, span_text("eve"), "", roles));
	put_text(b, API_CLASS_AAA, "", API_AAA_DEFAULT_ROLE, "network-operator");
	CHECK(users_remote_roles(&b->control.config, span_text("eve"), "", roles));
	CHECK_TEXT(roles, "network-operator");
	remote_free(b);
}

CHECK_MAIN()
