#!/usr/bin/env bash
# Every client with every cipher and MAC it shares with us, by password and by key, exec and
# interactive.
. "$(dirname "$0")/../smoke/_init.sh"
. "$smoke/lib/clients.sh"

appliance_up
clients_prepare
hello='Comware Software, Version'
aead='aes128-gcm@openssh.com aes256-gcm@openssh.com chacha20-poly1305@openssh.com'
macs='hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com hmac-sha2-256 hmac-sha2-512'

for method in key password; do
	for cipher in $aead; do
		match "OpenSSH by $method, exec, $cipher" "$("by_$method" -c "$cipher" -- "display version" 2>&1)" "$hello"
		match "OpenSSH by $method, interactive, $cipher" "$(through=client_typed "by_$method" -tt -c "$cipher" 2>&1)" "$hello"
	done
	for cipher in aes128-ctr aes256-ctr; do
		for mac in $macs; do
			match "OpenSSH by $method, exec, $cipher $mac" \
				"$("by_$method" -c "$cipher" -m "$mac" -- "display version" 2>&1)" "$hello"
			match "OpenSSH by $method, interactive, $cipher $mac" \
				"$(through=client_typed "by_$method" -tt -c "$cipher" -m "$mac" 2>&1)" "$hello"
		done
	done
	for cipher in aes aesgcm chacha20; do
		match "plink by $method, exec, $cipher" "$(plink_run $method "display version" 2>&1)" "$hello"
		match "plink by $method, interactive, $cipher" "$(plink_run $method 2>&1)" "$hello"
	done
	for cipher in chacha20-poly1305@openssh.com aes128-ctr aes256-ctr; do
		mac=hmac-sha2-256
		match "dbclient by $method, exec, $cipher" "$(dbclient_run $method "display version" 2>&1)" "$hello"
		match "dbclient by $method, interactive, $cipher" "$(dbclient_run $method 2>&1)" "$hello"
	done
done
unset cipher mac
limit=900 python_claims clients_python.py all
