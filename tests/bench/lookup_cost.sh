#!/usr/bin/env bash
# A million idle TCP connections held by one worker: what each takes of memory, and that finding one
# among a million takes the instructions that it takes among ten thousand (callgrind counts them;
# cache misses are not instructions). bench_tcp has no port; the generator then holds as many over
# memif.
#
#   CONNECTIONS=1000000 tests/run bench/lookup_cost
. "$(dirname "$0")/../smoke/_init.sh"
. "$smoke/lib/tcp_alone.sh"

connections=${CONNECTIONS:-1000000}
few=10000 held_few=100000
segments=64000

# counted CONNECTIONS: sets instructions, of one segment in a thousand, and bytes, of a connection.
counted() {
	local log=$work/callgrind.$1
	valgrind --tool=callgrind --toggle-collect=echo_burst --callgrind-out-file="$log.out" \
		"$repo/build/tests/bench/bench_tcp" "$1" "$segments" >"$log" 2>&1 ||
		fail "callgrind runs" "$(tail -n 20 "$log")"
	instructions=$(awk -v of=$((2 * segments)) '/^totals:|^summary:/ { n = $2 } END { printf "%d", n / of * 1000 }' "$log.out")
	bytes=$("$repo/build/tests/bench/bench_tcp" "$1" "$segments" | grep -oE '[0-9]+ bytes each' | cut -d ' ' -f 1)
	echo "     | among $1: $((instructions / 1000)) instructions a segment; $bytes bytes each"
}

looked_up() {
	local few_instructions
	counted "$few"
	few_instructions=$instructions
	counted "$connections"
	check "a connection takes at most 320 bytes, its place in the table included" [ "$bytes" -le 320 ]
	check "a segment takes as many instructions among $connections as among $few, within 5 %" \
		[ $((instructions * 100)) -le $((few_instructions * 105)) ]
	check "and no fewer, so that the same was counted" \
		[ $((instructions * 105)) -ge $((few_instructions * 100)) ]
}

# dataplane_kb: resident, what it shares with the supervisor included.
dataplane_kb() {
	awk '/^Rss:/ { print $2 }' "/proc/$(dataplane_pid)/smaps_rollup"
}

open_now() {
	console_says 'display sessions resources' | sed -n 's/^dataplane open connections  *\([0-9]*\) .*/\1/p'
}

# hold COUNT: sets kb, of the dataplane while the generator holds so many.
hold() {
	local open=0 ticks=0
	ip netns exec "$name" nice -n -15 timeout --foreground 600 "$load" idle --target 192.0.2.2:9 \
		--link "memif:socket=$run/memif.sock" --source 192.0.2.100+64 --sessions "$1" --parallel 512 \
		--timeout 60 --duration 5 --quiet --json "$json" >"$work/idle.log" 2>&1 &
	while kill -0 $! 2>/dev/null && [ "$open" != "$1" ] && [ $ticks -lt 600 ]; do
		sleep 0.5
		ticks=$((ticks + 1))
		open=$(open_now)
	done
	kb=$(dataplane_kb)
	equal "the worker holds $1 connections" "$open" "$1"
	check "the generator of $1 ends well" wait $!
	check "$1: all were open at once, and closed in order" "$python" "$smoke/lib/load_results.py" "$json" \
		"r['open_most'] == $1 == c['sessions finished'] and not errors"
}

held() {
	local few_kb
	appliance_up --link memif --discard-port 9
	dataplane_first
	hold "$held_few"
	few_kb=$kb
	hold "$connections"
	each=$(((kb - few_kb) * 1024 / (connections - held_few)))
	echo "     | the dataplane's resident memory grew by $each bytes a connection"
	check "memif: a connection takes at most 320 bytes of the dataplane" [ "$each" -le 320 ]
}

looked_up
held
