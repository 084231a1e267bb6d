#!/usr/bin/env bash
# SSH-1.5: refused politely while it is off; when on, plink and ssh1 log in by password and RSA key.
. "$(dirname "$0")/_init.sh"

appliance_up

# The old client's DES is in OpenSSL's legacy provider.
cat >"$work/legacy.cnf" <<'END'
openssl_conf = init
[init]
providers = all
[all]
default = on
legacy = on
[on]
activate = 1
END
mkdir -p "$work/.putty/sessions"

# plink1 CIPHER OPTION...: what it says; its keys and settings lie in $work.
plink1() {
	printf 'Cipher=%s,WARN\n' "$1" >"$work/.putty/sessions/test"
	HOME=$work "${through:-client}" timeout --foreground 60 plink -load test -ssh -1 -batch -no-antispoof \
		${fingerprint:+-hostkey "$fingerprint"} -l admin "${@:2}" 2>&1
}

ssh1_run() {
	OPENSSL_CONF=$work/legacy.cnf client timeout --foreground 60 "$@" 2>&1
}
ssh1_options=(ssh1 -1 -F /dev/null -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR)

match "plink -1 is told that the versions differ while SSH-1 is off" "$(plink1 3des 192.0.2.2 "display clock")" \
	'SSH protocol version 1 required by our configuration but not provided'
match "ssh1 -1 is told so as well" "$(ssh1_run "${ssh1_options[@]}" admin@192.0.2.2 "display clock" </dev/null)" \
	'Protocol major versions differ'
match "and so is a client that insists" "$(printf 'SSH-1.5-old\r\n' | client timeout 5 nc -q 3 192.0.2.2 22)" \
	'^Protocol major versions differ'

# A key of the kind that SSH-1 has, enrolled from its own text.
puttygen -q -t rsa1 -b 2048 -C old -o "$work/old" --new-passphrase /dev/null
puttygen "$work/old" -O public -o "$work/old.pub"
mapfile -t common < <(ssh_options)
printf 'put %s old.pub\n' "$work/old.pub" |
	client sftp -q "${common[@]}" -i "$run/admin_key" -b - admin@192.0.2.2 >/dev/null
device 'system-view
public-key peer old import sshkey old.pub
ssh user admin assign publickey old
ssh server compatible-ssh1x enable' >/dev/null
match "the server's version is 1.99 when SSH-1 is on" "$(device 'display ssh server status')" 'SSH version : 1.99$'
match "SSH-2 clients notice nothing" "$(device 'display version')" '^Comware Software'

fingerprint=''
fingerprint=$(plink1 3des 192.0.2.2 "display clock" | grep -oE '([0-9a-f]{2}:){15}[0-9a-f]{2}' | head -n 1)
check "plink -1 sees a host key" test -n "$fingerprint"
for cipher in 3des blowfish; do
	match "plink -1 by password, exec, $cipher" \
		"$(plink1 "$cipher" -pwfile "$run/admin_password" 192.0.2.2 "display version")" '^Comware Software'
	match "plink -1 by RSA key, exec, $cipher" "$(plink1 "$cipher" -i "$work/old" 192.0.2.2 "display version")" \
		'^Comware Software'
done
match "plink -1 interactive, by RSA key" "$(through=client_typed plink1 3des -t -i "$work/old" 192.0.2.2)" \
	'^Comware Software'
plink1 3des -i "$work/old" 192.0.2.2 "no such command" >/dev/null
equal "plink -1 gets the exit status" "$?" 1
match "ssh1 -1 by password, exec" \
	"$(ssh1_run sshpass -f "$run/admin_password" "${ssh1_options[@]}" admin@192.0.2.2 "display version" </dev/null)" \
	'^Comware Software'
match "ssh1 -1 by RSA key, exec" \
	"$(ssh1_run "${ssh1_options[@]}" -i "$work/old" admin@192.0.2.2 "display version" </dev/null)" '^Comware Software'
match "ssh1 -1 interactive, by RSA key" \
	"$(OPENSSL_CONF=$work/legacy.cnf client_typed timeout --foreground 60 "${ssh1_options[@]}" -i "$work/old" \
		admin@192.0.2.2 2>&1)" '^Comware Software'

seq 1 20000 | sed 's/^/# a line to be read by nobody, number /' >"$work/paste"
printf 'display clock\n' >>"$work/paste"
match "a megabyte on standard input is taken whole" "$(plink1 3des -i "$work/old" 192.0.2.2 <"$work/paste")" 'UTC'

match "each such session is warned about" "$(device 'display logbuffer')" 'SSHS_SSH1: Client 192.0.2.1 uses SSH-1'
device 'system-view
undo ssh server compatible-ssh1x enable' >/dev/null
match "off again, SSH-1 is refused" "$(plink1 3des 192.0.2.2 "display clock")" 'not provided by remote'
