// Bytes in: order, gaps, overlaps, windows, memory.
#include "tests/unit/tcp_peer.h"

static struct peer *with_sack(void)
{
	struct peer *p = peer_new((struct tcp_config){0});

	p->syn.sack_permitted = true;
	peer_handshake(p);
	return p;
}

static struct peer *not_reading(struct tcp_config config)
{
	struct peer *p = peer_in_with(TCP_ESTABLISHED, config);

	p->app.consume = false;
	return p;
}

static void check_filler(const struct peer *p, uint32_t len)
{
	static uint8_t want[1 << 16];

	for (uint32_t i = 0; i < len; i++)
		want[i] = filler(i);
	CHECK_EQ(p->app.got, len);
	CHECK_MEM(p->app.bytes, want, len);
}

TEST(bytes_in_order_are_shown_without_a_copy)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_injects(p, .flags = ACK, .text = "hello");
	CHECK_MEM(p->app.bytes, "hello", 5);
	CHECK_EQ(peer_gauges(p).slab_peak_bytes, 0);
	peer_end(p);
}

TEST(what_is_not_read_is_kept)
{
	struct peer *p = not_reading((struct tcp_config){0});

	peer_sends(p, .flags = ACK, .text = "hello ");
	peer_sends(p, .flags = ACK, .seq = 6, .text = "world");
	CHECK_EQ(tcp_readable(p->tcp, p->app.id), 11);
	peer_read(p);
	CHECK_MEM(p->app.bytes, "hello world", 11);
	CHECK_EQ(peer_gauges(p).slab_used_bytes, 0);
	peer_end(p);
}

TEST(copy_reaches_over_chunks_and_consumes_nothing)
{
	struct peer *p = not_reading((struct tcp_config){0});
	uint8_t bytes[16];

	for (uint32_t i = 0; i < 20; i++)
		peer_sends(p, .flags = ACK, .seq = 1000 * i, .len = 1000);
	CHECK_EQ(tcp_copy(p->tcp, p->app.id, 4070, bytes, 16), 16);
	for (uint32_t i = 0; i < 16; i++)
		CHECK_EQ(bytes[i], filler(4070 + i));
	CHECK_EQ(tcp_copy(p->tcp, p->app.id, 19990, bytes, 16), 10);
	CHECK_EQ(tcp_copy(p->tcp, p->app.id, 20000, bytes, 16), 0);
	CHECK_EQ(tcp_readable(p->tcp, p->app.id), 20000);
	peer_end(p);
}

TEST(consuming_more_than_there_is_consumes_what_there_is)
{
	struct peer *p = not_reading((struct tcp_config){0});

	peer_sends(p, .flags = ACK, .text = "hello");
	tcp_consume(p->tcp, p->app.id, 100);
	CHECK_EQ(tcp_readable(p->tcp, p->app.id), 0);
	peer_sends(p, .flags = ACK, .seq = 5, .text = "x");
	CHECK_EQ(tcp_readable(p->tcp, p->app.id), 1);
	peer_end(p);
}

TEST(a_gap_is_reported_at_once_and_filled)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .seq = 1000, .len = 1000);
	peer_gets(p, .flags = ACK);
	CHECK_EQ(p->app.readable, 0);
	peer_sends(p, .flags = ACK, .len = 1000);
	peer_gets(p, .flags = ACK, .ack = 2000);
	CHECK_EQ(p->app.readable, 1);
	check_filler(p, 2000);
	CHECK_EQ(peer_gauges(p).slab_used_bytes, 0);
	peer_end(p);
}

TEST(segments_in_reverse_order_are_put_right)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	for (uint32_t i = 10; i-- > 0;)
		peer_sends(p, .flags = ACK, .seq = 100 * i, .len = 100);
	check_filler(p, 1000);
	peer_end(p);
}

TEST(overlaps_are_trimmed_on_all_sides)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .seq = 200, .len = 100);
	peer_sends(p, .flags = ACK, .seq = 400, .len = 100);
	peer_sends(p, .flags = ACK, .seq = 150, .len = 400); // covers both
	peer_sends(p, .flags = ACK, .seq = 250, .len = 50);  // nothing new
	peer_sends(p, .flags = ACK, .len = 180);
	check_filler(p, 550);
	peer_sends(p, .flags = ACK, .seq = 500, .len = 100);
	check_filler(p, 600);
	peer_end(p);
}

TEST(the_first_copy_of_an_early_byte_stays)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .seq = 2, .text = "good");
	peer_sends(p, .flags = ACK, .seq = 2, .text = "evil");
	peer_sends(p, .flags = ACK, .text = "a ");
	CHECK_MEM(p->app.bytes, "a good", 6);
	peer_end(p);
}

