#!/usr/bin/env bash
# Several workers: each connection has one owner, wherever its frames arrive; what is said of
# neighbours reaches all.
. "$(dirname "$0")/_init.sh"

# logins COUNT: so many at once in each round of 16; prints how many went well.
logins() {
	local i
	: >"$work/logins"
	for i in $(seq "$1"); do
		by_key -- "display clock" 2>/dev/null | grep UTC >>"$work/logins" &
		[ $((i % 16)) -ne 0 ] || wait
	done
	wait
	wc -l <"$work/logins"
}

counter() {
	device "display counters" | awk -v row="$1" '$1 == row { print $2 }'
}

shared() {
	client ping -c 1 -W 2 192.0.2.2 >/dev/null
	equal "64 logins reach $1 workers" "$(logins 64)" 64
	check "ping" client ping -c 3 -i 0.2 -W 2 192.0.2.2
	check "ping -6" client ping -6 -c 3 -i 0.2 -W 2 2001:db8::2
	check "frames went from worker to worker" test "$(counter steered)" -gt 0
	equal "none was lost on the way" "$(counter steer_full)" 0
	client ip link set sp0 address 02:00:00:00:99:0"$1"
	client ip neigh flush dev sp0
	equal "all workers learn that the client has moved" "$(logins 16)" 16
	address=2001:db8::2
	equal "the same over IPv6" "$(logins 16)" 16
	export address=192.0.2.2
}

appliance_up --workers 2
shared 2
check "down" "$sallyport" down --name "$name"
check "four workers on two cores" "$sallyport" up --name "$name" --workers 4
shared 4
