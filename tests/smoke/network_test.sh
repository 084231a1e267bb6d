#!/usr/bin/env bash
# The network as its operator sees it: ping and tracert both ways, displays, routes, addresses
# changed while sessions are open, settings that outlive a restart of the dataplane.
. "$(dirname "$0")/_init.sh"

# dialogue_open NAME FD [OPTION...]: a session whose commands come through descriptor FD.
dialogue_open() {
	mkfifo "$work/$1.in"
	by_key "${@:3}" <"$work/$1.in" >"$work/$1.out" 2>/dev/null &
	eval "exec $2>'$work/$1.in'"
}

# dialogue_says NAME REGEX: within five seconds its output has such a line.
dialogue_says() {
	for _ in $(seq 50); do
		grep -qE -- "$2" "$work/$1.out" && return
		sleep 0.1
	done
	return 1
}

trap '' PIPE # a session that ends takes its end of the pipe along
refusal=$("$sallyport" up --name "$(name_new b)" --route 10.0.0.0/8=2001:db8::1 2>&1)
match "up refuses options that do not fit before it starts anything" "$refusal" 'do not fit together'
appliance_up --mtu 1450 --route 203.0.113.0/24=192.0.2.1
# The device uses its IPv6 address once it has seen that nobody else does: up to two seconds.
check "its IPv6 address is its own within five seconds" client sh -c \
	'for i in 1 2 3 4 5; do ping -6 -c 1 -W 1 2001:db8::2 && exit 0; done; exit 1'

# --- probes from the device ---

out=$(device $'ping -c 3 -m 10 192.0.2.1\nping ipv6 -c 2 -m 10 2001:db8::1\nping -c 1 -t 100 192.0.2.99\nping ipv6 -c 1 2001:db8:f::1')
match "ping" "$out" '^3 packet\(s\) transmitted, 3 packet\(s\) received, 0\.0%'
match "ping ipv6" "$out" '^2 packet\(s\) transmitted, 2 packet\(s\) received, 0\.0%'
match "no way leads to an IPv6 host without a route" "$out" '^No route to the destination'
match "a ping that nobody answers" "$out" '100\.0% packet loss'

# A router and a host behind it: the client forwards to another namespace.
far=${name}f
ip netns add "$far"
trap 'ip netns del "$far" 2>/dev/null; finish' EXIT
client ip link add sp9 type veth peer name sp9 netns "$far"
client ip link set sp9 up
client ip addr add 198.51.100.254/24 dev sp9
client ip -6 addr add 2001:db8:f::ffff/64 dev sp9 nodad
ip netns exec "$far" sh -c 'ip link set lo up; ip link set sp9 up; ip addr add 198.51.100.1/24 dev sp9
	ip -6 addr add 2001:db8:f::1/64 dev sp9 nodad
	ip route add default via 198.51.100.254; ip -6 route add default via 2001:db8:f::ffff'
client sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
	echo 10000 >/proc/sys/net/ipv4/icmp_msgs_per_sec; echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
	echo 0 >/proc/sys/net/ipv6/icmp/ratelimit'
check "the far host is within the router's reach" client sh -c \
	'for i in 1 2 3 4 5; do ping -6 -c 1 -W 1 2001:db8:f::1 && ping -c 1 -W 1 198.51.100.1 && exit 0; done; exit 1'
out=$(device $'system-view\nipv6 route-static 2001:db8:f:: 64 2001:db8::1\nip route-static 198.51.100.0 24 192.0.2.1 preference 10\nping ipv6 -c 2 -m 10 2001:db8:f::1\ntracert -w 1000 198.51.100.1\ntracert ipv6 -w 1000 2001:db8:f::1')
match "a static route leads there" "$out" ' 2 packet\(s\) received'
match "tracert names the router" "$out" '^ 1  192\.0\.2\.1 \(192\.0\.2\.1\)  [0-9.]+ ms'
match "and the host behind it" "$out" '^ 2  198\.51\.100\.1 \(198\.51\.100\.1\)  [0-9.]+ ms'
match "tracert ipv6" "$out" '^ 2  2001:db8:f::1 \(2001:db8:f::1\)  [0-9.]+ ms'

# --- and to the device ---

check "traceroute from two hops away ends at the device" sh -c \
	"ip netns exec $far traceroute -n -w 2 192.0.2.2 | tail -n 1 | grep -q '^ 2  192.0.2.2 '"
check "traceroute -6 too" sh -c \
	"ip netns exec $far traceroute -6 -n -w 2 2001:db8::2 | tail -n 1 | grep -q '^ 2  2001:db8::2 '"
check "ping -6 from two hops away" ip netns exec "$far" ping -6 -c 2 -i 0.2 -W 2 2001:db8::2

# --- displays ---

