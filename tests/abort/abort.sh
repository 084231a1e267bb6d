#!/usr/bin/env bash
# Connections that are cut off in every state leave nothing behind: CYCLES (1,000,000) within control over each state
# that a session has, SSH-1's too, and NETWORK (100,000) over the network to an appliance, in each phase of a login, of
# a rekey and of a channel. Pools and memory end where they began.
#
#   CYCLES=1000 NETWORK=2000 tests/run abort
. "$(dirname "$0")/../smoke/_init.sh"

load=$repo/build/tests/load/sallyport-load
check "${CYCLES:-1000000} cycles within control leave nothing" \
	env CYCLES="${CYCLES:-1000000}" "$repo/build/tests/unit/test_session_abort"
grep '^  [0-9]* cycles' "$work/check.log" | sed 's/^ */     /'

appliance_up
network=${NETWORK:-100000}

cut_off() {
	client "$load" abort --target "$address" --user admin "$@" --pin first --sessions 16 --timeout 60
}

# Kilobytes in memory of all processes.
memory() {
	local pid sum=0
	for pid in $(cat "$run/pids"); do
		sum=$((sum + $(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status" 2>/dev/null || echo 0)))
	done
	echo "$sum"
}

# In use, without what only says how much there once was.
pools() {
	local try
	for try in 1 2 3 4 5 6 7 8 9 10; do
		sleep 1
		by_key -- 'display sessions resources' | sed -E 's/ +[0-9]+ +[0-9]+ *$//' |
			grep -vE 'ever used|neighbours|TIME_WAIT|frame buffers' >"$work/pools.$try"
		[ "$try" -gt 1 ] && cmp -s "$work/pools.$try" "$work/pools.$((try - 1))" && break
	done
	cat "$work/pools.$try"
}

cut_off --key "$run/admin_key" --count 2000 >"$work/warm" 2>&1
pools >"$work/before"
before=$(memory)
share=$((network / 2))
check "$share cut off, by key" cut_off --key "$run/admin_key" --count "$share"
grep -E 'sessions cut off|sessions failed|key exchanges repeated' "$work/check.log" | sed 's/^ */     /'
check "$((network - share)) cut off, in rounds of questions" \
	cut_off --password-file "$run/admin_password" --interactive --count "$((network - share))"
grep -E 'sessions cut off|sessions failed' "$work/check.log" | sed 's/^ */     /'
pools >"$work/after"
after=$(memory)
equal "every pool is where it was" "$(cat "$work/after")" "$(cat "$work/before")"
match "there were pools to look at" "$(cat "$work/after")" 'control key exchanges +0$'
check "memory of all processes: $before KB before, $after KB after, at most 2 MB more" [ "$after" -le $((before + 2048)) ]
match "a login works as before" "$(by_key -- 'display clock')" 'UTC'
