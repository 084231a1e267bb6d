#!/usr/bin/env bash
# ssh-audit finds no failure other than its opinion of NIST curves.
. "$(dirname "$0")/_init.sh"

appliance_up
client ssh-audit -n 192.0.2.2 >"$work/audit" 2>&1
match "ssh-audit reaches the server" "$(cat "$work/audit")" 'banner: SSH-2.0-'
# A [fail] line without a name of its own goes with the named line above it.
failures=$(awk '/^\((kex|key|enc|mac)\)/ { name = $2 } /\[fail\]/ { print name ": " $0 }' "$work/audit" |
	grep -v nistp || :)
equal "no failure but the NIST curves" "$failures" ""
# A warning without a name of its own goes with the named line above it, as in the table of reasons.
warnings=$(awk '/^\((kex|key|enc|mac)\)/ { name = $2 } /\[warn\]/ { sub(/.*\[warn\] /, ""); print name ": " $0 }' "$work/audit" | sort)
reasons=$(awk -F' [|] ' '/^## What ssh-audit says/ { on = 1; next } /^## / { on = 0 }
	on && /^[|] `/ { gsub(/[|` ]/, "", $1); print $1 ": " $2 }' "$repo/crypto/README.md" | sort)
equal "each warning has its reason in crypto/README.md, and each reason its warning" "$warnings" "$reasons"
match "it sees strict key exchange or no Terrapin" \
	"$(grep -ci 'terrapin\|vulnerable' "$work/audit")" '^0$'
