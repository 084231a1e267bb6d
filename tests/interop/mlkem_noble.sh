#!/usr/bin/env bash
# ML-KEM-768 against @noble/post-quantum, which shares no code with ours: 1,000 random exchanges,
# every step compared. Needs node and npm; what npm brings stays under the build folder.
#
#   tests/interop/mlkem_noble.sh [COUNT]       BUILD=folder for another build folder than build/
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-$PWD/build}
work=$build/interop/mlkem

[ -f "$build/build.ninja" ] || meson setup "$build"
ninja -C "$build" tests/interop/mlkem_peer
mkdir -p "$work"
cp tests/interop/mlkem/* "$work"
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
exec node "$work/exchange.mjs" "$build/tests/interop/mlkem_peer" "${1:-1000}"
