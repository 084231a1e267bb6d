"""What Ansible's network_cli looks for in a terminal: the expressions of H3C's collection."""
import re

from ansible.errors import AnsibleConnectionFailure
from ansible_collections.ansible.netcommon.plugins.plugin_utils.terminal_base import TerminalBase


class TerminalModule(TerminalBase):
    terminal_stdout_re = [re.compile(rb"({primary:node\d+})?[\r\n]?[\w@+\-\.:\/\[\]]+[>#%] ?$")]
    terminal_stderr_re = [re.compile(rb"unknown command"), re.compile(rb"syntax error"), re.compile(rb"[\r\n]error:")]

    def on_open_shell(self):
        try:
            self._exec_cli_command(b"screen-length disable")
        except AnsibleConnectionFailure as error:
            raise AnsibleConnectionFailure("unable to set terminal parameters") from error
