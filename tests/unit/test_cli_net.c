// The network's commands: displays, interface, routes, TCP's limits.
#include "tests/unit/cli_workers.h"

static const char *current(struct fixture *f)
{
	return fixture_exec(f, "display current-configuration");
}

static bool configured(struct fixture *f, const char *text)
{
	return strstr(current(f), text) != NULL;
}

// --- displays ------------------------------------------------------------------------------------

TEST(the_interface_is_shown_in_full)
{
	struct fixture *f = workers_new();

	CHECK_TEXT(fixture_exec(f, "display interface"),
	           "M-GigabitEthernet0/0/0\n"
	           "Current state: UP\n"
	           "Line protocol state: UP\n"
	           "Description: M-GigabitEthernet0/0/0 Interface\n"
	           "Maximum transmission unit: 1500\n"
	           "Internet address: 192.0.2.2/24 (primary)\n"
	           "IPv6 address: 2001:db8::2/64\n"
	           "IPv6 link-local address: fe80::2\n"
	           "IP packet frame type: Ethernet II, hardware address: 0200-0000-0001\n"
	           "802.1Q VLAN: untagged\n"
	           "Driver: net_test\n"
	           "Input (total):  77 packets, 7700 bytes\n"
	           "Input errors:  0\n"
	           "Output (total): 0 packets, 0 bytes\n"
	           "Output errors: 0\n");
	fixture_free(f);
}

TEST(an_address_that_another_has_is_marked)
{
	struct fixture *f = workers_new();

	port_now.address[1].state = NET_DUPLICATE;
	port_now.vlan = 7;
	port_now.down = true;
	CHECK(says(f, "display interface M-GigabitEthernet 0/0/0",
	           "2001:db8::2/64 [DUPLICATE]\n"));
	CHECK(strstr(shown(f), "Current state: Administratively DOWN\n") != NULL);
	CHECK(strstr(shown(f), "802.1Q VLAN: 7\n") != NULL);
	fixture_free(f);
}

TEST(the_interface_is_shown_in_one_line)
{
	struct fixture *f = workers_new();

	CHECK(says(f, "display interface brief",
	           "MGE0/0/0             UP   UP       192.0.2.2       M-Gig"));
	CHECK(says(f, "display ip interface brief",
	           "MGE0/0/0            up       up       192.0.2.2/24       --"));
	CHECK(says(f, "display ipv6 interface brief", " up       up       2001:db8::2\n"));
	port_now.down = true;
	CHECK(says(f, "display interface mge0/0/0 brief", "MGE0/0/0             ADM  DOWN "));
	CHECK(says(f, "display ip interface brief", "MGE0/0/0            *down    down "));
	fixture_free(f);
}

TEST(an_interface_that_is_not_there_is_refused)
{
	struct fixture *f = workers_new();

	CHECK(says(f, "display interface GigabitEthernet1/0/1", "Wrong parameter"));
	CHECK(says(f, "display interface MGE0/0/0 0/0/0", "The interface does not exist."));
	CHECK(says(f, "display interface MGE brief", "The interface does not exist."));
	fixture_free(f);
}

TEST(each_of_several_interfaces_is_shown_with_what_it_counted)
{
	struct fixture *f = workers_new();

	ports_now = 2;
	CHECK(says(f, "display interface", "\nM-GigabitEthernet0/0/1\nCurrent state: UP\n"));
	CHECK(strstr(shown(f), "Input (total):  70 packets, 7000 bytes\n") != NULL);
	CHECK(strstr(shown(f), "Input (total):  7 packets, 700 bytes\n") != NULL);
	CHECK(says(f, "display interface mge 0/0/1", "M-GigabitEthernet0/0/1\n"));
	CHECK(strstr(shown(f), "0/0/0") == NULL);
	CHECK(says(f, "display ip interface brief",
	           "MGE0/0/1            up       up       198.51.100.2/24    --"));
	CHECK(strstr(shown(f), "MGE0/0/0            up       up       192.0.2.2/24 ") != NULL);
	CHECK(says(f, "display interface mge0/0/2", "The interface does not exist."));
	fixture_free(f);
}

