// TIME_WAIT without a slot: old segments die, new connections may come early.
#include "tests/unit/tcp_peer.h"

static struct peer *waiting_with(struct tcp_config config, bool timestamps)
{
	struct peer *p = peer_new(config);

	p->syn.has_timestamp = timestamps;
	peer_handshake(p);
	peer_app_closes(p);
	peer_sends(p, .flags = FIN | ACK, .ack = 1);
	CHECK_EQ(peer_gauges(p).time_wait, 1);
	CHECK_EQ(peer_gauges(p).connections, 0);
	peer_skip(p);
	return p;
}

static struct peer *waiting(void)
{
	return waiting_with((struct tcp_config){0}, false);
}

TEST(the_record_lasts_a_minute)
{
	struct peer *p = waiting();

	peer_waits(p, 59 * PEER_SEC);
	CHECK_EQ(peer_gauges(p).time_wait, 1);
	peer_waits(p, 2 * PEER_SEC);
	CHECK_EQ(peer_gauges(p).time_wait, 0);
	peer_end(p);
}

TEST(a_repeated_fin_is_acknowledged_and_starts_the_minute_again)
{
	struct peer *p = waiting();

	peer_waits(p, 50 * PEER_SEC);
	peer_sends(p, .flags = FIN | ACK, .ack = 1);
	peer_gets(p, .flags = ACK, .seq = 1, .ack = 1);
	peer_waits(p, 50 * PEER_SEC);
	CHECK_EQ(peer_gauges(p).time_wait, 1);
	peer_end(p);
}

// A peer that has sent three bytes before its FIN.
static struct peer *waiting_after_data(void)
{
	struct peer *p = peer_new((struct tcp_config){0});

	peer_handshake(p);
	peer_app_closes(p);
	peer_sends(p, .flags = FIN | ACK, .ack = 1, .text = "old");
	peer_skip(p);
	return p;
}

TEST(repeated_data_starts_the_minute_again)
{
	struct peer *p = waiting_after_data();

	peer_waits(p, 50 * PEER_SEC);
	peer_sends(p, .flags = ACK, .ack = 1, .text = "ol");
	peer_gets(p, .flags = ACK, .seq = 1, .ack = 4);
	peer_waits(p, 50 * PEER_SEC);
	CHECK_EQ(peer_gauges(p).time_wait, 1);
	peer_end(p);
}

TEST(who_knows_not_what_we_sent_does_not_prolong_the_wait)
{
	struct peer *p = waiting_after_data();

	peer_waits(p, 50 * PEER_SEC);
	peer_sends(p, .flags = ACK, .ack = 0, .text = "ol");
	peer_waits(p, 11 * PEER_SEC);
	CHECK_EQ(peer_gauges(p).time_wait, 0);
	peer_end(p);
}

TEST(a_reset_does_not_end_the_wait)
{
	struct peer *p = waiting();

	peer_sends(p, .flags = RST, .seq = 1);
	CHECK_EQ(peer_gauges(p).time_wait, 1);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(old_data_is_answered_with_the_final_acknowledgement)
{
	struct peer *p = waiting();

	peer_sends(p, .flags = ACK, .ack = 1, .text = "old");
	peer_gets(p, .flags = ACK, .seq = 1, .ack = 1);
	peer_end(p);
}

TEST(a_bare_acknowledgement_is_not_answered)
{
	struct peer *p = waiting();

	peer_sends(p, .flags = ACK, .seq = 1, .ack = 1);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(a_newer_syn_takes_over_above_the_old_numbers)
{
	struct peer *p = waiting();
	uint32_t old = p->iss + 1;

	p->irs += 100;
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	peer_gets(p, .flags = SYN | ACK, .seq = (uint32_t)-1);
	CHECK(seq_before(old, p->iss));
	CHECK_EQ(peer_gauges(p).time_wait, 0);
	peer_sends(p, .flags = ACK);
	CHECK_EQ(p->app.opened, 2);
	peer_end(p);
}

TEST(an_older_syn_does_not_take_over)
{
	struct peer *p = waiting();

	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	peer_gets(p, .flags = ACK, .seq = 1, .ack = 1);
	CHECK_EQ(peer_gauges(p).time_wait, 1);
	peer_end(p);
}

TEST(with_timestamps_a_later_one_decides)
{
	struct peer *p = waiting_with((struct tcp_config){0}, true);

	p->now += PEER_SEC;
	p->irs -= 100000; // a lower number, but a later timestamp
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	peer_gets(p, .flags = SYN | ACK, .seq = (uint32_t)-1);
	peer_end(p);
}

TEST(a_full_table_forgets_the_oldest)
{
	struct peer *p = waiting_with((struct tcp_config){.time_wait_slots = 2}, false);

	for (uint16_t i = 1; i < 4; i++) {
		p->tuple.remote_port = (uint16_t)(50000 + i);
		p->now += PEER_MS;
		peer_handshake(p);
		peer_app_closes(p);
		peer_sends(p, .flags = FIN | ACK, .ack = 1);
	}
	CHECK_EQ(peer_gauges(p).time_wait, 2);
	CHECK_EQ(COUNTED(p, tcp_time_wait_full), 2);
	CHECK_EQ(p->app.closed, 4);
	p->tuple.remote_port = 50002; // the last but one is remembered
	peer_sends(p, .flags = FIN | ACK, .ack = 1);
	CHECK_EQ(COUNTED(p, tcp_no_connection), 0);
	peer_end(p);
}

CHECK_MAIN()
