#!/usr/bin/env bash
# plink, dbclient, paramiko and asyncssh, by password and by key, exec and interactive.
. "$(dirname "$0")/_init.sh"
. "$smoke/lib/clients.sh"

appliance_up
clients_prepare
for client in plink dbclient; do
	for method in key password; do
		match "$client by $method, exec" "$("${client}_run" "$method" "display version" 2>&1)" '^Comware Software'
		match "$client by $method, interactive" "$("${client}_run" "$method" 2>&1)" '^Comware Software'
	done
	"${client}_run" key "no such command" >/dev/null 2>&1
	equal "$client gets the exit status" "$?" 1
done
python_claims clients_python.py
