#!/usr/bin/env bash
# Who meets the network has no root, who holds keys meets no network, control knows no DPDK.
. "$(dirname "$0")/_init.sh"

appliance_up
pid_of() {
	sed -n "s/^$1 //p" "$run/pids" | head -n 1
}
for process in dataplane control cli keeper; do
	equal "$process has no new privileges" \
		"$(sed -n 's/^NoNewPrivs:\t//p' "/proc/$(pid_of $process)/status")" 1
done
for process in dataplane control; do
	uid=$(sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "/proc/$(pid_of $process)/status")
	check "$process does not run as root (uid $uid)" test "$uid" -ne 0
	equal "$process has no capabilities" \
		"$(sed -n 's/^CapEff:\t//p' "/proc/$(pid_of $process)/status")" 0000000000000000
done
for program in control/sallyport-control control/sallyport-keeper control/sallyport-supervisor cli/sallyport-cli; do
	equal "$program links no DPDK" "$(ldd "$repo/build/$program" | grep -c librte)" 0
done
for program in control/sallyport-control control/sallyport-keeper cli/sallyport-cli; do
	equal "$program links jemalloc" "$(ldd "$repo/build/$program" | grep -c libjemalloc)" 1
done
match "display memory reads jemalloc's numbers" "$(device "display memory")" '[0-9]'
for process in dataplane control cli; do
	for file in "$state"/keys/*; do
		equal "$process has not opened $(basename "$file")" \
			"$(ls -l "/proc/$(pid_of $process)/fd" | grep -cF "$file")" 0
	done
done
check "private keys lie outside flash" test ! -e "$state/flash/keys"
equal "and only root reads them" "$(stat -c %a "$state/keys")" 700
if [ -n "$(pid_of dataplane)" ]; then
	start=$(awk '{ print $14 + $15 }' "/proc/$(pid_of dataplane)/stat")
	sleep 4
	end=$(awk '{ print $14 + $15 }' "/proc/$(pid_of dataplane)/stat")
	check "an idle dataplane sleeps ($((end - start)) of 400 ticks)" test $((end - start)) -lt 120
fi
