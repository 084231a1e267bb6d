# What each client is to do with files: claims about $work/big, $work/part and $work/tree. Each
# removes what it has put on the device, so that there is room for the next.
# shellcheck shell=bash
. "$smoke/lib/files.sh"

# files_make BYTES TREE_FILES
files_make() {
	flash=$state/flash
	cd "$work" || exit 1
	head -c "$1" /dev/urandom >big
	head -c "$(($1 / 13))" big >part
	tree_make tree "$2"
}

# gone FILE...: on the device, and what was fetched from there.
gone() {
	local one
	for one in "$@"; do rm -rf "${flash:?}/$one" "${work:?}/back-$one"; done
}

claim_sftp() {
	sftp_run >/dev/null <<<"put big by-sftp
get by-sftp back-by-sftp"
	check "sftp: a large file comes back as it went" cmp big back-by-sftp
	cp part resumed
	sftp_run >/dev/null <<<"put part to-resume
reput big to-resume
reget by-sftp resumed"
	check "sftp: an upload is resumed" cmp big "$flash/to-resume"
	check "sftp: a download is resumed" cmp big resumed
	rm resumed
	gone by-sftp to-resume
	sftp_run >/dev/null <<<"mkdir tree-sftp
put -rp tree/. tree-sftp
get -rp tree-sftp back-tree-sftp"
	check "sftp: a tree comes back" diff -r tree back-tree-sftp
	equal "sftp: with its modes and times" "$(tree_facts back-tree-sftp)" "$(tree_facts tree)"
	gone tree-sftp
	match "sftp: df says what is free" "$(sftp_run <<<'df -h' 2>&1)" '%'
}

# claim_scp -s | -O
claim_scp() {
	scp_run "$1" -rp tree "admin@192.0.2.2:tree$1"
	scp_run "$1" -rp "admin@192.0.2.2:tree$1" "back-tree$1"
	check "scp $1: a tree goes and comes back" diff -r tree "back-tree$1"
	equal "scp $1: with its modes and times" "$(tree_facts "back-tree$1")" "$(tree_facts tree)"
	scp_run "$1" big "admin@192.0.2.2:big$1"
	scp_run "$1" "admin@192.0.2.2:big$1" "back-big$1"
	check "scp $1: a large file goes" cmp big "$flash/big$1"
	check "scp $1: and comes back" cmp big "back-big$1"
	gone "tree$1" "big$1"
}

claim_psftp() {
	psftp_run >psftp.log 2>&1 <<<"put big by-psftp
get by-psftp back-by-psftp
put part resume-psftp
reput big resume-psftp
quit"
	check "psftp: a large file comes back" cmp big back-by-psftp
	check "psftp: an upload is resumed" cmp big "$flash/resume-psftp"
	cp part resumed
	psftp_run >>psftp.log 2>&1 <<<"reget by-psftp resumed
quit"
	check "psftp: a download is resumed" cmp big resumed
	rm resumed
	gone by-psftp resume-psftp
	psftp_run >>psftp.log 2>&1 <<<"put -r tree psftp-tree
get -r psftp-tree back-psftp-tree
quit"
	check "psftp: a tree comes back" diff -r tree back-psftp-tree
	gone psftp-tree
}

# claim_pscp -sftp | -scp
claim_pscp() {
	mkdir "pscp$1"
	pscp_run "$1" -r -p tree "admin@192.0.2.2:." >pscp.log 2>&1
	pscp_run "$1" -r -p "admin@192.0.2.2:tree" "pscp$1" >>pscp.log 2>&1
	check "pscp $1: a tree goes and comes back" diff -r tree "pscp$1/tree"
	equal "pscp $1: with its times" "$(tree_times "pscp$1/tree")" "$(tree_times tree)"
	pscp_run "$1" big admin@192.0.2.2:by-pscp >>pscp.log 2>&1
	pscp_run "$1" admin@192.0.2.2:by-pscp back-by-pscp >>pscp.log 2>&1
	check "pscp $1: a large file goes and comes back" cmp big back-by-pscp
	rm -rf "pscp$1"
	gone tree by-pscp
}

claim_lftp() {
	lftp_run "mirror -R tree lftp-tree; mirror lftp-tree back-lftp-tree
		put -O / big -o by-lftp; get by-lftp -o back-by-lftp" >lftp.log 2>&1
	check "lftp: mirrors a tree both ways" diff -r tree back-lftp-tree
	equal "lftp: with its modes and times" "$(tree_facts back-lftp-tree)" "$(tree_facts tree)"
	check "lftp: a large file comes back" cmp big back-by-lftp
	cp part back-lftp-resume
	lftp_run "put -O / part -o lftp-resume; put -c -O / big -o lftp-resume
		get -c by-lftp -o back-lftp-resume" >>lftp.log 2>&1
	check "lftp: an upload is resumed" cmp big "$flash/lftp-resume"
	check "lftp: a download is resumed" cmp big back-lftp-resume
	gone lftp-tree by-lftp lftp-resume
}

# claim_python paramiko|asyncssh PREFETCHED: and that many bytes asked for at once.
claim_python() {
	limit=${limit:-300} python_claims files_python.py "$1" "$work/big" "$work/tree" "$2"
	rm -rf "$work"/*.paramiko "$work"/*.asyncssh "$work"/big.scp
	gone by-paramiko paramiko paramiko-tree by-asyncssh asyncssh-tree by-asyncssh-scp
}

# The package comes from its registry each time; nothing of it stays.
claim_node() {
	mkdir "$work/node"
	cp "$smoke/lib/files_node.mjs" "$work/node"
	if ! (cd "$work/node" && npm install --no-save --ignore-scripts --no-audit --no-fund ssh2-sftp-client@11) >npm.log 2>&1; then
		fail "npm gives ssh2-sftp-client" "$(tail -n 20 npm.log)"
		return
	fi
	client timeout --foreground "${limit:-300}" node "$work/node/files_node.mjs" "$run/admin_key" big tree >node.log 2>&1 ||
		fail "ssh2-sftp-client runs to its end" "$(tail -n 20 node.log)"
	check "ssh2-sftp-client: a large file comes back" cmp big back-by-node
	check "ssh2-sftp-client: so does one by streams" cmp big back-by-node-stream
	check "ssh2-sftp-client: a tree comes back" diff -r tree back-node-tree
	gone by-node by-node-stream node-tree
	rm -rf "$work/node"
}
