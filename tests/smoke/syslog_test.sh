#!/usr/bin/env bash
# A real rsyslog receives what the information centre sends, in the classic form and as RFC 5424.
. "$(dirname "$0")/_init.sh"

rsyslog_down() {
	kill "$rsyslog_pid" 2>/dev/null
	wait "$rsyslog_pid" 2>/dev/null
	finish
}

rsyslog_up() {
	cat >"$work/rsyslog.conf" <<-CONF
		module(load="imudp")
		template(name="parsed" type="string"
			string="%pri% %syslogfacility-text% %protocol-version% %hostname% %app-name% %msgid% %rawmsg%\n")
		input(type="imudp" address="192.0.2.1" port="514")
		action(type="omfile" file="$work/syslog" template="parsed")
	CONF
	touch "$work/syslog"
	client rsyslogd -n -f "$work/rsyslog.conf" -i "$work/rsyslog.pid" >"$work/rsyslog.log" 2>&1 &
	rsyslog_pid=$!
	trap rsyslog_down EXIT
	for _ in $(seq 50); do
		client grep -q ':0202$\|:0202 ' /proc/net/udp && return
		sleep 0.1
	done
	fail "rsyslog listens" "$(cat "$work/rsyslog.log")"
	exit 1
}

# received REGEX: a line of it within five seconds; printed.
received() {
	local i
	for ((i = 0; i < 50; i++)); do
		grep -m 1 -E -- "$1" "$work/syslog" && return
		sleep 0.1
	done
	cat "$work/syslog"
}

appliance_up
rsyslog_up
device $'system-view\ninfo-center loghost 192.0.2.1 facility local3' >/dev/null
by_password -- 'display clock' >/dev/null
match "a login is told in the words that parsers know" "$(received 'Accepted')" \
	'^158 local3 .*<158>[A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} [0-9]{4} Sallyport %%10SSHS/6/SSHS_LOG: Accepted password for admin from 192\.0\.2\.1 port [0-9]+ ssh2$'
match "and so is who runs what, from where" "$(received 'SHELL_CMD')" \
	'%%10SHELL/6/SHELL_CMD: -Line=vty[0-9]+-IPAddr=192\.0\.2\.1-User=admin; Command is display clock$'
device $'system-view\ninfo-center format rfc5424\nundo info-center loghost 192.0.2.1\ninfo-center loghost 192.0.2.1' >/dev/null
: >"$work/syslog"
limit=10 by_password -o NumberOfPasswordPrompts=1 -l nobody -- 'display clock' >/dev/null 2>&1
match "rsyslog takes RFC 5424 apart: priority, version, host, module, mnemonic" "$(received 'SHELL_LOGINFAIL')" \
	'^189 local7 1 Sallyport SHELL SHELL_LOGINFAIL <189>1 [-0-9]{10}T[0-9:]{8}\.[0-9]{3}Z Sallyport SHELL - SHELL_LOGINFAIL - SSH user '
device $'system-view\nundo info-center loghost 192.0.2.1' >/dev/null
sleep 0.5
: >"$work/syslog"
device 'display clock' >/dev/null
sleep 1
equal "a host that is no longer told gets nothing" "$(cat "$work/syslog")" ''
