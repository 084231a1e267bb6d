# plink and dbclient as admin: CLIENT_run METHOD [COMMAND]; cipher and mac choose algorithms.
# Without COMMAND: interactive, in a terminal. Their keys and settings lie in $work.
# shellcheck shell=bash

clients_prepare() {
	puttygen "$run/admin_key" -O private -o "$work/admin.ppk"
	dropbearconvert openssh dropbear "$run/admin_key" "$work/admin.dropbear" >/dev/null 2>&1
	fingerprint=$(ssh-keygen -lf "$run/known_hosts" | awk '/ED25519/ { print $2; exit }')
	mkdir -p "$work/.putty/sessions" "$work/.ssh"
	# dbclient knows one name a line.
	sed 's/^\([^ ,]*\),[^ ]*/\1/' "$run/known_hosts" >"$work/.ssh/known_hosts"
}

# plink chooses its cipher by a saved session: aes, aesgcm or chacha20 stands first.
plink_run() {
	local options=(-ssh -batch -no-antispoof -hostkey "$fingerprint" -l admin)
	printf 'Cipher=%s,WARN\n' "${cipher:-aes,chacha20,aesgcm}" >"$work/.putty/sessions/test"
	case $1 in
	key) options+=(-i "$work/admin.ppk") ;;
	password) options+=(-pwfile "$run/admin_password") ;;
	esac
	local how=client
	[ $# -gt 1 ] || { how=client_typed && options+=(-t); }
	HOME=$work $how timeout --foreground 30 plink -load test "${options[@]}" 192.0.2.2 "${@:2}"
}

dbclient_run() {
	local options=() password=''
	[ -z "${cipher-}" ] || options+=(-c "$cipher")
	[ -z "${mac-}" ] || options+=(-m "$mac")
	case $1 in
	key) options+=(-i "$work/admin.dropbear") ;;
	password) password=$(cat "$run/admin_password") ;;
	esac
	local how=client
	[ $# -gt 1 ] || { how=client_typed && options+=(-t); }
	HOME=$work DROPBEAR_PASSWORD=$password $how timeout --foreground 30 dbclient "${options[@]}" \
		admin@192.0.2.2 "${@:2}"
}
