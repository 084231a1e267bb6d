# The appliance's processes, as $run/pids lists them: "name pid" lines written by the supervisor.
# shellcheck shell=sh

# pid_is_ours PID: it runs one of our programs (a pid may have been given to another since).
pid_is_ours() {
	case $(readlink "/proc/$1/exe" 2>/dev/null) in
	*/sallyport-*) return 0 ;;
	esac
	return 1
}

supervisor_pid() {
	sed -n 's/^supervisor //p' "$run/pids" 2>/dev/null | head -n 1
}

# Up: the supervisor is there and has said that the listener is open.
is_up() {
	supervisor_is_alive && [ -e "$run/ready" ]
}

supervisor_is_alive() {
	up_pid=$(supervisor_pid)
	[ -n "$up_pid" ] && pid_is_ours "$up_pid"
}

need_up() {
	is_up || die "appliance $name is not up" "start it: $0 up$flag"
}

# All processes of this appliance that still live: those of the pids file, those of our
# programs that name its run folder, and whatever runs in its namespace.
appliance_pids() {
	{
		while read -r pids_name pids_pid; do
			! pid_is_ours "$pids_pid" || printf '%s\n' "$pids_pid"
		done <"$run/pids"
		for pids_path in /proc/[0-9]*; do
			pid_is_ours "${pids_path#/proc/}" || continue
			case " $(tr '\0' ' ' <"$pids_path/cmdline" 2>/dev/null) " in
			*" $run "* | *" $run/"* | *"=$run "*) printf '%s\n' "${pids_path#/proc/}" ;;
			esac
		done
		! netns_is_ours || netns_pids
	} 2>/dev/null | sort -un
}

# processes_end SECONDS: ask the supervisor to stop; whoever is left after SECONDS is killed.
processes_end() {
	end_pid=$(supervisor_pid)
	if [ -n "$end_pid" ] && pid_is_ours "$end_pid"; then
		kill -TERM "$end_pid" 2>/dev/null || :
		processes_wait "$1" "$end_pid"
	fi
	end_left=$(appliance_pids)
	[ -n "$end_left" ] || return 0
	# shellcheck disable=SC2086
	kill -TERM $end_left 2>/dev/null || :
	# shellcheck disable=SC2086
	processes_wait 1 $end_left
	end_left=$(appliance_pids)
	[ -n "$end_left" ] || return 0
	# shellcheck disable=SC2086
	kill -KILL $end_left 2>/dev/null || :
	# shellcheck disable=SC2086
	processes_wait 5 $end_left
}

# processes_wait SECONDS PID...: until all have gone.
processes_wait() {
	wait_ticks=$(($1 * 10))
	shift
	while [ "$wait_ticks" -gt 0 ]; do
		wait_left=
		for wait_pid in "$@"; do
			case $(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$wait_pid/status" 2>/dev/null) in
			'' | Z) ;;
			*) wait_left=$wait_pid ;;
			esac
		done
		[ -n "$wait_left" ] || return 0
		sleep 0.1
		wait_ticks=$((wait_ticks - 1))
		[ "$((wait_ticks % 30))" -ne 0 ] || note "Waiting for process $wait_left to end ..."
	done
}
