#!/usr/bin/env bash
# OpenSSH believes the device by its host certificate alone, and by its plain key where that fails.
. "$(dirname "$0")/_init.sh"

appliance_up
ssh-keygen -q -t ed25519 -N '' -f "$work/ca"
ssh-keygen -q -t ed25519 -N '' -f "$work/other"
awk '/ssh-ed25519/ { print $2, $3; exit }' "$run/known_hosts" >"$work/host.pub"
echo "@cert-authority 192.0.2.2 $(cat "$work/ca.pub")" >"$work/authority"

# import PUBLIC OPTION...: certified by the authority, copied to the device and imported there.
import() {
	local public=$1 common
	shift
	ssh-keygen -q -s "$work/ca" -I device "$@" "$work/$public.pub"
	mapfile -t common < <(ssh_options)
	client scp -q "${common[@]}" -i "$run/admin_key" "$work/$public-cert.pub" admin@192.0.2.2:host.cert
	device $'system-view\nssh server host-certificate import host.cert' 2>&1
}

# believed KNOWN_HOSTS [OPTION...]: what a login says that knows no more than this file.
believed() {
	local known=$1
	shift
	by_key -o UserKnownHostsFile="$known" "$@" -- "display clock" 2>&1
}

match "no certificate: the authority's word is none" "$(believed "$work/authority")" 'verification failed'
match "a user's certificate is not imported" "$(import host -n 192.0.2.2)" 'for users, not for hosts'
match "nor is one of another key" "$(import other -h -n 192.0.2.2)" 'of no local key pair'

equal "a certificate is imported" "$(import host -h -n 192.0.2.2 | grep %)" ''
match "it logs in who does not know the key" "$(believed "$work/authority")" UTC
match "by the certificate" "$(believed "$work/authority" -v)" 'Server host certificate: ssh-ed25519-cert-v01@openssh.com'
commands=$(for _ in $(seq 60); do echo "display counters"; done)
by_key -o UserKnownHostsFile="$work/authority" -o RekeyLimit=16K -v -- "$commands" >/dev/null 2>"$work/log"
shown=$(grep -c 'Server host certificate' "$work/log")
check "at every rekey again ($shown seen)" test "$shown" -ge 3
match "and who knows the plain key still gets in" "$(believed "$run/known_hosts")" UTC

device "save force" >/dev/null
"$sallyport" down --name "$name" >"$work/down.log" 2>&1
check "it is there after a restart" "$sallyport" up --name "$name"
match "and logs in" "$(believed "$work/authority")" UTC

import host -h -n elsewhere >/dev/null
match "one for another name is refused" "$(believed "$work/authority")" 'not a listed principal|verification failed'
match "but the plain key is known" "$(believed "$run/known_hosts")" UTC
import host -h -n 192.0.2.2 -V -2d:-1d >/dev/null
match "an expired one is not shown" "$(believed "$work/authority" -v)" 'kex: host key algorithm: ssh-ed25519\b[^-]*$'
match "and the plain key is known" "$(believed "$run/known_hosts")" UTC

import host -h -n 192.0.2.2 >/dev/null
shown=$(by_key -- "display ssh server host-certificate")
match "the display says who signed" "$shown" "Signed by: +$(ssh-keygen -lf "$work/ca.pub" | cut -d ' ' -f 2 | sed 's/[+]/[+]/g')"
match "for whom" "$shown" "Principals: +192.0.2.2"
match "and that it is offered" "$shown" "Offered: +yes"
device $'system-view\nundo ssh server host-certificate' >/dev/null
match "undone, it is not believed" "$(believed "$work/authority")" 'verification failed'
match "and not offered" "$(believed "$run/known_hosts" -vv | grep 'host key algorithms:' | tail -n 1)" ': [^@]*ssh-ed25519[^@]*$'

# One of each type of key, by the algorithm that signs.
for algorithm in ecdsa-sha2-nistp256 rsa-sha2-512 rsa-sha2-256; do
	client ssh-keyscan -t "${algorithm%%-*}" 192.0.2.2 2>"$work/scan.log" | cut -d ' ' -f 2- >"$work/$algorithm.pub"
	equal "$algorithm: a certificate is imported" "$(import "$algorithm" -h -n 192.0.2.2 | grep %)" ''
	match "$algorithm: it logs in by that" \
		"$(believed "$work/authority" -v -o HostKeyAlgorithms="$algorithm-cert-v01@openssh.com")" "host key algorithm: $algorithm-cert-v01"
done
