// dataplane/main/data_serve.c, data_up.c and data_down.c: a client's TCP on one side, control's end
// of the joint on the other, no port.
#include "tests/unit/data_rig.h"

TEST(a_connection_is_greeted_and_told_to_control)
{
	struct data_opened body;

	rig_start();
	connects(40000);
	CHECK_EQ(cell_count, 1);
	CHECK_EQ(cells[0].kind, DATA_CONN_OPENED);
	memcpy(&body, cells[0].body, sizeof(body));
	CHECK_EQ(body.remote_port, 40000);
	CHECK_EQ(body.remote[15], 1);
	CHECK_EQ(got_bytes, strlen(DATA_IDENT) + 2);
	CHECK_MEM(got, DATA_IDENT "\r\n", got_bytes);
	rig_stop();
}

TEST(the_identification_line_goes_up_without_its_end)
{
	identified();
	CHECK_EQ(last_cell()->kind, DATA_IDENT_UP);
	CHECK_EQ(last_cell()->length, 14);
	CHECK_MEM(first_bytes[1], "SSH-2.0-client", 14);
	rig_stop();
}

TEST(each_record_becomes_one_message)
{
	struct data_message body;

	identified();
	sends(record_of("\x14kexinit", 8));
	sends(record_of("\x1eshare", 6));
	CHECK_EQ(cell_count, 4);
	CHECK_EQ(cells[2].kind, DATA_MESSAGE_UP);
	CHECK_EQ(cells[2].offset, 14);
	CHECK_EQ(cells[3].offset, 22);
	CHECK_MEM(first_bytes[2], "\x14kexinit", 8);
	memcpy(&body, cells[3].body, sizeof(body));
	CHECK_EQ(body.sequence, 1);
	CHECK_EQ(body.wire_bytes, 16);
	rig_stop();
}

TEST(a_foreign_protocol_gets_a_line_and_is_closed)
{
	rig_start();
	connects(40000);
	sends(span_text("GET / HTTP/1.0\r\n\r\n"));
	CHECK_MEM(got + strlen(DATA_IDENT) + 2, "Invalid SSH identification string.\r\n", 36);
	CHECK_EQ(count[COUNTER_ident_bad], 1);
	tcp_close(client, client_id);
	turn(8, 100, false);
	CHECK_EQ(closed_body().status, STATUS_MALFORMED);
	rig_stop();
}

TEST(a_refused_message_is_answered_by_a_disconnect_and_told_once)
{
	uint8_t *answer = got + strlen(DATA_IDENT) + 2;

	identified();
	sends(record_of("\x5e", 1));
	CHECK_EQ(count[COUNTER_gate_early], 1);
	CHECK_EQ(answer[5], SSH_MSG_DISCONNECT);
	CHECK_MEM(answer + 6, "\0\0\0\2\0\0\0\x1amessage is not allowed now", 34);
	tcp_close(client, client_id);
	turn(8, 100, false);
	CHECK_EQ(cell_count, 3);
	CHECK_EQ(closed_body().status, STATUS_UNEXPECTED);
	rig_stop();
}

TEST(a_record_cut_short_by_a_fin_is_counted)
{
	identified();
	sends(span_of(record_of("\x14kexinit", 8).data, 9));
	tcp_close(client, client_id);
	turn(8, 100, false);
	CHECK_EQ(count[COUNTER_record_cut_short], 1);
	CHECK_EQ(closed_body().status, STATUS_OK);
	CHECK(client_ended);
	rig_stop();
}

TEST(a_reset_is_told_once)
{
	identified();
	tcp_abort(client, client_id);
	turn(4, 100, false);
	CHECK_EQ(cell_count, 3);
	CHECK_EQ(closed_body().end, TCP_END_RESET);
	rig_stop();
}

TEST(a_message_of_control_is_sealed_and_sent)
{
	struct data_message body = {0};

	identified();
	got_bytes = 0;
	control_posts(DATA_MESSAGE_DOWN, served(), &body, sizeof(body), span_text("\x14ours"));
	turn(4, 100, false);
	CHECK_EQ(got_bytes, 16);
	CHECK_MEM(got + 5, "\x14ours", 5);
	rig_stop();
}

TEST(data_after_our_kexinit_ends_the_connection)
{
	struct data_message body = {0};

	identified();
	control_posts(DATA_MESSAGE_DOWN, served(), &body, sizeof(body), span_text("\x14ours"));
	control_posts(DATA_MESSAGE_DOWN, served(), &body, sizeof(body), span_text("\x5e"));
	turn(4, 100, false);
	CHECK_EQ(count[COUNTER_gate_out], 1);
	CHECK_EQ(conns[served().slot].state, DATA_CLOSING);
	rig_stop();
}

TEST(stale_and_senseless_cells_are_counted)
{
	struct conn_id id;
	struct data_phase phase = {9, 0};

	identified();
	id = served();
	control_posts(DATA_PHASE, id, &phase, sizeof(phase), span_of(NULL, 0));
	control_posts(DATA_PHASE, (struct conn_id){id.slot, id.life + 1}, &phase, sizeof(phase),
	              span_of(NULL, 0));
	control_posts(DATA_PHASE, (struct conn_id){SLOTS, 1}, &phase, sizeof(phase),
	              span_of(NULL, 0));
	control_posts(DATA_MESSAGE_UP, id, &phase, sizeof(phase), span_of(NULL, 0));
	control_posts(DATA_KEYS_INSTALL, id, &phase, sizeof(phase), span_text("short"));
	turn(1, 100, false);
	CHECK_EQ(count[COUNTER_joint_stale], 1);
	CHECK_EQ(count[COUNTER_joint_bad], 4);
	rig_stop();
}

