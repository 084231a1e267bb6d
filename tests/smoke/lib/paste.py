"""Paste commands into an interactive session and compare every byte that comes back.

The commands rename the device, so that each prompt proves that the command before it was executed
and that none was lost, repeated or moved. Every 50th is an error with its caret line.

Arguments: openssh-fast, openssh-slow, paramiko, openssh-rekey (5 MB, RekeyLimit=16K), lossy; or
a number of megabytes, which are pasted once a line has come on standard input; another line ends it.
"""
import os
import subprocess
import sys
import threading
import time

from claims import RUN, check, run, same_bytes
from clients_python import paramiko_login

SSH = ["ssh", "-tt", "-e", "none", "-F", "/dev/null", "-o", f"UserKnownHostsFile={RUN}/known_hosts",
       "-o", "GlobalKnownHostsFile=/dev/null", "-i", RUN + "/admin_key", "-o", "IdentitiesOnly=yes",
       "-o", "BatchMode=yes", "-o", "LogLevel=ERROR"]
PAD = "x" * 40


def script(size):
    """About SIZE bytes of commands, and what a terminal shows for them after `[Sallyport]`."""
    typed, shown = bytearray(), bytearray()
    name, number = "Sallyport", 0
    while len(typed) < size:
        number += 1
        if number % 50 == 0:
            command = f"nonsense{number}"
            caret = " " * len(f"[{name}]") + "^"
            answer = f"{caret}\r\n % Unrecognized command found at '^' position.\r\n"
        else:
            command = f"sysname d{number:07}{PAD}"
            name = command[8:]
            answer = ""
        typed += command.encode() + b"\r"
        shown += f"{command}\r\n{answer}[{name}]".encode()
    return bytes(typed), bytes(shown)


class Pipe:
    """OpenSSH with a remote terminal and pipes of our own."""

    def __init__(self, options=()):
        self.process = subprocess.Popen(SSH + list(options) + ["admin@" + os.environ.get("ADDRESS", "192.0.2.2")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, bufsize=0)

    def send(self, data):
        self.process.stdin.write(data)

    def receive(self, most):
        return os.read(self.process.stdout.fileno(), most)

    def close(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()


class Paramiko:
    """A paramiko shell with a terminal."""

    def __init__(self):
        self.transport = paramiko_login("key")
        self.channel = self.transport.open_session()
        self.channel.get_pty(term="vt100", width=511, height=1000)
        self.channel.invoke_shell()
        self.channel.settimeout(60)

    def send(self, data):
        self.channel.sendall(data)

    def receive(self, most):
        return self.channel.recv(most)

    def close(self):
        self.transport.close()


def read_until(session, text):
    got = b""
    while not got.endswith(text):
        piece = session.receive(65536)
        if not piece:
            raise EOFError(f"ended after {got[-200:]!r}")
        got += piece
    return got


def write_all(session, data):
    for at in range(0, len(data), 65536):
        session.send(data[at:at + 65536])


def paste(claim, session, size, piece=65536, pause=0.0, wait=None):
    """Type everything while reading PIECE bytes every PAUSE seconds."""
    typed, shown = script(size)
    read_until(session, b"<Sallyport>")
    if wait:
        wait()
    session.send(b"system-view\r")
    read_until(session, b"[Sallyport]")
    writer = threading.Thread(target=write_all, args=(session, typed), daemon=True)
    writer.start()
    got = bytearray()
    start = time.monotonic()
    while len(got) < len(shown):
        data = session.receive(piece)
        if not data:
            break
        got += data
        if pause:
            time.sleep(pause)
    same_bytes(f"{claim}: {len(typed)} bytes typed, {len(shown)} shown, {time.monotonic() - start:.1f} s",
               bytes(got), shown)
    session.send(b"undo sysname\r")
    tail = read_until(session, b"[Sallyport]")
    check(f"{claim}: the session works afterwards", tail.startswith(b"undo sysname\r\n"), tail)
    session.close()


def openssh_fast():
    paste("1 MB through OpenSSH, fast reader", Pipe(), 1 << 20)


def openssh_slow():
    # A quarter of a second of silence after every 32 KiB: each window on the way fills up.
    paste("1 MB through OpenSSH, slow reader", Pipe(), 1 << 20, piece=32768, pause=0.2)


def openssh_rekey():
    paste("5 MB through OpenSSH, RekeyLimit=16K", Pipe(["-o", "RekeyLimit=16K"]), 5 << 20)


def through_paramiko():
    paste("1 MB through paramiko", Paramiko(), 1 << 20)


def lossy():
    paste("200 kB through OpenSSH with loss", Pipe(), 200 << 10)


def when_told(megabytes):
    def wait():
        print("ready", flush=True)
        sys.stdin.readline()

    session = Pipe()
    session.close = lambda: None  # it stays open to the end
    paste(f"{megabytes:g} MB through OpenSSH", session, int(megabytes * (1 << 20)), wait=wait)


if __name__ == "__main__":
    if sys.argv[1].replace(".", "").isdigit():
        run(lambda: when_told(float(sys.argv[1])))
        sys.stdin.readline()
        sys.exit(0)
    known = {"openssh-fast": openssh_fast, "openssh-slow": openssh_slow, "openssh-rekey": openssh_rekey,
             "paramiko": through_paramiko, "lossy": lossy}
    sys.exit(run(*[known[word] for word in sys.argv[1:]]))
