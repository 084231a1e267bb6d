// dataplane/main/net_serve.c and net_answer.c: control's end of the joint on one side, a table of
// neighbours and a TCP without packets on the other.
#include <sys/eventfd.h>
#include <unistd.h>

#include "dataplane/main/data_serve.h"
#include "dataplane/main/net_serve.h"
#include "tests/unit/neighbor_link.h"

#define SLOTS 64u

static const struct link_shape shape = {64, 512, 64, 36864, 8};

static struct data_serve serve;
static struct net_serve net;
static struct host start[2];
static struct interface links[2]; // the second has 198.51.100.2/24
static const struct interfaces both = {2, links, start};
static struct host *const host = &links[0].host;
static struct tcp *tcp;
static struct link *control;
static struct data_conn *conns;
static void *arena;
static struct probe asked; // the last probe
static uint64_t now_us;

static void emit(void *owner, const struct tcp_emission *segment)
{
}

static enum net_echo_kind net_probe_send(void *owner, const struct probe *p)
{
	asked = *p;
	return 0;
}

static void net_port_tell(void *owner, uint32_t i, struct net_port *row)
{
	row->link = true;
	strcpy(row->driver, "net_test");
}

static void links_start(void)
{
	static const uint8_t secret[16] = {1};
	struct host second = {.ether = {{2, 0, 0, 0, 0, 2}}, .mtu = FRAME_MTU};

	second.address[HOST_IPV4].ip = IPV4(198, 51, 100, 2);
	second.address[HOST_IPV4].bits = 96 + 24;
	start[0] = us;
	start[1] = second;
	for (uint32_t i = 0; i < both.count; i++) {
		links[i].host = start[i];
		links[i].out = out;
		neighbor_init(&links[i].neighbors, secret, count);
	}
	interfaces_apply(&both, &(struct net_settings){0});
	for (uint32_t i = 0; i < both.count; i++)
		presence_start(&links[i].presence, &links[i].host, &out, now_us, count, false);
	for (unsigned i = 0; i < HOST_ADDRESSES; i++)
		host->address[i].used = true;
}

static void starts(void)
{
	struct data_config data = {.slots = SLOTS, .pending_keys = 8, .count = count};
	struct tcp_config config = {.slots = SLOTS,
	                            .syn_slots = 64,
	                            .time_wait_slots = 64,
	                            .slab_bytes = 1 << 20,
	                            .mss = 1460,
	                            .receive_window = 65536,
	                            .send_limit = 65536,
	                            .app_ops = &data_serve_ops,
	                            .app = &serve,
	                            .emit = emit};
	struct net_config net_config = {.interfaces = &both,
	                                .data = &serve,
	                                .out = {NULL, net_probe_send, net_port_tell},
	                                .count = count};
	int memfd = link_create("test", &shape, &shape);
	int a = eventfd(0, EFD_NONBLOCK), b = eventfd(0, EFD_NONBLOCK);

	fresh();
	now_us = 1000000;
	links_start();
	conns = calloc(SLOTS, sizeof(*conns));
	arena = calloc(1, tcp_arena_bytes(SLOTS));
	data.conns = conns;
	config.arena = arena;
	config.count = count + COUNTER_TCP_FIRST;
	CHECK_EQ(data_init(&serve, &data), STATUS_OK);
	tcp = tcp_new(&config);
	serve.tcp = tcp;
	net_init(&net, &net_config);
	serve.net = &net;
	control = link_attach(dup(memfd), dup(b), dup(a), LINK_B);
	CHECK(data_attach(&serve, link_attach(memfd, a, b, LINK_A)) == NULL);
}

static void ends(void)
{
	tcp_free(tcp);
	data_fini(&serve);
	link_free(serve.link);
	link_free(control);
	free(arena);
	free(conns);
}

static void turn(uint64_t us_later)
{
	now_us += us_later;
	data_drain(&serve, now_us);
	while (net_step(&net, now_us))
		;
}

static void posts(enum data_kind kind, uint32_t slot, const void *body, size_t len,
                  struct span payload)
{
	struct link_cell cell = {
	        .kind = (uint16_t)kind, .slot = slot, .life = 7, .buffer = LINK_NO_BUFFER};

	if (len > 0)
		memcpy(cell.body, body, len);
	CHECK(payload.len > 0 ? link_send(control, &cell, payload) : link_post(control, &cell));
}

