#!/usr/bin/env bash
# User roles over SSH: what rules permit, what help offers, and super.
. "$(dirname "$0")/_init.sh"

appliance_up
device $'system-view\nrole name watcher\nrule 1 permit command display *\nrule 2 deny command display version\nrule 3 permit command system-view ; sysname *\nquit\nlocal-user eve\npassword simple Eve-1-secret\nservice-type ssh\nauthorization-attribute user-role watcher\nquit\nsuper password role network-admin simple Super-1-secret' >"$work/out"
equal "a role with rules is made and given" "$?" 0
printf 'Eve-1-secret\n' >"$work/password"
mapfile -t common < <(ssh_options)
eve() {
	client sshpass -f "$work/password" ssh "${common[@]}" -o PubkeyAuthentication=no eve@192.0.2.2 "$@" 2>&1
}
match "what the rules permit runs" "$(eve "display clock")" UTC
match "what they deny does not" "$(eve "display version")" 'Permission denied'
match "a command of another view does" "$(eve $'system-view\nsysname Renamed\ndisplay current-configuration')" 'sysname Renamed'
match "its neighbour does not" "$(eve $'system-view\nssh server port 2222')" 'Permission denied'
match "hashes are not shown" "$(eve "display current-configuration" | grep -c 'hash')" '^0$'
match "super asks for its password and gives the role" \
	"$(eve -tt <<<$'super\nSuper-1-secret\ndisplay version\nquit')" 'Comware Software'
device $'save force' >"$work/out"
"$sallyport" down --name "$name" >"$work/out" 2>&1
"$sallyport" up --name "$name" >"$work/out" 2>&1
match "roles survive a restart" "$(eve "display version")" 'Permission denied'
match "and so do the passwords for them" "$(eve -tt <<<$'super\nSuper-1-secret\ndisplay version\nquit')" 'Comware Software'
