// ping and tracert: what is asked of the worker, what is said of its answers.
#include "tests/unit/cli_workers.h"

static void reply(unsigned nth, uint32_t rtt_us)
{
	echoes[nth] = (struct net_echo){.kind = NET_ECHO_REPLY,
	                                .hops = 64,
	                                .bytes = 56,
	                                .from = ip("192.0.2.1"),
	                                .rtt_us = rtt_us};
}

TEST(five_requests_are_sent_and_their_answers_summed_up)
{
	struct fixture *f = workers_new();

	for (unsigned i = 0; i < 5; i++)
		reply(i, 1000 * (i + 1));
	echoes[1].kind = NET_ECHO_TIMEOUT;
	CHECK_TEXT(fixture_exec(f, "ping 192.0.2.1"),
	           "Ping 192.0.2.1 (192.0.2.1): 56 data bytes, press CTRL+C to break\n"
	           "56 bytes from 192.0.2.1: icmp_seq=0 ttl=64 time=1.000 ms\n"
	           "Request time out\n"
	           "56 bytes from 192.0.2.1: icmp_seq=2 ttl=64 time=3.000 ms\n"
	           "56 bytes from 192.0.2.1: icmp_seq=3 ttl=64 time=4.000 ms\n"
	           "56 bytes from 192.0.2.1: icmp_seq=4 ttl=64 time=5.000 ms\n"
	           "\n--- Ping statistics for 192.0.2.1 ---\n"
	           "5 packet(s) transmitted, 4 packet(s) received, 20.0% packet loss\n"
	           "round-trip min/avg/max/std-dev = 1.000/3.250/5.000/1.479 ms\n");
	CHECK_EQ(probes[0].wait_ms, 0);
	CHECK_EQ(probes[1].wait_ms, 200);
	CHECK_EQ(probes[1].hops, 255);
	fixture_free(f);
}

TEST(options_reach_the_worker)
{
	struct fixture *f = workers_new();

	reply(0, 10);
	CHECK(says(f, "ping ip -c 1 -h 3 -m 10 -s 100 -t 500 -tos 8 192.0.2.1", "1 packet(s)"));
	CHECK_EQ(probes[0].hops, 3);
	CHECK_EQ(probes[0].bytes, 100);
	CHECK_EQ(probes[0].timeout_ms, 500);
	CHECK_EQ(probes[0].class, 8);
	CHECK_EQ(probe_count, 1);
	fixture_free(f);
}

TEST(a_quiet_ping_says_the_sum_only)
{
	struct fixture *f = workers_new();

	reply(0, 10);
	reply(1, 20);
	fixture_exec(f, "ping -q -c 2 192.0.2.1");
	CHECK(strstr(shown(f), "icmp_seq") == NULL);
	CHECK(strstr(shown(f), "2 packet(s) received, 0.0% packet loss") != NULL);
	fixture_free(f);
}

TEST(ipv6_is_pinged_in_its_own_words)
{
	struct fixture *f = workers_new();

	reply(0, 62000);
	echoes[0].from = ip("2001:db8::1");
	CHECK(says(f, "ping ipv6 -c 1 2001:db8::1",
	           "56 bytes from 2001:db8::1, icmp_seq=0 hlim=64 time=62.000 ms\n"));
	CHECK(strstr(shown(f), "--- Ping6 statistics for 2001:db8::1 ---") != NULL);
	fixture_free(f);
}

TEST(what_routers_say_is_told)
{
	struct fixture *f = workers_new();

	for (unsigned i = 0; i < 3; i++)
		echoes[i] = (struct net_echo){.from = ip("192.0.2.1")};
	echoes[0].kind = NET_ECHO_UNREACHABLE;
	echoes[1].kind = NET_ECHO_TOO_BIG;
	echoes[2].kind = NET_ECHO_NO_ROUTE;
	CHECK(says(f, "ping -c 3 198.51.100.1",
	           "Destination unreachable, from 192.0.2.1\nPacket too big, from 192.0.2.1\n"
	           "No route to the destination\n"));
	CHECK(strstr(shown(f), "100.0% packet loss\n") != NULL);
	fixture_free(f);
}

