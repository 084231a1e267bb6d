#!/usr/bin/env bash
# A traced keystroke passes the functions that README's 14 steps name, in that order.
. "$(dirname "$0")/_init.sh"

check "README names file and function for each step, and each exists" "$repo/tests/lint/walk.py"
appliance_up --trace
"$python" "$repo/tests/lint/walk.py" --steps >"$work/steps"
python_claims keystroke.py "$repo/build/control/sallyport-supervisor" "$work/steps"
