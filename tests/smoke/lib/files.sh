# File clients as admin by key: CLIENT_run ARG... each; and a tree that has what files can have.
# shellcheck shell=bash

files_prepare() {
	mapfile -t files_options < <(ssh_options)
	files_options+=(-o BatchMode=yes -i "$run/admin_key")
	puttygen "$run/admin_key" -O private -o "$work/admin.ppk"
	fingerprint=$(ssh-keygen -lf "$run/known_hosts" | awk '/ED25519/ { print $2; exit }')
	putty_options=(-batch -i "$work/admin.ppk" -hostkey "$fingerprint")
}

# tree_make DIR FILES: nested, with empty files, spaces, modes and times.
tree_make() {
	local i dir=$1
	mkdir -p "$dir/a/b c" "$dir/empty"
	for ((i = 0; i < $2; i++)); do
		head -c $((i * 37 % 9000)) /dev/urandom >"$dir/a/b c/file $i"
	done
	printf x >"$dir/old"
	touch -d '2001-02-03 04:05:06' "$dir/old"
	chmod 600 "$dir/old"
}

# Modes and times of all files, to be compared.
tree_facts() {
	(cd "$1" && find . -type f -printf '%p %m %Ts\n' | sort)
}

tree_times() {
	(cd "$1" && find . -type f -printf '%p %Ts\n' | sort)
}

sftp_run() { # batch on standard input
	client timeout --foreground "${limit:-120}" sftp -q "${files_options[@]}" "$@" -b - admin@192.0.2.2
}

scp_run() {
	client timeout --foreground "${limit:-120}" scp -q "${files_options[@]}" "$@"
}

psftp_run() {
	HOME=$work client timeout --foreground "${limit:-120}" psftp "${putty_options[@]}" -l admin -b /dev/stdin 192.0.2.2
}

pscp_run() {
	HOME=$work client timeout --foreground "${limit:-120}" pscp -q "${putty_options[@]}" "$@"
}

lftp_run() {
	HOME=$work client timeout --foreground "${limit:-120}" lftp -c "
		set sftp:connect-program 'ssh -a -x ${files_options[*]}'
		open sftp://admin:@192.0.2.2
		$1"
}
