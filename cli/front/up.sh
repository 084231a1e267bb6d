# up: from whatever state the machine is in to an appliance that answers.
# shellcheck shell=sh

help_up() {
	cat <<-'TEXT'
	sallyport up [--name N] [--config FILE] [--link LINK] [--workers K]
	  Install what is missing, build, start an appliance in a network namespace of its
	  own called N (default sallyport), and wait until a login works. Up again when it is
	  up already: says so and succeeds.

	  --config FILE   start with these commands instead of the saved configuration
	  --link LINK     the port:
	                    tap            a tap interface in the namespace (default)
	                    memif          shared memory, socket /run/sallyport/N/memif.sock;
	                                   memif:queues=K for a client with K queue pairs
	                    af_packet:IF   any kernel interface (sp1: a veth pair is made)
	                    af_xdp:IF      the same, faster
	                    pci:BDF        a NIC, bound to vfio-pci and given back at down
	  --port LINK     one more port, the same kinds, up to three times: interface
	                  M-GigabitEthernet0/0/1 and on, whose addresses are configured there.
	                  A second tap is sp2, a third sp3; a second memif's socket memif1.sock
	  --workers K     poll-mode cores (default 1)
	  --address6 A/N  the appliance's IPv6 address, or none; --gateway6 A beside it
	  --gateway A     where it sends IPv4 that is not on its link (192.0.2.1)
	  --route P/N=HOP a route of either family; may be given again
	  --mtu N         longest packet, 1280 to 9216 (1500)
	  --address A/N, --vlan N
	                  for links whose other end is not the client's side here, which
	                  stays 192.0.2.1/24 and untagged
	  --discard-port N
	                  for measurements: a port of TCP alone, what comes there is dropped
	  --exec-user USER
	                  run what `ssh user ... exec COMMAND` names as this system user, with
	                  its groups; without this no program is run
	  --idle=spin     poll flat out even with nothing to do
	  --trace         every process records which functions a message passed

	  In the namespace the client's side is 192.0.2.1 and 2001:db8::1, the appliance is
	  192.0.2.2 and 2001:db8::2, port 22.
	TEXT
}

up_options() {
	name=sallyport up_config='' up_link='' up_workers='' up_idle='' up_trace='' up_exec_user='' up_network='' up_ports=''
	while [ $# -gt 0 ]; do
		case $1 in
		--name | --config | --link | --port | --workers | --address | --address6 | --gateway | --gateway6 | --route | --mtu | --vlan | --discard-port | --exec-user)
			[ $# -ge 2 ] || die "$1 needs a value" "see: $0 up --help"
			up_option=${1#--} up_value=$2
			shift 2
			;;
		--name=* | --config=* | --link=* | --port=* | --workers=* | --address=* | --address6=* | --gateway=* | --gateway6=* | --route=* | --mtu=* | --vlan=* | --discard-port=* | --exec-user=*)
			up_option=${1%%=*} up_value=${1#*=}
			up_option=${up_option#--}
			shift
			;;
		--idle=spin | --trace)
			up_option=${1%%=*} up_value=$1
			up_option=${up_option#--}
			shift
			;;
		*) die "up does not know: $1" "see: $0 up --help" ;;
		esac
		case $up_option in
		name) name=$up_value ;;
		config) up_config=$up_value ;;
		link) up_link=$up_value ;;
		port) up_port_add "$up_value" ;;
		workers) up_workers=$up_value ;;
		idle) up_idle=$up_value ;;
		trace) up_trace=$up_value ;;
		exec-user) up_exec_user=$up_value ;;
		*) up_network_add "$up_option" "$up_value" ;;
		esac
	done
	paths_set "$name"
	[ -z "$up_link" ] || link_check "$up_link"
	case $up_workers in
	'' | [1-9] | [1-9][0-9]) ;;
	*) die "not a number of workers: $up_workers" "give 1 to 99" ;;
	esac
	case $up_exec_user in
	'') ;;
	root | 0) die "programs are not run as root" "name another user with --exec-user" ;;
	*) id -u -- "$up_exec_user" >/dev/null 2>&1 || die "no such user: $up_exec_user" "make one with adduser, or see: getent passwd" ;;
	esac
	if [ -n "$up_config" ]; then
		[ -r "$up_config" ] || die "cannot read $up_config"
		up_config=$(readlink -f -- "$up_config")
	fi
}

up_port_add() {
	port_check "$1"
	up_ports="$up_ports $1"
	up_network="$up_network${up_network:+ }--port $1"
}

# Words for the dataplane, which knows what an address is: none of them has a blank.
up_network_add() {
	case $2 in
	'' | *[!0-9a-zA-Z.:/=]*) die "not a value for --$1: $2" "see: $0 up --help" ;;
	esac
	up_network="$up_network${up_network:+ }--$1 $2"
}

# Before anything is started the dataplane says what it does not understand.
up_network_check() {
	# shellcheck disable=SC2086
	"$bin/dataplane/sallyport-dataplane" $up_network --help >/dev/null ||
		die "these network options do not fit together: $up_network" "see: $0 up --help"
}

# setting KEY: what the appliance was started with.
setting() {
	sed -n "s/^$1 //p" "$run/settings" 2>/dev/null
}

