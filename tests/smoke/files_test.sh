#!/usr/bin/env bash
# Files both ways with every client: byte-identical, resumed, times and modes kept; and the recipe of
# the manual: upload a configuration, make it the next start-up file, restart with it.
. "$(dirname "$0")/_init.sh"
. "$smoke/lib/files_claims.sh"

appliance_up
files_prepare
files_make "${FILE_BYTES:-268435456}" 60
claim_sftp
claim_scp -s
claim_scp -O
scp_run -O part admin@192.0.2.2:../../x >/dev/null 2>&1
equal "nothing was written beside the files" "$(find "$state" -maxdepth 1 -name x)" ""
claim_psftp
claim_pscp -sftp
claim_pscp -scp
claim_lftp
claim_python paramiko 268435456
claim_python asyncssh 0

# --- the recipe of the manual
# reboot_to FILE: without saving; waits until the device says that it started from FILE.
reboot_to() {
	local i
	by_key -- reboot <<<$'n\ny' >reboot.log 2>&1
	for ((i = 0; i < 60; i++)); do
		device 'display startup' 2>/dev/null | grep -q "Current startup .*flash:/$1\$" && return
		sleep 1
	done
	return 1
}

device 'save force' >/dev/null
device 'display current-configuration' >before.cfg
sed 's/sysname .*/sysname Uploaded/' before.cfg >new.cfg
sftp_run >/dev/null <<<"put new.cfg"
match "the uploaded file becomes the next start-up file" \
	"$(device 'startup saved-configuration new.cfg')" 'Done!'
check "the device restarts with it" reboot_to new.cfg
device 'display current-configuration' >after.cfg
check "and is what the file says" cmp after.cfg new.cfg
echo 'no such command' >>"$flash/new.cfg"
device 'startup saved-configuration startup.cfg backup' >/dev/null
check "a broken file falls back on the backup" reboot_to startup.cfg
match "and a login is told" "$(through=client_typed by_key -tt 2>&1)" \
	'new.cfg could not be applied .*backup file flash:/startup.cfg is in force'

# large_make: 20 MB of lines that all mean something.
large_make() {
	local text
	text=$(printf '%0760d' 0)
	grep -v '^return' before.cfg
	echo 'sysname Large'
	seq -f $'local-user large%g class manage\n service-type ssh\n#' 1000
	seq -f "header motd %%%g $text%%" 26000
	echo return
}

large_make >large.cfg
check "a configuration of 20 MB" test "$(stat -c %s large.cfg)" -ge 20000000
sftp_run >/dev/null <<<"put large.cfg"
device 'startup saved-configuration large.cfg' >/dev/null
check "the device restarts with it" reboot_to large.cfg
device 'display current-configuration' >large-after.cfg
equal "all of it is in force" \
	"$(grep -c '^local-user large' large-after.cfg) $(grep -oE 'sysname Large|header motd .{1,2}26000' large-after.cfg | tr '\n' ' ')" \
	'1000 sysname Large header motd "%26000 '
match "operations are in the log" "$(cat "$state"/log/*)" 'SSHS_SFTP_OPER: User admin at 192\.0\.2\.1 requested operation: put "/new.cfg"'
