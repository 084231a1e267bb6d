// dataplane/main/discard.c: a client's TCP on one side, control's end of the joint on the other.
#include "dataplane/main/discard.h"
#include "tests/unit/data_rig.h"

static void discard_start(void)
{
	serve_ops = &discard_ops;
	rig_start();
	serve.discard_port = 9;
	tcp_listen(server, 9, true);
}

static uint32_t connections(void)
{
	struct tcp_gauges g;

	tcp_gauges(server, &g);
	return g.connections;
}

TEST(the_discard_port_drops_what_comes_and_control_hears_nothing)
{
	discard_start();
	connects_to(40000, 9);
	sends(span_text("whatever"));
	turn(4, 50000, false); // acknowledged a little later: no answer carries it
	CHECK_EQ(acked_bytes, 8);
	CHECK_EQ(connections(), 1);
	CHECK_EQ(got_bytes, 0);
	CHECK_EQ(cell_count, 0);
	rig_stop();
}

TEST(the_discard_port_ends_when_its_peer_does)
{
	discard_start();
	connects_to(40000, 9);
	tcp_close(client, client_id);
	turn(4, 100, false);
	CHECK(client_ended);
	CHECK_EQ(connections(), 0);
	CHECK_EQ(cell_count, 0);
	rig_stop();
}

TEST(other_ports_are_served_beside_the_discard_port)
{
	discard_start();
	connects(40000);
	CHECK_EQ(cell_count, 1);
	CHECK_EQ(cells[0].kind, DATA_CONN_OPENED);
	CHECK_EQ(got_bytes, strlen(DATA_IDENT) + 2);
	sends(span_text("SSH-2.0-client\r\n"));
	CHECK_EQ(last_cell()->kind, DATA_IDENT_UP);
	rig_stop();
}

TEST(the_discard_port_lets_nobody_in_when_the_device_goes_down)
{
	discard_start();
	data_stop(&serve);
	connects_to(40000, 9);
	CHECK(client_ended);
	CHECK_EQ(connections(), 0);
	rig_stop();
}

CHECK_MAIN()
