#!/usr/bin/env bash
# IPv6: ping, a login by OpenSSH, a megabyte pasted; our address is checked before it is used.
. "$(dirname "$0")/_init.sh"

appliance_up
own=2001:db8::2

# The check for another owner takes a second from start.
wait_for_ping() {
	for _ in 1 2 3 4 5 6 7 8; do
		client ping -6 -c 1 -W 1 "$own" >/dev/null && return
	done
	return 1
}
check "the address answers" wait_for_ping
check "ping" client ping -6 -c 5 -i 0.2 -W 2 "$own"
check "ping with 1400 bytes" client ping -6 -c 2 -i 0.2 -W 2 -s 1400 "$own"
link_local=$(client ping -6 -L -c 1 -W 2 ff02::1%sp0 | sed -n 's/.*from \(fe80:[^%]*\)%.*/\1/p' | tail -n 1)
check "a ping to all nodes names our link-local address" client ping -6 -c 1 -W 2 "$link_local%sp0"
match "the kernel has proven us reachable" "$(client ip -6 neigh show "$own")" 'REACHABLE|DELAY|STALE'
export address=$own
match "login by key" "$(by_key -- "display version")" '^Comware Software, Version 7\.1\.070, Sallyport '
match "login by password" "$(by_password -- "display clock")" 'UTC'
client ip -6 neigh flush dev sp0
match "login when the client has forgotten us" "$(by_key -- "display clock")" 'UTC'
match "login from the link-local address" "$(address=$link_local%sp0 by_key -o HostKeyAlias=$own -- "display clock")" 'UTC'
export ADDRESS=$own
limit=280 python_claims paste.py openssh-fast
