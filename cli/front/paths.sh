# Where an appliance's things are, and the locks that keep two commands apart.
# shellcheck shell=sh
# shellcheck disable=SC2034

run_top=/run/sallyport
state_top=/var/lib/sallyport
bin=$top/build

# paths_set NAME: checks it and sets name, run, state, and flag: how to say the name in a hint.
paths_set() {
	case $1 in
	'' | *[!a-z0-9-]* | ????????????????*)
		die "not a name: '$1'" "a name is 1 to 15 of a-z, 0-9 and -"
		;;
	-*) die "not a name: '$1'" "a name does not begin with -" ;;
	esac
	name=$1
	flag=" --name $1"
	[ "$1" != sallyport ] || flag=
	run=$run_top/$1
	state=$state_top/$1
}

# The lock files lie beside what they guard and go away with it; who opened one that was
# removed meanwhile opens it anew.
lock_is_current() {
	[ "$(stat -c %i "$2" 2>/dev/null)" = "$(stat -L -c %i "/proc/self/fd/$1" 2>/dev/null)" ]
}

# Appliance lock: descriptor 8, held by up and down for all they do.
lock_appliance() {
	lock_path=$run_top/.$name.lock
	while :; do
		mkdir -p "$run_top"
		{ exec 8>"$lock_path"; } 2>/dev/null || continue
		flock -n 8 || {
			note "Waiting for another command on appliance $name ..."
			flock 8
		}
		! lock_is_current 8 "$lock_path" || return 0
	done
}

unlock_appliance() {
	rm -f "$run_top/.$name.lock"
	exec 8>&-
}

# Machine lock: descriptor 7, held for moments while shared settings are changed.
lock_machine() {
	while :; do
		mkdir -p "$run_top"
		{ exec 7>"$run_top/.machine.lock"; } 2>/dev/null || continue
		flock 7
		! lock_is_current 7 "$run_top/.machine.lock" || return 0
	done
}

unlock_machine() {
	rm -f "$run_top/.machine.lock"
	exec 7>&-
}
