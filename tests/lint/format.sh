#!/bin/sh
# The formatter has nothing to change.
set -u
cd "$(dirname "$0")/../.." || exit 1
git ls-files -co --exclude-standard '*.c' '*.h' | xargs -r clang-format --dry-run -Werror