TEST(neighbours_and_routes_tell_their_interface)
{
	struct fixture *f = workers_new();

	ports_now = 2;
	CHECK(says(f, "display arp", "192.0.2.9       N/A            --            MGE0/0/1 "));
	CHECK(strstr(shown(f), "192.0.2.1       0200-0000-0009 --            MGE0/0/0 ") !=
	      NULL);
	CHECK(says(f, "display ip routing-table",
	           "198.51.100.0/24    Direct  0   0            198.51.100.2    MGE0/0/1\n"));
	fixture_free(f);
}

TEST(routes_are_shown_by_family)
{
	struct fixture *f = workers_new();

	CHECK(says(f, "display ip routing-table", "Destinations : 2        Routes : 2\n"));
	CHECK(strstr(shown(f), "10.0.0.0/8         Static  60  0            192.0.2.1       "
	                       "MGE0/0/0\n") != NULL);
	CHECK(strstr(shown(f), "192.0.2.0/24       Direct  0   0            192.0.2.2       "
	                       "MGE0/0/0\n") != NULL);
	CHECK(says(f, "display ipv6 routing-table", "Destination: ::/0 "));
	CHECK(strstr(shown(f), "10.0.0.0/8") == NULL);
	CHECK(says(f, "display ipv6 routing-table | json", "\"NextHop\": \"2001:db8::1\""));
	fixture_free(f);
}

TEST(neighbours_of_all_workers_are_shown_once)
{
	struct fixture *f = workers_new();

	CHECK(says(
	        f, "display arp",
	        "192.0.2.1       0200-0000-0009 --            MGE0/0/0                 2     "
	        "D\n"));
	CHECK(strstr(shown(f), " 4     D\n") == NULL);
	CHECK(strstr(shown(f), "192.0.2.9       N/A ") != NULL);
	CHECK(strstr(shown(f), "2001:db8::1") == NULL);
	CHECK(says(f, "display ipv6 neighbors all", " MGE0/0/0          REACH D  120\n"));
	fixture_free(f);
}

TEST(neighbours_are_forgotten_by_all_workers)
{
	struct fixture *f = workers_new();

	fixture_exec(f, "reset arp all");
	CHECK_EQ(forgotten[NET_ASK_FORGET_NEIGHBORS], 2);
	fixture_exec(f, "reset ipv6 neighbors all");
	CHECK_EQ(forgotten[NET_ASK_FORGET_NEIGHBORS], 4);
	fixture_free(f);
}

TEST(connections_of_all_workers_are_listed_and_listeners_once)
{
	struct fixture *f = workers_new();
	const char *listener;

	CHECK(says(f, "display tcp",
	           " 192.0.2.2:22          192.0.2.7:4000        ESTABLISHED "
	           "0x0000000000100005\n"));
	listener = strstr(shown(f), "LISTEN");
	CHECK(listener != NULL && strstr(listener + 1, "LISTEN") == NULL);
	CHECK(says(f, "display ipv6 tcp", " 2001:db8::2->22          2001:db8::1->4000"));
	CHECK(says(f, "display tcp | json", "\"UserPid\": 1048581}"));
	fixture_free(f);
}

TEST(one_connection_is_shown_in_full_by_session_or_by_its_peer)
{
	struct fixture *f = workers_new();

	CHECK(says(f, "display tcp verbose", "TCP inpcb number: 3(tcpcb number: 3)\n"));
	CHECK(strstr(shown(f), "192.0.2.1:4000") != NULL);
	CHECK(strstr(shown(f), "LISTEN") == NULL);
	CHECK(says(f, "display tcp verbose session 1048581", "dst = 192.0.2.7:4000\n"));
	CHECK(strstr(shown(f), "192.0.2.1:4000") == NULL);
	CHECK(strstr(shown(f), "Round-trip time: 1.234 ms\n") != NULL);
	CHECK(strstr(shown(f), "Retransmitted segments: 7\n") != NULL);
	CHECK(says(f, "display tcp verbose remote 192.0.2.7 4000", "192.0.2.7:4000\n"));
	CHECK(says(f, "display ipv6 tcp verbose", "2001:db8::1->4000\n"));
	fixture_free(f);
}

TEST(statistics_are_shown_and_reset_apart_from_the_interface)
{
	struct fixture *f = workers_new();

	CHECK(says(f, "display tcp statistics", "Received packets:\n     Total: 55\n"));
	fixture_exec(f, "reset tcp statistics");
	CHECK_EQ(reset_which, API_COUNTERS_TCP);
	fixture_exec(f, "reset counters interface M-GigabitEthernet0/0/0");
	CHECK_EQ(reset_which, API_COUNTERS_INTERFACE);
	fixture_free(f);
}

