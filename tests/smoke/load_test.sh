#!/usr/bin/env bash
# The load generator: every scenario against the appliance over the tap and against OpenSSH's
# server on loopback; honest in an open loop; each misbehaviour of a server called what it is.
. "$(dirname "$0")/_init.sh"
. "$smoke/lib/sshd.sh"

load=${LOAD:-$repo/build/tests/load/sallyport-load}
json=$work/load.json

# Sets peer: the options that reach it.
sshd_start() {
	# With a level the login shell reads no start-up file of the machine's own.
	sshd_run "$name" 127.0.0.1 2222 'Subsystem sftp internal-sftp' 'SetEnv SHLVL=2'
	peer="--target 127.0.0.1:2222 --user root --key $work/user_key --pin $(print_of "$work/host_key.pub")"
}

print_of() {
	ssh-keygen -lf "$1" | cut -d ' ' -f 2
}

# measured CLAIM OPTION...: it ends well.
measured() {
	local claim=$1
	shift
	rm -f "$json"
	check "$claim" client timeout --foreground 60 "$load" "$@" --quiet --json "$json"
}

# holds CLAIM EXPRESSION: true of the last results, see lib/load_results.py.
holds() {
	check "$1" "$python" "$smoke/lib/load_results.py" "$json" "$2"
}

# called CLAIM CLASS OPTION...: sessions fail, and this is why.
called() {
	local claim=$1 class=$2
	shift 2
	rm -f "$json"
	client timeout --foreground 60 "$load" "$@" --quiet --json "$json" >"$work/called.log" 2>&1
	equal "$claim: exit status" $? 1
	holds "$claim" "errors and all(e['class'] == '$class' for e in errors) and c['sessions failed'] > 0"
}

# misbehaving WAY CLAIM CLASS [TIMEOUT]
misbehaving() {
	ip netns exec "$name" "$python" "$smoke/lib/misbehave.py" 2300 "$1" &
	local pid=$!
	for _ in {1..100}; do
		[ -z "$(client ss -Hltn 'sport = :2300')" ] || break
		sleep 0.1
	done
	called "$2" "$3" login --target 127.0.0.1:2300 --user root --key "$work/user_key" \
		--pin first --count 3 --timeout "${4:-2}"
	kill "$pid"
	wait "$pid" 2>/dev/null
}

# recipes LINK: those of the manual and of --help over it, word for word but for who is there; small.
recipes() {
	local recipe link
	ln -sf "$run/admin_key" "$work/id"
	"$load" --help | "$python" "$smoke/lib/recipes.py" "$repo/tests/load/sallyport-load.1" >"$work/recipes"
	while read -r recipe <&3; do
		case "$recipe" in *memif*) link=memif ;; *) link=sockets ;; esac
		[ "$link" = "$1" ] || continue
		recipe=$(sed -E "s#memif:socket=[^ ]*#memif:socket=$run/memif.sock#" <<<"$recipe")
		eval "set -- $recipe"
		check "recipe: ${recipe#sallyport-load }" client env --chdir "$work" timeout 60 "$load" "${@:2}" \
			--known-hosts "$run/known_hosts" --sessions 20 --duration 1 --quiet
		set -- "$link"
	done 3<"$work/recipes"
}

