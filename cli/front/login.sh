# Logging in as admin from inside the namespace, with the appliance's own credentials.
# shellcheck shell=sh

login_options() {
	printf '%s ' -F /dev/null -i "$run/admin_key" -o IdentitiesOnly=yes \
		-o UserKnownHostsFile="$run/known_hosts" -o GlobalKnownHostsFile=/dev/null \
		-o StrictHostKeyChecking=yes -o UpdateHostKeys=no
}

login_exec() {
	link_has_client_side || die "link $(setting link) has no client side in namespace $name" \
		"log in from the other end of the link, or use: $0 console$flag"
	netns_enter
	# shellcheck disable=SC2046,SC2086
	exec $inside ssh $(login_options) -o LogLevel=ERROR admin@192.0.2.2 "$@"
}

# login_try: 0 a login works; 1 the version line answers, but admin cannot log in; 2 neither.
login_try() {
	login_log=$state/log/login.log
	netns_enter
	# shellcheck disable=SC2046,SC2086
	if timeout 20 $inside ssh $(login_options) -v \
		-o BatchMode=yes -o ConnectTimeout=10 admin@192.0.2.2 "display clock" \
		>"$login_log" 2>&1 </dev/null; then
		rm -f "$login_log"
		return 0
	fi
	grep -q '^debug1: Remote protocol version 2.0' "$login_log" || return 2
	grep -q 'Permission denied' "$login_log" || return 2
	rm -f "$login_log"
	return 1
}

fingerprints() {
	ssh-keygen -l -f "$run/known_hosts" | sed 's/^/    /'
}