// --- settings ------------------------------------------------------------------------------------

TEST(the_default_configuration_says_nothing_of_the_network)
{
	struct fixture *f = workers_new();

	CHECK(!configured(f, "interface") && !configured(f, "route-static"));
	CHECK(!configured(f, "tcp ") && !configured(f, "acl"));
	fixture_free(f);
}

TEST(settings_of_the_interface_print_and_can_be_undone)
{
	struct fixture *f = workers_new();

	fixture_exec(f, "system-view\ninterface mge 0/0/0\nip address 192.0.2.9 24\n"
	                "ipv6 address 2001:db8::9 64\nmtu 1400\nshutdown\n"
	                "description up to the lab");
	CHECK(configured(f, "#\ninterface M-GigabitEthernet0/0/0\n"
	                    " description \"up to the lab\"\n"
	                    " ip address 192.0.2.9 255.255.255.0\n"
	                    " ipv6 address 2001:db8::9/64\n mtu 1400\n shutdown\n#\n"));
	fixture_exec(f, "system-view\ninterface m-gigabitethernet0/0/0\nundo ip address\n"
	                "undo ipv6 address\nundo mtu\nundo shutdown\nundo description");
	CHECK(!configured(f, "interface"));
	fixture_free(f);
}

TEST(each_interface_prints_its_own_settings)
{
	struct fixture *f = workers_new();

	fixture_exec(f, "system-view\ninterface mge0/0/1\nip address 198.51.100.2 24\nquit\n"
	                "interface mge0/0/0\nmtu 1400\nquit\ninterface mge0/0/3");
	CHECK(configured(f, "#\ninterface M-GigabitEthernet0/0/0\n mtu 1400\n"
	                    "#\ninterface M-GigabitEthernet0/0/1\n"
	                    " ip address 198.51.100.2 255.255.255.0\n#\n"));
	CHECK(!configured(f, "0/0/3"));
	CHECK(says(f, "system-view\ninterface mge0/0/4", "Wrong parameter"));
	fixture_exec(f, "system-view\ninterface mge0/0/1\nundo ip address");
	CHECK(!configured(f, "0/0/1"));
	fixture_free(f);
}

TEST(two_interfaces_have_no_network_in_common)
{
	struct fixture *f = workers_new();

	fixture_exec(f, "system-view\ninterface mge0/0/0\nip address 198.51.100.2 24\n"
	                "ipv6 address 2001:db8::9 64");
	CHECK(says(f, "system-view\ninterface mge0/0/1\nip address 198.51.100.130 25",
	           "% The IP address overlaps with that of another interface."));
	CHECK(says(f, "system-view\ninterface mge0/0/1\nipv6 address 2001:db8::5/48",
	           "% The IP address overlaps with that of another interface."));
	CHECK(!configured(f, "0/0/1"));
	fixture_exec(f, "system-view\ninterface mge0/0/0\nip address 198.51.100.3 24");
	CHECK(configured(f, " ip address 198.51.100.3 255.255.255.0\n"));
	fixture_free(f);
}

TEST(the_view_of_the_interface_shows_itself)
{
	struct fixture *f = workers_new();

	CHECK(says(f,
	           "system-view\ninterface mge0/0/0\nipv6 address 2001:db8::9/64\n"
	           "display this",
	           " ipv6 address 2001:db8::9/64\n#\nreturn\n"));
	fixture_free(f);
}

TEST(addresses_that_no_host_has_are_refused)
{
	struct fixture *f = workers_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "system-view\rinterface mge0/0/0\rip address 192.0.2.0 24\r");
	CHECK(strstr(shown(f), "[Sallyport-M-GigabitEthernet0/0/0]") != NULL);
	CHECK(strstr(shown(f), "% The IP address is invalid.") != NULL);
	shown_clear(f);
	type_text(f, d, "ip address 127.0.0.1 8\r");
	CHECK(strstr(shown(f), "% The IP address is invalid.") != NULL);
	shown_clear(f);
	type_text(f, d, "ip address 192.0.2.1 255.0.255.0\r");
	CHECK(strstr(shown(f), "Wrong parameter") != NULL);
	shown_clear(f);
	type_text(f, d, "ipv6 address 2001:db8::/64\r");
	CHECK(strstr(shown(f), "% The IP address is invalid.") != NULL);
	fixture_free(f);
}

