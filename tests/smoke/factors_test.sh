#!/usr/bin/env bash
# Rounds of questions, one-time codes and expired passwords, with OpenSSH, paramiko and asyncssh.
. "$(dirname "$0")/_init.sh"

appliance_up
mapfile -t common < <(ssh_options)
match "OpenSSH logs in by keyboard-interactive alone" "$(client sshpass -f "$run/admin_password" ssh "${common[@]}" \
	-o PubkeyAuthentication=no -o PreferredAuthentications=keyboard-interactive "admin@$address" "display version" 2>&1)" \
	'^Comware Software'

# add_user NAME PASSWORD [COMMAND...]: a local user; each command is one of its view.
add_user() {
	local user=$1 password=$2
	shift 2
	device "$(printf '%s\n' system-view "local-user $user" "password simple $password" "service-type ssh" \
		"authorization-attribute user-role network-operator" "$@")"
}

uri=$(add_user tom first-secret 'totp enable' | grep -o 'otpauth://.*')
match "the secret is shown as a URI" "$uri" '^otpauth://totp/Sallyport:tom\?secret=[A-Z2-7]{32}&issuer=Sallyport'
match "and never again" "$(device 'display current-configuration')" '^ totp enable$'
equal "not even in the configuration" "$(device 'display current-configuration' | grep -c "$(sed -E 's/.*secret=([A-Z2-7]*).*/\1/' <<<"$uri")")" 0
add_user eva old-secret 'password expire'
add_user ida old-secret 'password expire'
python_claims factors.py "$uri"
match "the log names the change" "$(device 'display logbuffer')" 'eva has changed an expired password'
equal "no password is expired any more" "$(device 'display local-user authentication' | grep -c Expired)" 0
