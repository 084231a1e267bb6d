#!/usr/bin/env bash
# 500 sessions at once, 2,000 logins one after another, 64 at a time: none fails, nothing stays.
. "$(dirname "$0")/_init.sh"

appliance_up
device "display clock" >/dev/null
limit=400 python_claims many.py
