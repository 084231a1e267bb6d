#!/usr/bin/env bash
# A megabyte of commands pasted into one session is echoed and executed completely and in order,
# and keeps nobody else waiting.
. "$(dirname "$0")/_init.sh"

appliance_up
limit=280 python_claims paste.py openssh-fast openssh-slow paramiko
python_claims paste_among.py 1 40
