# Words to the operator: progress on standard error, results on standard output.
# shellcheck shell=sh

say() {
	printf '%s\n' "$*"
}

note() {
	printf '%s\n' "$*" >&2
}

# die MESSAGE [WHAT TO DO...]: every error says what to do next.
die() {
	printf 'sallyport: %s\n' "$1" >&2
	shift
	for die_line in "$@"; do
		printf '  %s\n' "$die_line" >&2
	done
	exit 1
}

need_root() {
	[ "$(id -u)" -eq 0 ] || die "$1 needs root" "run it again as root, or with sudo"
}

seconds_now() {
	read -r seconds_up seconds_rest </proc/uptime
	printf '%s\n' "${seconds_up%%.*}"
}

# slow TEXT LOG COMMAND...: run COMMAND with its output in LOG; say TEXT when it takes longer
# than a second and again every ten. Returns COMMAND's status; a failure shows the log's end.
slow() {
	slow_text=$1 slow_log=$2
	shift 2
	"$@" >"$slow_log" 2>&1 </dev/null &
	slow_pid=$!
	trap 'kill $slow_pid 2>/dev/null; exit 130' INT TERM
	slow_tick=0
	while kill -0 "$slow_pid" 2>/dev/null; do
		sleep 0.2
		slow_tick=$((slow_tick + 1))
		if [ "$slow_tick" -eq 5 ]; then
			note "$slow_text ..."
		elif [ "$((slow_tick % 50))" -eq 0 ]; then
			note "  $((slow_tick / 5)) s: $(tail -n 1 "$slow_log" | cut -c 1-80)"
		fi
	done
	slow_status=0
	wait "$slow_pid" || slow_status=$?
	trap 'exit 130' INT TERM
	if [ "$slow_status" -ne 0 ]; then
		note "$slow_text: failed ($slow_status); the end of $slow_log:"
		tail -n 25 "$slow_log" | sed 's/^/  | /' >&2
	fi
	return "$slow_status"
}
