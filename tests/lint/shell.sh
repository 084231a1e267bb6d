#!/bin/sh
# shellcheck is content with every script; the front command is POSIX sh.
set -u
cd "$(dirname "$0")/../.." || exit 1
shellcheck -x -P . -s sh cli/sallyport || exit 1
shellcheck -x -P . -e SC2154 tests/run .ci/run tests/lint/*.sh tests/lint/hooks/* \
	tests/smoke/*.sh tests/interop/*.sh tests/bench/*.sh tests/soak/*.sh tests/bare/*.sh
