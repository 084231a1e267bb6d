#!/usr/bin/env bash
# Clients of files by the dozen, one of them with a full window, twelve on a disk that hangs: the others
# lose nothing and keep their speed.
. "$(dirname "$0")/_init.sh"

slow=''

# Where the device sees it: its processes may have mounts of their own.
device_sees() {
	nsenter -m -t "$(sed -n 's/^cli //p' "$run/pids")" "$@"
}

slow_end() {
	[ -z "$slow" ] || { device_sees fsfreeze -u "$slow" 2>/dev/null; device_sees umount "$slow"; }
	finish
}

# A file system of its own on the device, which can be made to hang.
slow_up() {
	truncate -s 64M "$work/disk"
	mkfs.ext4 -q "$work/disk"
	slow=$state/flash/slow
	mkdir "$slow"
	device_sees mount -o loop "$work/disk" "$slow"
	device_sees chown --reference="$state/flash" "$slow"
}

# The script's part of lib/files_many.py.
slow_serve() {
	until [ -e "$work/freeze" ]; do sleep 0.05; done
	device_sees fsfreeze -f "$slow" && touch "$work/frozen"
	until [ -e "$work/thaw" ]; do sleep 0.05; done
	device_sees fsfreeze -u "$slow" && touch "$work/thawed"
}

trap slow_end EXIT
appliance_up
slow_up
slow_serve &
python_claims files_many.py "$work"
kill $! 2>/dev/null
