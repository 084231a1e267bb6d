"""A command in a pseudo-terminal: type at it, wait for what it shows."""
import os
import pty
import select
import time


class Terminal:
    """A command in a pseudo-terminal."""

    def __init__(self, command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvp(command[0], command)
        self.seen = b""

    def type(self, text):
        os.write(self.fd, text)

    def wait_for(self, text, seconds=10):
        """Read until TEXT has appeared; returns what came up to its end."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise TimeoutError(f"waited for {text!r}, got {self.seen[-300:]!r}")
            try:
                self.seen += os.read(self.fd, 65536)
            except OSError as gone:
                raise EOFError(f"waited for {text!r}, ended after {self.seen[-300:]!r}") from gone
        at = self.seen.index(text) + len(text)
        got, self.seen = self.seen[:at], self.seen[at:]
        return got

    def ended(self):
        """Wait for the end; returns the exit status."""
        while True:
            try:
                if not os.read(self.fd, 65536):
                    break
            except OSError:
                break
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
