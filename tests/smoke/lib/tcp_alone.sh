# Measuring TCP without SSH. Source _init.sh first.
# shellcheck shell=bash
load=$repo/build/tests/load/sallyport-load
json=$work/tcp.json
seconds=${SECONDS_EACH:-10} places=${PLACES:-256}

# dataplane_first: the dataplane's threads before whatever else this machine does.
dataplane_first() {
	local thread
	for thread in /proc/"$(dataplane_pid)"/task/*; do
		renice -n -15 -p "${thread##*/}" >>"$work/renice.log" 2>&1
	done
}

# appliance_first: all its threads, those too that usually take what nobody else wants.
appliance_first() {
	local pid thread
	for pid in $(grep -oE '[0-9]+' "$run/pids"); do
		for thread in /proc/"$pid"/task/*; do
			chrt -p "${thread##*/}" | grep -q IDLE && chrt -o -p 0 "${thread##*/}"
			renice -n -15 -p "${thread##*/}"
		done
	done >>"$work/renice.log" 2>&1
}

dataplane_pid() {
	sed -n 's/^dataplane //p' "$run/pids"
}

# told EXPRESSION: of the last results.
told() {
	"$python" -c 'import json, sys
r = json.load(open(sys.argv[1], encoding="ascii"))
c = r["counts"]
l = {one["name"]: one for one in r["latency"]}
print(eval(sys.argv[2]))' "$json" "$1"
}

# generated WHO NAMESPACE OPTION...: a run of the generator, before others, on the second core.
generated() {
	local who=$1 namespace=$2
	shift 2
	rm -f "$json"
	ip netns exec "$namespace" nice -n -15 taskset -c 1 timeout --foreground 900 "$load" "$@" \
		--quiet --json "$json" >"$work/generator.log" 2>&1 ||
		fail "$who: the generator ends well" "$(tail -n 20 "$work/generator.log")"
}

# connects WHO NAMESPACE LINK TARGET SOURCE [OPTION...]: opens and closes for $seconds, $places at
# once. Sets rate, whole connections a second.
connects() {
	local who=$1 namespace=$2 link=$3 target=$4 source=$5
	shift 5
	rate=0
	generated "$who" "$namespace" connect --target "$target" --link "$link" --source "$source" \
		--sessions "$places" --duration "$seconds" --spin "$@"
	[ -s "$json" ] || return
	rate=$(told "int(c['sessions finished'] / r['seconds'])")
	echo "     | $who: $rate connections a second, SYN to open" \
		"$(told "'p50 %d us, p99 %d us' % (l['connect']['p50_us'], l['connect']['p99_us'])")"
	check "$who: each connection opened and closed" "$python" "$smoke/lib/load_results.py" "$json" \
		"c['sessions finished'] == c['sessions started'] > 0 and not errors"
}

appliance_end() {
	check "the appliance goes down" "$sallyport" down --name "$name" --purge
	appliances=${appliances% "$name"}
}

# console_says COMMAND: over a port that no client of the kernel's reaches.
console_says() {
	printf '%s\n' 'screen-length disable' "$1" quit | timeout 20 "$sallyport" console --name "$name" 2>&1 | tr -d '\r'
}

# worker_counter ROW: of all workers together.
worker_counter() {
	console_says 'display counters' | awk -v row="$1" '$1 == row { print $2 }'
}
