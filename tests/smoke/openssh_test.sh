#!/usr/bin/env bash
# OpenSSH: by key and by password, exec, pipe and terminal; the exit status arrives.
. "$(dirname "$0")/_init.sh"

appliance_up
match "exec by key" "$(by_key -- "display version")" '^Comware Software, Version 7\.1\.070, Sallyport '
match "exec by password" "$(by_password -- "display version")" '^Comware Software, Version'
by_key -- "display clock" >/dev/null
equal "status 0 when all went well" "$?" 0
by_key -- "no such command" >"$work/out" 2>"$work/err"
equal "status 1 when a command answered an error" "$?" 1
match "the error stands on standard output" "$(cat "$work/out")" "% Unrecognized command found at '\^' position\."
equal "and standard error is empty" "$(cat "$work/err")" ""
client ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	-o IdentityFile=none nobody@192.0.2.2 "display clock" >/dev/null 2>&1
equal "status 255 when refused" "$?" 255
equal "exec output has no carriage return" "$(by_key -- "display clock" | tr -dc '\r' | wc -c)" 0
equal "exec with a terminal: as many CR as LF" \
	"$(by_key -tt -- "display version" | tr -dc '\r' | wc -c)" \
	"$(by_key -- "display version" | tr -dc '\n' | wc -c)"
match "several commands in one exec, in order" \
	"$(by_key -- $'display clock\nsystem-view\nsysname Twice\ndisplay current-configuration' | tr '\n' ' ')" \
	' sysname Twice'
by_key -- $'system-view\nundo sysname' >/dev/null
out=$(printf 'display clock\nno such\ndisplay version\n' | by_key -T)
equal "a shell without a terminal reads commands until EOF: status 1 for one error" "$?" 1
match "it ran the command after the error" "$out" '^Comware Software'
equal "no prompt is written" "$(printf '%s' "$out" | grep -c '<Sallyport>')" 0
python_claims openssh_terminal.py