appliance_up
sshd_need
sshd_start
ours="--target 192.0.2.2 --user admin --key $run/admin_key --known-hosts $run/known_hosts"
# shellcheck disable=SC2086
against() {
	local who=$1 at=$2
	measured "$who: login" login $at --count 40 --sessions 8
	holds "$who: 40 logins, each phase measured" \
		"c['logins'] == 40 and all(l[n]['count'] == 40 for n in ('connect', 'identification', 'key exchange', 'authentication', 'login', 'close'))"
	measured "$who: login at a rate" login $at --rate 20 --duration 2 --arrivals poisson
	holds "$who: about 40 sessions in two seconds" "15 < c['sessions started'] < 75"
	measured "$who: hold" hold $at --sessions 20 --duration 1
	holds "$who: 20 are open at once" "r['open_most'] == 20 and c['sessions finished'] == 20"
	measured "$who: shell" shell $at --count 8 --sessions 4
	holds "$who: 8 first prompts" "l['first prompt']['count'] == 8"
	measured "$who: type" type $at --sessions 4 --keys 5 --duration 9
	holds "$who: each key is echoed" "l['keystroke echo']['count'] >= c['keys typed'] - 4 > 8"
	measured "$who: rekey" rekey $at --sessions 4 --every 0.3 --duration 2
	holds "$who: 4 sessions rekey often" "c['key exchanges repeated'] > 12 and l['rekey']['count'] > 12"
	measured "$who: replay" replay $at --transcript "$work/$who.cast" --count 4
	holds "$who: a transcript typed four times" "c['transcript events typed'] == 8 and l['answer']['count'] >= 4"
	measured "$who: connect" connect $at --count 20 --sessions 4
	holds "$who: 20 connections opened and closed, nobody logged in" \
		"c['sessions finished'] == 20 == l['connect']['count'] and c['logins'] == 0"
	measured "$who: idle" idle $at --sessions 8 --duration 0.5
	holds "$who: 8 connections held" "r['open_most'] == 8 == c['sessions finished']"
	measured "$who: abort" abort $at --count 40 --sessions 8
	holds "$who: 40 are cut off" "c['sessions cut off on purpose'] == 40"
}
# cast FILE TEXT TEXT: a transcript in which that is typed.
cast() {
	printf '%s\n' '{"version": 2, "width": 80, "height": 24}' "[0.1, \"i\", \"$2\\r\"]" \
		"[0.3, \"i\", \"$3\\r\"]" >"$1"
}
cast "$work/Sallyport.cast" 'display clock' quit
cast "$work/OpenSSH.cast" 'echo hello' exit
against Sallyport "$ours"
against OpenSSH "$peer"

# shellcheck disable=SC2086
{
	measured "Sallyport: exec" exec $ours --command 'display version' --count 40
	holds "Sallyport: 40 commands" "c['commands run'] == 40 and l['exec']['count'] == 40"
	measured "OpenSSH: exec" exec $peer --command true --count 8 --sessions 4
	measured "Sallyport: 2 MB of lines go up" bulk $ours --shell --line '#' --direction up --bytes 2000000 --count 1
	holds "Sallyport: all of them" "c['channel bytes sent'] == 2000000"
	measured "OpenSSH: 20 MB both ways" bulk $peer --command cat --direction both --bytes 20000000 --count 1
	holds "OpenSSH: all of them" "c['channel bytes sent'] == c['channel bytes received'] == 20000000"
	measured "OpenSSH: a file written and read by SFTP" bulk $peer --sftp "$work/file.%n" --direction both --bytes 5000000 --count 2 --sessions 2
	equal "OpenSSH: both files are whole" "$(cat "$work"/file.? | wc -c)" 10000000
	measured "OpenSSH: a group of the server's" rekey $peer --kex diffie-hellman-group-exchange-sha256 --sessions 1 --every 0.2 --duration 0.5
	holds "OpenSSH: again when keys change" "c['key exchanges repeated'] >= 1 and 'group-exchange' in r['chosen'][0]['words']"
	measured "OpenSSH: slow readers" slow $peer --command 'cat /dev/zero' --sessions 2 --read-rate 8192 --duration 2
	holds "OpenSSH: they take little" "0 < c['channel bytes received'] < 200000"
	measured "Sallyport: slow readers" slow $ours --command 'display version' --sessions 2 --duration 2
	measured "Sallyport: by password" login --target 192.0.2.2 --user admin --password-file "$run/admin_password" --known-hosts "$run/known_hosts" --count 2 --sessions 1
	measured "Sallyport: over IPv6" login --target '[2001:db8::2]:22' --user admin --key "$run/admin_key" --known-hosts "$run/known_hosts" --count 10

	printf '%s\n' 'type sessions 2 keys 5' 'phase quiet 2' 'phase storm 1' \
		"login rate 30 kex 'curve25519-sha256=1,ecdh-sha2-nistp256=1'" >"$work/plan"
	measured "a plan of two phases" $ours --plan "$work/plan"
	holds "each phase has its own results" "[p['name'] for p in r['phases']] == ['quiet', 'storm'] and r['phases'][0]['counts']['logins'] == 2 and 25 < r['phases'][1]['counts']['logins'] < 35"
	holds "key exchanges are mixed" "sum(o['count'] for o in r['chosen'] if 'curve25519' in o['words']) > 3 and sum(o['count'] for o in r['chosen'] if 'nistp256' in o['words']) > 3"
	measured "a report as a page" login $ours --count 5 --html "$work/report.html" --histograms "$work/histograms"
	equal "the page needs nothing from elsewhere" "$(grep -oE '(src|href)=|https?://[a-z0-9./]*' "$work/report.html" | sort -u)" http://www.w3.org/2000/svg
	match "the histogram is HdrHistogram's text" "$(cat "$work/histograms/login.hgrm")" '^#\[Max +=.*Total count +=  +5\]$'
}

