#!/usr/bin/env bash
# Server CPU of one full login: curve25519, Ed25519 host key, publickey, one exec, close.
. "$(dirname "$0")/../smoke/_init.sh"

appliance_up
limit=800 python_claims ../../bench/login_cost.py "${1:-1500}"
