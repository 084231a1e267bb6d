#!/usr/bin/env bash
# MEGABYTES (10) of configuration commands pasted into one session while SESSIONS (1,000) others run
# `display users`: nothing is lost, order is kept, and nobody waits for more than a slice of it.
. "$(dirname "$0")/../smoke/_init.sh"

appliance_up
limit=3000 python_claims paste_among.py "${MEGABYTES:-10}" "${SESSIONS:-1000}"
