"""Commands as H3C's collection gives them: configuration between `system-view` and `quit`."""
import json
import re

from ansible_collections.ansible.netcommon.plugins.plugin_utils.cliconf_base import CliconfBase


class Cliconf(CliconfBase):
    def get_device_info(self):
        version = self.get("display version")
        found = re.search(r"Version\s+(\S+)", version)
        name = re.search(r"^(\S+) uptime", version, re.M)
        return {"network_os": "device", "network_os_version": found.group(1).rstrip(",") if found else "",
                "network_os_hostname": name.group(1) if name else ""}

    def get_config(self, source="running", flags=None, format=None):
        return self.send_command("display current-configuration")

    def get_diff(self, candidate=None, running=None, diff_match="line", diff_ignore_lines=None, path=None,
                 diff_replace="line"):
        has = {line.strip() for line in (running or "").splitlines()}
        missing = [line for line in candidate.splitlines() if line.strip() not in has]
        return {"config_diff": "\n".join(missing), "banner_diff": {}}

    def edit_config(self, candidate=None, commit=True, replace=None, comment=None):
        asked = ["system-view", *candidate, "quit"]
        return {"request": asked, "response": [self.send_command(command) for command in asked]}

    def get(self, command, prompt=None, answer=None, sendonly=False, output=None, newline=True, check_all=False):
        return self.send_command(command=command, prompt=prompt, answer=answer, sendonly=sendonly, newline=newline,
                                 check_all=check_all)

    def get_device_operations(self):
        return {"supports_diff_replace": False, "supports_commit": False, "supports_rollback": False,
                "supports_defaults": False, "supports_onbox_diff": False, "supports_commit_comment": False,
                "supports_multiline_delimiter": False, "supports_diff_match": False, "supports_diff_ignore_lines": False,
                "supports_generate_diff": True, "supports_replace": False}

    def get_capabilities(self):
        result = super().get_capabilities()
        result["device_operations"] = self.get_device_operations()
        return json.dumps(result)
