#!/bin/sh
# In the emulated machine, as its first process: an appliance on each NIC in turn, by the
# operator's command. $exchange/NIC.up says that it is there, $exchange/NIC.end ends it.
exchange=/mnt
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb
top=$(cd "$(dirname "$0")/../.." && pwd)
sallyport=$top/cli/sallyport
mountpoint -q "$exchange" || exec poweroff -f

driver() {
	basename "$(readlink -f "/sys/bus/pci/devices/$1/driver")"
}

# serve NIC PCI WORKERS: until the test has seen enough.
serve() {
	nic=$1 pci=$2 name=t$1 workers=$3 state=/var/lib/sallyport/t$1
	driver "$pci" >"$exchange/$nic.before"
	"$sallyport" up --name "$name" --link "pci:$pci" --workers "$workers" >"$exchange/$nic.log" 2>&1
	echo $? >"$exchange/$nic.status"
	driver "$pci" >"$exchange/$nic.during"
	mkdir "$exchange/$nic"
	cp -rL "$state/admin_key" "$state/known_hosts" "$state/log" "$exchange/$nic/"
	: >"$exchange/$nic.up"
	while [ ! -e "$exchange/$nic.end" ]; do
		sleep 0.5
	done
	cp -r "$state/log" "$exchange/$nic/"
	"$sallyport" down --name "$name" --purge >>"$exchange/$nic.log" 2>&1
	driver "$pci" >"$exchange/$nic.after"
	: >"$exchange/$nic.down"
}

main() {
	mkdir -p /lib/modules
	mount --bind "$top/build/nic/$(uname -r)/lib/modules" /lib/modules
	modprobe -a e1000e virtio_net vmxnet3
	: >"$exchange/booted"
	while read -r nic pci workers; do
		serve "$nic" "$pci" "$workers"
	done <"$exchange/nics"
}

main
# The first process may not end: the machine does.
echo o >/proc/sysrq-trigger
sleep 60
