#!/usr/bin/env bash
# Hostile and broken clients: right answer, right counter, nothing leaked, other sessions untouched.
. "$(dirname "$0")/_init.sh"

appliance_up
ssh-keygen -q -t ed25519 -N '' -f "$work/stranger"
limit=300 python_claims hostile.py "$work/stranger"