out=$(device $'display arp\ndisplay ipv6 neighbors all\ndisplay ip routing-table\ndisplay ipv6 routing-table\ndisplay ip interface brief\ndisplay interface\ndisplay tcp\ndisplay tcp statistics')
mac=$(client cat /sys/class/net/sp0/address | tr -d : | sed 's/\(....\)\(....\)\(....\)/\1-\2-\3/')
match "display arp" "$out" "^192\.0\.2\.1 +$mac .* D\$"
match "display ipv6 neighbors" "$out" "^2001:db8::1 +$mac .*(REACH|STALE|DELAY|PROBE) D"
match "display ip routing-table" "$out" '^198\.51\.100\.0/24 +Static +10 +0 +192\.0\.2\.1 +MGE0/0/0$'
match "with what up was told" "$out" '^203\.0\.113\.0/24 +Static '
match "the MTU is up's too" "$out" '^Maximum transmission unit: 1450$'
match "display ipv6 routing-table" "$out" '^Destination: 2001:db8:f::/64 +Protocol  : Static$'
match "display ip interface brief" "$out" '^MGE0/0/0 +up +up +192\.0\.2\.2/24 '
match "display interface" "$out" '^IPv6 address: 2001:db8::2/64$'
match "display tcp" "$out" '^ 192\.0\.2\.2:22 +192\.0\.2\.1:[0-9]+ +ESTABLISHED '
match "display tcp statistics" "$out" '^ +established connections: [1-9]'
check "the same as JSON" sh -c \
	"printf '%s' '$(device "display tcp | json")' | $python -c 'import json,sys; assert json.load(sys.stdin)[0][\"State\"] == \"LISTEN\"'"

dialogue_open six 7 -o HostKeyAlias=192.0.2.2 -o HostName=2001:db8::2
dialogue_open four 8
echo "display clock" >&7
echo "display clock" >&8
check "a session over IPv6 is open" dialogue_says six UTC
check "and one over IPv4" dialogue_says four UTC
port=$(client ss -Htn dst 192.0.2.2 | awk '{ split($4, a, ":"); print a[2]; exit }')
match "one connection is found by its peer" "$(device "display tcp verbose remote 192.0.2.1 $port")" '^Round-trip time: [0-9.]+ ms$'

# --- settings while sessions are open ---

printf 'system-view\ninterface m-gigabitethernet 0/0/0\nip address 192.0.2.9 24\nmtu 1400\ndisplay this\n' >&7
check "the address is changed through a session that does not use it" dialogue_says six '^ ip address 192\.0\.2\.9 255'
export address=192.0.2.9
match "logins go to the new address" "$(by_key -o HostKeyAlias=192.0.2.2 -- "display clock")" UTC
check "nobody answers at the old one" sh -c "! ip netns exec $name ping -c 1 -W 0.3 192.0.2.2 >/dev/null"
echo "display clock" >&8 2>/dev/null
sleep 0.3
equal "the session to the old address has ended" "$(grep -c UTC "$work/four.out")" 1
before=$(grep -c UTC "$work/six.out")
echo "display clock" >&7
check "the other one goes on" dialogue_says six "UTC" && sleep 0.2
check "with the next command" test "$(grep -c UTC "$work/six.out")" -gt "$before"

pid=$(sed -n 's/^dataplane //p' "$run/pids" | head -n 1)
kill -KILL "$pid"
for _ in $(seq 50); do
	sleep 0.2
	limit=5 by_key -o HostKeyAlias=192.0.2.2 -- "display clock" >/dev/null 2>&1 && break
done
out=$(by_key -o HostKeyAlias=192.0.2.2 -- $'display interface\ndisplay ip routing-table')
match "a new dataplane has the address, the MTU" "$out" '^Maximum transmission unit: 1400$'
match "and the routes" "$out" '^198\.51\.100\.0/24 +Static +10 '
by_key -o HostKeyAlias=192.0.2.2 -- $'system-view\ninterface mge0/0/0\nundo ip address' >/dev/null 2>&1 &
sleep 0.5
export address=192.0.2.2
match "undo brings the address of the start" "$(device "display ip interface brief")" ' 192\.0\.2\.2/24 '
exec 7>&- 8>&-

client nft -f - <<'RULES' || fail "nft takes the rules"
table inet marks {
	counter usual { }
	counter four { }
	counter six { }
	chain in {
		type filter hook input priority 0;
		tcp sport 22 ip dscp 48 counter name usual
		tcp sport 22 ip dscp 10 counter name four
		tcp sport 22 ip6 dscp 46 counter name six
	}
}
RULES
device $'system-view\nssh server dscp 10\nssh server ipv6 dscp 46' >/dev/null
device "display clock" >/dev/null
address=2001:db8::2 by_key -- "display clock" >/dev/null
for mark in usual four six; do
	count=$(client nft list counter inet marks $mark | sed -n 's/.*packets \([0-9]*\).*/\1/p')
	check "packets carry the code point that is configured: $mark ($count)" test "${count:-0}" -gt 5
done
