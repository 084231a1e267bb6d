# The npm package ssh2, a client, outside the tree and without its native parts. Source it after _init.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # repo: _init.sh
export MODULES=$repo/build/interop/ssh2

npm_prepare() {
	[ -d "$MODULES/node_modules/ssh2" ] && return
	mkdir -p "$MODULES"
	(cd "$MODULES" && npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error ssh2@1.16.0)
}
