# A machine with three NICs, emulated in software: Debian's kernel, this machine's root read-only
# below a layer of memory, nothing installed and nothing left.
#
#   machine_make                 its first root, and its kernel, which is kept in build/nic
#   machine_start PROGRAM NICS   boots; PROGRAM is its first process
#   machine_said WORD            waits $machine_patience seconds for PROGRAM to say so
#   machine_tell WORD            what PROGRAM waits for
#   machine_stop
#
# The machine's script and the test talk through files in $exchange, which is /mnt in the machine.
# shellcheck shell=bash

machine_home=$repo/build/nic
exchange=$work/exchange
console=$work/console
machine=''
: "${machine_patience:=240}"

# The modules that the first root needs to reach the real one.
first_modules='virtio_pci 9p 9pnet_virtio overlay'

kernel_fetch() {
	local package
	package=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: //p' | head -n 1)
	release=${package#linux-image-}
	modules=$machine_home/$release/lib/modules
	[ ! -e "$modules/$release/modules.dep" ] || return 0
	rm -rf "${machine_home:?}"/*
	mkdir -p "$machine_home/$release"
	(cd "$machine_home" && apt-get -q download "$package") || return
	dpkg-deb -x "$machine_home/$package"_*.deb "$machine_home/$release" || return
	rm -f "$machine_home/$package"_*.deb
	depmod -b "$machine_home/$release" "$release"
}

# Prints the files of the modules named, those that others stand on first.
modules_in_order() {
	local module
	for module; do
		modprobe -d "$machine_home/$release" -S "$release" --show-depends "$module"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

first_root_make() {
	local root=$work/first file
	mkdir -p "$root"/{bin,dev,proc,sys,host,layer,new}
	cp /bin/busybox "$root/bin/" || return
	: >"$root/modules"
	# shellcheck disable=SC2086
	while read -r file; do
		cp "$file" "$root/bin/" && basename "$file" >>"$root/modules"
	done < <(modules_in_order $first_modules)
	cp "$repo/tests/nic/first.sh" "$root/init" || return
	(cd "$root" && find . | busybox cpio -o -H newc | gzip -1) >"$work/first.cpio.gz"
}

machine_make() {
	mkdir -p "$machine_home" "$exchange"
	kernel_fetch && first_root_make
}

# machine_start PROGRAM NICS: a line NIC|DEVICE|DRIVER|WORKERS each, on a tap nicN in the test's
# namespace, at 0000:00:1N.0.
machine_start() {
	local i=0 devices=() nic device workers
	while IFS='|' read -r nic device _ workers; do
		devices+=(-netdev "tap,id=n$i,ifname=nic$i,script=no,downscript=no,queues=$workers"
			-device "$device,netdev=n$i,mac=52:54:00:12:34:0$i,romfile=,addr=$((10 + i))")
		printf '%s 0000:00:%s.0 %s\n' "$nic" "$((10 + i))" "$workers" >>"$exchange/nics"
		i=$((i + 1))
	done <<<"$2"
	ip netns exec "$name" qemu-system-x86_64 -machine q35 -accel tcg -cpu max -smp 2 -m 1536 \
		-device intel-iommu,aw-bits=48 \
		-nodefaults -no-user-config -no-reboot -display none -serial "file:$console" \
		-kernel "$machine_home/$release/boot/vmlinuz-$release" -initrd "$work/first.cpio.gz" \
		-append "console=ttyS0 earlyprintk=ttyS0 loglevel=7 intel_iommu=on no_timer_check panic=-1 mitigations=off program=$1" \
		-virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
		-virtfs "local,path=$exchange,mount_tag=exchange,security_model=none" \
		"${devices[@]}" >"$work/qemu.log" 2>&1 &
	machine=$!
}

machine_said() {
	local tick
	for ((tick = 0; tick < machine_patience * 5; tick++)); do
		[ ! -e "$exchange/$1" ] || return 0
		kill -0 "$machine" 2>/dev/null || return 1
		sleep 0.2
	done
	return 1
}

machine_tell() {
	: >"$exchange/$1"
}

machine_stop() {
	[ -n "$machine" ] || return 0
	kill "$machine" 2>/dev/null
	wait "$machine" 2>/dev/null
	machine=''
}
