"""OpenSSH in a terminal of its own: prompt, echo, editing, window size, leaving."""
import sys

from claims import RUN, check, equal, run
from terminal import Terminal

SSH = ["ssh", "-tt", "-F", "/dev/null", "-o", f"UserKnownHostsFile={RUN}/known_hosts", "-o", "GlobalKnownHostsFile=/dev/null",
       "-o", "LogLevel=ERROR"]
KEY = ["-i", RUN + "/admin_key", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "admin@192.0.2.2"]
PASSWORD = ["-o", "PubkeyAuthentication=no", "admin@192.0.2.2"]


def session(command, password=None):
    terminal = Terminal(command)
    if password:
        terminal.wait_for(b"assword:")
        terminal.type(password.encode() + b"\n")
    terminal.wait_for(b"<Sallyport>")
    return terminal


def by_key():
    terminal = session(SSH + KEY)
    terminal.type(b"display clock\r")
    got = terminal.wait_for(b"<Sallyport>")
    check("the command is echoed once, byte for byte", got.startswith(b"display clock\r\n"), got)
    check("no escape sequence is inserted", b"\x1b" not in got, got)
    terminal.type(b"system-view\r")
    terminal.wait_for(b"[Sallyport]")
    terminal.type(b"sysname Otherhost\r")
    terminal.wait_for(b"[Otherhost]")
    terminal.type(b"undo sysname\r")
    terminal.wait_for(b"[Sallyport]")
    terminal.type(b"\x1a")
    terminal.wait_for(b"<Sallyport>")
    terminal.type(b"displa\t")
    terminal.wait_for(b"<Sallyport>display ")
    terminal.type(b"ver\t")
    terminal.wait_for(b"<Sallyport>display version")
    terminal.type(b"\r")
    got = terminal.wait_for(b"<Sallyport>")
    check("Tab completes", b"Comware Software" in got, got)
    terminal.type(b"no such thing\r")
    got = terminal.wait_for(b"<Sallyport>")
    check("an error has its caret line", b"^" in got and b"% Unrecognized command found at '^' position." in got, got)
    terminal.type(b"quit\r")
    equal("quit logs out; ssh ends with 0", terminal.ended(), 0)


def by_password():
    with open(RUN + "/admin_password") as file:
        terminal = session(SSH + PASSWORD, file.read().strip())
    terminal.type(b"display users\r")
    got = terminal.wait_for(b"<Sallyport>")
    check("display users shows this session", b"SSH" in got, got)
    terminal.type(b"quit\r")
    equal("a password session ends with 0", terminal.ended(), 0)


def pager():
    terminal = session(SSH + KEY)
    terminal.type(b"display counters\r")
    got = terminal.wait_for(b"---- More ----")
    check("a long answer stops at the screen's end", got.count(b"\r\n") < 40, got)
    terminal.type(b" ")
    terminal.wait_for(b"\r\n")
    terminal.type(b"\x03")
    terminal.wait_for(b"<Sallyport>")
    terminal.type(b"screen-length disable\r")
    terminal.wait_for(b"<Sallyport>")
    terminal.type(b"display counters\r")
    got = terminal.wait_for(b"<Sallyport>")
    check("screen-length disable shows all of it", b"More" not in got, got[-200:])
    terminal.type(b"quit\r")
    terminal.ended()


def debugging():
    terminal = session(SSH + KEY)
    for command in (b"terminal monitor", b"terminal debugging", b"debugging ssh server event"):
        terminal.type(command + b"\r")
        terminal.wait_for(b"<Sallyport>")
    other = session(SSH + KEY)
    got = terminal.wait_for(b"EXPECT_IDENT -> EXPECT_KEXINIT on IDENT")
    check("debugging shows what the server does with another client", b"SSHS/7/SSHS_EVENT: [192.0.2.1:" in got, got)
    terminal.type(b"undo debugging all\r")
    terminal.wait_for(b"All possible debugging has been turned off")
    for one in (other, terminal):
        one.type(b"quit\r")
        one.ended()


if __name__ == "__main__":
    sys.exit(run(by_key, by_password, pager, debugging))
