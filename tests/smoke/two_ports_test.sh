#!/usr/bin/env bash
# Several ports, each an interface of its own: a tap with the usual addresses, a memif with an
# attacker on it, and one more tap. What is configured and open survives on each.
. "$(dirname "$0")/_init.sh"

load=$repo/build/tests/load/sallyport-load
attacker=''
trap '[ -z "$attacker" ] || kill "$attacker" 2>/dev/null; finish' EXIT

# other COMMAND: by the third port.
other() {
	address=203.0.113.2 by_key -o HostKeyAlias=192.0.2.2 -- "$1"
}

counter() {
	device 'display counters' | awk -v row="$1" '$1 == row { print $2 }'
}

# reached ADDRESS: within five seconds somebody answers there.
reached() {
	client sh -c "for i in 1 2 3 4 5; do ping -c 1 -W 1 $1 && exit 0; done; exit 1"
}

memif_logins() {
	client timeout --foreground 60 "$load" login --target 198.51.100.2 --user admin --key "$run/admin_key" \
		--known-hosts "$work/known_hosts" --link "memif:socket=$run/memif1.sock" --source 198.51.100.1 --count 3 --quiet
}

refusal=$("$sallyport" up --name "$(name_new b)" --port tap --port tap --port tap --port tap 2>&1)
match "up refuses a fifth port before it starts anything" "$refusal" 'too many ports'
appliance_up --port memif --port tap --workers 2
sed 's/^[^ ]*/198.51.100.2/' "$state/known_hosts" >"$work/known_hosts"
match "one with three ports shows what it was told nothing of" "$(device "display ip interface brief")" \
	'^MGE0/0/2 +up +up +-- '
match "status tells them all" "$("$sallyport" status --name "$name")" 'tap and memif and tap, 2 worker'
client ip addr add 203.0.113.1/24 dev sp3
client ip -6 addr add 2001:db8:3::1/64 dev sp3 nodad
device $'system-view\ninterface M-GigabitEthernet0/0/1\nip address 198.51.100.2 24\ndescription to nobody known\nquit\ninterface mge0/0/2\nip address 203.0.113.2 24\nipv6 address 2001:db8:3::2 64\nreturn\nsave force' >"$work/out"

match "an address of a network that another has is refused" \
	"$(device $'system-view\ninterface mge0/0/1\nip address 203.0.113.9 28')" 'overlaps with that of another interface'

# --- each answers at its own address ---

check "the first answers pings" reached 192.0.2.2
check "the third too" reached 203.0.113.2
check "and over IPv6" client sh -c 'for i in 1 2 3 4 5; do ping -6 -c 1 -W 1 2001:db8:3::2 && exit 0; done; exit 1'
match "a login through the third" "$(other "display clock")" UTC
match "one through the first" "$(device "display clock")" UTC
client ip route add 203.0.113.2/32 dev sp0
check "what is the third's the first does not answer for" sh -c "! ip netns exec $name ping -c 1 -W 0.5 203.0.113.2"
match "it was asked" "$(client ip neigh show 203.0.113.2 dev sp0)" 'FAILED|INCOMPLETE'
before=$(counter ip_not_ours)
client ip neigh replace 203.0.113.2 dev sp0 lladdr "$(client ip neigh show 192.0.2.2 dev sp0 | awk '{ print $3 }')"
check "nor takes packets for it" sh -c "! ip netns exec $name ping -c 2 -i 0.2 -W 0.3 203.0.113.2"
check "they reached it" test "$(counter ip_not_ours)" -ge $((before + 2))
client ip route del 203.0.113.2/32 dev sp0

out=$(device $'ping -c 1 -t 500 203.0.113.1\ndisplay arp\ndisplay ip routing-table\ndisplay interface M-GigabitEthernet 0/0/2\ndisplay interface brief')
match "the device pings by the third" "$out" '1 packet\(s\) received'
match "its neighbour is there" "$out" '^203\.0\.113\.1 .* MGE0/0/2 '
match "another by the first" "$out" '^192\.0\.2\.1 .* MGE0/0/0 '
match "so is its network" "$out" '^203\.0\.113\.0/24 +Direct .* 203\.0\.113\.2 +MGE0/0/2'
match "what it counted is its own" "$out" '^Input \(total\):  [1-9][0-9]* packets, '
match "a port that nobody is at is down" "$out" '^MGE0/0/1 +DOWN DOWN +198\.51\.100\.2 +to nobody known'

# --- a flood on the second harms no other ---

check "logins by the second" memif_logins
ip netns exec "$name" nice -n 5 "$repo/build/tests/bench/syn_flood" "$run/memif1.sock" 198.51.100.2 198.51.100.1 22 >"$work/flood" 2>&1 &
attacker=$!
check "an attacker is at the second" timeout 20 sh -c "until grep -q ready '$work/flood'; do sleep 0.1; done"
device $'system-view\nip route-static 10.0.0.0 8 198.51.100.1' >/dev/null
kill -USR1 "$attacker"
good=0
for _ in 1 2 3 4; do
	[ "$(device "display clock" | grep -c UTC)" -ne 1 ] || good=$((good + 1))
	[ "$(other "display clock" | grep -c UTC)" -ne 1 ] || good=$((good + 1))
done
equal "logins by the first and the third succeed meanwhile" "$good" 8
check "its requests came by the second ($(counter port1_frames_in))" test "$(counter port1_frames_in)" -gt 20000
kill "$attacker" 2>/dev/null
wait "$attacker" 2>/dev/null
attacker=''

# --- what survives ---

kill -KILL "$(sed -n 's/^dataplane //p' "$run/pids" | head -n 1)"
for _ in $(seq 50); do
	sleep 0.2
	limit=5 device "display clock" >/dev/null 2>&1 && break
done
match "after kill -9 of the dataplane the third answers" "$(other "display clock")" UTC
check "and the second" memif_logins
check "down" "$sallyport" down --name "$name"
check "nothing of it is left" sh -c "! ls /run/sallyport/$name /run/netns/$name 2>/dev/null | grep ."
check "up with one port" "$sallyport" up --name "$name"
match "what was saved of the others is still configured" "$(device "display current-configuration")" '^ ip address 203\.0\.113\.2 255'
equal "and they are not there" "$(device "display ip interface brief" | grep -c '^MGE')" 1
check "down" "$sallyport" down --name "$name"
check "up with all again" "$sallyport" up --name "$name" --port memif --port tap
client ip addr add 203.0.113.1/24 dev sp3
check "the third answers where it did" reached 203.0.113.2
match "a login there" "$(other "display clock")" UTC
