#!/usr/bin/env bash
# keyboard-interactive over several rounds: one-time codes and an expired password of the appliance,
# a password and a one-time code of OpenSSH's server with PAM.
. "$(dirname "$0")/../../smoke/_init.sh"
. "$(dirname "$0")/_load.sh"

secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ

# answered CLAIM WORDS... OPTION...: a login with these answers, up to --, and these options.
answered() {
	local claim=$1
	shift
	: >"$work/answers"
	while [ "$1" != -- ]; do
		printf '%s\n' "$1" >>"$work/answers"
		shift
	done
	shift
	measured "$claim" login --count 1 --answers "$work/answers" "$@"
	holds "$claim: logged in" "c['logins'] == 1"
}

# with_pam PORT: OpenSSH's server; its PAM asks for a password, then for a code. The stack is its
# own: what ip netns exec mounts is not seen outside.
with_pam() {
	printf '#!/bin/sh\n[ "$(tr -d "\\0")" = secret ]\n' >"$work/is_secret"
	chmod 755 "$work/is_secret"
	printf 'HOTP/T30/6 root - %s\n' "$(base32 -d <<<$secret | od -An -tx1 | tr -d ' \n')" >"$work/oath"
	chmod 600 "$work/oath"
	printf '%s\n' "auth required pam_exec.so quiet expose_authtok $work/is_secret" \
		"auth required pam_oath.so usersfile=$work/oath window=3" \
		'account required pam_permit.so' 'session required pam_permit.so' >"$work/pam"
	ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
	printf '%s\n' "Port $1" 'ListenAddress 127.0.0.1' "HostKey $work/host_key" 'UsePAM yes' \
		'PermitRootLogin yes' 'PidFile none' 'KbdInteractiveAuthentication yes' \
		'PasswordAuthentication no' >"$work/sshd_config"
	mkdir -p /run/sshd
	# shellcheck disable=SC2016
	peer_run sh -c 'mount --bind "$1" /etc/pam.d/sshd && exec /usr/sbin/sshd -D -f "$2" -E "$3"' sh \
		"$work/pam" "$work/sshd_config" "$work/sshd.log"
}

appliance_up
in_real_time
ours="--target 192.0.2.2 --known-hosts $run/known_hosts"

# add_user NAME COMMAND: of the user's view.
add_user() {
	device "$(printf '%s\n' system-view "local-user $1" 'password simple old-secret' 'service-type ssh' \
		'authorization-attribute user-role network-operator' "$2")"
}
uri=$(add_user tom 'totp enable' | grep -o 'otpauth://.*')
add_user eva 'password expire' >"$work/eva.log"
# shellcheck disable=SC2086
{
	answered "ours: a password and a code" old-secret \
		"totp:$(sed -E 's/.*secret=([A-Z2-7]*).*/\1/' <<<"$uri")" -- $ours --user tom
	answered "ours: an expired password is changed" old-secret New-1-secret New-1-secret -- $ours --user eva
	answered "ours: the new one holds" New-1-secret -- $ours --user eva
	echo New-1-secret >"$work/answers"
	client "$load" login $ours --user tom --answers "$work/answers" --count 1 --quiet >"$work/wrong.log"
	match "ours: a wrong answer is refused" "$(cat "$work/wrong.log")" 'authentication refused'
	echo old-secret >"$work/answers"
	client "$load" login $ours --user tom --answers "$work/answers" --count 1 --quiet >"$work/few.log"
	match "ours: a question without an answer is told" "$(cat "$work/few.log")" \
		'more questions than answers.*Verification code'
}

with_pam 2222
answered "OpenSSH: a password and a code" secret "totp:$secret" -- --target 127.0.0.1:2222 --user root --pin first
peers_end
