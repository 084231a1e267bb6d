# Debian packages: what is missing is installed, nothing else is touched.
# shellcheck shell=sh

build_packages='gcc libc6-dev meson ninja-build pkgconf libdpdk-dev libssl-dev libipsec-mb-dev
	libjansson-dev libjemalloc-dev libuv1-dev libcap-ng-dev libradcli-dev libarchive-dev libtre-dev'
run_packages='iproute2 openssh-client'

# packages_missing LIST...: prints those that are not installed.
packages_missing() {
	packages_have=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' "$@" 2>/dev/null || :)"
	for package in "$@"; do
		case $packages_have in
		*" installed:$package "*) ;;
		*) printf '%s ' "$package" ;;
		esac
	done
}

policy=/usr/sbin/policy-rc.d

# Daemons that come with a package are not started. A policy of the machine's own is put back.
policy_deny() {
	policy_restore
	[ ! -e "$policy" ] || mv "$policy" "$policy.before-sallyport"
	printf '#!/bin/sh\n# sallyport: no daemon starts while packages are installed\nexit 101\n' \
		>"$policy"
	chmod 755 "$policy"
}

policy_restore() {
	if [ -e "$policy" ] && grep -q '^# sallyport: ' "$policy"; then
		rm -f "$policy"
	fi
	[ ! -e "$policy.before-sallyport" ] || mv "$policy.before-sallyport" "$policy"
}

# packages_need LIST...: install what is missing.
packages_need() {
	packages_want=$(packages_missing "$@")
	[ -n "$packages_want" ] || return 0
	command -v apt-get >/dev/null ||
		die "these packages are missing: $packages_want" "this machine has no apt-get: install them by hand"
	need_root "installing packages"
	lock_packages
	packages_want=$(packages_missing "$@")
	if [ -n "$packages_want" ]; then
		note "Installing: $packages_want"
		packages_install
	fi
	exec 6<&-
}

# Two installs at once wait for each other here, not inside apt with a policy half restored.
lock_packages() {
	exec 6</var/lib/dpkg
	flock -n 6 || {
		note "Waiting for another installation ..."
		flock 6
	}
}

packages_install() {
	packages_log=$(mktemp /tmp/sallyport-packages.XXXXXX)
	packages_status=0
	slow "Reading the package lists" "$packages_log" apt-get -q update ||
		note "The package lists could not be renewed; going on with those at hand."
	trap policy_restore EXIT
	policy_deny
	# shellcheck disable=SC2086
	slow "Downloading and unpacking (a bare machine takes some minutes)" "$packages_log" \
		env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
		-o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold \
		install $packages_want || packages_status=$?
	policy_restore
	trap - EXIT
	[ "$packages_status" -eq 0 ] ||
		die "packages could not be installed: $packages_want" \
			"read $packages_log; check the network and /etc/apt; then run this again"
	rm -f "$packages_log"
}
