#!/usr/bin/env bash
# After kill -9 of every process up works again, with the same credentials, and down leaves nothing.
. "$(dirname "$0")/_init.sh"

appliance_up
before=$(cat "$state/admin_password" "$state/admin_key" "$state/known_hosts" | sha256sum)
mapfile -t pids < <(cut -d ' ' -f 2 "$run/pids")
check "the pids file lists the five processes" test "${#pids[@]}" -ge 5
# A session that is open when the processes are killed must not stand in the way.
by_key -- >/dev/null 2>&1 < <(sleep 30) &
sleep 1
kill -KILL "${pids[@]}"
sleep 0.5
alive=0
for pid in "${pids[@]}"; do
	[ ! -e "/proc/$pid/exe" ] || alive=$((alive + 1))
done
equal "every process is dead" "$alive" 0
"$sallyport" status --name "$name" >/dev/null 2>&1
equal "status says that it is down" "$?" 3
check "up works after kill -9 of everything" "$sallyport" up --name "$name"
equal "with the same credentials" \
	"$(cat "$state/admin_password" "$state/admin_key" "$state/known_hosts" | sha256sum)" "$before"
check "that log in by key" by_key -- "display clock"
check "and by password" by_password -- "display clock"

# One dead process is started again by the supervisor, without up.
for process in keeper cli control dataplane; do
	pid=$(sed -n "s/^$process //p" "$run/pids" | head -n 1)
	kill -KILL "$pid"
	back=no
	for _ in $(seq 100); do
		sleep 0.2
		if limit=5 by_key -- "display clock" >/dev/null 2>&1; then back=yes && break; fi
	done
	equal "the supervisor starts $process again and logins work" "$back" yes
	new=$(sed -n "s/^$process //p" "$run/pids" | head -n 1)
	check "$process has a new pid in the pids file" test "$new" != "$pid"
done
