#!/usr/bin/env bash
# kill -9 at random moments: COUNT (1,000) times of a process that runs the device's own code for
# saves and uploads, then ROUNDS (20) times of the appliance's cli under a save and an upload.
# Whatever the moment, a file is the old one or the new one, whole.
. "$(dirname "$0")/../smoke/_init.sh"
. "$smoke/lib/files.sh"

# The device's own code, and a disk as the device has it.
kill_many() {
	local log=$work/kill.log
	mkdir -p /var/lib/sallyport
	(cd /var/lib/sallyport && timeout 3600 "$repo/build/tests/files/kill_files" "${COUNT:-1000}") >"$log" 2>&1
	cat "$log"
	passed=$((passed + $(grep -c '^ok   ' "$log")))
	failed=$((failed + $(grep -c '^FAIL ' "$log")))
	grep -q '^done$' "$log" || fail "kill_files runs to its end" "$(tail -n 5 "$log")"
}

# kill_cli: at a random moment within the next 200 ms; then wait until logins work again.
kill_cli() {
	local i
	sleep "0.$(printf %03d $((RANDOM % 200)))"
	kill -KILL "$(sed -n 's/^cli //p' "$run/pids")"
	wait "$1" 2>/dev/null
	for ((i = 0; i < 100; i++)); do
		limit=5 by_key -- 'display clock' >/dev/null 2>&1 && return
		sleep 0.2
	done
	fail "logins work again after a kill"
}

# config_of FILE: without its name.
config_of() {
	sed 's/^ *sysname .*//' "$1"
}

save_round() {
	by_key -- $'system-view\nsysname K'"$1"$'\nsave force' >/dev/null 2>&1 &
	kill_cli $!
	config_of "$state/flash/startup.cfg" | cmp -s - "$work/config" || return 1
	grep -qE "^ *sysname (Before|K[0-9]+)\$" "$state/flash/startup.cfg"
}

upload_round() {
	head -c 3000000 /dev/urandom >"$work/new"
	sftp_run >/dev/null 2>&1 <<<"put $work/new up" &
	kill_cli $!
	cmp -s "$work/new" "$state/flash/up" && { mv "$work/new" "$work/old"; return 0; }
	cmp -s "$work/old" "$state/flash/up"
}

kill_many
appliance_up
files_prepare
by_key -- $'system-view\nsysname Before\nsave force' >/dev/null
config_of "$state/flash/startup.cfg" >"$work/config"
head -c 3000000 /dev/urandom >"$work/old"
sftp_run >/dev/null <<<"put $work/old up"
good=0
for ((i = 0; i < ${ROUNDS:-20}; i++)); do
	save_round "$i" && good=$((good + 1))
	upload_round && good=$((good + 1))
done
equal "$((2 * i)) kills of the device's cli: each file is whole" "$good" "$((2 * i))"
check "nothing is left beside the files" \
	test -z "$(find "$state/flash" -name '.upload-*')"
