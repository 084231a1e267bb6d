#!/usr/bin/env bash
# What OpenSSH asks of a session besides its login: banner, break, several sessions of one connection,
# keepalives from both sides, the end of unused connections, subsystems.
. "$(dirname "$0")/_init.sh"

appliance_up
# counted NAME: a counter of the device.
counted() {
	device "display counters" | awk -v name="$1" '$1 == name { print $2; found = 1 } END { if (!found) print 0 }'
}

device $'system-view\nheader legal %Only us.\\nElse go.%\nheader login %Hello there%\nssh server subsystem version command display version' >/dev/null
by_key -o LogLevel=INFO -- "display clock" 2>"$work/err" >/dev/null
equal "the banners come before the login, each once" "$(tr -d '\r' <"$work/err")" $'Only us.\nElse go.\nHello there'
device $'system-view\nundo header legal' >/dev/null
equal "a shell does not say the login banner again" \
	"$(printf 'quit\r' | by_key -tt -o LogLevel=INFO 2>&1 | grep -c 'Hello there')" 1
device $'system-view\nundo header login' >/dev/null

refused=$(counted requests_refused)
out=$({ sleep 0.5; printf '\r~B'; sleep 0.2; printf 'display version\rquit\r'; } | by_key -tt -o EscapeChar='~' 2>&1)
match "OpenSSH sends a break" "$out" '~B'
match "and the shell goes on" "$out" '^Comware Software'
equal "no request of that session was refused" "$(counted requests_refused)" "$refused"

match "a subsystem runs the command of its name" "$(by_key -s -- version)" '^Comware Software'
match "another is refused" "$(by_key -s -- netconf 2>&1)" 'subsystem request failed'

python_claims session_requests.py
by_key -M -S "$work/master" -f -N
for _ in 1 2 3; do
	by_key -S "$work/master" -- "display version" | grep -q '^Comware Software' || fail "one of three sessions of a connection"
done
equal "a ControlMaster runs several sessions over one connection" \
	"$(by_key -S "$work/master" -- "display ssh server session" | grep -c admin)" 1
by_key -S "$work/master" -O exit 2>/dev/null

device $'system-view\nssh server keepalive interval 1 count 2' >/dev/null
by_key -f -N -o ControlMaster=yes -S "$work/silent"
pid=$(by_key -S "$work/silent" -O check 2>&1 | grep -oE 'pid=[0-9]+' | cut -d= -f2)
sleep 2.5
check "a client that answers keepalives stays" by_key -S "$work/silent" -O check
kill -STOP "$pid"
sleep 3.5
equal "one that does not is ended" "$(counted keepalives_lost)" 1
kill -CONT "$pid"
device $'system-view\nundo ssh server keepalive\nssh server unused-timeout 1' >/dev/null
by_key -o ServerAliveInterval=1 -N -o LogLevel=INFO 2>"$work/err"
match "an unused connection ends and says why" "$(cat "$work/err")" 'no channel was open for too long'
device $'system-view\nundo ssh server unused-timeout' >/dev/null
