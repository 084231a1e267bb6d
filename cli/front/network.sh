# The namespace of an appliance: made, recognised as ours, cleaned, removed.
# shellcheck shell=sh

netns_file() {
	printf '/run/netns/%s\n' "$name"
}

# Words that run a command in the namespace. Where / is no mount (in a chroot) ip cannot, as it
# would first give the command a /sys of its own.
netns_enter() {
	if mountpoint -q /; then
		inside="ip netns exec $name"
	else
		inside="nsenter --net=$(netns_file)"
	fi
}

# ip(8) in the namespace.
ip_in() {
	if mountpoint -q /; then
		ip -n "$name" "$@"
	else
		nsenter --net="$(netns_file)" ip "$@"
	fi
}

netns_exists() {
	[ -e "$(netns_file)" ]
}

# $run/namespace holds the inode of the namespace that we made (or is empty when we were cut
# short while making it).
netns_is_ours() {
	[ -e "$run/namespace" ] || return 1
	netns_mark=$(cat "$run/namespace")
	[ -z "$netns_mark" ] || [ "$netns_mark" = "$(stat -L -c %i "$(netns_file)")" ]
}

netns_refuse_strange() {
	! netns_exists || netns_is_ours ||
		die "the network namespace $name exists and is not ours" \
			"use another --name, or remove it: ip netns del $name"
}

netns_make() {
	netns_refuse_strange
	if ! netns_exists; then
		[ -e /run/netns ] || : >"$run_top/.netns-mounted"
		: >"$run/namespace"
		ip netns add "$name" || die "the kernel made no network namespace" \
			"it needs CONFIG_NET_NS and root; in a container: CAP_SYS_ADMIN and CAP_NET_ADMIN"
	fi
	stat -L -c %i "$(netns_file)" >"$run/namespace"
	ip_in link set lo up
}

# Processes in the namespace, without this command's own ancestors.
netns_pids() {
	netns_exists || return 0
	netns_own=" "
	netns_pid=$$
	while [ "$netns_pid" -gt 1 ]; do
		netns_own="$netns_own$netns_pid "
		netns_pid=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$netns_pid/status")
	done
	for netns_pid in $(ip netns pids "$name"); do
		case $netns_own in
		*" $netns_pid "*) ;;
		*) printf '%s\n' "$netns_pid" ;;
		esac
	done
}

netns_remove() {
	netns_exists && netns_is_ours || {
		rm -f "$run/namespace"
		return 0
	}
	ip netns del "$name"
	rm -f "$run/namespace"
	# The mount that `ip netns add` makes for itself goes with the last namespace, if we
	# brought it.
	if [ -e "$run_top/.netns-mounted" ] && [ -z "$(ls -A /run/netns)" ]; then
		umount /run/netns 2>/dev/null || :
		rmdir /run/netns 2>/dev/null || :
		rm -f "$run_top/.netns-mounted"
	fi
}

# The client's side: addresses that every README and test relies on.
client_side() {
	ip_in addr replace 192.0.2.1/24 dev "$1"
	if [ -d /proc/sys/net/ipv6 ]; then
		ip_in addr replace 2001:db8::1/64 dev "$1" nodad
	fi
	ip_in link set "$1" up
}

tun_device() {
	[ -c /dev/net/tun ] && return 0
	modprobe tun 2>/dev/null || :
	[ -c /dev/net/tun ] || {
		mkdir -p /dev/net
		mknod /dev/net/tun c 10 200 || :
	}
}

# tap_make INTERFACE: sp0 is the client's side, others have no address.
tap_make() {
	tun_device
	ip_in link del "$1" 2>/dev/null || :
	ip_in tuntap add mode tap multi_queue name "$1" ||
		die "the kernel made no tap interface" "load the tun module, and look at /dev/net/tun"
	if [ "$1" = sp0 ]; then client_side sp0; else ip_in link set "$1" up; fi
}
