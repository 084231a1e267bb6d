#!/usr/bin/env bash
# TCP alone: connections that the generator opens and closes in a second, against one worker over
# memif and, in the same run, against a listener of the kernel's over veth, server and client on one
# core each. Then four workers on two cores, their frames spread over four queues that are mostly not
# their owners', and all through one queue.
#
#   SECONDS_EACH=10 PLACES=256 tests/run bench/connect_cost
. "$(dirname "$0")/../smoke/_init.sh"
. "$smoke/lib/tcp_alone.sh"

peer='' server_pid=''

ours_measured() {
	appliance_up --link memif --discard-port 9
	dataplane_first
	connects "memif, one worker" "$name" "memif:socket=$run/memif.sock" 192.0.2.2:9 192.0.2.100+8
	ours=$rate
	check "memif: one worker opens and closes at least 200,000 connections a second" [ "$ours" -ge 200000 ]
	appliance_end
}

peer_end() {
	[ -z "$server_pid" ] || kill "$server_pid" 2>/dev/null
	[ -z "$peer" ] || ip netns del "$peer"
	[ -z "$peer" ] || ip netns del "${peer}c"
	finish
}

# The server's frames are handed to its own core, which is what a NIC would do: a veth delivers on the
# sender's.
peer_up() {
	peer=$(name_new p)
	trap peer_end EXIT
	ip netns add "$peer"
	ip netns add "${peer}c"
	ip -n "$peer" link add sps0 type veth peer name spc0 netns "${peer}c"
	ip -n "$peer" address add 198.51.100.2/24 dev sps0
	ip -n "$peer" link set sps0 up
	ip -n "${peer}c" link set spc0 up
	ip netns exec "$peer" sh -c 'echo 1 >/sys/class/net/sps0/queues/rx-0/rps_cpus
		echo 65535 >/proc/sys/net/core/somaxconn
		echo 65535 >/proc/sys/net/ipv4/tcp_max_syn_backlog'
	: >"$work/server.log"
	ip netns exec "$peer" nice -n -15 taskset -c 0 "$repo/build/tests/bench/accept_close" \
		198.51.100.2 9 >"$work/server.log" 2>&1 &
	server_pid=$!
	timeout 10 sh -c "until grep -q ready '$work/server.log'; do sleep 0.1; done" ||
		fail "the kernel's listener starts" "$(cat "$work/server.log")"
}

theirs_measured() {
	peer_up
	connects "veth, the kernel's listener" "${peer}c" af_packet:spc0 198.51.100.2:9 198.51.100.100+8
	[ "$rate" -eq 0 ] ||
		echo "     | one worker of ours opens $((ours * 10 / rate / 10)).$((ours * 10 / rate % 10)) times as many"
}

# sessions WHO QUEUES OPTION...: of SSH, by the same way.
sessions() {
	local who=$1 queues=$2
	shift 2
	check "$who" ip netns exec "$name" "$load" "$@" --target 192.0.2.2 --user admin --key "$run/admin_key" \
		--known-hosts "$run/known_hosts" --link "memif:socket=$run/memif.sock" --source 192.0.2.100+8 \
		--queues "$queues" --quiet --json "$json"
}

# hand_off QUEUES
hand_off() {
	local who="four workers on $1 of memif's queues"
	appliance_up --link "memif:queues=$1" --workers 4 --discard-port 9
	connects "$who" "$name" "memif:socket=$run/memif.sock" 192.0.2.2:9 192.0.2.100+8 --queues "$1"
	sessions "$who: 400 logins, 16 at a time" "$1" login --count 400 --sessions 16
	sessions "$who: 8 files of 20 MB by SFTP, there and back" "$1" bulk --count 8 --sessions 8 --bytes 20000000 \
		--direction both --sftp 'file%n'
	check "$who: all of them, whole" "$python" "$smoke/lib/load_results.py" "$json" \
		"c['channel bytes received'] >= 160000000 <= c['channel bytes sent'] and c['commands run'] == 8"
	check "$who: frames went from worker to worker" [ "$(worker_counter steered)" -gt 0 ]
	echo "     | handed over: $(worker_counter steered) of $(worker_counter frames_in) frames," \
		"$(worker_counter steer_full) found a full ring and were sent again"
	appliance_end
}

ours_measured
theirs_measured
hand_off 4
hand_off 1
