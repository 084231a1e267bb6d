#!/usr/bin/env bash
# Access lists guard the listener: who is refused gets nothing made and no answer, who is admitted
# logs in, sessions that are open stay.
. "$(dirname "$0")/_init.sh"

# typed LINES: run in the session that is open; returns when they have been.
typed() {
	local before
	before=$(grep -c UTC "$work/out")
	printf '%s\ndisplay clock\n' "$1" >&7
	for _ in $(seq 100); do
		sleep 0.1
		[ "$(grep -c UTC "$work/out")" -eq "$before" ] || return 0
	done
	return 1
}

counter() {
	device "display counters" | awk -v row="$1" '$1 == row { print $2 }'
}

# from ADDRESS: may that client log in?
from() {
	limit=10 by_key -b "$1" -o ConnectTimeout=3 -- "display clock" 2>/dev/null | grep -q UTC
}

# refused ADDRESS [TO]: that client does not even connect.
refused() {
	client "$python" -c 'import socket, sys
try:
    socket.create_connection((sys.argv[2], 22), 1, (sys.argv[1], 0)).close()
    sys.exit(1)
except TimeoutError:
    pass' "$1" "${2:-192.0.2.2}"
}

appliance_up
client ip addr add 192.0.2.77/24 dev sp0
check "without a list both addresses log in" from 192.0.2.77
device $'system-view\nacl basic 2000\nrule deny source 192.0.2.77 0\nrule permit source 192.0.2.0 0.0.0.255\nquit\nssh server acl 2000\nssh server acl-deny-log enable' >/dev/null
before=$(counter tcp_syn_in)
check "an address that a rule denies cannot connect" refused 192.0.2.77
equal "TCP has heard nothing of it" "$(($(counter tcp_syn_in) - before))" 1
check "and the refusals are counted" test "$(counter acl_refused)" -gt 0
check "another address logs in" from 192.0.2.1
check "a refused ping is still answered" client ping -c 1 -W 2 -I 192.0.2.77 192.0.2.2
match "the rules show how often they fitted" "$(device "display acl 2000")" '^ rule 0 deny source 192\.0\.2\.77 0 \([1-9][0-9]* times matched\)$'
match "the log names whom it refused" "$(device "display logbuffer")" \
	'SSHS_ACL_DENY: The SSH connection request from 192\.0\.2\.77 was denied by ACL 2000 \(rule ID=0\)\.'
device "reset acl counter 2000" >/dev/null
match "matches can be reset" "$(device "display acl 2000")" '^ rule 0 deny source 192\.0\.2\.77 0$'

# Nobody over IPv4 from now on; a session that is open stays.
mkfifo "$work/in"
by_key <"$work/in" >"$work/out" 2>/dev/null &
exec 7>"$work/in"
typed $'system-view\nacl advanced 3000\nrule deny tcp destination-port eq 22\nquit\nssh server acl 3000\nsysname Guarded'
check "a list in force refuses new sessions at once" refused 192.0.2.1
typed "display current-configuration"
match "the open session is kept" "$(cat "$work/out")" '^ sysname Guarded$'
export address=2001:db8::2
match "IPv6 has a list of its own" "$(by_key -o HostKeyAlias=192.0.2.2 -- "display acl 3000")" '^ rule 0 deny tcp destination-port eq 22 \([1-9]'
typed $'acl ipv6 basic 2000\nrule permit source 2001:db8:9::/48\nquit\nssh server ipv6 acl 2000'
check "which refuses whom no rule admits" refused 2001:db8::1 2001:db8::2
typed $'acl ipv6 basic 2000\nrule permit source 2001:db8::1 128\nquit\nssh server acl 2999'
match "and admits whom one does" "$(by_key -o HostKeyAlias=192.0.2.2 -- "display clock")" UTC
export address=192.0.2.2
check "a list that does not exist lets nobody in" refused 192.0.2.1
typed $'undo ssh server acl'
check "without a list everyone may come again" from 192.0.2.77
exec 7>&-
