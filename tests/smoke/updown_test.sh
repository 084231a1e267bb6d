#!/usr/bin/env bash
# up ends with a login that works; down leaves nothing; up works again with the same credentials.
. "$(dirname "$0")/_init.sh"

# What an appliance could leave: processes, namespaces, interfaces, mounts, hugepages, files.
leavings() {
	for path in /proc/[0-9]*; do
		case $(readlink "$path/exe" 2>/dev/null) in
		*/sallyport-*) tr '\0' ' ' <"$path/cmdline" | grep -F -- "$1" ;;
		esac
	done
	ip netns list 2>/dev/null | cut -d ' ' -f 1 | grep -xF -- "$1"
	ip -o link | grep -oE ' (sp0|sp1|dtap[0-9]*)[:@]'
	grep -F "$1" /proc/mounts
	ls -d "/run/sallyport/$1" "/run/sallyport/.$1.lock" 2>/dev/null
	return 0
}

hugepages_before=$(cat /proc/sys/vm/nr_hugepages)
appliance_up
match "up says that admin logged in" "$(cat "$work/up.log")" 'is up: admin logged in'
match "up prints SHA256 fingerprints" "$(cat "$work/up.log")" 'SHA256:[A-Za-z0-9+/]{43}'
for type in ED25519 RSA ECDSA; do
	match "a fingerprint of the $type key" "$(cat "$work/up.log")" "SHA256:.*\($type\)"
done
match "sallyport ssh runs display version" "$("$sallyport" ssh --name "$name" "display version" 2>&1)" \
	'^Comware Software, Version 7\.1\.070, Sallyport '
for file in admin_password admin_key known_hosts; do
	equal "$file is for its owner alone" "$(stat -L -c %a "$run/$file")" 600
done
check "status knows that it is up" "$sallyport" status --name "$name"
check "doctor finds nothing to mend" "$sallyport" doctor --name "$name"
check "up again says so and succeeds" "$sallyport" up --name "$name"

credentials() {
	cat "$state/admin_password" "$state/admin_key" "$state/known_hosts" | sha256sum
}
before=$(credentials)
check "down succeeds" "$sallyport" down --name "$name"
equal "every process ends by itself" "$(grep -c 'did not stop' "$state/log/supervisor.log")" 0
equal "down leaves nothing behind" "$(leavings "$name")" ""
equal "down gives the hugepages back" "$(cat /proc/sys/vm/nr_hugepages)" "$hugepages_before"
check "/var/lib/sallyport/N stays" test -s "$state/admin_key"
check "down of what is down succeeds" "$sallyport" down --name "$name"

check "up after down" "$sallyport" up --name "$name"
equal "with the same credentials" "$(credentials)" "$before"
check "that log in" by_key -- "display clock"
check "down --purge succeeds" "$sallyport" down --name "$name" --purge
check "--purge leaves no state" test ! -e "$state"
equal "nor anything else" "$(leavings "$name")" ""
