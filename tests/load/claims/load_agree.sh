#!/usr/bin/env bash
# Every scenario against OpenSSH, dropbear and a Go server, and against Sallyport over kernel
# sockets and over memif. Each run's numbers are measured again from the packets: of the kernel's
# links, and on memif of the generator's port. There `sallyport capture` sees the same dialogues as
# the server does.
#
#   PEERS='openssh dropbear go liar tap memif' SCENARIOS='login type' tests/run load-agree
. "$(dirname "$0")/../../smoke/_init.sh"
. "$smoke/lib/tcp_alone.sh"
. "$(dirname "$0")/_load.sh"
trap 'peers_end; accounts_drop; finish' EXIT

pcap=$work/run.pcapng near=$work/near.pcapng

capture_begin() {
	rm -f "$pcap"
	if [ "$by" = capture ]; then
		taskset --cpu-list 0,1 chrt --rr 1 "$sallyport" capture --name "$name" -w "$pcap" tcp >"$work/capture.log" 2>&1 &
	else
		ip netns exec "$name" dumpcap -q -i "$by" -s 400 -B 64 -w "$pcap" -f tcp \
			>"$work/capture.log" 2>&1 &
	fi
	capture=$!
	for _ in {1..100}; do
		[ ! -s "$pcap" ] || break
		sleep 0.1
	done
	sleep 1
}

capture_end() {
	sleep 1
	kill -INT "$capture"
	wait "$capture"
}

# agreed PCAP near|far TITLE: with the last results.
agreed() {
	local log=$work/agrees.log
	"$python" "$claims/wire_agrees.py" "$1" "$json" "$scenario" "$server" "$port" "$3" "$2" >"$log" 2>&1
	grep -E '^(ok  |FAIL) ' "$log"
	passed=$((passed + $(grep -c '^ok   ' "$log")))
	failed=$((failed + $(grep -c '^FAIL ' "$log")))
	grep -q '^done$' "$log" || fail "$3 is measured again" "$(tail -n 20 "$log")"
}

# agrees SCENARIO OPTION...: it runs, and its numbers are those of the wire.
agrees() {
	local scenario=$1
	shift
	case " ${SCENARIOS:-$scenario} " in *" $scenario "*) ;; *) return ;; esac
	capture_begin
	# shellcheck disable=SC2086
	measured "$who: $scenario" "$scenario" $at "$@"
	capture_end
	if [ "$by" = capture ]; then
		agreed "$near" near "$who: $scenario"
		agreed "$pcap" far "$who: $scenario, at the server's end"
	else
		agreed "$pcap" near "$who: $scenario"
	fi
}

# all_scenarios COMMAND MANY BYTES: what exec runs; what prints so many bytes.
all_scenarios() {
	agrees login --count 60 --sessions 1
	agrees exec --command "$1" --count 40 --sessions 1
	agrees shell --count 30 --sessions 1
	agrees hold --sessions 20 --parallel 1 --duration 1
	agrees type --sessions 1 --keys 30 --duration 6
	agrees replay --transcript "$work/keys.cast" --count 6 --sessions 3
	agrees rekey --sessions 1 --every 0.4 --duration 7
	agrees bulk --command "$2" --bytes "$3" --count 30 --sessions 1
	agrees slow --command "$2" --sessions 2 --read-rate 20000 --duration 3
	agrees abort --count 48 --sessions 1
}

by_sftp() {
	agrees bulk --sftp "$1" --direction both --bytes 1000000 --count 30 --sessions 1
}

openssh_agrees() {
	who=OpenSSH port=2222 at="--target 127.0.0.1:2222 --user load --key $work/user_key --pin $pin"
	openssh_start "$port"
	all_scenarios 'echo hello' 'head -c 3000000 /dev/zero' 3000000
	by_sftp "$work/file.%n"
}

dropbear_agrees() {
	who=dropbear port=2223 at="--target 127.0.0.1:2223 --user load --key $work/user_key --pin $pin"
	dropbear_start "$port"
	all_scenarios 'echo hello' 'head -c 3000000 /dev/zero' 3000000
}

go_agrees() {
	local given="--target 127.0.0.1:2224 --user load --password-file $work/password --pin $pin --count 4"
	who=Go port=2224 at="--target 127.0.0.1:2224 --user load --key $work/user_key --pin $pin"
	go_start "$port"
	all_scenarios hello 'zero 3000000' 3000000
	# shellcheck disable=SC2086
	{
		measured "Go: by keyboard-interactive" login $given --interactive
		measured "Go: by password" login $given
	}
}

ours() {
	server=192.0.2.2 port=22
	at="--target 192.0.2.2 --user admin --key $run/admin_key --known-hosts $run/known_hosts $1"
	agrees login --count 300 --sessions 1
	agrees exec --command 'display clock' --count 300 --sessions 1
	agrees shell --count 300 --sessions 1
	agrees hold --sessions 100 --parallel 1 --duration 1
	agrees type --sessions 4 --parallel 1 --keys 30 --duration 6
	agrees replay --transcript "$work/keys.cast" --count 6 --sessions 3 --parallel 1
	agrees rekey --sessions 12 --parallel 1 --every 0.4 --duration 7
	agrees bulk --shell --direction up --line '#' --bytes 900000 --count 30 --sessions 1
	agrees slow --command 'display version' --sessions 2 --read-rate 20000 --duration 3
	agrees abort --count 48 --sessions 1
	by_sftp '/file.%n'
}

# Not a peer to agree with: its signatures are wrong, and that is what is told.
liar_agrees() {
	go_start 2225 lies
	client "$load" login --target 127.0.0.1:2225 --user load --key "$work/user_key" --pin "$pin" \
		--count 3 --quiet --json "$json" >"$work/liar.log" 2>&1
	equal "a host key's wrong signature: exit status" $? 1
	holds "a host key's wrong signature is called that" \
		"c['sessions failed'] == 3 and all(e['class'] == 'host key signature wrong' for e in errors)"
}

tap_agrees() {
	in_real_time
	who='Sallyport over tap' by=$(client ip -o -4 addr show to 192.0.2.1 | awk '{print $2}')
	ours ''
}

# counter ROW: what the appliance has counted by now.
counter() {
	printf '%s\n' "display counters | include $1" quit |
		timeout 20 "$sallyport" console --name "$name" 2>&1 | tr -d '\r' |
		awk -v row="$1" '$1 == row { print $2 }'
}

# cores_apart: the appliance has the second core, what asks the first: neither waits for the
# other's.
cores_apart() {
	local pid
	taskset --cpu-list --pid 0 $$ >>"$work/chrt.log"
	for pid in $(grep -oE '[0-9]+' "$run/pids"); do
		taskset --all-tasks --cpu-list --pid 1 "$pid" >>"$work/chrt.log" 2>&1 || fail "process $pid has a core"
	done
}

memif_agrees() {
	local before
	appliance_up --link memif
	in_real_time
	cores_apart
	who='Sallyport over memif' by=capture
	ours "--link memif:socket=$run/memif.sock --capture $near"
	before=$(counter auth_publickey_ok)
	# shellcheck disable=SC2086
	measured "$who: 200 logins" login $at --count 200 --sessions 8
	equal "$who: the server has counted the same" "$(($(counter auth_publickey_ok) - before))" 200
}

appliance_up
accounts_make
cast "$work/keys.cast" x y z x y z x y z x y z x y z x y z
pin=$(ssh-keygen -lf "$work/host_key.pub" | cut -d ' ' -f 2)
for peer in ${PEERS:-openssh dropbear go liar tap memif}; do
	server=127.0.0.1 by=lo
	"${peer}_agrees"
	peers_end
done