static void settings_posted(const struct net_settings *s)
{
	static uint8_t bytes[8192];
	struct builder b = builder_over(bytes, sizeof(bytes));

	net_settings_emit(&b, s);
	posts(DATA_NET_SETTINGS, 0, NULL, 0, builder_span(&b));
	turn(0);
}

static void rules_posted(const struct net_rules *r)
{
	static uint8_t bytes[NET_RULES_BYTES];
	struct builder b = builder_over(bytes, sizeof(bytes));

	net_rules_emit(&b, NET_IPV4, r);
	posts(DATA_NET_RULES, 0, NULL, 0, builder_span(&b));
	turn(0);
}

static void asks(enum net_ask ask, uint64_t cursor, struct span parameters)
{
	struct data_ask body = {.ask = ask, .cursor = cursor};

	posts(DATA_NET_ASK, 3, &body, sizeof(body), parameters);
	turn(0);
}

static struct data_answer answer;
static uint8_t rows[NET_PAGE];
static size_t rows_len;

// The next cell for control; its kind, or 0.
static enum data_kind told(struct link_cell *cell)
{
	struct span payload;

	if (!link_next(control, cell, &payload))
		return DATA_NONE;
	rows_len = payload.len;
	if (payload.len > 0)
		memcpy(rows, payload.data, payload.len);
	memcpy(&answer, cell->body, sizeof(answer));
	link_done(control);
	return cell->kind;
}

static void answered(void)
{
	struct link_cell cell;

	CHECK_EQ(told(&cell), DATA_NET_ANSWER);
	CHECK_EQ(cell.slot, 3);
	CHECK_EQ(cell.life, 7);
}

TEST(settings_change_the_host_and_tell_the_link)
{
	struct net_settings s = {
	        .port = {{.address = {{IPV4(192, 0, 2, 9), 96 + 24}}, .mtu = 1400}}};

	starts();
	sends = 0;
	settings_posted(&s);
	CHECK(ip_equal(&host->address[HOST_IPV4].ip, &IPV4(192, 0, 2, 9)));
	CHECK(host->address[HOST_IPV4].used);
	CHECK_EQ(host->mtu, 1400);
	CHECK(sends > 0);
	sends = 0;
	settings_posted(&s);
	CHECK_EQ(sends, 0); // nothing changed
	ends();
}

TEST(settings_that_make_no_sense_change_nothing)
{
	starts();
	posts(DATA_NET_SETTINGS, 0, NULL, 0, span_text("nonsense"));
	turn(0);
	CHECK_EQ(count[COUNTER_joint_bad], 1);
	CHECK(ip_equal(&host->address[HOST_IPV4].ip, &us.address[HOST_IPV4].ip));
	ends();
}

TEST(an_address_of_another_interface_is_told_there_alone)
{
	struct net_settings s = {
	        .port = {{{{{{0}}}}}, {.address = {{IPV4(10, 0, 0, 9), 96 + 8}}}}};

	starts();
	sends = 0;
	settings_posted(&s);
	CHECK(sends > 0);
	CHECK_MEM(sent[0].bytes + 6, links[1].host.ether.bytes, 6);
	CHECK(ip_equal(&links[1].host.address[HOST_IPV4].ip, &IPV4(10, 0, 0, 9)));
	CHECK(ip_equal(&host->address[HOST_IPV4].ip, &us.address[HOST_IPV4].ip));
	ends();
}

static uint32_t open_connections(void)
{
	struct tcp_gauges g;

	tcp_gauges(tcp, &g);
	return g.connections;
}

TEST(connections_of_an_address_that_is_gone_end_and_others_stay)
{
	struct net_settings s = {.port = {{.address = {{IPV4(192, 0, 2, 9), 96 + 24}}}}};
	struct tcp_tuple four = {IPV4(192, 0, 2, 2), IPV4(192, 0, 2, 1), 1, 2};
	struct tcp_tuple six = {IPV6_HERE(2), IPV6_HERE(1), 1, 2};

	starts();
	CHECK(tcp_connect(tcp, now_us, &four).life != 0);
	CHECK(tcp_connect(tcp, now_us, &six).life != 0);
	settings_posted(&s);
	CHECK_EQ(open_connections(), 1);
	CHECK_EQ(count[COUNTER_address_gone], 1);
	ends();
}

