# What the load generator's long suites share: peers, runs, results. Source tests/smoke/_init.sh
# first.
# shellcheck shell=bash
load=$repo/build/tests/load/sallyport-load
json=$work/load.json
claims=$repo/tests/load/claims

# accounts_make: inside the namespace there is a user `load` whose shell starts nothing else;
# accounts_drop before the namespace goes.
accounts_make() {
	local hash
	etc=/etc/netns/$name
	mkdir -p "$etc" "$work/home/.ssh" /run/sshd
	printf 'secret\n' >"$work/password"
	hash=$(openssl passwd -6 secret)
	cp /etc/passwd /etc/shadow "$etc/"
	echo "load:x:0:0::$work/home:/bin/sh" >>"$etc/passwd"
	echo "load:$hash:19000:0:99999:7:::" >>"$etc/shadow"
	ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
	ssh-keygen -q -t ed25519 -N '' -f "$work/user_key"
	cp "$work/user_key.pub" "$work/home/.ssh/authorized_keys"
	chmod 755 "$work" "$work/home"
	chmod 700 "$work/home/.ssh"
	chmod 600 "$work/home/.ssh/authorized_keys"
}

accounts_drop() {
	[ -z "${etc-}" ] || rm -rf "$etc"
	etc=''
}

peers=''
peer_run() {
	ip netns exec "$name" chrt --rr 1 "$@" >>"$work/peers.log" 2>&1 &
	peers="$peers $!"
	sleep 1
}

peers_end() {
	local pid
	for pid in $peers; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	peers=''
}

openssh_start() {
	printf '%s\n' "Port $1" 'ListenAddress 127.0.0.1' "HostKey $work/host_key" 'UsePAM no' \
		'PermitRootLogin yes' 'MaxStartups 1000' 'PidFile none' 'StrictModes no' \
		'PasswordAuthentication yes' 'Subsystem sftp internal-sftp' >"$work/sshd_config"
	peer_run /usr/sbin/sshd -D -f "$work/sshd_config" -E "$work/sshd.log"
}

dropbear_start() {
	/usr/bin/dropbearconvert openssh dropbear "$work/host_key" "$work/dropbear_key" >"$work/convert.log" 2>&1
	peer_run /usr/sbin/dropbear -F -E -p "127.0.0.1:$1" -r "$work/dropbear_key" -P "$work/dropbear.pid"
}

go_start() {
	GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$work/gocache GOFLAGS=-p=1 \
		go build -o "$work/goserver" "$repo/tests/load/peers/server.go" >"$work/go.log" 2>&1
	peer_run "$work/goserver" "127.0.0.1:$1" "$work/host_key" "$work/user_key.pub" secret "${@:2}"
}

# cast FILE TEXT...: a transcript in which these are typed, one every 0.2 s; \r is Enter.
cast() {
	local file=$1 at=2 text
	shift
	printf '{"version": 2, "width": 80, "height": 24}\n' >"$file"
	for text in "$@"; do
		printf '[%d.%d, "i", "%s"]\n' $((at / 10)) $((at % 10)) "$text" >>"$file"
		at=$((at + 2))
	done
}

# measured CLAIM OPTION...: it ends well. The generator runs before its peer, and both before all
# else: what is measured is not how long each waits for a core. The peer's end of the wire may be a
# process too (memif), and then such a wait would be time on the wire that only one end sees.
measured() {
	local claim=$1
	shift
	rm -f "$json"
	check "$claim" ip netns exec "$name" chrt --rr 2 timeout --foreground 120 "$load" "$@" --quiet \
		--json "$json"
}

# in_real_time: the appliance that is up, from now on. A worker has a core when it wants one, as with
# cores of its own: a frame that waited for that would not have been captured yet.
in_real_time() {
	local pid
	for pid in $(grep -oE '[0-9]+' "$run/pids"); do
		chrt --all-tasks --rr --pid 1 "$pid" >>"$work/chrt.log" 2>&1 || fail "process $pid runs in real time"
	done
	chrt --all-tasks --rr --pid 3 "$(dataplane_pid)" >>"$work/chrt.log" 2>&1 || fail "workers come first"
}

# holds CLAIM EXPRESSION: true of the last results, see smoke/lib/load_results.py.
holds() {
	check "$1" "$python" "$smoke/lib/load_results.py" "$json" "$2"
}
