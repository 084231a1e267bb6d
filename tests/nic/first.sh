#!/bin/busybox sh
# shellcheck shell=dash
# The first process of the emulated machine: finds the real root and makes it writable in memory.
b=/bin/busybox
$b mount -t devtmpfs dev /dev
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
while read -r module; do
	$b insmod "/bin/$module" || echo "first: no $module"
done </modules
for word in $($b cat /proc/cmdline); do
	case $word in
	program=*) program=${word#*=} ;;
	esac
done
way=trans=virtio,version=9p2000.L,msize=262144
$b mount -t 9p -o "ro,cache=loose,$way" host /host
$b mount -t tmpfs tmpfs /layer
$b mkdir /layer/upper /layer/work
$b mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work overlay /new
for tree in dev proc sys; do
	$b mkdir -p "/new/$tree"
	$b mount --move "/$tree" "/new/$tree"
done
$b mount -t tmpfs tmpfs /new/run
$b mount -t tmpfs tmpfs /new/tmp
$b mkdir -p /new/dev/pts /new/dev/shm
$b mount -t devpts devpts /new/dev/pts
$b mount -t tmpfs tmpfs /new/dev/shm
$b mount -t 9p -o "cache=none,$way" exchange /new/mnt
exec $b switch_root /new "$program"
