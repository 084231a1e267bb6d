#!/usr/bin/env bash
# Many sessions at once: over memif by one process of the generator, over kernel sockets by two. What
# each costs is told for both sides.
#
#   LINKS='memif sockets' MEMIF_SESSIONS=200000 SOCKET_SESSIONS=20000 tests/run load-hold
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

# hold PART SESSIONS OPTION...: a generator that holds so many; its results in PART.json.
hold() {
	local part=$work/$1 sessions=$2
	shift 2
	ip netns exec "$name" "$load" hold --target 192.0.2.2 --user admin --key "$run/admin_key" \
		--known-hosts "$run/known_hosts" --sessions "$sessions" --parallel 64 --timeout 120 \
		--quiet --json "$part.json" "$@" >"$part.log" 2>&1 &
	pids="$pids $!"
}

# watch SESSIONS: until the generators have ended; sets most, the appliance's memory at its most, and
# established, the connections that the kernel saw at once.
watch() {
	local pid now
	most=0 established=0
	for pid in $pids; do
		while kill -0 "$pid" 2>/dev/null; do
			sleep 3
			now=$(server_bytes)
			[ "$now" -le "$most" ] || most=$now
			now=$(client ss -Htn state established | wc -l)
			[ "$now" -le "$established" ] || established=$now
		done
		wait "$pid"
		equal "$who: a generator ends well" $? 0
	done
	pids=''
	echo "     | appliance: $(((most - before) / $1)) bytes a session, all processes together"
	check "$who: the appliance spends at most 4 KiB on each" [ $((most - before)) -le $(($1 * 4096)) ]
}

# held PART SESSIONS: all of them at once, by its own count.
held() {
	check "$who: $2 are open at once" "$python" "$smoke/lib/load_results.py" "$work/$1.json" \
		"r['open_most'] == $2 and c['sessions finished'] == $2 and c['sessions failed'] == 0"
	tail -n 2 "$work/$1.log" | sed 's/^/     | /'
}

memif_holds() {
	appliance_up --link memif
	before=$(server_bytes)
	hold memif "$over_memif" --link "memif:socket=$run/memif.sock" --source 192.0.2.100+8 --duration 20
	watch "$over_memif"
	held memif "$over_memif"
	check "memif: a held session costs the generator at most 1 KiB" "$python" \
		"$smoke/lib/load_results.py" "$work/memif.json" "0 < r['generator']['held_bytes_each'] <= 1024"
}

# Two generators: a process may be held to fewer descriptors than sessions.
sockets_holds() {
	appliance_up
	before=$(server_bytes)
	hold left $((over_sockets / 2)) --duration 30
	hold right $((over_sockets - over_sockets / 2)) --duration 30
	watch "$over_sockets"
	held left $((over_sockets / 2))
	held right $((over_sockets - over_sockets / 2))
	check "sockets: the kernel has seen $over_sockets connections at once" [ "$established" -ge "$over_sockets" ]
}

pids=''
for who in ${LINKS:-memif sockets}; do
	"${who}_holds"
done
