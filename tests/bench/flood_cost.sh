#!/usr/bin/env bash
# What a flood of connection requests costs everybody else: bench/syn_flood fills one memif port of the
# appliance with all that one core can send, from addresses all over 10.0.0.0/8; the clients are on
# another memif port. While it lasts the worker's memory must stay as it is, clients log in, and those
# who are there go on typing.
#
#   FLOOD_SECONDS=60 tests/run bench/flood_cost
#   BUSY=1 tests/run bench/flood_cost     on a machine that does other things meanwhile
. "$(dirname "$0")/../smoke/_init.sh"
. "$smoke/lib/tcp_alone.sh"

flood_seconds=${FLOOD_SECONDS:-60} quiet_seconds=10 after_seconds=10
typists=50 rate=20 settle=5
attacker='' generator=''

flood_end() {
	[ -z "$generator" ] || kill "$generator" 2>/dev/null
	[ -z "$attacker" ] || kill "$attacker" 2>/dev/null
	finish
}

attacker_up() {
	: >"$work/attacker.log"
	ip netns exec "$name" nice -n -15 taskset -c 1 "$repo/build/tests/bench/syn_flood" "$run/memif1.sock" \
		198.51.100.2 198.51.100.1 22 >"$work/attacker.log" 2>&1 &
	attacker=$!
	timeout 30 sh -c "until grep -q ready '$work/attacker.log'; do sleep 0.1; done" || {
		fail "the attacker starts" "$(cat "$work/attacker.log")"
		exit 1
	}
}

clients_start() {
	printf '%s\n' "type sessions $typists parallel 8 keys 2 timeout 60" \
		"phase quiet $quiet_seconds" "login rate $rate timeout 10" \
		"phase flood $flood_seconds" "login rate $rate timeout 10" \
		"phase after $after_seconds" "login rate $rate timeout 10" >"$work/plan"
	ip netns exec "$name" nice -n -15 taskset -c 1 timeout --foreground 900 "$load" --plan "$work/plan" \
		--target 192.0.2.2 --user admin --key "$run/admin_key" --known-hosts "$run/known_hosts" \
		--link "memif:socket=$run/memif.sock" --source 192.0.2.100+32 \
		--quiet --json "$json" >"$work/clients.log" 2>&1 &
	generator=$!
}

# moment: sets rss, of the worker in KiB, requests, that it has counted, and at, in milliseconds.
moment() {
	requests=$(worker_counter tcp_syn_in)
	at=$(date +%s%3N)
	rss=$(awk '/^Rss:/ { print $2 }' "/proc/$(dataplane_pid)/smaps_rollup")
}

flooded() {
	local first_rss first_requests first_at
	moment
	echo "     | before the flood the worker has $rss KiB"
	kill -USR1 "$attacker"
	sleep "$settle" # its cache of requests is full
	moment
	first_rss=$rss first_requests=$requests first_at=$at
	sleep $((flood_seconds - 2 * settle))
	moment
	sleep "$settle"
	kill -USR2 "$attacker"
	echo "     | in the flood $first_rss KiB, $(((at - first_at) / 1000)) s later $rss KiB"
	syn_rate=$(((requests - first_requests) * 1000 / (at - first_at)))
	echo "     | the worker answered $syn_rate requests a second"
	check "the worker's memory is flat" [ $((rss - first_rss)) -le 1024 ]
	check "it was a flood: more than 100,000 requests a second" [ "$syn_rate" -gt 100000 ]
}

# told_echo PHASE: how long keys took.
told_echo() {
	told "next('p50 %d us, p99 %d us' % (e['p50_us'], e['p99_us']) for p in r['phases'] if p['name'] == '$1'
		for e in p['latency'] if e['name'] == 'keystroke echo')"
}

clients_judged() {
	wait "$generator"
	generator=''
	[ -s "$json" ] || {
		fail "the clients' results are there" "$(tail -n 20 "$work/clients.log")"
		return
	}
	echo "     | connects: $(told "'%d of %d, p50 %d us, p99 %d us' % (l['connect']['count'],
		c['sessions started'], l['connect']['p50_us'], l['connect']['p99_us'])")"
	echo "     | logins: $(told "c['sessions started'] - $typists") begun, $(told "c['sessions failed']") failed"
	echo "     | echo: quiet $(told_echo quiet), flood $(told_echo flood), after $(told_echo after)"
	check "99 of 100 connects succeed within 10 s" "$python" "$smoke/lib/load_results.py" "$json" \
		"l['connect']['count'] >= 0.99 * c['sessions started'] and l['connect']['p99_us'] <= 10e6"
	check "99 of 100 logins succeed within 10 s" "$python" "$smoke/lib/load_results.py" "$json" \
		"c['sessions failed'] * 100 <= c['sessions started'] - $typists > $rate * $flood_seconds"
	check "who is there is cut off by nothing, and each key is echoed" "$python" "$smoke/lib/load_results.py" "$json" \
		"l['keystroke echo']['count'] >= c['keys typed'] - $typists > $typists * $flood_seconds"
}

# second_port: an address for it, and the way to those who seem to speak.
second_port() {
	printf '%s\n' system-view 'interface M-GigabitEthernet0/0/1' 'ip address 198.51.100.2 24' quit \
		'ip route-static 10.0.0.0 8 198.51.100.1' quit quit |
		timeout 20 "$sallyport" console --name "$name" >"$work/second.log" 2>&1
	match "the second port has an address" "$(console_says 'display ip interface brief')" '^MGE0/0/1 .* 198\.51\.100\.2/24'
}

appliance_up --link memif --port memif
[ -z "${BUSY-}" ] || appliance_first
trap flood_end EXIT
second_port
attacker_up
clients_start
sleep $((quiet_seconds + 1))
flooded
clients_judged
kill -TERM "$attacker"
wait "$attacker"
attacker=''
tail -n 1 "$work/attacker.log" | sed 's/^/     | /'
