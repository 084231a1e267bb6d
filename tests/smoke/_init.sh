# What every smoke script stands on. Source it first, then:
#
#   appliance_up [OPTION...]        an appliance of this script's own; gone when the script ends
#   check CLAIM COMMAND...          the command's status is the claim
#   equal CLAIM GOT EXPECTED        two texts are the same
#   match CLAIM TEXT REGEX          the text has a line that matches
#   client COMMAND...               run on the client's side, in the namespace
#   client_typed COMMAND...         the same in a terminal, with something typed
#   by_key, by_password [OPTION...] [-- COMMAND]    OpenSSH as admin
#                                   through=client_typed by_key -tt: someone types in a terminal
#                                   address=2001:db8::2 by_key: over IPv6
#   python_claims SCRIPT [ARG...]   a Python script of lib/ that makes claims of its own
#
# A script ends with "N passed, N failed".
# shellcheck shell=bash
set -u
smoke=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repo=$(cd "$smoke/../.." && pwd)
export PATH=$PATH:/usr/sbin:/sbin
export PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore
sallyport=$repo/cli/sallyport
python=/usr/bin/python3
passed=0 failed=0
appliances=''
address=192.0.2.2
work=$(mktemp -d /tmp/sallyport-test.XXXXXX)

# A name nobody else has: the script's initials would not be unique, its process is.
name_new() {
	printf 't%s%s\n' "$1" "$BASHPID"
}

pass() {
	printf 'ok   %s\n' "$1"
	passed=$((passed + 1))
}

# fail CLAIM [DETAIL...]: details are shown indented.
fail() {
	printf 'FAIL %s\n' "$1"
	shift
	local line
	for line in "$@"; do
		printf '%s\n' "$line" | head -n 30 | cut -c 1-200 | sed 's/^/     | /'
	done
	failed=$((failed + 1))
}

check() {
	local claim=$1 log=$work/check.log
	shift
	if "$@" >"$log" 2>&1; then
		pass "$claim"
	else
		fail "$claim" "status $? of: $*" "$(tail -n 20 "$log")"
	fi
}

equal() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "expected: $3" "got:      $2"
	fi
}

match() {
	if printf '%s\n' "$2" | grep -qE -- "$3"; then
		pass "$1"
	else
		fail "$1" "expected a line like: $3" "got: $2"
	fi
}

# finish: what a script leaves when it ends, however it ends.
finish() {
	trap - EXIT INT TERM
	local one
	for one in $appliances; do
		[ "$failed" -eq 0 ] || show_logs "$one"
		"$sallyport" down --name "$one" --purge >"$work/down.log" 2>&1 ||
			fail "appliance $one goes down" "$(cat "$work/down.log")"
	done
	rm -rf "$work"
	echo "$passed passed, $failed failed"
	# A bare exit in a trap would give the status from before the trap.
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
	exit $?
}
trap finish EXIT
trap 'exit 130' INT TERM

show_logs() {
	local log
	for log in /var/lib/sallyport/"$1"/log/*; do
		[ -s "$log" ] || continue
		echo "     end of $log:"
		tail -n 15 "$log" | cut -c 1-200 | sed 's/^/     | /'
	done
}

# Sets name, run, state.
appliance_up() {
	name=$(name_new a)
	appliance_up_as "$name" "$@"
}

appliance_up_as() {
	name=$1
	run=/run/sallyport/$name
	state=/var/lib/sallyport/$name
	export NAME=$name RUN=$run STATE=$state
	shift
	appliances="$appliances $name"
	if ! "$sallyport" up --name "$name" "$@" >"$work/up.log" 2>&1; then
		fail "the appliance comes up" "$(tail -n 40 "$work/up.log")"
		exit 1
	fi
}

client() {
	ip netns exec "$name" "$@"
}

# The same in a terminal, where someone types `display version` and `quit`.
client_typed() {
	client "$python" "$smoke/lib/typed.py" "$@"
}

ssh_options() {
	printf '%s\n' -F /dev/null -o "UserKnownHostsFile=$run/known_hosts" \
		-o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes \
		-o UpdateHostKeys=no -o ConnectTimeout=20 -o IdentitiesOnly=yes -o LogLevel=ERROR
}

# split_command ARG...: options before --, the remote command after it.
by_key() {
	local options=() common
	mapfile -t common < <(ssh_options)
	while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1"); shift; done
	[ $# -eq 0 ] || shift
	"${through:-client}" timeout --foreground "${limit:-60}" ssh "${options[@]}" "${common[@]}" -o BatchMode=yes -i "$run/admin_key" \
		"admin@$address" "$@"
}

by_password() {
	local options=() common
	mapfile -t common < <(ssh_options)
	while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1"); shift; done
	[ $# -eq 0 ] || shift
	"${through:-client}" timeout --foreground "${limit:-60}" sshpass -f "$run/admin_password" ssh "${options[@]}" "${common[@]}" \
		-o PubkeyAuthentication=no -o PreferredAuthentications=password \
		"admin@$address" "$@"
}

# python_claims SCRIPT [ARG...]: runs on the client's side; its ok and FAIL lines count as ours.
python_claims() {
	local log=$work/python.log status=0
	client timeout "${limit:-300}" "$python" "$smoke/lib/$1" "${@:2}" >"$log" 2>&1 || status=$?
	grep -E '^(ok  |FAIL|    ) ' "$log"
	passed=$((passed + $(grep -c '^ok   ' "$log")))
	failed=$((failed + $(grep -c '^FAIL ' "$log")))
	grep -q '^done$' "$log" || fail "$1 runs to its end" "status $status" "$(tail -n 25 "$log")"
}

# device COMMAND: what the device answers, by exec.
device() {
	by_key -- "$1"
}
