#!/usr/bin/env bash
# The six tasks of the manual's page, typed literally through OpenSSH: key pairs, server, user
# interfaces, a client's public key, an SSH user, management parameters. They end with a second
# user on a second line, and outlive a restart.
. "$(dirname "$0")/_init.sh"

appliance_up
ssh-keygen -q -t rsa -b 2048 -N '' -C '' -f "$work/client"
ssh-keygen -e -m pkcs8 -f "$work/client.pub" | grep -v -- ---- | base64 -d >"$work/client.der"
CLIENT_KEY=$work/client CLIENT_DER=$work/client.der
export CLIENT_KEY CLIENT_DER
python_claims manual.py tasks
match "the saved file carries the user" "$(cat "$state/flash/startup.cfg")" \
	'^ ssh user client002 service-type stelnet authentication-type publickey assign publickey client001$'
check "the device goes down" "$sallyport" down --name "$name"
check "and comes up again" "$sallyport" up --name "$name"
python_claims manual.py again
