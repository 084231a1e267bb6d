# down: stop, and leave nothing but /var/lib/sallyport/N.
# shellcheck shell=sh

help_down() {
	cat <<-'TEXT'
	sallyport down [--name N] [--purge]
	  Stop the appliance: sessions get a disconnect that says why; processes, namespace,
	  interfaces, hugepages and run files go. /var/lib/sallyport/N (keys, configuration,
	  files, logs) stays, unless --purge.
	TEXT
}

down_main() {
	name=sallyport down_purge=no
	while [ $# -gt 0 ]; do
		case $1 in
		--help | -h) help_down; return ;;
		--name) [ $# -ge 2 ] || die "--name needs a value"; name=$2; shift ;;
		--name=*) name=${1#--name=} ;;
		--purge) down_purge=yes ;;
		*) die "down does not know: $1" "see: $0 down --help" ;;
		esac
		shift
	done
	paths_set "$name"
	need_root down
	lock_appliance
	if [ -d "$run" ]; then
		down_now
		say "Appliance $name is down."
	else
		unlock_appliance
		rmdir "$run_top" 2>/dev/null || :
		say "Appliance $name is not up."
	fi
	if [ "$down_purge" = yes ] && [ -d "$state" ]; then
		rm -rf "$state"
		rmdir "$state_top" 2>/dev/null || :
		say "Its keys, configuration and files are gone too."
	fi
}

# The appliance lock is held by the caller and let go here.
down_now() {
	processes_end 15
	link_restore
	netns_remove
	hugepages_lower
	rm -rf "$run"
	unlock_appliance
	rmdir "$run_top" 2>/dev/null || :
}
