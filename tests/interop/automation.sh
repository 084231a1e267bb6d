#!/usr/bin/env bash
# Automation as its users run it, unmodified: netmiko, the patterns of scrapli, Oxidized, gnetcli and
# RANCID in expect scripts, and Ansible's network_cli.
. "$(dirname "$0")/../smoke/_init.sh"

appliance_up
python_claims automation.py
interop=$repo/tests/interop
for script in scrapli oxidized gnetcli rancid; do
	client timeout 120 expect -f "$interop/expect/$script.exp" >"$work/$script.log" 2>&1
	grep -E '^(ok  |FAIL|    ) ' "$work/$script.log"
	passed=$((passed + $(grep -c '^ok   ' "$work/$script.log")))
	failed=$((failed + $(grep -c '^FAIL ' "$work/$script.log")))
	grep -q '^done$' "$work/$script.log" || fail "$script runs to its end" "$(tail -n 20 "$work/$script.log")"
done

# play NAME...: the playbook against the device; its tasks are the claims.
play() {
	export ANSIBLE_TERMINAL_PLUGINS=$interop/ansible/terminal ANSIBLE_CLICONF_PLUGINS=$interop/ansible/cliconf \
		ANSIBLE_HOST_KEY_CHECKING=False ANSIBLE_LOCAL_TEMP=$work/ansible ANSIBLE_PERSISTENT_CONTROL_PATH_DIR=$work/pc \
		ANSIBLE_NOCOLOR=1 ANSIBLE_STDOUT_CALLBACK=default ANSIBLE_HOME=$work/ansible ANSIBLE_CONFIG=$work/ansible.cfg
	: >"$work/ansible.cfg"
	cat >"$work/hosts" <<-HOSTS
		[device]
		192.0.2.2
		[device:vars]
		ansible_connection=ansible.netcommon.network_cli
		ansible_network_cli_ssh_type=paramiko
		ansible_network_os=device
		ansible_user=admin
		ansible_password=$(cat "$run/admin_password")
		ansible_terminal_stdout_re=[{"pattern": "[\\\\r\\\\n]?[<\\\\[][\\\\w@+.:/-]+[>\\\\]] ?$"}]
	HOSTS
	client timeout 200 ansible-playbook -i "$work/hosts" "$interop/ansible/playbook.yml" >"$work/ansible.log" 2>&1
}

check "ansible network_cli plays its tasks" play
match "and none failed or was unreachable" "$(cat "$work/ansible.log")" '^192\.0\.2\.2 +: ok=[0-9]+ +changed=[0-9]+ +unreachable=0 +failed=0'
match "what it configured is saved" "$(cat "$state/flash/startup.cfg")" '^ ssh server authentication-retries 2$'