TEST(early_segments_are_bounded)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	for (uint32_t i = 1; i < 500; i++)
		peer_sends(p, .flags = ACK, .seq = 2 * i, .len = 1);
	CHECK_EQ(p->conn->out_of_order_chunks, TCP_OUT_OF_ORDER_MAX);
	CHECK(COUNTED(p, tcp_out_of_order_full) > 0);
	peer_sends(p, .flags = ACK, .len = 1000);
	check_filler(p, 1000);
	CHECK_EQ(peer_gauges(p).slab_used_bytes, 0);
	peer_end(p);
}

TEST(early_segments_next_to_each_other_share_chunks)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	for (uint32_t i = 1; i < 400; i++)
		peer_sends(p, .flags = ACK, .seq = 20 * i, .len = 20);
	CHECK_EQ(COUNTED(p, tcp_out_of_order_full), 0);
	CHECK(p->conn->out_of_order_chunks < 20);
	peer_sends(p, .flags = ACK, .len = 20);
	check_filler(p, 8000);
	peer_end(p);
}

TEST(selective_acknowledgements_name_the_latest_first)
{
	struct peer *p = with_sack();
	const struct peer_segment *s;

	peer_sends(p, .flags = ACK, .seq = 1000, .len = 100);
	peer_sends(p, .flags = ACK, .seq = 3000, .len = 100);
	peer_skip(p);
	peer_sends(p, .flags = ACK, .seq = 2000, .len = 100);
	s = peer_next(p);
	CHECK_EQ(s->options.sacks, 3);
	CHECK_EQ(s->options.sack[0].start - p->irs, 2000);
	CHECK_EQ(s->options.sack[0].end - p->irs, 2100);
	peer_end(p);
}

TEST(adjacent_early_segments_are_one_block)
{
	struct peer *p = with_sack();
	const struct peer_segment *s;

	peer_sends(p, .flags = ACK, .seq = 2000, .len = 500);
	peer_skip(p);
	peer_sends(p, .flags = ACK, .seq = 1500, .len = 500);
	s = peer_next(p);
	CHECK_EQ(s->options.sacks, 1);
	CHECK_EQ(s->options.sack[0].start - p->irs, 1500);
	CHECK_EQ(s->options.sack[0].end - p->irs, 2500);
	peer_end(p);
}

TEST(without_a_gap_there_are_no_blocks)
{
	struct peer *p = with_sack();

	peer_sends(p, .flags = ACK, .seq = 5, .text = "b");
	peer_skip(p);
	peer_sends(p, .flags = ACK, .text = "aaaaa");
	CHECK_EQ(peer_next(p)->options.sacks, 0);
	peer_end(p);
}

// --- windows -------------------------------------------------------------------------------------

TEST(unread_bytes_close_the_window)
{
	struct peer *p = not_reading((struct tcp_config){.receive_window = 4000});

	peer_sends(p, .flags = ACK, .len = 1000);
	peer_waits(p, 6 * PEER_MS);
	CHECK_EQ(peer_next(p)->window, 3000);
	for (uint32_t i = 1; i < 4; i++)
		peer_sends(p, .flags = ACK, .seq = 1000 * i, .len = 1000);
	peer_waits(p, 50 * PEER_MS);
	CHECK_EQ(p->out[(p->sent - 1) % OUT_MAX].window, 0);
	peer_end(p);
}

TEST(a_probe_of_the_closed_window_is_answered_and_not_taken)
{
	struct peer *p = not_reading((struct tcp_config){.receive_window = 2000});

	peer_sends(p, .flags = ACK, .len = 1000);
	peer_sends(p, .flags = ACK, .seq = 1000, .len = 1000);
	peer_skip(p);
	peer_sends(p, .flags = ACK, .seq = 2000, .len = 1);
	peer_gets(p, .flags = ACK, .ack = 2000);
	CHECK_EQ(tcp_readable(p->tcp, p->app.id), 2000);
	peer_end(p);
}

TEST(a_closed_window_still_takes_acknowledgements)
{
	struct peer *p = not_reading((struct tcp_config){.receive_window = 1000});

	peer_app_sends(p, 10);
	peer_sends(p, .flags = ACK, .len = 1000);
	peer_sends(p, .flags = ACK, .seq = 1000, .ack = 10, .len = 1);
	CHECK_EQ(p->app.acked, 10);
	peer_end(p);
}

