#!/usr/bin/env bash
# ICMP of both families: what nobody listens to is refused, at a limited rate.
. "$(dirname "$0")/_init.sh"

appliance_up
python_claims icmp.py
match "the device is well afterwards" "$(by_key -- "display clock")" 'UTC'