TEST(static_routes_print_and_can_be_undone)
{
	struct fixture *f = workers_new();

	fixture_exec(f, "system-view\n"
	                "ip route-static 10.0.0.0 255.0.0.0 192.0.2.1 preference 10\n"
	                "ip route-static 0.0.0.0 0 192.0.2.1 description to all the rest\n"
	                "ipv6 route-static 2001:db8:5:: 48 2001:db8::1");
	CHECK(configured(f, " ip route-static 10.0.0.0 8 192.0.2.1 preference 10\n"));
	CHECK(configured(
	        f, " ip route-static 0.0.0.0 0 192.0.2.1 description \"to all the rest\"\n"));
	CHECK(configured(f, " ipv6 route-static 2001:db8:5:: 48 2001:db8::1\n"));
	CHECK(says(f, "display ip routing-table", "10.0.0.0/8         Static  10 "));
	CHECK(says(f, "system-view\nundo ip route-static 10.0.0.0 8 192.0.2.7",
	           "The route does not exist."));
	fixture_exec(f, "system-view\nundo ip route-static 10.0.0.0 8 192.0.2.1\n"
	                "undo ip route-static 0.0.0.0 0\n"
	                "undo ipv6 route-static 2001:db8:5:: 48");
	CHECK(!configured(f, "route-static"));
	fixture_free(f);
}

TEST(routes_that_make_no_sense_are_refused)
{
	struct fixture *f = workers_new();

	CHECK(says(f, "system-view\nip route-static 10.0.0.1 8 192.0.2.1",
	           "The destination has bits behind its mask."));
	CHECK(says(f, "system-view\nip route-static 10.0.0.0 8 224.0.0.1",
	           "The next hop address is invalid."));
	CHECK(says(f, "system-view\nundo ipv6 route-static 2001:db8:9:: 48",
	           "The route does not exist."));
	fixture_free(f);
}

TEST(limits_of_tcp_print_and_can_be_undone)
{
	struct fixture *f = workers_new();

	fixture_exec(f, "system-view\ntcp syn-cookie enable\ntcp window 64\ntcp mss 1200\n"
	                "tcp timer syn-timeout 30\ntcp timer fin-timeout 20\n"
	                "tcp keepalive 60 interval 5 count 3\ntcp connection-limit 1000\n"
	                "tcp connection-limit per-source 10\n"
	                "tcp connection-limit source-prefix 24\n"
	                "tcp connection-limit ipv6-source-prefix 56\n"
	                "tcp half-open-limit 500\ntcp half-open-limit per-source 50");
	CHECK(configured(f, "#\n tcp syn-cookie enable\n tcp window 64\n tcp mss 1200\n"
	                    " tcp timer syn-timeout 30\n tcp timer fin-timeout 20\n"
	                    " tcp keepalive 60 interval 5 count 3\n"
	                    " tcp connection-limit 1000\n"
	                    " tcp connection-limit per-source 10\n"
	                    " tcp connection-limit source-prefix 24\n"
	                    " tcp connection-limit ipv6-source-prefix 56\n"
	                    " tcp half-open-limit 500\n"
	                    " tcp half-open-limit per-source 50\n#\n"));
	CHECK(says(f, "display tcp limits",
	           " Keepalive: after 60 second(s), every 5 second(s)"));
	fixture_exec(f, "system-view\nundo tcp syn-cookie enable\nundo tcp window\n"
	                "undo tcp mss\nundo tcp timer syn-timeout\n"
	                "undo tcp timer fin-timeout\nundo tcp keepalive\n"
	                "undo tcp connection-limit\nundo tcp connection-limit per-source\n"
	                "undo tcp connection-limit source-prefix\n"
	                "undo tcp connection-limit ipv6-source-prefix\n"
	                "undo tcp half-open-limit\nundo tcp half-open-limit per-source");
	CHECK(!configured(f, " tcp "));
	CHECK(says(f, "display tcp limits", " Keepalive: Disabled\n"));
	fixture_free(f);
}

CHECK_MAIN()
