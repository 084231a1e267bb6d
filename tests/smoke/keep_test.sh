#!/usr/bin/env bash
# The configuration survives down and up; the console works with SSH off; capture sees the port.
. "$(dirname "$0")/_init.sh"

appliance_up
factory=$(device "display current-configuration")
for line in 'sysname Sallyport' 'ssh server enable' 'sftp server enable' 'scp server enable' \
	'line vty 0 1048575' 'idle-timeout 10 0' 'local-user admin' 'service-type ssh'; do
	case $line in
	idle-timeout*) continue ;; # a default: not printed, see below
	esac
	match "the factory configuration prints: $line" "$factory" "$line"
done
device $'system-view\nsysname Kept\nlocal-user second\npassword simple Second-1-secret\nservice-type ssh\nauthorization-attribute user-role network-operator\nreturn\nsave force' >"$work/out"
equal "changes are saved" "$?" 0
saved=$(device "display current-configuration")
check "down" "$sallyport" down --name "$name"
check "up" "$sallyport" up --name "$name"
equal "the configuration is what it was" "$(device "display current-configuration")" "$saved"
match "with the new name" "$saved" '^ *sysname Kept'
printf 'Second-1-secret\n' >"$work/password"
mapfile -t common < <(ssh_options)
match "the new user logs in" "$(client sshpass -f "$work/password" ssh "${common[@]}" -o PubkeyAuthentication=no \
	second@192.0.2.2 "display clock" 2>&1)" UTC
match "and may not change anything" "$(client sshpass -f "$work/password" ssh "${common[@]}" \
	-o PubkeyAuthentication=no second@192.0.2.2 $'system-view\nsysname Other' 2>&1)" 'Permission denied|Unrecognized'

console() {
	printf '%s\n' "$@" quit | timeout 20 "$sallyport" console --name "$name" 2>&1 | tr -d '\r'
}
match "the console answers" "$(console "display version")" '^Comware Software'
console system-view "undo ssh server enable" return >/dev/null
by_key -o ConnectTimeout=3 -- "display clock" >/dev/null 2>&1
equal "with SSH off nobody logs in" "$?" 255
match "the console still answers" "$(console "display ssh server status")" 'Stelnet server *: *Disable'
console system-view "ssh server enable" return >/dev/null
match "and switches it on again" "$(device "display clock" 2>&1)" UTC

"$sallyport" capture --name "$name" -c 12 -w "$work/all.pcapng" >"$work/capture.log" 2>&1 &
capture=$!
sleep 1
device "display version" >/dev/null
timeout 20 tail --pid=$capture -f /dev/null
equal "a capture is pcapng" "$(od -An -tx1 -N4 "$work/all.pcapng" | tr -d ' ')" 0a0d0d0a
check "with frames in it" test "$(stat -c %s "$work/all.pcapng")" -gt 600
check "that name the appliance's address" env LC_ALL=C grep -qaP '\xc0\x00\x02\x02' "$work/all.pcapng"
