#!/usr/bin/env bash
# OpenSSH with each cipher, MAC, key exchange and host key that both sides have.
. "$(dirname "$0")/_init.sh"

appliance_up
version='^Comware Software, Version'
for cipher in aes128-gcm@openssh.com aes256-gcm@openssh.com chacha20-poly1305@openssh.com aes128-ctr aes256-ctr; do
	match "cipher $cipher" "$(by_key -c "$cipher" -- "display version" 2>&1)" "$version"
done
for mac in hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com hmac-sha2-256 hmac-sha2-512; do
	for cipher in aes128-ctr aes256-ctr; do
		match "$cipher with $mac" "$(by_key -c "$cipher" -m "$mac" -- "display version" 2>&1)" "$version"
	done
done
for kex in sntrup761x25519-sha512@openssh.com curve25519-sha256 curve25519-sha256@libssh.org ecdh-sha2-nistp256; do
	match "key exchange $kex" "$(by_key -o "KexAlgorithms=$kex" -- "display version" 2>&1)" "$version"
done
for key in ssh-ed25519 rsa-sha2-256 rsa-sha2-512 ecdsa-sha2-nistp256; do
	match "host key $key" "$(by_key -o "HostKeyAlgorithms=$key" -- "display version" 2>&1)" "$version"
done
equal "a cipher of the past is refused" \
	"$(by_key -o LogLevel=INFO -c aes128-cbc -- "display version" 2>&1 | grep -c 'no matching cipher')" 1
match "AEAD needs no common MAC" \
	"$(by_key -c aes128-gcm@openssh.com -m umac-64@openssh.com -- "display version" 2>&1)" "$version"
equal "CTR without a common MAC is refused cleanly" \
	"$(by_key -o LogLevel=INFO -c aes128-ctr -m umac-64@openssh.com -- "display version" 2>&1 | grep -c 'no matching MAC')" 1

# What only the configuration brings in.
old=$(by_key -T <<-'END'
	system-view
	ssh2 algorithm cipher 3des-cbc aes128-cbc aes128-gcm
	ssh2 algorithm mac sha1 sha2-256
	ssh2 algorithm key-exchange dh-group14-sha1 dh-group-exchange-sha256 dh-group16-sha512 curve25519-sha256
	display ssh2 algorithm
END
)
match "the running lists are displayed" "$old" 'Encryption algorithms : 3des-cbc aes128-cbc aes128-gcm$'
for kex in diffie-hellman-group14-sha1 diffie-hellman-group-exchange-sha256 diffie-hellman-group16-sha512; do
	match "key exchange $kex, configured" "$(by_key -o "KexAlgorithms=$kex" -- "display version" 2>&1)" "$version"
done
for cipher in 3des-cbc aes128-cbc; do
	match "$cipher with hmac-sha1, configured" \
		"$(by_key -c "$cipher" -m hmac-sha1 -- "display version" 2>&1)" "$version"
done
match "the log warns of what is weak" "$(cat "$state"/log/control.log)" 'SSHS_ALGORITHM_WEAK: .* 3des-cbc'
equal "what the list leaves out is refused" \
	"$(by_key -o LogLevel=INFO -o KexAlgorithms=ecdh-sha2-nistp256 -- "display version" 2>&1 | grep -c 'no matching key exchange')" 1
