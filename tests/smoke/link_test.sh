#!/usr/bin/env bash
# Other links than the tap: memif listens and outlives its clients, af_packet and af_xdp carry logins, two workers share.
. "$(dirname "$0")/_init.sh"

load=$repo/build/tests/load/sallyport-load

dataplane() {
	sed -n 's/^dataplane //p' "$run/pids"
}

# A client of memif that is killed somewhere between its first frames and its thousandth.
client_killed() {
	ip netns exec "$name" "$load" connect $memif --sessions 64 --duration 9 --quiet >"$work/killed" 2>&1 &
	sleep "0.$((RANDOM % 3 + 3))"
	kill -9 $!
	wait $! 2>/dev/null
}

# shellcheck disable=SC2086
logins_over_memif() {
	client timeout --foreground 60 "$load" login $memif --count 3 --quiet
}

appliance_up --link memif --idle=spin
memif="--target 192.0.2.2 --user admin --key $run/admin_key --known-hosts $run/known_hosts --link memif:socket=$run/memif.sock"
check "memif listens at its path" test -S "$run/memif.sock"
match "the port is tried at its start" "$(cat "$state/log/dataplane.log")" \
	'port self-test: checksums sent: in software; checksums received: in software; flows spread: not needed'
match "its console answers" "$("$sallyport" status --name "$name")" 'Stelnet server: Enable'
check "memif makes no interface" sh -c "! ip -n $name link show sp0"
before=$(dataplane)
for _ in $(seq 12); do
	client_killed
done
check "a login over memif after clients that were killed" logins_over_memif
equal "none of them took the dataplane along" "$(dataplane)" "$before"
kill -9 "$before"
sleep 1
check "a login over memif after the dataplane was killed" logins_over_memif
check "down" "$sallyport" down --name "$name"
# Their owners are told by the flow alone: three of four logins come and go through another worker.
check "up over memif with four workers and one queue pair" "$sallyport" up --name "$name" --link memif --workers 4
# shellcheck disable=SC2086
check "16 logins reach them all" client timeout --foreground 60 "$load" login $memif --count 16 --quiet
check "down" "$sallyport" down --name "$name"
for link in af_packet af_xdp; do
	check "up over $link" "$sallyport" up --name "$name" --link $link:sp1
	match "a login over $link" "$(by_key -- "display version" 2>&1)" '^Comware Software'
	equal "and some output over $link" \
		"$(by_key -- "$(printf 'display counters\n%.0s' $(seq 50))" | grep -c '^frames_in ')" 50
	check "down" "$sallyport" down --name "$name"
done

check "up with two workers" "$sallyport" up --name "$name" --workers 2
good=0
for _ in $(seq 12); do
	[ "$(by_key -- "display clock" | grep -c UTC)" -ne 1 ] || good=$((good + 1))
done
equal "each of 12 logins reaches a worker" "$good" 12
match "doctor tells how flows are spread" "$("$sallyport" doctor --name "$name")" \
	'^good +port .*flows spread: by software alone'
match "status tells the workers" "$("$sallyport" status --name "$name")" 'tap, 2 worker'
