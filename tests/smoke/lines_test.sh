#!/usr/bin/env bash
# What the settings of VTY lines do to sessions over SSH, and the way back by the console; the clock.
. "$(dirname "$0")/_init.sh"

console() {
	printf '%s\n' "$@" quit | timeout 20 "$sallyport" console --name "$name" 2>&1 | tr -d '\r'
}

appliance_up
device $'system-view\nclock timezone Z5 add 05:00:00' >"$work/out"
match "the clock follows its zone" "$(device 'display clock')" 'Time Zone : Z5 add 05:00:00'
device $'system-view\nacl number 2001\nrule permit source 198.51.100.0 0.0.0.255\nquit\nline vty 0 4\nacl 2001 inbound' >"$work/out"
match "a list of the lines refuses a command from elsewhere" "$(device 'display version' 2>&1)" 'request failed'
mapfile -t common < <(ssh_options)
client timeout 30 sftp "${common[@]}" -b - -i "$run/admin_key" admin@192.0.2.2 <<<'ls' >"$work/out" 2>&1
equal "files need no line" "$?" 0
console system-view "line vty 0 4" "undo acl inbound" "undo protocol inbound" "authentication-mode none" return >"$work/out"
match "without scheme nobody has a line" "$(device 'display version' 2>&1)" 'request failed'
console system-view "line vty 0 4" "undo authentication-mode" "auto-execute command display clock" y return >"$work/out"
match "the command of the lines runs at login" "$(by_key -tt -- </dev/null 2>&1)" 'Z5 '
match "the log says why" "$(device 'display logbuffer')" 'SHELL_LOGINFAIL: .*the access list of the lines'
