#!/usr/bin/env bash
# A real FreeRADIUS decides who logs in: accept, reject, challenge; without it, the device itself.
. "$(dirname "$0")/_init.sh"
. "$smoke/lib/radiusd.sh"

appliance_up
trap 'radius_down; finish' EXIT
radius_up
device $'system-view\nradius scheme rad1\nprimary authentication 127.0.0.1\nkey authentication simple "shared, with: blanks"\ntimer response-timeout 1\nretry 1\ntimer quiet 1\nquit\ndomain system\nauthentication login radius-scheme rad1 local\nquit\nlocal-user carol\npassword simple Carol-1-secret\nservice-type ssh\nauthorization-attribute user-role network-operator' >"$work/out"
equal "a scheme is configured" "$?" 0
mapfile -t common < <(ssh_options)
login() {
	printf '%s\n' "$2" >"$work/password"
	client sshpass -f "$work/password" ssh "${common[@]}" -o PreferredAuthentications="${3:-password}" \
		-o NumberOfPasswordPrompts=1 -o PubkeyAuthentication=no "$1@192.0.2.2" "${4:-display clock}" 2>&1
}
match "whom the server accepts logs in" "$(login alice Alice-1-secret)" UTC
match "with the role that the server named" \
	"$(login alice Alice-1-secret password $'system-view\nsysname Radius\ndisplay current-configuration')" 'sysname Radius'
match "whom it rejects does not" "$(login alice wrong)" 'Permission denied \('
match "nor whom it does not know, though the device does" "$(login carol Carol-1-secret)" 'Permission denied \('
match "nor whom it gives no role" "$(login bob Bob-1-secret)" 'Permission denied \('
device $'system-view\nrole default-role enable' >"$work/out"
match "unless there is a default role" "$(login bob Bob-1-secret)" UTC
match "a challenge reaches keyboard-interactive" \
	"$(client "$python" "$smoke/lib/rounds.py" otp Otp-1-secret 123456 2>&1)" 'asked: Token code: '
match "its answer goes back to the server" \
	"$(client "$python" "$smoke/lib/rounds.py" otp Otp-1-secret 123456 2>&1)" 'logged in'
match "a wrong one is refused" "$(client "$python" "$smoke/lib/rounds.py" otp Otp-1-secret 654321 2>&1)" 'refused'
match "the device's own key users log in as before" "$(device "display clock")" UTC
radius_down
match "without an answer the device is asked" "$(login carol Carol-1-secret)" UTC
match "and knows nobody else" "$(login alice Alice-1-secret)" 'Permission denied \('
match "the log says so" "$(device "display logbuffer")" 'No server of RADIUS scheme rad1 answers for user carol'
match "and counters count" "$(device "display counters | include auth_remote_silent")" 'auth_remote_silent +[1-9]'
