#!/usr/bin/env bash
# 5 % of all packets dropped at random in both directions: every session still delivers everything.
. "$(dirname "$0")/_init.sh"

appliance_up
client nft -f - <<'RULES' || fail "nft takes the rules"
table inet lossy {
	counter dropped_in { }
	counter dropped_out { }
	chain in { type filter hook input priority 0; numgen random mod 100 < 5 counter name dropped_in drop; }
	chain out { type filter hook postrouting priority 0; numgen random mod 100 < 5 counter name dropped_out drop; }
}
RULES
limit=300 python_claims loss.py
limit=300 python_claims paste.py lossy
for way in in out; do
	count=$(client nft list counter inet lossy dropped_$way | sed -n 's/.*packets \([0-9]*\).*/\1/p')
	check "packets were dropped on the way $way ($count)" test "${count:-0}" -gt 20
done