TEST(each_question_has_one_answer_with_its_name)
{
	struct net_port port;
	struct cursor c;

	starts();
	asks(NET_ASK_PORT, 0, span_of(NULL, 0));
	answered();
	c = cursor_over(span_of(rows, rows_len));
	net_port_parse(&c, &port);
	CHECK_TEXT(port.driver, "net_test");
	CHECK(port.link && !port.down);
	CHECK_EQ(port.address[HOST_IPV4].state, NET_PREFERRED);
	net_port_parse(&c, &port);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	CHECK_EQ(port.port, 1);
	CHECK(ip_equal(&port.address[HOST_IPV4].ip, &IPV4(198, 51, 100, 2)));
	asks(77, 0, span_of(NULL, 0));
	answered();
	CHECK_EQ(answer.status, STATUS_UNSUPPORTED);
	ends();
}

static unsigned connections_in(struct span bytes)
{
	struct cursor c = cursor_over(bytes);
	struct net_connection row;
	unsigned n = 0;

	for (; cursor_left(&c) > 0; n++)
		net_connection_parse(&c, &row);
	CHECK(cursor_ok(&c));
	return n;
}

static struct span filter(struct net_filter f)
{
	static uint8_t bytes[NET_PARAMETERS_MAX];
	struct builder b = builder_over(bytes, sizeof(bytes));

	net_filter_emit(&b, &f);
	return builder_span(&b);
}

TEST(connections_are_listed_by_family_and_found_by_slot)
{
	struct tcp_tuple four = {IPV4(192, 0, 2, 2), IPV4(192, 0, 2, 1), 1, 2};
	struct tcp_tuple six = {IPV6_HERE(2), IPV6_HERE(1), 1, 2};
	struct data_listen listen = {.port = 22, .on = 1};
	struct conn_id id;

	starts();
	posts(DATA_LISTEN, 0, &listen, sizeof(listen), span_of(NULL, 0));
	turn(0);
	tcp_connect(tcp, now_us, &four);
	id = tcp_connect(tcp, now_us, &six);
	asks(NET_ASK_CONNECTIONS, 0, filter((struct net_filter){.families = 3}));
	answered();
	CHECK_EQ(connections_in(span_of(rows, rows_len)), 4);
	asks(NET_ASK_CONNECTIONS, 0, filter((struct net_filter){.families = 1 << NET_IPV6}));
	answered();
	CHECK_EQ(connections_in(span_of(rows, rows_len)), 2);
	asks(NET_ASK_CONNECTIONS, 0,
	     filter((struct net_filter){.kind = NET_BY_SLOT, .families = 3, .slot = id.slot}));
	answered();
	CHECK_EQ(connections_in(span_of(rows, rows_len)), 1);
	ends();
}

TEST(a_connection_is_found_by_the_peers_end)
{
	struct tcp_tuple tuple = {IPV4(192, 0, 2, 2), IPV4(192, 0, 2, 1), 22, 4000};
	struct data_listen listen = {.port = 22, .on = 1};
	struct net_filter f = {.kind = NET_BY_PEER,
	                       .families = 3,
	                       .remote = IPV4(192, 0, 2, 1),
	                       .remote_port = 4000};

	starts();
	posts(DATA_LISTEN, 0, &listen, sizeof(listen), span_of(NULL, 0));
	turn(0);
	tcp_connect(tcp, now_us, &tuple);
	asks(NET_ASK_CONNECTIONS, 0, filter(f));
	answered();
	CHECK_EQ(connections_in(span_of(rows, rows_len)), 1);
	f.remote_port = 4001;
	asks(NET_ASK_CONNECTIONS, 0, filter(f));
	answered();
	CHECK_EQ(rows_len, 0);
	ends();
}

TEST(neighbours_come_in_pages_and_can_be_forgotten)
{
	unsigned seen = 0;
	uint64_t cursor = 0;

	starts();
	for (unsigned i = 0; i < 900; i++) {
		struct ip_addr a = IPV4(192, 0, (uint8_t)(2 + i / 200), (uint8_t)(3 + i % 200));

		neighbor_hear(&links[0].neighbors, &out, now_us, &a, PEER_ETHER, true);
	}
	do {
		struct net_neighbor row;
		struct cursor c;

		asks(NET_ASK_NEIGHBORS, cursor, span_of(NULL, 0));
		answered();
		c = cursor_over(span_of(rows, rows_len));
		for (; cursor_left(&c) > 0; seen++)
			net_neighbor_parse(&c, &row);
		cursor = answer.cursor;
	} while (answer.more);
	CHECK_EQ(seen, links[0].neighbors.in_use);
	CHECK(seen > 700);
	asks(NET_ASK_FORGET_NEIGHBORS, 0, span_of(NULL, 0));
	answered();
	CHECK_EQ(links[0].neighbors.in_use, 0);
	ends();
}