settings_write() {
	printf 'link %s\nworkers %s\nconfig %s\nidle %s\ntrace %s\nexec_user %s\nnetwork %s\n' "$up_link" \
		"$up_workers" "$up_config" "$up_idle" "$up_trace" "$up_exec_user" "$up_network" >"$run/settings"
}

# What was asked for now and differs from what runs cannot be had without a restart.
up_same_settings() {
	for up_key in link workers config idle trace exec_user network; do
		eval "up_value=\$up_$up_key"
		[ -z "$up_value" ] || [ "$up_value" = "$(setting "$up_key")" ] ||
			die "appliance $name is up with another $up_key: $(setting "$up_key")" \
				"stop it first: $0 down$flag"
	done
}

up_main() {
	case ${1-} in --help | -h) help_up; return ;; esac
	up_options "$@"
	need_root up
	# shellcheck disable=SC2086
	packages_need $build_packages $run_packages
	lock_appliance
	if is_up; then
		up_same_settings
		say "Appliance $name is already up."
		up_answer || die "it does not answer" "look: $0 doctor$flag" \
			"start afresh: $0 down$flag; $0 up$flag"
		up_tell
		return
	fi
	trap up_cut_short EXIT
	netns_refuse_strange
	build_all
	[ -z "$up_network" ] || up_network_check
	up_prepare
	up_start
	up_wait_ready
	up_answer || up_failed "the listener is open, but no login works and no version line answers"
	trap - EXIT
	up_tell
}

# Leave nothing half up. Logs in $state tell why.
up_cut_short() {
	trap - EXIT
	[ ! -d "$run" ] || note "Stopping what was started ..."
	down_now
	exit 1
}

# Whatever an earlier life left is cleared; what the new one stands on is made.
up_prepare() {
	processes_end 10
	mkdir -p "$run" "$state/log"
	rm -f "$run/ready" "$run/pids" "$run/console.sock" "$run"/memif*.sock
	up_link=${up_link:-tap}
	up_workers=${up_workers:-1}
	settings_write
	hugepages_raise
	netns_make
	up_port=0
	for up_value in $up_link $up_ports; do
		link_prepare "$up_value" $up_port
		up_port=$((up_port + 1))
	done
	slow "Making host keys and the admin account" "$state/log/first-start.log" \
		"$bin/control/sallyport-keeper" --first-start "$state" ||
		die "no host keys" "look at the free space and the rights of $state"
	for up_file in admin_key admin_password known_hosts; do
		ln -sfn "$state/$up_file" "$run/$up_file"
	done
}

up_start() {
	set -- --name "$name" --state "$state" --run "$run" --bin "$bin" --link "$up_link" \
		--workers "$up_workers"
	[ -z "$up_config" ] || set -- "$@" --config "$up_config"
	[ -z "$up_idle" ] || set -- "$@" "$up_idle"
	[ -z "$up_trace" ] || set -- "$@" "$up_trace"
	[ -z "$up_exec_user" ] || set -- "$@" --exec-user "$up_exec_user"
	# shellcheck disable=SC2086
	set -- "$@" $up_network
	netns_enter
	# shellcheck disable=SC2086
	$inside "$bin/control/sallyport-supervisor" "$@" --daemon \
		>>"$state/log/supervisor.log" 2>&1 </dev/null 7>&- 8>&- 9>&- ||
		up_failed "the supervisor did not start"
}

up_wait_ready() {
	up_ticks=0
	while [ ! -e "$run/ready" ]; do
		sleep 0.1
		up_ticks=$((up_ticks + 1))
		[ "$((up_ticks % 30))" -ne 0 ] || note "Waiting for the listener ... $((up_ticks / 10)) s"
		[ "$up_ticks" -lt 20 ] || supervisor_is_alive || up_failed "the supervisor ended"
		[ "$up_ticks" -lt 600 ] || up_failed "the listener did not open within 60 s"
	done
}

up_failed() {
	for up_file in "$state"/log/*.log; do
		note "The end of $up_file:"
		tail -n 12 "$up_file" | sed 's/^/  | /' >&2
	done
	die "$1" "the logs are in $state/log"
}

# Sets up_proof to what was seen: a login, the version line, or, over a link that has no client
# side here, the open listener.
up_answer() {
	if ! link_has_client_side; then
		up_proof="the listener is open (link $(setting link) cannot be tried from here)"
		return 0
	fi
	up_try=0
	while [ "$up_try" -lt 5 ]; do
		up_try=$((up_try + 1))
		up_result=0
		login_try || up_result=$?
		case $up_result in
		0) up_proof="admin logged in and ran a command" && return 0 ;;
		1) up_proof="the version line answers (admin was changed: its first key does not log in)" && return 0 ;;
		esac
		sleep 0.5
	done
	return 1
}

up_tell() {
	say "Appliance $name is up: $up_proof."
	say
	say "  Log in:       $0 ssh$flag"
	say "  One command:  $0 ssh$flag \"display version\""
	if link_has_client_side; then
		netns_enter
		say "  Any client:   $inside ssh -i $run/admin_key admin@192.0.2.2"
	fi
	say "  Password:     cat $run/admin_password"
	say "  Stop:         $0 down$flag"
	say
	say "  Host keys:"
	fingerprints

}
