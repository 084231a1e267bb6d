#!/usr/bin/env bash
# Every algorithm that the server side has, one at a time and mixed by weight; every way of proving
# who one is.
. "$(dirname "$0")/../../smoke/_init.sh"
. "$(dirname "$0")/_load.sh"

kexes="mlkem768x25519-sha256 sntrup761x25519-sha512 sntrup761x25519-sha512@openssh.com curve25519-sha256
	curve25519-sha256@libssh.org curve448-sha512 ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521
	diffie-hellman-group-exchange-sha256 diffie-hellman-group14-sha256 diffie-hellman-group16-sha512
	diffie-hellman-group18-sha512 diffie-hellman-group14-sha1"
host_keys="ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 rsa-sha2-512 rsa-sha2-256
	ssh-rsa ssh-dss"
aead="aes128-gcm@openssh.com aes256-gcm@openssh.com chacha20-poly1305@openssh.com"
ciphers="aes128-ctr aes192-ctr aes256-ctr aes128-cbc aes192-cbc aes256-cbc 3des-cbc"
macs="hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com hmac-sha2-256 hmac-sha2-512
	hmac-sha1-etm@openssh.com hmac-sha1"

# What the factory configuration leaves out is brought in.
everything_on() {
	by_key -T >"$work/on.log" 2>&1 <<-'END'
		system-view
		public-key local create ecdsa secp384r1
		public-key local create ecdsa secp521r1
		public-key local create dsa
		ssh2 algorithm cipher aes128-gcm aes256-gcm chacha20-poly1305 aes128-ctr aes192-ctr aes256-ctr aes128-cbc aes192-cbc aes256-cbc 3des-cbc
		ssh2 algorithm mac sha2-256-etm sha2-512-etm sha2-256 sha2-512 sha1-etm sha1
		ssh2 algorithm key-exchange mlkem768x25519-sha256 sntrup761x25519-sha512 curve25519-sha256 curve448-sha512 ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521 dh-group-exchange-sha256 dh-group14-sha256 dh-group16-sha512 dh-group18-sha512 dh-group14-sha1
		ssh2 algorithm public-key ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 rsa ssh-rsa dsa
		display ssh2 algorithm
	END
}

# chosen ALGORITHM OPTION...: sessions that log in and change keys have agreed on it.
chosen() {
	local algorithm=$1
	shift
	# shellcheck disable=SC2086
	measured "$algorithm: two sessions that change keys" rekey $at --pin first --sessions 2 --every 0.2 \
		--duration 1.5 "$@"
	holds "$algorithm: is what was agreed on" \
		"c['logins'] == 2 and c['key exchanges repeated'] >= 1 and r['chosen'] and all('$algorithm' in o['words'].split() for o in r['chosen'])"
}

# proven CLAIM OPTION...: by a way of proving who one is.
proven() {
	local claim=$1
	shift
	measured "$claim" login --target 192.0.2.2 --known-hosts "$run/known_hosts" --count 4 "$@"
	holds "$claim: four times" "c['logins'] == 4"
}

appliance_up
at="--target 192.0.2.2 --user admin --key $run/admin_key"
in_real_time
everything_on
for one in $kexes; do chosen "$one" --kex "$one"; done
for one in $host_keys; do chosen "$one" --host-keys "$one"; done
for one in $aead; do chosen "$one" --ciphers "$one"; done
for one in $ciphers; do chosen "$one" --ciphers "$one" --macs hmac-sha2-256; done
for one in $macs; do chosen "$one" --ciphers aes128-ctr --macs "$one"; done

# shellcheck disable=SC2086
measured "a mix by weight" login $at --pin first --count 400 \
	--kex 'curve25519-sha256=3,ecdh-sha2-nistp256=1' --ciphers 'aes128-gcm@openssh.com=1,aes256-ctr=1'
holds "three of four take the first" \
	"230 < sum(o['count'] for o in r['chosen'] if 'curve25519-sha256' in o['words']) < 370 and len(r['chosen']) == 4"

proven "by key" --user admin --key "$run/admin_key"
proven "by password" --user admin --password-file "$run/admin_password"
proven "by keyboard-interactive" --user admin --password-file "$run/admin_password" --interactive
