#!/usr/bin/env bash
# Hostile probes (nmap, hping3, scapy) and an analyst's look at real sessions (tshark).
#
# SESSIONS=100: how many sessions the analyst sees
. "$(dirname "$0")/../smoke/_init.sh"
probe=$repo/tests/probe

appliance_up

# Probes forge connections that the kernel of the client's side knows nothing of.
kernel_quiet() {
	client nft -f - <<-END
		table inet probe {
			chain out {
				type filter hook output priority 0
				tcp flags & (rst | ack) == rst drop
			}
		}
	END
}

kernel_loud() {
	client nft delete table inet probe
}

processes() {
	pgrep -f -- "--name $name( |\$)|/$name/" | sort | tr '\n' ' '
}

# --- nmap ----------------------------------------------------------------------------------------

nmap_of() {
	client timeout 120 nmap -n -Pn --max-retries 2 -p 20-29 "$@" 2>&1
}

# nmap_finds CLAIM STATE OPTION...: the state of port 22, nine others being closed.
nmap_finds() {
	local claim=$1 state=$2 out
	shift 2
	out=$(nmap_of -oG - "$@" | grep -oE '[0-9]+/[a-z|]+/tcp')
	match "$claim: port 22 is $state" "$out" "^22/${state/|/\\|}/"
	equal "$claim: nine others are closed" "$(grep -c /closed/ <<<"$out")" 9
}

scans() {
	local out
	nmap_finds "SYN scan" open -sS "$address"
	nmap_finds "SYN scan over IPv6" open -6 -sS 2001:db8::2
	nmap_finds "FIN scan" 'open|filtered' -sF "$address"
	nmap_finds "null scan" 'open|filtered' -sN "$address"
	nmap_finds "Christmas tree scan" 'open|filtered' -sX "$address"
	equal "ACK scan: all ten ports are unfiltered" \
		"$(nmap_of -oG - -sA "$address" | grep -oE '[0-9]+/unfiltered/' | wc -l)" 10
	out=$(nmap_of -d -O "$address")
	match "initial sequence numbers cannot be guessed" "$out" \
		'^TCP Sequence Prediction: Difficulty=2[0-9][0-9] \(Good luck!\)'
	match "... and have no common divisor" "$out" 'SEQ\(SP=[0-9A-F]+%GCD=1%'
	match "identifications tell nothing" "$out" '^IP ID Sequence Generation: All zeros'
}

# --- hping3 --------------------------------------------------------------------------------------

from=20000

# hping_gets CLAIM COUNT OPTION...: of five probes, from ports of their own, so many are answered.
hping_gets() {
	local claim=$1 count=$2 out
	shift 2
	from=$((from + 100))
	out=$(client timeout 30 hping3 -n -c 5 -i u20000 -s "$from" -p 22 "$@" "$address" 2>&1)
	match "$claim: $count of 5 answered" "$out" "^5 packets transmitted, $count packets received"
}

packets() {
	hping_gets "SYN" 5 -S
	hping_gets "SYN and FIN" 0 -S -F
	hping_gets "SYN with a false header length" 0 -S -O 3
	hping_gets "SYN with a wrong checksum" 0 -S -b
	hping_gets "SYN in fragments" 0 -S -f -d 64
	hping_gets "ACK" 5 -A
	hping_gets "no flag" 0
	hping_gets "reserved flags" 0 -X -Y
}

flood() {
	client timeout 4 hping3 -n --flood -S -p 22 --rand-source "$address" >"$work/flood.log" 2>&1
	match "a login succeeds behind a flood of requests" "$(by_key -- "display clock")" UTC
}

# --- tshark --------------------------------------------------------------------------------------

session() {
	case $(($1 % 10)) in
	0) by_key -- "display counters" ;;
	1) by_password -- "display version" ;;
	2) through=client_typed by_key -tt ;;
	3) sftp_both "$1" ;;
	*) by_key -- "display clock" ;;
	esac >"$work/session.log" 2>&1
}

sftp_both() {
	local common
	mapfile -t common < <(ssh_options)
	printf 'put %s/file upload%s\nget upload%s %s/back\nrm upload%s\n' "$work" "$1" "$1" "$work" "$1" |
		client timeout 60 sftp -b - "${common[@]}" -i "$run/admin_key" "admin@$address"
}

# What tshark warns of, without what probe/justified.txt explains.
warnings() {
	tshark -n -r "$work/sessions.pcap" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE \
		-Y '_ws.expert.severity >= 6291456' -T fields -e _ws.expert.message 2>"$work/tshark.log" |
		sort | uniq -c | grep -v -f <(grep -v '^#' "$probe/justified.txt")
}

analysis() {
	local i count=${SESSIONS:-100} good=0 capture
	head -c 1000000 /dev/urandom >"$work/file"
	ip netns exec "$name" dumpcap -q -i sp0 -f 'tcp port 22' -w "$work/sessions.pcap" >"$work/dumpcap.log" 2>&1 &
	capture=$!
	sleep 2
	for i in $(seq "$count"); do
		if session "$i"; then
			good=$((good + 1))
		else
			fail "session $i ends well" "$(tail -n 20 "$work/session.log")"
		fi
	done
	sleep 1
	kill "$capture"
	wait "$capture"
	equal "$count real sessions end well" "$good" "$count"
	equal "tshark saw all of them" \
		"$(tshark -n -r "$work/sessions.pcap" -Y 'tcp.flags.syn == 1 && tcp.flags.ack == 0' \
			2>>"$work/tshark.log" | wc -l)" "$count"
	equal "tshark warns of nothing but what is justified" "$(warnings)" ''
}

before=$(processes)
# First, while nobody forges connections whose end the analyst would see.
analysis
scans
packets
kernel_quiet
python_claims ../../probe/malformed.py ssh -F /dev/null -o "UserKnownHostsFile=$run/known_hosts" \
	-o BatchMode=yes -i "$run/admin_key" "admin@$address"
kernel_loud
flood
equal "no process died of it" "$(processes)" "$before"
