# Hugepages of 2 MiB: raised at up by what one appliance needs, lowered at down by the same.
# shellcheck shell=sh

hugepages_file=/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages

# What dataplane/main/eal.c asks for: 24 and 32 a worker.
hugepages_count() {
	hugepages_need=$((24 + 32 * ${1:-1}))
}

# Without enough of them the appliance works on ordinary pages, a little slower.
hugepages_raise() {
	hugepages_count "$up_workers"
	[ ! -e "$run/hugepages" ] || return 0
	[ -w "$hugepages_file" ] || {
		note "No 2 MiB pages on this machine; going on with ordinary ones."
		return 0
	}
	lock_machine
	hugepages_old=$(cat "$hugepages_file")
	printf '%s\n' "$hugepages_need" >"$run/hugepages"
	echo $((hugepages_old + hugepages_need)) 2>/dev/null >"$hugepages_file" || :
	hugepages_got=$(($(cat "$hugepages_file") - hugepages_old))
	if [ "$hugepages_got" -lt "$hugepages_need" ]; then
		echo "$hugepages_old" >"$hugepages_file" || :
		rm -f "$run/hugepages"
		note "The kernel has no $hugepages_need pages of 2 MiB to give; going on with ordinary ones."
	fi
	unlock_machine
}

hugepages_lower() {
	[ -e "$run/hugepages" ] || return 0
	lock_machine
	hugepages_left=$(($(cat "$hugepages_file") - $(cat "$run/hugepages")))
	[ "$hugepages_left" -ge 0 ] || hugepages_left=0
	echo "$hugepages_left" >"$hugepages_file" || :
	rm -f "$run/hugepages"
	unlock_machine
}
