#!/usr/bin/env bash
# Many sessions at once: over memif by one process of the generator, and over kernel sockets. What
# each costs is told for both sides.
#
#   MEMIF_SESSIONS=200000 SOCKET_SESSIONS=20000 tests/run load-hold
. "$(dirname "$0")/../../smoke/_init.sh"
. "$(dirname "$0")/_load.sh"

over_memif=${MEMIF_SESSIONS:-200000}
over_sockets=${SOCKET_SESSIONS:-20000}

# server_bytes: private and shared memory of all processes of the appliance together.
server_bytes() {
	local pid all=0 kb
	for pid in $(grep -oE '[0-9]+' "$run/pids"); do
		kb=$(awk '/^(Pss|Private_Hugetlb):/ { all += $2 } END { print all }' "/proc/$pid/smaps_rollup")
		all=$((all + kb))
	done
	echo $((all * 1024))
}

# held SESSIONS OPTION...: so many at once; both sides' memory.
held() {
	local sessions=$1 before most=0 now
	shift
	rm -f "$json"
	before=$(server_bytes)
	ip netns exec "$name" "$load" hold --target 192.0.2.2 --user admin --key "$run/admin_key" \
		--known-hosts "$run/known_hosts" --sessions "$sessions" --parallel 64 --timeout 120 \
		--duration 20 --quiet --json "$json" "$@" >"$work/held.log" 2>&1 &
	local pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		sleep 3
		now=$(server_bytes)
		[ "$now" -le "$most" ] || most=$now
	done
	wait "$pid"
	equal "$who: the run ends well" $? 0
	check "$who: $sessions are open at once" "$python" "$smoke/lib/load_results.py" "$json" \
		"r['open_most'] == $sessions and c['sessions finished'] == $sessions and c['sessions failed'] == 0"
	tail -n 2 "$work/held.log" | sed 's/^/     | /'
	echo "     | appliance: $(((most - before) / sessions)) bytes a session, all processes together"
	check "$who: the appliance spends at most 4 KiB on each" [ $((most - before)) -le $((sessions * 4096)) ]
}

appliance_up --link memif
who="memif"
held "$over_memif" --link "memif:socket=$run/memif.sock" --source 192.0.2.100+8
check "memif: a held session costs the generator at most 1 KiB" "$python" "$smoke/lib/load_results.py" "$json" \
	"0 < r['generator']['held_bytes_each'] <= 1024"

appliance_up
who="sockets"
held "$over_sockets"
