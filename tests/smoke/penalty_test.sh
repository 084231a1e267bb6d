#!/usr/bin/env bash
# Sources whose logins fail are refused for a while, with words; logins under way have a limit.
. "$(dirname "$0")/_init.sh"

appliance_up
mapfile -t common < <(ssh_options)
printf 'wrong\n' >"$work/password"
wrong() {
	client sshpass -f "$work/password" ssh "${common[@]}" -o PubkeyAuthentication=no -o NumberOfPasswordPrompts=1 \
		"admin@$address" "display clock" 2>&1
}
device $'system-view\nssh server penalty failure 20000 minimum 30 maximum 300' >"$work/out"
equal "the price of a failed login is set" "$?" 0
wrong >"$work/out"
match "one failure is forgiven" "$(by_key -- 'display clock' 2>&1)" UTC
match "and shown" "$(device 'display ssh server penalty')" '^ *192\.0\.2\.1 +1 +0 .*Watched'
wrong >"$work/out"
match "after two the source is refused, and told for how long" "$(by_key -- 'display clock' 2>&1)" \
	'Too many failed logins from your address: try again in [0-9]+ s'
match "another source is not" "$(address=2001:db8::2 by_key -- 'display ssh server penalty' 2>&1)" '^ *192\.0\.2\.1 +2 +1 .*Refused'
address=2001:db8::2 by_key -- 'reset ssh server penalty' >"$work/out"
match "a forgiven source logs in" "$(by_key -- 'display clock' 2>&1)" UTC
device $'system-view\nssh server penalty exempt 192.0.2.0/24' >"$work/out"
wrong >"$work/out"
wrong >"$work/out"
wrong >"$work/out"
match "one that is exempt may fail as often as it likes" "$(by_key -- 'display clock' 2>&1)" UTC
match "the rules are in the configuration" "$(device 'display current-configuration')" \
	'^ ssh server penalty failure 20000 minimum 30 maximum 300$'

device $'system-view\nssh server max-startups 2 100 2' >"$work/out"
mkfifo "$work/hold"
client nc -N "$address" 22 <"$work/hold" >"$work/nc1" &
client nc -N "$address" 22 <"$work/hold" >"$work/nc2" &
exec 7>"$work/hold"
for _ in $(seq 50); do
	[ -s "$work/nc1" ] && [ -s "$work/nc2" ] && break
	sleep 0.1
done
match "too many logins under way are refused" "$(by_key -- 'display clock' 2>&1)" 'Too many logins under way: try again later'
exec 7>&-
wait
match "and again not when some have ended" "$(by_key -- 'display clock' 2>&1)" UTC