TEST(keys_come_into_force_in_both_directions)
{
	struct suite_keys in = pair_keys(5), out = pair_keys(6);
	struct data_conn *c;

	keys_exchanged(&in, &out);
	c = &conns[served().slot];
	CHECK_EQ(c->record.in.suite, 1);
	CHECK_EQ(c->record.out.suite, 1);
	CHECK_MEM(&c->record.in.keys, &in, sizeof(in));
	CHECK_EQ(c->record.in.sequence, 0);
	CHECK_EQ(c->record.out.sequence, 0);
	rig_stop();
}

TEST(control_closes_after_what_it_posted_before)
{
	struct data_message none = {0};
	struct data_close close = {0};

	identified();
	got_bytes = 0;
	control_posts(DATA_MESSAGE_DOWN, served(), &none, sizeof(none), span_text("\1bye"));
	control_posts(DATA_CONN_CLOSE, served(), &close, sizeof(close), span_of(NULL, 0));
	turn(4, 100, false);
	CHECK_EQ(got_bytes, 16);
	CHECK(tcp_peer_closed(client, client_id));
	tcp_close(client, client_id);
	turn(8, 100, false);
	CHECK_EQ(closed_body().end, TCP_END_CLOSED);
	rig_stop();
}

// Fill the ring with noise while control is deaf, then let it read: everything arrives once.
TEST(a_deaf_control_stops_the_stream_and_loses_nothing)
{
	static uint8_t text[3000] = {SSH_MSG_IGNORE};
	unsigned sent = 0, before;

	identified();
	before = cell_count;
	for (int i = 0; i < 300; i++) {
		text[1] = (uint8_t)sent;
		if (tcp_send(client, client_id, record_of(text, sizeof(text))) == STATUS_OK)
			sent++;
		tcp_flush(client, now_us);
		turn(2, 1000, true);
	}
	CHECK(sent < 200); // the window closed
	CHECK(count[COUNTER_joint_stalled] > 0);
	turn(2000, 5000, false);
	CHECK_EQ(cell_count - before, sent);
	for (unsigned i = 0; i < sent; i++)
		CHECK_EQ(first_bytes[before + i][1], (uint8_t)i);
	CHECK_EQ(serve.waiting, 0);
	rig_stop();
}

TEST(progress_is_told_as_the_peer_acknowledges)
{
	static uint8_t text[16384] = {20};
	struct data_message none = {0};
	struct data_sent body;
	uint64_t told = 0;
	unsigned cells_sent = 0;

	identified();
	conns[served().slot].record.out.generation = 1;
	text[0] = 2;
	for (int i = 0; i < 16; i++) {
		control_posts(DATA_MESSAGE_DOWN, served(), &none, sizeof(none),
		              span_of(text, sizeof(text)));
		turn(20, 1000, false);
	}
	turn(200, 5000, false);
	for (unsigned i = 2; i < cell_count; i++) {
		CHECK_EQ(cells[i].kind, DATA_SENT);
		memcpy(&body, cells[i].body, sizeof(body));
		CHECK(body.progress >= told + DATA_SEND_REPORT);
		told = body.progress;
		cells_sent++;
	}
	CHECK(cells_sent >= 4);
	CHECK(told <= 16 * (sizeof(text) + DATA_MESSAGE_COST));
	CHECK(told + DATA_SEND_REPORT > 16 * (sizeof(text) + DATA_MESSAGE_COST));
	rig_stop();
}

TEST(a_new_control_ends_the_sessions_of_the_old)
{
	uint8_t *answer = got + strlen(DATA_IDENT) + 2;
	struct link *old_control, *link;

	identified();
	old_control = control;
	link = joint_make(&control);
	link_free(data_attach(&serve, link));
	link_free(old_control);
	turn(4, 100, false);
	CHECK_EQ(answer[5], SSH_MSG_DISCONNECT);
	CHECK_MEM(answer + 14, "the device is restarting", 24);
	tcp_close(client, client_id);
	turn(8, 100, false);
	CHECK_EQ(cell_count, 2); // the new control never heard of it
	CHECK_EQ(count[COUNTER_joint_orphaned], 1);
	rig_stop();
}

TEST(at_the_end_everybody_is_told)
{
	uint8_t *answer = got + strlen(DATA_IDENT) + 2;

	identified();
	data_stop(&serve);
	CHECK(!data_is_idle(&serve));
	turn(4, 100, false);
	CHECK(data_is_idle(&serve));
	CHECK_MEM(answer + 14, "the device is going down", 24);
	tcp_close(client, client_id);
	turn(8, 100, false);
	CHECK_EQ(closed_body().status, STATUS_SHUTDOWN);
	rig_stop();
}

TEST(ends_are_owed_while_the_ring_is_full)
{
	struct tcp_tuple tuple = {.local = {.bytes = {[10] = 0xff, 0xff, 10, 0, 0, 1}},
	                          .remote = {.bytes = {[10] = 0xff, 0xff, 10, 0, 0, 2}},
	                          .remote_port = 22};
	struct conn_id id[60];
	unsigned ended = 0;

	rig_start();
	for (unsigned i = 0; i < 50; i++) {
		tuple.local_port = (uint16_t)(1000 + i);
		id[i] = tcp_connect(client, now_us, &tuple);
		turn(3, 100, i >= 30);
	}
	for (unsigned i = 0; i < 50; i++)
		tcp_abort(client, id[i]);
	turn(10, 100, true);
	CHECK(serve.owed_head != serve.owed_tail);
	turn(10, 100, false);
	CHECK(serve.owed_head == serve.owed_tail);
	for (unsigned i = 0; i < cell_count; i++)
		ended += cells[i].kind == DATA_CONN_CLOSED;
	CHECK_EQ(ended, 50);
	CHECK_EQ(cell_count, 100);
	rig_stop();
}

CHECK_MAIN()
