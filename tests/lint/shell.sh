#!/bin/sh
# The checker of shell scripts is content with every script; the front command is POSIX sh.
set -u
cd "$(dirname "$0")/../.." || exit 1
shellcheck -x -P . -s sh cli/sallyport || exit 1
shellcheck -S warning -x -P . -e SC2154,SC2010 tests/run .ci/run tests/lint/*.sh tests/lint/hooks/* \
	tests/smoke/*.sh tests/interop/*.sh tests/bench/*.sh tests/soak/*.sh tests/bare/*.sh \
	tests/files/*.sh tests/probe/*.sh tests/differential/*.sh tests/nic/*.sh
