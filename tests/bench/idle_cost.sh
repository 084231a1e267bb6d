#!/usr/bin/env bash
# What 2,000 sessions, open to the prompt and idle, cost: memory of everything, threads, descriptors.
. "$(dirname "$0")/../smoke/_init.sh"

appliance_up
limit=800 python_claims ../../bench/idle_cost.py "${1:-2000}"
