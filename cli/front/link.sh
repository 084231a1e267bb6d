# What the appliance's ports are: --link, and --port for each further one. Each kind prepares, and
# undoes at down.
# shellcheck shell=sh

link_check() {
	case $1 in
	tap | memif | memif:queues=[1-9] | memif:queues=1[0-6]) ;;
	af_packet:?* | af_xdp:?*)
		case ${1#*:} in
		*[!a-zA-Z0-9_.-]* | ????????????????*) die "not an interface name: ${1#*:}" ;;
		sp0) die "sp0 is the client's end" "name the appliance's end, for instance ${1%%:*}:sp1" ;;
		esac
		;;
	pci:????:??:??.?)
		[ -e "/sys/bus/pci/devices/${1#pci:}" ] || die "no PCI device ${1#pci:}" "see: ls /sys/bus/pci/devices"
		;;
	*) die "not a link: $1" "one of tap, memif, memif:queues=K, af_packet:IF, af_xdp:IF, pci:DDDD:BB:DD.F" ;;
	esac
}

# What a user of --link tap or of a veth pair made here can do that others cannot: log in from
# inside the namespace.
link_has_client_side() {
	case " $(setting network) " in
	*" --address "* | *" --vlan "*) return 1 ;;
	esac
	ip_in link show sp0 >/dev/null 2>&1
}

# Further ports: no veth pair is made for them, and their taps are the operator's to give addresses.
port_check() {
	link_check "$1"
	case $1 in
	*:sp1) die "sp1 is the end of the first port's veth pair" "name another interface, or use --port tap" ;;
	esac
}

# link_prepare LINK PORT
link_prepare() {
	case $1 in
	tap) tap_make "$(link_tap "$2")" ;;
	memif | memif:*) ;;
	af_packet:* | af_xdp:*) link_take_interface "${1#*:}" ;;
	pci:*) link_bind "${1#pci:}" ;;
	esac
}

# The kernel's end of a port's tap; sp1 is our end of a veth pair.
link_tap() {
	if [ "$1" -eq 0 ]; then echo sp0; else echo "sp$(($1 + 1))"; fi
}

# IF is taken into the namespace. sp1 is made on the spot when there is none: a veth pair whose
# other end is the client's side, so that the driver can be tried without a NIC.
link_take_interface() {
	if ip_in link show "$1" >/dev/null 2>&1; then
		[ "$1" != sp1 ] || client_side sp0
	elif ip link show "$1" >/dev/null 2>&1; then
		printf '%s\n' "$1" >>"$run/moved"
		ip link set "$1" netns "$name"
	elif [ "$1" = sp1 ]; then
		ip_in link add sp0 type veth peer name sp1
		client_side sp0
	else
		die "no interface $1" "see: ip link; sp1 is made when there is none"
	fi
	ip_in link set "$1" up
}

link_driver() {
	basename "$(readlink -f "/sys/bus/pci/devices/$1/driver" 2>/dev/null)" 2>/dev/null
}

# Devices whose DPDK driver works beside the kernel's (mlx) stay where they are.
link_bind() {
	link_before=$(link_driver "$1")
	case $link_before in
	mlx4_core | mlx5_core | vfio-pci | uio_pci_generic | igb_uio) return 0 ;;
	esac
	modprobe vfio-pci 2>/dev/null || :
	[ -d /sys/bus/pci/drivers/vfio-pci ] ||
		die "this kernel has no vfio-pci" "enable the IOMMU and the vfio-pci module, or use another --link"
	link_is_behind_iommu "$1" ||
		die "no IOMMU stands before $1, and without one vfio-pci takes no device" \
			"enable it in the firmware and by intel_iommu=on for the kernel, or give the guest a virtual one" \
			"where the kernel can do without: enable_unsafe_noiommu_mode=1 for the module vfio"
	printf '%s %s\n' "$1" "$link_before" >>"$run/bound"
	link_rebind "$1" vfio-pci
}

link_is_behind_iommu() {
	[ -e "/sys/bus/pci/devices/$1/iommu_group" ] ||
		[ "$(cat /sys/module/vfio/parameters/enable_unsafe_noiommu_mode 2>/dev/null)" = Y ]
}

link_rebind() {
	link_device=/sys/bus/pci/devices/$1
	[ ! -e "$link_device/driver" ] || printf '%s' "$1" >"$link_device/driver/unbind"
	printf '%s' "$2" >"$link_device/driver_override"
	[ -z "$2" ] || printf '%s' "$1" >"/sys/bus/pci/drivers/$2/bind"
}

# Back to how it was before up. The driver's name is followed by the empty override that lets
# the kernel choose again.
link_restore() {
	if [ -s "$run/moved" ] && netns_exists; then
		while read -r link_interface; do
			ip_in link set "$link_interface" netns $$ 2>/dev/null || :
		done <"$run/moved"
	fi
	if [ -s "$run/bound" ]; then
		while read -r link_device_name link_before; do
			link_rebind "$link_device_name" "$link_before" || :
			printf '\n' >"/sys/bus/pci/devices/$link_device_name/driver_override" || :
		done <"$run/bound"
	fi
	rm -f "$run/moved" "$run/bound"
}
