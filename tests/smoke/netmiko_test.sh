#!/usr/bin/env bash
# netmiko's driver for Comware, unmodified: connect, commands with and without paging,
# configuration mode, save; and its patterns for finding out what a device is.
. "$(dirname "$0")/_init.sh"

appliance_up
python_claims automation.py
match "what was configured is saved" "$(cat "$state/flash/startup.cfg")" '^ ssh server authentication-retries 4$'