TEST(reading_opens_the_window_by_worthwhile_steps_only)
{
	struct peer *p = not_reading((struct tcp_config){.receive_window = 4000});

	for (uint32_t i = 0; i < 4; i++)
		peer_sends(p, .flags = ACK, .seq = 1000 * i, .len = 1000);
	peer_waits(p, 50 * PEER_MS);
	peer_skip(p);
	tcp_consume(p->tcp, p->app.id, 900);
	peer_flush(p);
	peer_gets_nothing(p);
	tcp_consume(p->tcp, p->app.id, 100);
	peer_flush(p);
	CHECK_EQ(p->out[p->seen % OUT_MAX].window, 1000);
	peer_gets(p, .flags = ACK, .ack = 4000);
	peer_end(p);
}

TEST(the_right_edge_never_moves_left)
{
	struct peer *p = not_reading((struct tcp_config){.receive_window = 5000});
	uint32_t edge = 0;

	for (uint32_t i = 0; i < 60; i++) {
		const struct peer_segment *s;

		peer_sends(p, .flags = ACK, .seq = (uint32_t)p->conn->rcv_nxt - p->irs,
		           .len = 77);
		if (i % 7 == 0)
			tcp_consume(p->tcp, p->app.id, 500);
		peer_waits(p, 50 * PEER_MS);
		while ((s = peer_next(p)) != NULL) {
			CHECK(s->ack + s->window >= edge);
			edge = s->ack + s->window;
		}
	}
	peer_end(p);
}

TEST(text_beyond_the_window_is_cut)
{
	struct peer *p = not_reading((struct tcp_config){.receive_window = 1500});

	peer_sends(p, .flags = ACK, .len = 1000);
	peer_sends(p, .flags = ACK, .seq = 1000, .len = 1000);
	CHECK_EQ(tcp_readable(p->tcp, p->app.id), 1500);
	peer_end(p);
}

// --- memory --------------------------------------------------------------------------------------

TEST(without_memory_unread_bytes_are_not_acknowledged)
{
	struct peer *p = not_reading((struct tcp_config){.slab_bytes = 16384});
	uint32_t taken;

	for (uint32_t i = 0; i < 30; i++)
		peer_sends(p, .flags = ACK, .seq = p->conn->rcv_nxt - p->irs, .len = 1000);
	taken = p->conn->rcv_nxt - p->irs;
	CHECK(taken < 16384);
	CHECK_EQ(tcp_readable(p->tcp, p->app.id), taken);
	CHECK(COUNTED(p, tcp_slab_full) > 0);
	p->app.consume = true;
	peer_sends(p, .flags = ACK, .seq = taken, .len = 1000);
	check_filler(p, taken + 1000);
	peer_end(p);
}

TEST(early_bytes_leave_memory_to_the_others)
{
	struct peer *p =
	        peer_in_with(TCP_ESTABLISHED, (struct tcp_config){.slab_bytes = 65536});

	for (uint32_t i = 0; i < 30; i++)
		peer_sends(p, .flags = ACK, .seq = 10 + 1000 * i, .len = 900);
	CHECK(peer_gauges(p).slab_used_bytes <= 65536 / 2 + SLAB_CHUNK_MAX);
	CHECK(COUNTED(p, tcp_out_of_order_full) > 0);
	peer_end(p);
}

TEST(early_bytes_give_way_to_what_is_in_order)
{
	struct peer *p =
	        peer_in_with(TCP_ESTABLISHED, (struct tcp_config){.slab_bytes = 65536});
	uint32_t other = 0, ref[256], taken = 0;

	peer_sends(p, .flags = ACK, .seq = 1000, .len = 1000);
	peer_sends(p, .flags = ACK, .seq = 4000, .len = 1000);
	while ((ref[taken] = slab_take(p->tcp->slab, 1024, &other)) != SLAB_NONE)
		taken++;
	peer_injects(p, .flags = ACK, .len = 1000);
	check_filler(p, 1000);
	CHECK_EQ(p->conn->out_of_order_chunks, 0);
	while (taken > 0)
		slab_give(p->tcp->slab, ref[--taken], &other);
	peer_end(p);
}

TEST(an_idle_connection_holds_no_chunk)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	p->app.echo = true;
	peer_sends(p, .flags = ACK, .seq = 3, .text = "def");
	peer_sends(p, .flags = ACK, .text = "abc");
	peer_sends(p, .flags = ACK, .seq = 6, .ack = 6);
	CHECK_EQ(p->conn->chunks, 0);
	CHECK_EQ(peer_gauges(p).slab_used_bytes, 0);
	CHECK(tcp_next_us(p->tcp) == UINT64_MAX || p->conn->timer_us == 0);
	peer_end(p);
}

CHECK_MAIN()
