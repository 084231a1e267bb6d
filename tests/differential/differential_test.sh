#!/usr/bin/env bash
# The same segments to the kernel's TCP and to ours; what differs must stand in explained.txt.
. "$(dirname "$0")/../smoke/_init.sh"
here=$repo/tests/differential

appliance_up
kernel=${name}k

# A second client's side with a kernel behind it, where the device has only a tap.
kernel_up() {
	ip netns add "$kernel"
	ip -n "$name" link add kp0 type veth peer name kp1 netns "$kernel"
	ip -n "$name" addr add 198.51.100.1/24 dev kp0
	ip -n "$name" link set kp0 up
	ip -n "$kernel" addr add 198.51.100.2/24 dev kp1
	ip -n "$kernel" link set kp1 up
	ip -n "$kernel" link set lo up
	client nft -f - <<-END
		table inet differential {
			chain out {
				type filter hook output priority 0
				tcp flags & (rst | ack) == rst drop
				tcp sport 40000-64999 drop
			}
		}
	END
	ip netns exec "$kernel" "$python" "$here/kernel.py" 198.51.100.2 "$1" >"$work/kernel.log" 2>&1 &
	listener=$!
}

kernel_down() {
	kill "$listener"
	ip netns del "$kernel"
}

traces() {
	client timeout 300 "$python" "$here/traces.py" "$@" 2>"$work/traces.err"
}

greeting=$(client timeout 5 "$python" -c 'import socket
print(len(socket.create_connection(("192.0.2.2", 22)).makefile("rb").readline()))')
kernel_up "$greeting"
trap 'kernel_down >/dev/null 2>&1; finish' EXIT
sleep 1
traces sp0 192.0.2.1 192.0.2.2 42000 "$greeting" >"$work/ours"
traces kp0 198.51.100.1 198.51.100.2 42000 "$greeting" >"$work/kernels"
equal "ours was asked to the end" "$(tail -n 1 "$work/ours")" 'end: nothing more is asked'
equal "so was the kernel's" "$(tail -n 1 "$work/kernels")" 'end: nothing more is asked'
paste -d '\n' "$work/ours" "$work/kernels" >"$work/both"
while IFS= read -r ours && IFS= read -r kernels; do
	step=${ours%%: *}
	if [ "$ours" = "$kernels" ]; then
		pass "$step: as the kernel's"
	elif grep -qF "$step: ${ours#*: } | ${kernels#*: } |" "$here/explained.txt"; then
		pass "$step: differs as explained"
	else
		fail "$step" "ours:     ${ours#*: }" "kernel's: ${kernels#*: }"
	fi
done <"$work/both"
