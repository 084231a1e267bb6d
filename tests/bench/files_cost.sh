#!/usr/bin/env bash
# One file up and down by OpenSSH's sftp: from the appliance over its tap, and from OpenSSH's
# internal-sftp behind a pair of taps (bench/tap_forward), in turns on the same machine.
# FILE_MB=1024 ROUNDS=3 tests/bench/files_cost.sh
. "$(dirname "$0")/../smoke/_init.sh"
. "$smoke/lib/files.sh"
. "$smoke/lib/sshd.sh"

peer=$(name_new p)
forward_pid='' sshd_pid=''

peer_end() {
	[ -z "$sshd_pid" ] || kill "$sshd_pid"
	[ -z "$forward_pid" ] || kill "$forward_pid"
	ip netns del "$peer" 2>/dev/null
	finish
}

# tap_up NAMESPACE INTERFACE ADDRESS
tap_up() {
	ip -n "$1" link set "$2" mtu 1500 up
	ip -n "$1" address add "$3/24" dev "$2"
}

peer_up() {
	ip netns add "$peer"
	"$repo/build/tests/bench/tap_forward" "$name" spf0 "$peer" spf1 >"$work/forward.log" 2>&1 &
	forward_pid=$!
	timeout 10 sh -c "until grep -q ready '$work/forward.log'; do sleep 0.1; done" ||
		fail "the forwarder starts" "$(cat "$work/forward.log")"
	tap_up "$name" spf0 198.51.100.1
	tap_up "$peer" spf1 198.51.100.2
	mkdir "$work/peer"
	sshd_run "$peer" 198.51.100.2 22 "Subsystem sftp internal-sftp -d $work/peer"
}

appliance_up
trap peer_end EXIT
sshd_need
files_prepare
peer_up
head -c "$((${FILE_MB:-1024} << 20))" /dev/urandom >"$work/file"
export SSHD_PID=$sshd_pid FORWARD_PID=$forward_pid
limit=900 python_claims ../../bench/files_cost.py "$work" "${ROUNDS:-3}"
cmp "$work/file" "$state/flash/file" && pass "the appliance has the same bytes" ||
	fail "the appliance has the same bytes"
check "and gave the same bytes back" cmp "$work/file" "$work/back"