recipes sockets
equal "each recipe was tried, five or more" "$(($(grep -cv memif "$work/recipes") >= 10))" 1

# --- honesty -------------------------------------------------------------------------------------
pauses() {
	local pids
	pids=$(grep -oE '[0-9]+' "$run/pids" | tr '\n' ' ')
	for _ in 1 2; do
		sleep 3
		# shellcheck disable=SC2086
		kill -STOP $pids
		sleep 0.5
		# shellcheck disable=SC2086
		kill -CONT $pids
	done
}
pauses &
# shellcheck disable=SC2086
measured "an open loop against a server that pauses" login $ours --rate 20 --duration 8
wait $!
holds "the pauses show in p99" "300000 < l['login']['p99_us'] < 1500000"

# shellcheck disable=SC2086
ip netns exec "$name" "$load" hold $ours --sessions 10 --duration 300 --quiet --json "$json" \
	>"$work/interrupted.log" 2>&1 &
interrupted=$!
sleep 3
kill -INT "$interrupted"
wait "$interrupted"
holds "an interrupt ends it with the results so far" "c['sessions finished'] == 10 and r['seconds'] < 10"

# --- what goes wrong -----------------------------------------------------------------------------
misbehaving stall "a silent server" 'timed out'
misbehaving reset "a server that resets" 'connection reset'
misbehaving old "a server of SSH 1.5" 'not an SSH 2 server'
misbehaving liar "a host key's wrong signature" 'host key signature wrong' 20
misbehaving garbage "a server that sends garbage" 'protocol violated by the server'
called "nobody listens" 'connection refused' login --target 127.0.0.1:2399 --user root \
	--key "$work/user_key" --pin first --count 2
# shellcheck disable=SC2086
called "another host key" 'host key changed' login $ours --count 2 \
	--pin SHA256:0123456789012345678901234567890123456789012
called "an unknown host key" 'host key unknown' login --target 127.0.0.1:2222 --user root \
	--key "$work/user_key" --known-hosts "$run/known_hosts" --count 2
called "a key that the server does not know" 'authentication refused' login --target 192.0.2.2 \
	--user admin --key "$work/user_key" --known-hosts "$run/known_hosts" --count 2
client "$load" login --target 198.51.100.1 --user a --key "$work/user_key" --pin first >"$work/far.log" 2>&1
equal "a target that is not near is refused" $? 2
match "and told why" "$(cat "$work/far.log")" 'i-own-this-target'
kill "$sshd_pid"

# --- without a kernel ----------------------------------------------------------------------------
appliance_up --link memif
memif="--target 192.0.2.2 --user admin --key $run/admin_key --known-hosts $run/known_hosts --link memif:socket=$run/memif.sock"
# shellcheck disable=SC2086
{
	measured "memif: login" login $memif --count 40
	holds "memif: nobody waits for a neighbour" "l['connect']['max_us'] < 500000"
	measured "memif: type" type $memif --sessions 4 --keys 5 --duration 3
	holds "memif: each key is echoed" "l['keystroke echo']['count'] >= c['keys typed'] - 4 > 8"
	measured "memif: 2 MB of lines go up" bulk $memif --shell --line '#' --direction up --bytes 2000000 --count 1
	measured "memif: 300 sessions from 8 addresses" hold $memif --sessions 300 --parallel 32 --duration 1 --source 192.0.2.100+8
	holds "memif: all are open at once" "r['open_most'] == 300 and c['sessions finished'] == 300"
	measured "memif: over IPv6" login --target 2001:db8::2 --user admin --key "$run/admin_key" --known-hosts "$run/known_hosts" --link "memif:socket=$run/memif.sock" --count 10
}
recipes memif