TEST(neighbours_and_routes_tell_of_which_interface_they_are)
{
	struct ip_addr there = IPV4(198, 51, 100, 7);
	struct net_neighbor row;
	struct net_route_row route;
	unsigned of_second = 0;
	struct cursor c;

	starts();
	neighbor_hear(&links[1].neighbors, &out, now_us, &there, PEER_ETHER, true);
	asks(NET_ASK_NEIGHBORS, 0, span_of(NULL, 0));
	answered();
	c = cursor_over(span_of(rows, rows_len));
	net_neighbor_parse(&c, &row);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	CHECK_EQ(row.port, 1);
	asks(NET_ASK_ROUTES, 0, span_of(NULL, 0));
	answered();
	for (c = cursor_over(span_of(rows, rows_len)); cursor_left(&c) > 0;) {
		net_route_parse(&c, &route);
		of_second += route.port == 1 && ip_equal(&route.prefix, &IPV4(198, 51, 100, 0));
	}
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	CHECK_EQ(of_second, 1);
	ends();
}

TEST(a_probe_is_answered_when_it_is_over)
{
	struct net_probe ask = {.to = IPV4(192, 0, 2, 1), .hops = 9, .timeout_ms = 100};
	uint8_t bytes[NET_PARAMETERS_MAX];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct net_echo echo;
	struct link_cell cell;
	struct cursor c;

	starts();
	net_probe_emit(&b, &ask);
	asks(NET_ASK_PROBE, 0, builder_span(&b));
	turn(0);
	CHECK_EQ(asked.ask.hops, 9);
	CHECK_EQ(told(&cell), DATA_NONE);
	turn(100000);
	answered();
	c = cursor_over(span_of(rows, rows_len));
	net_echo_parse(&c, &echo);
	CHECK_EQ(echo.kind, NET_ECHO_TIMEOUT);
	ends();
}

static bool syn_from(struct ip_addr from)
{
	static const uint8_t bytes[20] = {0, 1, 0, 22, [12] = 0x50, 0x02};
	struct tcp_segment segment = {.to = {IPV4(192, 0, 2, 2), from, 22, 1},
	                              .bytes = span_of(bytes, sizeof(bytes))};

	return net_admits(&net, now_us, &segment);
}

TEST(a_refused_request_is_counted_and_told_ever_less_often)
{
	static struct net_rules refuse = {.in_force = true, .list = 2000};
	struct data_refused body = {0};
	struct link_cell cell;
	unsigned cells = 0;

	starts();
	CHECK(syn_from(IPV4(192, 0, 2, 1)));
	rules_posted(&refuse);
	for (unsigned i = 0; i < 50; i++)
		CHECK(!syn_from(IPV4(192, 0, 2, 1)));
	CHECK_EQ(count[COUNTER_acl_refused], 50);
	for (; told(&cell) == DATA_NET_REFUSED; cells++)
		memcpy(&body, cell.body, sizeof(body));
	CHECK_EQ(cells, 10);
	CHECK_EQ(body.list, 2000);
	CHECK_EQ(body.number, UINT32_MAX);
	now_us += 1000000;
	syn_from(IPV4(192, 0, 2, 1));
	CHECK_EQ(told(&cell), DATA_NET_REFUSED);
	memcpy(&body, cell.body, sizeof(body));
	CHECK_EQ(body.untold, 40);
	ends();
}

TEST(limits_reach_tcp)
{
	struct net_settings s = {.limits = {.cookies = true}};
	uint8_t bytes[24] = {0, 1, 0, 22, [12] = 0x60, 0x02, [20] = 2, 4, 5, 0xb4};
	struct data_listen listen = {.port = 22, .on = 1};
	struct tcp_segment segment = {.to = {IPV4(192, 0, 2, 2), IPV4(192, 0, 2, 1), 22, 1},
	                              .bytes = span_of(bytes, sizeof(bytes))};

	starts();
	posts(DATA_LISTEN, 0, &listen, sizeof(listen), span_of(NULL, 0));
	settings_posted(&s);
	tcp_input(tcp, now_us, &segment);
	CHECK_EQ(count[COUNTER_tcp_cookie_out], 1);
	ends();
}

CHECK_MAIN()
