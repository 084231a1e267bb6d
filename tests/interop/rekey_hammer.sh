#!/usr/bin/env bash
# Keys are exchanged anew all the time, from both sides, for MINUTES (30): nothing is lost, nothing hangs. In
# turn each client moves data under a limit of its own between 16 KB and 1 MB while the device has another:
# bulk both ways, a paste that is read slowly, small writes, and sessions that say nothing.
#
#   MINUTES=10 tests/run rekey-hammer
. "$(dirname "$0")/../smoke/_init.sh"

. "$repo/tests/interop/_ssh2.sh"
check "npm brings ssh2" npm_prepare
appliance_up
export WORK=$work LOAD=$repo/build/tests/load/sallyport-load MINUTES=${MINUTES:-30}
limit=$((MINUTES * 60 + 600)) python_claims ../../interop/rekey_hammer.py
