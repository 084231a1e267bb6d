# doctor: what this machine and this appliance lack, and what to do about it.
# shellcheck shell=sh

help_doctor() {
	cat <<-'TEXT'
	sallyport doctor [--name N]
	  Checks packages, cores, memory, kernel features and, when the appliance is up, its
	  processes, namespace, scheduling, listener and checksums. One line each: good, note
	  or BAD with what to do. Exit status 1 when anything is BAD.
	TEXT
}

doctor_main() {
	name=sallyport
	case ${1-} in --help | -h) help_doctor; return ;; esac
	name_option "$@"
	shift "$taken"
	[ $# -eq 0 ] || die "doctor takes no further words" "see: $0 doctor --help"
	need_root doctor
	doctor_bad=0
	doctor_machine
	doctor_kernel
	if is_up; then
		doctor_processes
		doctor_scheduling
		doctor_network
		doctor_listener
		doctor_checksums
		doctor_port
	else
		doctor_down
	fi
	say
	if [ "$doctor_bad" -eq 0 ]; then
		say "Nothing to mend."
	else
		say "$doctor_bad to mend."
		exit 1
	fi
}

good() {
	printf 'good  %-12s %s\n' "$1" "$2"
}

remark() {
	printf 'note  %-12s %s\n' "$1" "$2"
}

bad() {
	printf 'BAD   %-12s %s\n' "$1" "$2"
	printf '      %-12s -> %s\n' '' "$3"
	doctor_bad=$((doctor_bad + 1))
}

doctor_machine() {
	# shellcheck disable=SC2086
	doctor_missing=$(packages_missing $build_packages $run_packages)
	if [ -z "$doctor_missing" ]; then
		good packages "all installed"
	else
		bad packages "missing: $doctor_missing" "run: $0 up (it installs them)"
	fi
	doctor_cores=$(getconf _NPROCESSORS_ONLN)
	if [ "$doctor_cores" -ge 2 ]; then
		good cores "$doctor_cores: worker 0 on core 0, the rest shares the others"
	else
		remark cores "one core: the worker and the logins share it"
	fi
	doctor_free=$(sed -n 's/^MemAvailable:[[:space:]]*\([0-9]*\).*/\1/p' /proc/meminfo)
	if [ "$doctor_free" -ge 1048576 ]; then
		good memory "$((doctor_free / 1024)) MiB available"
	else
		bad memory "$((doctor_free / 1024)) MiB available" "free at least 1 GiB"
	fi
	doctor_aes=$(grep -m 1 -o -w aes /proc/cpuinfo || :)
	if [ -n "$doctor_aes" ]; then
		good "CPU" "AES instructions"
	else
		remark "CPU" "no AES instructions: prefer chacha20-poly1305@openssh.com"
	fi
}

doctor_kernel() {
	if [ -c /dev/net/tun ]; then
		good tun "/dev/net/tun is there"
	else
		bad tun "no /dev/net/tun" "modprobe tun; in a container: --device /dev/net/tun"
	fi
	if [ -e /proc/self/ns/net ]; then
		good namespaces "the kernel has network namespaces"
	else
		bad namespaces "no network namespaces" "use a kernel with CONFIG_NET_NS"
	fi
	if [ ! -e "$hugepages_file" ]; then
		remark hugepages "none of 2 MiB on this kernel: ordinary pages are used"
	elif [ -e "$run/hugepages" ]; then
		good hugepages "$(cat "$run/hugepages") raised for $name; $(cat "$hugepages_file") in all"
	elif is_up; then
		remark hugepages "$name runs on ordinary pages: memory was too full or too split at up"
	else
		hugepages_count 1
		good hugepages "$(cat "$hugepages_file") now; up raises them by $hugepages_need"
	fi
	if [ -d /sys/bus/pci/drivers/vfio-pci ]; then
		good vfio "loaded: --link pci:... works"
	else
		remark vfio "not loaded: only --link pci:... needs it"
	fi
}

doctor_down() {
	if [ -d "$run" ]; then
		bad appliance "$name is down, and an earlier life left $run" "run: $0 up$flag or $0 down$flag"
	else
		remark appliance "$name is down"
	fi
	if netns_exists && ! netns_is_ours; then
		bad namespace "the namespace $name is not ours" "use another --name, or: ip netns del $name"
	fi
}

