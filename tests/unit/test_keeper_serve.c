// The keeper as its peers see it: an offer socket, joints, answers in any order.
#include "control/keeper/keeper_serve.h"
#include "crypto/core/secret.h"
#include "crypto/wire/builder.h"
#include "dataplane/link/link_offer.h"
#include "tests/unit/keeper_place.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

static const struct link_shape shape = {16, 512, 16, 4096, 4};

struct served {
	struct keeper keeper;
	const char *place;
	pthread_t thread;
	int socket;
	struct link *joint;
	int code;
};

static void *serve(void *arg)
{
	struct served *s = arg;

	s->code = keeper_serve(&s->keeper);
	return NULL;
}

static void joint_offer(struct served *s)
{
	int fd = link_create("keeper", &shape, &shape);
	int a = eventfd(0, EFD_CLOEXEC), b = eventfd(0, EFD_CLOEXEC);
	struct link_offer offer = {LINK_OFFER_KEEPER, 0, 3, {fd, b, a}};

	CHECK_EQ(link_offer_send(s->socket, &offer), STATUS_OK);
	s->joint = link_attach(fd, a, b, LINK_A);
	CHECK(s->joint != NULL);
}

// The keeper's own end must be descriptor LINK_OFFER_SOCKET.
static void socket_make(struct served *s)
{
	int pair[2], high[2];

	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	for (int i = 0; i < 2; i++) {
		high[i] = fcntl(pair[i], F_DUPFD_CLOEXEC, 20);
		close(pair[i]);
	}
	s->socket = high[0];
	CHECK(dup2(high[1], LINK_OFFER_SOCKET) == LINK_OFFER_SOCKET);
	close(high[1]);
}

static void served_start(struct served *s)
{
	struct link_offer start = {.role = LINK_OFFER_START};
	enum link_report report = 0;
	struct blob blob = {0};

	*s = (struct served){.place = place_make(), .code = -1};
	CHECK_EQ(keeper_store_open(&s->keeper.store, s->place, KEEPER_OWNER_SELF), STATUS_OK);
	CHECK_EQ(keeper_store_generate(&s->keeper.store, HOSTKEY_ED25519, 256, &blob),
	         STATUS_OK);
	blob_fini(&blob);
	CHECK_EQ(keeper_password_hash(span_text("nobody"), s->keeper.dummy), STATUS_OK);
	socket_make(s);
	CHECK(pthread_create(&s->thread, NULL, serve, s) == 0);
	joint_offer(s);
	CHECK_EQ(link_offer_send(s->socket, &start), STATUS_OK);
	CHECK_EQ(link_report_receive(s->socket, &report), STATUS_OK);
	CHECK_EQ(report, LINK_REPORT_READY);
}

static void served_end(struct served *s)
{
	struct link_offer stop = {.role = LINK_OFFER_STOP};

	CHECK_EQ(link_offer_send(s->socket, &stop), STATUS_OK);
	pthread_join(s->thread, NULL);
	CHECK_EQ(s->code, 0);
	link_free(s->joint);
	close(s->socket);
	close(LINK_OFFER_SOCKET);
	keeper_store_fini(&s->keeper.store);
	place_remove(s->place);
}

static bool request(struct served *s, enum keeper_kind kind, uint32_t slot, struct span payload)
{
	struct link_cell cell = {.kind = (uint16_t)kind, .slot = slot};

	if (!link_send(s->joint, &cell, payload))
		return false;
	link_flush(s->joint);
	return true;
}

// The next answer's slot, or UINT32_MAX when none comes within a minute.
static uint32_t answer(struct served *s, enum status *status)
{
	struct pollfd bell = {link_doorbell(s->joint), POLLIN, 0};
	struct keeper_body body;
	struct link_cell cell;
	struct span payload;

	while (!link_next(s->joint, &cell, &payload)) {
		int woken = 1;

		link_flush(s->joint);
		if (link_sleep(s->joint))
			woken = poll(&bell, 1, 60000);
		link_awake(s->joint);
		if (woken == 0)
			return UINT32_MAX;
	}
	memcpy(&body, cell.body, sizeof(body));
	*status = (enum status)body.status;
	link_done(s->joint);
	link_flush(s->joint);
	return cell.slot;
}

static struct span password_request(uint8_t bytes[256], const char *password)
{
	struct builder b = builder_over(bytes, 256);

	builder_text(&b, "");
	builder_text(&b, password);
	return builder_span(&b);
}

TEST(a_signature_does_not_wait_behind_passwords)
{
	struct served s;
	uint8_t bytes[256];
	enum status status;

	served_start(&s);
	for (uint32_t i = 0; i < 8; i++)
		CHECK(request(&s, KEEPER_CHECK_PASSWORD, i, password_request(bytes, "x")));
	CHECK(request(&s, KEEPER_SIGN, 99, span_text("01234567890123456789")));
	CHECK_EQ(answer(&s, &status), 99);
	CHECK_EQ(status, STATUS_OK);
	for (uint32_t i = 0; i < 8; i++)
		CHECK(answer(&s, &status) < 8);
	CHECK_EQ(status, STATUS_DENIED);
	served_end(&s);
}

TEST(more_passwords_than_places_are_each_answered)
{
	struct served s;
	enum status status;
	uint32_t sent = 0, got = 0, refused = 0;

	served_start(&s);
	while (sent < 3000 || got < sent) {
		// Malformed on purpose: they take a place and no time.
		while (sent < 3000 &&
		       request(&s, KEEPER_CHECK_PASSWORD, sent, span_text("nonsense")))
			sent++;
		if (answer(&s, &status) == UINT32_MAX)
			break;
		refused += status == STATUS_NO_ROOM;
		got++;
	}
	CHECK_EQ(got, 3000);
	CHECK(refused < 3000);
	served_end(&s);
}

TEST(a_password_is_wiped_from_the_shared_buffer)
{
	struct served s;
	uint8_t *shared;
	uint32_t name;
	size_t capacity;
	enum status status;

	served_start(&s);
	shared = link_buffer_take(s.joint, 100, &name, &capacity);
	link_buffer_drop(s.joint, name);
	CHECK(request(&s, KEEPER_SET_PASSWORD, 1, span_text("very secret")));
	CHECK(memcmp(shared, "very", 4) == 0 || shared[0] == 0);
	CHECK_EQ(answer(&s, &status), 1);
	CHECK_MEM(shared, "\0\0\0\0\0\0\0\0\0\0\0", 11);
	served_end(&s);
}

TEST(a_new_joint_replaces_the_old_one)
{
	struct served s;
	enum status status;

	served_start(&s);
	CHECK(request(&s, KEEPER_LIST_PUBLIC, 1, span_of(NULL, 0)));
	link_free(s.joint);
	joint_offer(&s);
	CHECK(request(&s, KEEPER_LIST_PUBLIC, 2, span_of(NULL, 0)));
	CHECK_EQ(answer(&s, &status), 2);
	served_end(&s);
}

TEST(the_end_of_the_supervisor_ends_the_service)
{
	struct served s;

	served_start(&s);
	shutdown(s.socket, SHUT_RDWR);
	pthread_join(s.thread, NULL);
	CHECK_EQ(s.code, 0);
	link_free(s.joint);
	close(s.socket);
	close(LINK_OFFER_SOCKET);
	keeper_store_fini(&s.keeper.store);
	place_remove(s.place);
}

CHECK_MAIN()
