#!/usr/bin/env bash
# How long a refusal takes does not tell whether the user exists: TRIES (2,000) of each, in turn, by password,
# keyboard-interactive, an offered key and a signature. Medians within 1 % or 50 us, Kolmogorov-Smirnov p > 0.01.
#
#   TRIES=500 WAYS=password,publickey tests/run timing       a part of it
. "$(dirname "$0")/../smoke/_init.sh"

appliance_up
printf '%s\n' system-view 'ssh server authentication-retries 5' \
	'undo ssh server penalty enable' 'local-user kenneth class manage' \
	'password simple Correct.horse9' 'service-type ssh' 'authorization-attribute user-role network-operator' quit \
	'ssh user kenneth service-type all authentication-type any' | by_key -T >"$work/setup" 2>&1
match "a user exists" "$(by_key -- 'display local-user')" kenneth
limit=${LIMIT:-3000} python_claims ../../timing/timing.py
