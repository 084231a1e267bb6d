# status: one screen about a running appliance.
# shellcheck shell=sh

help_status() {
	cat <<-'TEXT'
	sallyport status [--name N]
	  Processes with pid, uptime, memory and CPU time; link, listener, sessions.
	  Exit status 0 when the appliance is up, 3 when it is not.
	TEXT
}

status_main() {
	name=sallyport
	case ${1-} in --help | -h) help_status; return ;; esac
	name_option "$@"
	shift "$taken"
	[ $# -eq 0 ] || die "status takes no further words" "see: $0 status --help"
	need_root status
	if ! is_up; then
		say "Appliance $name is down."
		[ ! -d "$run" ] || say "Remains of an earlier life are in $run: \`$0 up$flag\` or \`$0 down$flag\` clears them."
		exit 3
	fi
	say "Appliance $name is up."
	say
	printf '  %-12s %8s %12s %10s %10s %8s\n' process pid uptime memory CPU threads
	while read -r status_name status_pid; do
		status_process "$status_name" "$status_pid"
	done <"$run/pids"
	say
	say "  link      $(setting link)$(status_ports), $(setting workers) worker(s)$(status_hugepages)"
	say "  address   192.0.2.2 and 2001:db8::2 port 22, in namespace $name"
	status_device
}

# " and LINK" for each further port.
status_ports() {
	# shellcheck disable=SC2046
	set -- $(setting network)
	while [ $# -gt 1 ]; do
		[ "$1" != --port ] || printf ' and %s' "$2"
		shift 2
	done
}

status_hugepages() {
	[ ! -e "$run/hugepages" ] || printf ', %s hugepages' "$(cat "$run/hugepages")"
}

# Memory is the proportional share (Pss): shared pages are counted once over all processes.
status_process() {
	if ! pid_is_ours "$2"; then
		printf '  %-12s %8s %12s\n' "$1" "$2" "gone"
		return 0
	fi
	status_tick=$(getconf CLK_TCK)
	status_stat=$(sed 's/^.*) //' "/proc/$2/stat")
	# shellcheck disable=SC2086
	set -- "$1" "$2" $status_stat
	status_cpu=$(((${14} + ${15}) / status_tick))
	status_age=$(($(seconds_now) - ${22} / status_tick))
	status_pss=$(sed -n 's/^Pss:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$2/smaps_rollup" 2>/dev/null)
	printf '  %-12s %8s %12s %7s kB %8s s %8s\n' "$1" "$2" "$(status_duration $status_age)" \
		"${status_pss:-?}" "$status_cpu" "${20}"
}

status_duration() {
	printf '%dd %02d:%02d:%02d' $(($1 / 86400)) $(($1 / 3600 % 24)) $(($1 / 60 % 60)) $(($1 % 60))
}

# What the device itself says, over its console line.
device_says() {
	printf 'screen-length disable\n%s\nquit\n' "$1" |
		timeout 10 "$bin/cli/sallyport-cli" --console "$run/console.sock" 2>/dev/null |
		tr -d '\r'
}

status_device() {
	status_server=$(device_says 'display ssh server status' | sed -n 's/^ *Stelnet server *: *//p')
	say "  listener  Stelnet server: ${status_server:-no answer from the console}"
	status_users=$(device_says 'display users' | grep -c ' SSH' || :)
	say "  sessions  $status_users interactive"
}