doctor_processes() {
	while read -r doctor_name doctor_pid; do
		if pid_is_ours "$doctor_pid"; then
			good "$doctor_name" "pid $doctor_pid, $(doctor_identity "$doctor_pid")"
		else
			bad "$doctor_name" "pid $doctor_pid is gone" "read $state/log; then: $0 down$flag; $0 up$flag"
		fi
	done <"$run/pids"
}

doctor_identity() {
	sed -n 's/^Uid:[[:space:]]*\([0-9]*\).*/uid \1/p; s/^Seccomp:[[:space:]]*\([1-9]\)/seccomp \1/p
		s/^NoNewPrivs:[[:space:]]*1/no new privileges/p
		s/^CapEff:[[:space:]]*\(.*\)/capabilities \1/p' "/proc/$1/status" |
		tr '\n' ',' | sed 's/,$//; s/,/, /g'
}

# Threads by name: policy and cores, as the kernel has them.
doctor_scheduling() {
	while read -r doctor_name doctor_pid; do
		for doctor_task in "/proc/$doctor_pid/task"/*; do
			[ -e "$doctor_task/comm" ] || continue
			printf '%s/%s %s nice %s cores %s\n' "$doctor_name" "$(cat "$doctor_task/comm")" \
				"$(doctor_policy "$doctor_task/sched")" \
				"$(sed 's/^.*) //' "$doctor_task/stat" | cut -d ' ' -f 17)" \
				"$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' "$doctor_task/status")"
		done
	done <"$run/pids" | sort | uniq -c | while read -r doctor_count doctor_text; do
		good scheduling "$doctor_count x $doctor_text"
	done
}

doctor_policy() {
	doctor_number=$(sed -n 's/^policy[[:space:]]*:[[:space:]]*//p' "$1" 2>/dev/null)
	case $doctor_number in
	0) echo normal ;;
	1) echo fifo ;;
	2) echo rr ;;
	3) echo batch ;;
	5) echo idle ;;
	*) echo unknown ;;
	esac
}

doctor_network() {
	if netns_exists && netns_is_ours; then
		good namespace "$name"
	else
		bad namespace "$name is gone" "run: $0 down$flag; $0 up$flag"
		return 0
	fi
	link_has_client_side || return 0
	if ip_in addr show dev sp0 | grep -q 'inet 192\.0\.2\.1/24'; then
		good address "192.0.2.1 on sp0"
	else
		bad address "sp0 has lost 192.0.2.1/24" "run: ip -n $name addr add 192.0.2.1/24 dev sp0"
	fi
	case $(ip_in link show sp0) in
	*LOWER_UP*) good interface "sp0 is up" ;;
	*) bad interface "sp0 has no carrier" "the dataplane does not hold it: read $state/log" ;;
	esac
}

doctor_listener() {
	link_has_client_side || return 0
	doctor_result=0
	login_try || doctor_result=$?
	case $doctor_result in
	0) good listener "admin logged in and ran a command" ;;
	1) good listener "the version line answers; admin was changed since the first start" ;;
	*) bad listener "no answer on 192.0.2.2 port 22" \
		"look at \`display ssh server status\` on: $0 console$flag; then at $state/log/login.log" ;;
	esac
}

# The workers count what arrived with a bad checksum.
doctor_checksums() {
	doctor_counts=$(device_says 'display counters non-zero' | grep '_checksum_bad' || :)
	if [ -z "$doctor_counts" ]; then
		good checksums "nothing with a bad checksum has been counted"
	else
		remark checksums "counted: $(printf '%s' "$doctor_counts" | tr -s ' \n' ' ')"
	fi
}

# What the dataplane tried of its port at the start, and whether its word held since.
doctor_port() {
	doctor_port=$(grep 'port self-test: ' "$state/log/dataplane.log" 2>/dev/null | tail -n 1)
	[ -z "$doctor_port" ] || good port "${doctor_port#*self-test: }"
	doctor_counts=$(device_says 'display counters non-zero' | grep 'port_sums_wrong' || :)
	[ -z "$doctor_counts" ] ||
		remark port "it misjudged checksums: software verifies all of them"
}
