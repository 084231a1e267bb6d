#!/usr/bin/env bash
# The NICs of an emulated machine: on each, through its poll-mode driver, the appliance logs in and
# moves 10 MB both ways.
. "$(dirname "$0")/../smoke/_init.sh"
. "$repo/tests/nic/machine.sh"
bytes=10000000

# NIC, its device in QEMU, its driver in DPDK, workers.
nics='e1000e|e1000e|net_e1000_em|1
virtio-net|virtio-net-pci,mq=on,vectors=6,iommu_platform=on,disable-legacy=on|net_virtio|2
vmxnet3|vmxnet3|net_vmxnet3|1'

nic_finish() {
	machine_stop
	ip netns del "$name"
	finish
}

# sftp_batch COMMAND...
sftp_batch() {
	local common
	mapfile -t common < <(ssh_options)
	printf '%s\n' "$@" | client timeout 300 sftp "${common[@]}" -o BatchMode=yes \
		-i "$run/admin_key" -b - "admin@$address"
}

# try_nic NIC DRIVER NUMBER: the machine serves on it.
try_nic() {
	local nic=$1 driver=$2 port=nic$3 start told
	run=$exchange/$nic
	start=$SECONDS
	if ! machine_said "$nic.up" || [ "$(cat "$exchange/$nic.status")" != 0 ]; then
		fail "$nic: an appliance comes up" "$(tail -n 30 "$exchange/$nic.log" "$run"/log/*)"
		return
	fi
	pass "$nic: an appliance comes up ($((SECONDS - start)) s)"
	chmod 600 "$run/admin_key"
	ip -n "$name" addr add 192.0.2.1/24 dev "$port"
	told=$(cat "$run/log/"*)
	match "$nic: by DPDK's $driver" "$told" "sallyport-dataplane: $driver,"
	match "$nic: the self-test is printed" "$told" 'port self-test: checksums sent: '
	printf '%s\n' "$told" | sed -n 's/^.*sallyport-dataplane: port/     port/p'
	match "$nic: admin logs in" "$(device 'display version' 2>&1)" '^Comware Software'
	head -c "$bytes" /dev/urandom >"$work/up"
	check "$nic: 10 MB go up" sftp_batch "put $work/up ten"
	check "$nic: and come down" sftp_batch "get ten $work/down"
	check "$nic: byte by byte" cmp "$work/up" "$work/down"
	rm -f "$work/down"
	told=$(device 'display counters')
	match "$nic: no verdict of its on checksums was wrong" "$told" '^port_sums_wrong +0( |$)'
	printf '%s\n' "$told" | sed -n 's/^port_sums_proven/     &/p'
	ip -n "$name" addr flush dev "$port"
	machine_tell "$nic.end"
	check "$nic: it goes down" machine_said "$nic.down"
	equal "$nic: the kernel has its driver again" "$(cat "$exchange/$nic.after")" "$(cat "$exchange/$nic.before")"
}

name=$(name_new n)
export NAME=$name
trap nic_finish EXIT
ip netns add "$name"
ip -n "$name" link set lo up
if ! machine_make >"$work/make.log" 2>&1; then
	fail "the machine is made" "$(tail -n 20 "$work/make.log")"
	exit 1
fi
start=$SECONDS
machine_start "$repo/tests/nic/guest.sh" "$nics"
if ! machine_said booted; then
	fail "the machine boots" "$(tail -n 20 "$console" "$work/qemu.log")"
	exit 1
fi
pass "the machine boots ($((SECONDS - start)) s)"
number=0
while IFS='|' read -r nic _ driver _; do
	ip -n "$name" link set "nic$number" up
	try_nic "$nic" "$driver" "$number" </dev/null
	number=$((number + 1))
done <<<"$nics"