TEST(groups_are_not_pinged)
{
	struct fixture *f = workers_new();

	CHECK(says(f, "ping 224.0.0.1", "The destination address is invalid."));
	CHECK(says(f, "tracert 0.0.0.0", "The destination address is invalid."));
	CHECK_EQ(probe_count, 0);
	fixture_free(f);
}

TEST(an_interrupted_ping_still_says_the_sum)
{
	struct fixture *f = workers_new();
	struct dialogue *d = fixture_terminal(f);

	reply(0, 1000);
	type_text(f, d, "ping -c 1000000 192.0.2.1"); // the fixture answers at once: hold it
	f->hold_replies = true;
	type_text(f, d, "\r");
	f->hold_replies = false;
	for (unsigned i = 0; i < 8 && probe_count == 0; i++) {
		fixture_answer(f);
		shell_turn(&f->shell);
	}
	f->hold_replies = true;
	settle(f);
	type_text(f, d, "\3");
	CHECK(strstr(shown(f), "1 packet(s) transmitted, 1 packet(s) received") != NULL);
	CHECK(d->task == NULL);
	fixture_free(f);
}

static void hop(unsigned nth, enum net_echo_kind kind, const char *from, uint32_t rtt_us)
{
	echoes[nth] = (struct net_echo){
	        .kind = (uint8_t)kind, .code = 3, .from = ip(from), .rtt_us = rtt_us};
}

TEST(the_way_is_traced_to_its_end)
{
	struct fixture *f = workers_new();

	hop(0, NET_ECHO_EXCEEDED, "192.0.2.1", 700);
	hop(1, NET_ECHO_EXCEEDED, "192.0.2.1", 500);
	hop(2, NET_ECHO_TIMEOUT, "192.0.2.1", 0);
	for (unsigned i = 3; i < 6; i++)
		hop(i, NET_ECHO_UNREACHABLE, "198.51.100.1", 1000);
	CHECK_TEXT(fixture_exec(f, "tracert 198.51.100.1"),
	           "traceroute to 198.51.100.1 (198.51.100.1), 30 hops at most, 40 bytes each "
	           "packet, press CTRL+C to break\n"
	           " 1  192.0.2.1 (192.0.2.1)  0.700 ms  0.500 ms  *\n"
	           " 2  198.51.100.1 (198.51.100.1)  1.000 ms  1.000 ms  1.000 ms\n");
	CHECK_EQ(probes[0].hops, 1);
	CHECK(probes[0].udp);
	CHECK_EQ(probes[3].hops, 2);
	CHECK_EQ(probes[5].port, 33434 + 5);
	fixture_free(f);
}

TEST(options_of_a_trace_are_kept)
{
	struct fixture *f = workers_new();

	hop(0, NET_ECHO_TIMEOUT, "192.0.2.1", 0);
	hop(1, NET_ECHO_UNREACHABLE, "2001:db8::9", 10);
	echoes[1].code = 1;
	CHECK(says(f, "tracert ipv6 -f 2 -m 5 -p 500 -q 1 -w 100 2001:db8::9",
	           " 2   *\n 3  2001:db8::9 (2001:db8::9)  0.010 ms !X\n"));
	CHECK_EQ(probes[0].hops, 2);
	CHECK_EQ(probes[0].timeout_ms, 100);
	CHECK_EQ(probes[1].port, 501);
	CHECK(says(f, "tracert -f 9 -m 3 192.0.2.1", "The first hop is behind the last."));
	fixture_free(f);
}

TEST(a_trace_ends_at_the_last_hop_and_without_a_route)
{
	struct fixture *f = workers_new();

	for (unsigned i = 0; i < 6; i++)
		hop(i, NET_ECHO_TIMEOUT, "192.0.2.1", 0);
	fixture_exec(f, "tracert -m 2 198.51.100.1");
	CHECK_EQ(probe_count, 6);
	probe_count = 0;
	hop(0, NET_ECHO_NO_ROUTE, "192.0.2.1", 0);
	CHECK(says(f, "tracert 198.51.100.1", "There is no route to the destination."));
	fixture_free(f);
}

CHECK_MAIN()
