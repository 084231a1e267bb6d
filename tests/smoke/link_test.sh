#!/usr/bin/env bash
# Other links than the tap: memif listens, af_packet and af_xdp carry logins, two workers share.
. "$(dirname "$0")/_init.sh"

appliance_up --link memif
check "memif listens at its path" test -S "$run/memif.sock"
match "the port is tried at its start" "$(cat "$state/log/dataplane.log")" \
	'port self-test: checksums sent: in software; checksums received: in software; flows spread: not needed'
match "its console answers" "$("$sallyport" status --name "$name")" 'Stelnet server: Enable'
check "memif makes no interface" sh -c "! ip -n $name link show sp0"
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
