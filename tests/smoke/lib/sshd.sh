# OpenSSH's server, to measure and test against.
# shellcheck shell=bash

# Debian starts a service when it is installed, unless told not to.
sshd_need() {
	local policy=/usr/sbin/policy-rc.d mine=''
	[ ! -x /usr/sbin/sshd ] || return 0
	if [ ! -e "$policy" ]; then
		mine=$policy
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
	fi
	DEBIAN_FRONTEND=noninteractive apt-get install -y -q openssh-server >"$work/apt.log" 2>&1
	[ -z "$mine" ] || rm -f "$mine"
}

# sshd_run NAMESPACE ADDRESS PORT [LINE...]: in the background, for root by $work/user_key, with
# these lines in its configuration. Sets sshd_pid.
sshd_run() {
	mkdir -p /run/sshd
	ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
	ssh-keygen -q -t ed25519 -N '' -f "$work/user_key"
	printf '%s\n' "Port $3" "ListenAddress $2" "HostKey $work/host_key" \
		"AuthorizedKeysFile $work/user_key.pub" 'StrictModes no' 'UsePAM no' \
		'PermitRootLogin yes' 'MaxStartups 1000' 'PidFile none' "${@:4}" >"$work/sshd_config"
	ip netns exec "$1" /usr/sbin/sshd -D -f "$work/sshd_config" -E "$work/sshd.log" &
	sshd_pid=$!
	sleep 1
}
