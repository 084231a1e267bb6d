#!/usr/bin/env bash
# Strict key exchange is negotiated and both sequence numbers return to 0, at first and at rekey.
. "$(dirname "$0")/_init.sh"

appliance_up
by_key -o LogLevel=DEBUG3 -- "display version" >/dev/null 2>"$work/log"
match "ssh -vvv sees strict KEX" "$(cat "$work/log")" 'will use strict KEX ordering'
match "the sending sequence number is reset" "$(cat "$work/log")" 'resetting send seqnr'
match "the reading sequence number is reset" "$(cat "$work/log")" 'resetting read seqnr'
match "server-sig-algs arrives" "$(cat "$work/log")" 'server-sig-algs=<.*ssh-ed25519'

commands=$(for _ in $(seq 500); do echo "display counters"; done)
by_key -o LogLevel=DEBUG3 -o RekeyLimit=16K -- "$commands" >/dev/null 2>"$work/log"
equal "a rekeying session ends well" "$?" 0
resets=$(grep -c 'resetting read seqnr' "$work/log")
check "they are reset at every rekey ($resets seen)" test "$resets" -ge 3
