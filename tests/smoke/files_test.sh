#!/usr/bin/env bash
# Files both ways with every client: byte-identical, resumed, times and modes kept; and the recipe of
# the manual: upload a configuration, make it the next start-up file, restart with it.
. "$(dirname "$0")/_init.sh"
. "$smoke/lib/files.sh"

appliance_up
files_prepare
flash=$state/flash
cd "$work" || exit 1
head -c "${FILE_BYTES:-67108864}" /dev/urandom >big
head -c 5000000 big >part
tree_make tree 60

# --- OpenSSH
sftp_run >/dev/null <<<"put big by-sftp
get by-sftp got"
check "sftp: a large file comes back as it went" cmp big got
cp part resumed
sftp_run >/dev/null <<<"put part to-resume
reput big to-resume
reget by-sftp resumed"
check "sftp: an upload is resumed" cmp big "$flash/to-resume"
check "sftp: a download is resumed" cmp big resumed
sftp_run >/dev/null <<<"mkdir tree-sftp
put -rp tree/. tree-sftp
get -rp tree-sftp ."
check "sftp: a tree comes back" diff -r tree tree-sftp
equal "sftp: with its modes and times" "$(tree_facts tree-sftp)" "$(tree_facts tree)"
match "sftp: df says what is free" "$(sftp_run <<<'df -h' 2>&1)" '%'
for way in -s -O; do
	scp_run "$way" -rp tree "admin@192.0.2.2:tree$way"
	scp_run "$way" -rp "admin@192.0.2.2:tree$way" "back$way"
	check "scp $way: a tree goes and comes back" diff -r tree "back$way"
	equal "scp $way: with its modes and times" "$(tree_facts "back$way")" "$(tree_facts tree)"
	scp_run "$way" big "admin@192.0.2.2:big$way"
	check "scp $way: a large file" cmp big "$flash/big$way"
done
scp_run -O part admin@192.0.2.2:../../x >/dev/null 2>&1
equal "nothing was written beside the files" "$(find "$state" -maxdepth 1 -name x)" ""

# --- PuTTY
psftp_run >psftp.log 2>&1 <<<"put big by-psftp
get by-psftp got-psftp
put part resume-psftp
reput big resume-psftp
quit"
check "psftp: a large file comes back" cmp big got-psftp
check "psftp: an upload is resumed" cmp big "$flash/resume-psftp"
for way in -sftp -scp; do
	mkdir "pscp$way"
	pscp_run "$way" -r -p tree "admin@192.0.2.2:." >pscp.log 2>&1
	pscp_run "$way" -r -p "admin@192.0.2.2:tree" "pscp$way" >>pscp.log 2>&1
	check "pscp $way: a tree goes and comes back" diff -r tree "pscp$way/tree"
	rm -rf "${flash:?}/tree"
done

# --- lftp
lftp_run "mirror -R tree lftp-tree; mirror lftp-tree lftp-back; put -O / big -o by-lftp" >lftp.log 2>&1
check "lftp: mirrors a tree both ways" diff -r tree lftp-back
check "lftp: a large file" cmp big "$flash/by-lftp"

python_claims files_python.py "$work/big" "$work/tree"

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
match "operations are in the log" "$(cat "$state"/log/*)" 'SSHS_SFTP_OPER: put "/new.cfg"'
