#!/usr/bin/env bash
# Hours of logins, hostile clients and pastes on one appliance; memory and pools must stay flat.
# MINUTES=60 tests/run soak
. "$(dirname "$0")/../smoke/_init.sh"

appliance_up
ssh-keygen -q -t ed25519 -N '' -f "$work/stranger"
minutes=${MINUTES:-60}

# Private memory of all processes, in kB.
memory() {
	while read -r _ pid; do
		sed -n 's/^Pss_Anon:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$pid/smaps_rollup"
	done <"$run/pids" | awk '{ sum += $1 } END { print sum }'
}

round() {
	limit=400 python_claims many.py
	limit=300 python_claims hostile.py "$work/stranger"
	limit=280 python_claims paste.py openssh-fast paramiko
}

round
first=$(memory)
end=$((SECONDS + minutes * 60))
while [ "$SECONDS" -lt "$end" ]; do
	round
	echo "     $((SECONDS / 60)) minutes: $(memory) kB private"
done
last=$(memory)
check "private memory is flat: $first kB after the first round, $last kB at the end" \
	test "$last" -le $((first + first / 4 + 4096))
equal "the same processes live" "$("$sallyport" status --name "$name" | grep -c gone)" 0
