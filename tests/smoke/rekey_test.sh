#!/usr/bin/env bash
# Rekeying every 16 KB through 50 MB of output and through a 5 MB paste loses nothing.
. "$(dirname "$0")/_init.sh"

appliance_up
limit=400 python_claims rekey.py
limit=400 python_claims paste.py openssh-rekey
