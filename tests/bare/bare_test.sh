#!/usr/bin/env bash
# A bare Debian 12 with nothing but this checkout: up, a command by ssh, down, nothing left; each
# of README's two commands is enough by itself. The machine is an mmdebstrap minbase chroot.
. "$(dirname "$0")/../smoke/_init.sh"

root=$work/root
mounts='dev proc sys run'

bare_unmount() {
	for mount in $mounts; do
		umount -R "$root/$mount" 2>/dev/null
	done
	chroot_finish
}
chroot_finish() {
	if mountpoint -q "$root/proc"; then
		echo "     $root is still mounted; left alone"
		work=/nonexistent
	fi
	finish
}
trap bare_unmount EXIT

# The machine's own apt configuration: sources, keys, settings; nothing of it is written here.
options=() sources=()
for file in $(grep -l '^Acquire::' /etc/apt/apt.conf.d/*); do
	options+=("--aptopt=$file")
done
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list; do
	[ ! -s "$file" ] || sources+=("$file")
done
if ! mmdebstrap --variant=minbase "${options[@]}" bookworm "$root" "${sources[@]}" \
	>"$work/mmdebstrap.log" 2>&1; then
	fail "mmdebstrap makes a bare machine" "$(tail -n 20 "$work/mmdebstrap.log")"
	exit 1
fi
for part in apt.conf.d sources.list sources.list.d preferences.d trusted.gpg.d auth.conf.d; do
	rm -rf "${root:?}/etc/apt/$part"
	[ ! -e "/etc/apt/$part" ] || cp -a "/etc/apt/$part" "$root/etc/apt/"
done
mkdir -p "$root/usr/share/keyrings"
cp -an /usr/share/keyrings/. "$root/usr/share/keyrings/" 2>/dev/null
cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null
git clone -q "$repo" "$root/root/sallyport"
for program in ip python3 git gcc meson ssh; do
	equal "the bare machine has no $program" "$(chroot "$root" sh -c "command -v $program")" ""
done
mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys" && mount --make-rslave "$root/sys"
mount -t tmpfs tmpfs "$root/run"

bare() {
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb sh -c "cd / && $1"
}
name=$(name_new z)
before_mounts=$(grep -c " $root/" /proc/mounts)
before_pages=$(cat /proc/sys/vm/nr_hugepages)
before_links=$(ip -o link | cut -d : -f 2 | sort)
start=$SECONDS
bare "/root/sallyport/cli/sallyport up --name $name" >"$work/up" 2>&1
equal "up on a bare machine ($((SECONDS - start)) s)" "$?" 0
[ "$failed" -eq 0 ] || tail -n 60 "$work/up" | sed 's/^/     | /'
match "it ends with a login that works" "$(cat "$work/up")" 'is up: admin logged in'
match "ssh display version prints it" \
	"$(bare "/root/sallyport/cli/sallyport ssh --name $name 'display version'" 2>&1)" \
	'^Comware Software, Version 7\.1\.070, Sallyport '
check "no policy-rc.d is left" test ! -e "$root/usr/sbin/policy-rc.d"
bare "/root/sallyport/cli/sallyport down --name $name" >"$work/down" 2>&1
equal "down succeeds" "$?" 0
equal "no mount is left" "$(grep -c " $root/" /proc/mounts)" "$before_mounts"
equal "no hugepage is left" "$(cat /proc/sys/vm/nr_hugepages)" "$before_pages"
equal "no interface is left" "$(ip -o link | cut -d : -f 2 | sort)" "$before_links"
equal "no run file is left" "$(ls -A "$root/run" | grep -c -e sallyport -e netns)" 0
left=
for path in /proc/[0-9]*; do
	[ "$(readlink "$path/root" 2>/dev/null)" != "$root" ] || left="$left $(tr '\0' ' ' <"$path/cmdline")"
done
equal "no process is left" "$left" ""
check "up again, with nothing to install or build" bare "/root/sallyport/cli/sallyport up --name $name"
bare "/root/sallyport/cli/sallyport down --name $name --purge" >/dev/null 2>&1
match "the second README command is enough by itself" \
	"$(bare "/root/sallyport/cli/sallyport ssh 'display version'" 2>/dev/null)" '^Comware Software'
bare "/root/sallyport/cli/sallyport down --purge" >/dev/null 2>&1
equal "and nothing is left after it" "$(ls -d "$root"/run/sallyport "$root"/var/lib/sallyport 2>/dev/null)" ""
