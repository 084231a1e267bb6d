// What TCP counts and how much it can hold: dataplane/tcp keeps to it, the counters page and
// control read it.
#pragma once

#define TCP_SLOTS_MAX (1u << 20) // connections of one worker, so sessions of its shard

// clang-format off
#define TCP_COUNTER_LIST(X)                                                                       \
	X(tcp_segments_in,        "segments received")                                           \
	X(tcp_segments_out,       "segments sent")                                               \
	X(tcp_bytes_in,           "payload bytes received in order")                             \
	X(tcp_bytes_out,          "payload bytes sent, repeats included")                        \
	X(tcp_header_bad,         "segments with a malformed header or option list")             \
	X(tcp_no_listener,        "segments for a port nobody listens on")                       \
	X(tcp_no_connection,      "segments for no known connection")                            \
	X(tcp_syn_in,             "connection requests")                                         \
	X(tcp_syn_full,           "connection requests dropped: too many half open")             \
	X(tcp_syn_expired,        "half-open connections that were never completed")             \
	X(tcp_cookie_out,         "connection requests answered by a cookie")                    \
	X(tcp_cookie_in,          "connections opened by a cookie")                              \
	X(tcp_cookie_bad,         "acknowledgements that are no cookie of ours")                 \
	X(tcp_source_full,        "connection requests dropped: too many from one source")       \
	X(tcp_memory_short,       "connection requests dropped: stream memory short")            \
	X(tcp_slots_full,         "connections refused: no slot left")                           \
	X(tcp_opened,             "connections opened")                                          \
	X(tcp_closed,             "connections ended")                                           \
	X(tcp_reset_in,           "connections reset by the peer")                               \
	X(tcp_reset_out,          "resets sent")                                                 \
	X(tcp_reset_ignored,      "resets outside the window")                                   \
	X(tcp_challenge_ack,      "challenge acknowledgements sent")                             \
	X(tcp_ack_future,         "segments acknowledging data never sent")                      \
	X(tcp_ack_duplicate,      "duplicate acknowledgements")                                  \
	X(tcp_outside_window,     "segments outside the receive window")                         \
	X(tcp_paws,               "segments with an old timestamp")                              \
	X(tcp_duplicate,          "bytes received again")                                        \
	X(tcp_out_of_order,       "segments kept out of order")                                  \
	X(tcp_out_of_order_full,  "segments dropped: out-of-order queue full")                   \
	X(tcp_retransmit,         "segments sent again")                                         \
	X(tcp_fast_retransmit,    "losses repaired before the timer")                            \
	X(tcp_rto,                "retransmission timer expiries")                               \
	X(tcp_tail_probe,         "tail loss probes sent")                                       \
	X(tcp_needless,           "repairs that proved needless and were undone")                \
	X(tcp_dsack_in,           "reports of segments received twice")                          \
	X(tcp_dsack_out,          "segments received twice and reported")                        \
	X(tcp_probe,              "zero-window probes sent")                                     \
	X(tcp_alive_probe,        "keepalive probes sent")                                       \
	X(tcp_congested_in,       "segments that met congestion on the way here")                \
	X(tcp_congested_out,      "times a peer told of congestion on the way there")            \
	X(tcp_icmp_in,            "ICMP errors about connections")                               \
	X(tcp_icmp_ignored,       "ICMP errors about nothing in flight")                         \
	X(tcp_packet_too_big,     "ICMP errors: packet too big")                                 \
	X(tcp_black_hole,         "times smaller segments were tried, full ones unanswered")     \
	X(tcp_timeout,            "connections given up: no answer")                             \
	X(tcp_time_wait,          "connections that entered TIME_WAIT")                          \
	X(tcp_time_wait_full,     "TIME_WAIT records evicted early")                             \
	X(tcp_slab_full,          "bytes refused: stream memory exhausted")
// clang-format on

enum tcp_counter {
#define X(name, text) TCP_COUNTER_##name,
	TCP_COUNTER_LIST(X)
#undef X
	        TCP_COUNTERS
};
