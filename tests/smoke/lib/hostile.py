"""Everything a client can do wrong, one act at a time, while other sessions are open.

Each act has the answer it must get and the counter that must move by one. Argument: a key that the
device does not know.
"""
import os
import re
import struct
import sys
import threading
import time

import paramiko

from claims import ADDRESS, RUN, check, equal, run
from clients_python import paramiko_login, read_until
from wire import (CHANNEL_OPEN, IGNORE, KEX_ECDH_INIT, KEXINIT, NEWKEYS, SERVICE_REQUEST, USERAUTH_REQUEST, IDENT,
                  Wire, kexinit, packet, reset_close, string)

STRANGER = sys.argv[1]
LIMIT = 10  # seconds, for those who never log in
guard = None
guard_shell = None


def guard_starts():
    """Sessions that must not notice anything: one asks for the counters, one sits in a shell."""
    global guard, guard_shell
    guard = paramiko_login("key")
    guard_shell = paramiko_login("key").open_session()
    guard_shell.get_pty()
    guard_shell.invoke_shell()
    read_until(guard_shell, b"<Sallyport>")
    check("the other sessions are open", True)


def ask(command):
    channel = guard.open_session()
    channel.exec_command(command)
    text = channel.makefile().read().decode()
    channel.close()
    return text


ROW = re.compile(r"^ *([a-z][a-z0-9_]*) +(\d+) ", re.M)


def counters():
    return {name: int(value) for name, value in ROW.findall(ask("display counters"))}


def act(claim, expected, counter, function, by=1):
    """FUNCTION returns the answer it got."""
    before = counters()
    try:
        got = function()
    except Exception as error:
        got = repr(error)
    matched = re.fullmatch(expected, str(got))
    check(f"{claim}: answered {expected}", matched, f"got {got}")
    end = time.monotonic() + 5
    moved = 0
    while time.monotonic() < end:
        moved = counters().get(counter, 0) - before.get(counter, 0)
        if moved >= by:
            break
        time.sleep(0.1)
    if not check(f"{claim}: {counter} moved by {by}", moved == by, f"moved by {moved}"):
        after = counters()
        print("     | what moved:", {name: after[name] - before.get(name, 0) for name in after
                                     if after[name] != before.get(name, 0)}, flush=True)


def opening(*data, idents=True):
    """Say hello (or not), send DATA, see how it ends."""
    def do():
        wire = Wire()
        wire.ident()
        if idents:
            wire.send(IDENT)
        for piece in data:
            wire.send(piece)
        return wire.ending()
    return do


def half_then_close(data):
    """Send DATA, then FIN: the server must close its side too."""
    def do():
        wire = Wire()
        wire.ident()
        wire.send(data)
        time.sleep(0.2)
        wire.socket.shutdown(1)
        return wire.ending()
    return do


def bad_openings():
    ended = r"closed|reset|disconnect \d+"
    act("HTTP instead of a version line", ended, "ident_bad", opening(b"GET / HTTP/1.1\r\n\r\n", idents=False))
    act("random bytes instead of a version line", ended, "ident_bad", opening(os.urandom(600) + b"\n", idents=False))
    act("a version line without an end", ended, "ident_bad", opening(b"SSH-2.0-" + b"x" * 600, idents=False))
    act("version 1.5", ended, "ident_version", opening(b"SSH-1.5-old\r\n", idents=False))
    act("a packet of 4 GiB", "disconnect 2|closed|reset", "record_length_bad", opening(struct.pack(">IB", 0xfffffff0, 4)))
    act("a packet of no length", "disconnect 2|closed|reset", "record_length_bad", opening(bytes(16)))
    act("padding longer than the packet", "disconnect 2|closed|reset", "record_padding_bad",
        opening(struct.pack(">IB", 12, 200) + bytes(11)))
    act("half an SSH packet", "closed|reset|disconnect 2", "record_cut_short", half_then_close(IDENT + packet(kexinit())[:100]))


def bad_order():
    refused = "disconnect 2"
    act("NEWKEYS at once", refused, "gate_newkeys", opening(packet(bytes([NEWKEYS]))))
    act("a service request before the key exchange", refused, "gate_early",
        opening(packet(bytes([SERVICE_REQUEST]) + string(b"ssh-userauth"))))
    act("an authentication request in clear text", refused, "gate_early",
        opening(packet(bytes([USERAUTH_REQUEST]) + string(b"admin") + string(b"ssh-connection") + string(b"none"))))
    act("a channel in clear text", refused, "gate_early",
        opening(packet(bytes([CHANNEL_OPEN]) + string(b"session") + bytes(12))))
    act("IGNORE in strict key exchange", refused, "refused_expect_kex_init",
        opening(packet(kexinit()), packet(bytes([IGNORE]) + string(b"x"))))
    act("a second KEXINIT", refused, "gate_kex", opening(packet(kexinit()), packet(kexinit())))
    act("no common cipher", "disconnect 3", "kex_no_common", opening(packet(kexinit(cipher=b"arcfour"))))
    act("an all-zero public value", "disconnect 3", "kex_failed",
        opening(packet(kexinit()), packet(bytes([KEX_ECDH_INIT]) + string(bytes(32)))))
    act("a public value of the wrong length", r"disconnect [23]", "kex_failed",
        opening(packet(kexinit()), packet(bytes([KEX_ECDH_INIT]) + string(bytes(31)))))
    act("a KEXINIT cut short", refused, "malformed", opening(packet(bytes([KEXINIT]) + bytes(20))))


def transport():
    opened = paramiko.Transport(ADDRESS)
    opened.start_client(timeout=15)
    return opened


def login_with(user, password):
    def do():
        opened = transport()
        try:
            opened.auth_password(user, password)
            return "logged in"
        except paramiko.AuthenticationException as error:
            return type(error).__name__
        finally:
            opened.close()
    return do


def login_with_key(user, path):
    def do():
        opened = transport()
        try:
            opened.auth_publickey(user, paramiko.Ed25519Key.from_private_key_file(path))
            return "logged in"
        except paramiko.AuthenticationException as error:
            return type(error).__name__
        finally:
            opened.close()
    return do


def three_wrong_passwords():
    opened = transport()
    for number in range(1, 5):
        try:
            opened.auth_password("admin", f"wrong {number}")
        except paramiko.AuthenticationException:
            if not opened.is_active():
                return f"ended at {number}"
        except Exception:
            return f"ended at {number}"
        time.sleep(0.1)
        if not opened.is_active():
            return f"ended at {number}"
    return "still open"


def channel_without_login():
    opened = transport()
    try:
        opened.open_session(timeout=5)
        return "opened"
    except paramiko.SSHException:
        return "refused"
    except Exception as error:
        return type(error).__name__
    finally:
        opened.close()


def bad_logins():
    act("a wrong password", "AuthenticationException", "auth_password_failed", login_with("admin", "wrong"))
    act("an unknown user", "AuthenticationException", "auth_password_failed", login_with("nobody", "wrong"))
    act("an empty password", "AuthenticationException", "auth_password_failed", login_with("admin", ""))
    act("a password of 100 kB", "AuthenticationException|SSHException", "auth_password_failed",
        login_with("admin", "x" * 20000))
    act("a key the device does not know", "AuthenticationException", "auth_publickey_failed",
        login_with_key("admin", STRANGER))
    act("the right key for an unknown user", "AuthenticationException", "auth_publickey_failed",
        login_with_key("nobody", RUN + "/admin_key"))
    act("three wrong passwords", "ended at 3", "auth_too_many", three_wrong_passwords)
    act("a channel without a login", "refused|.*", "gate_early", channel_without_login)


def rst_after(*steps):
    """Connect, take STEPS, then RST."""
    wire = Wire()
    for step in steps:
        step(wire)
    time.sleep(0.05)
    wire.reset()


def resets():
    before = counters()
    total = 0
    idents = [lambda wire: wire.ident(), lambda wire: wire.send(IDENT)]
    kex = idents + [lambda wire: wire.send(packet(kexinit()))]
    share = kex + [lambda wire: wire.send(packet(bytes([KEX_ECDH_INIT]) + string(os.urandom(32))))]
    phases = {"at once": [], "after the version lines": idents,
              "in the middle of KEXINIT": idents + [lambda wire: wire.send(packet(kexinit())[:77])],
              "after KEXINIT": kex, "after the key exchange reply": share + [lambda wire: wire.message()]}
    for steps in phases.values():
        for _ in range(20):
            rst_after(*steps)
            total += 1
    for _ in range(10):
        reset_close(transport().sock)
        logged_in = paramiko_login("key")
        reset_close(logged_in.sock)
        talking = paramiko_login("key")
        channel = talking.open_session()
        channel.exec_command("\n".join(["display counters"] * 50))
        reset_close(talking.sock)
        shell = paramiko_login("key")
        channel = shell.open_session()
        channel.get_pty()
        channel.invoke_shell()
        channel.send(b"display cur")
        reset_close(shell.sock)
        rekeying = paramiko_login("key")
        rekeying._send_kex_init()
        reset_close(rekeying.sock)
        total += 5
    end = time.monotonic() + 10
    while time.monotonic() < end:
        now = counters()
        opened = now.get("sessions_opened", 0) - before.get("sessions_opened", 0)
        closed = now.get("sessions_closed", 0) - before.get("sessions_closed", 0)
        if closed == opened:
            break
        time.sleep(0.2)
    equal(f"{total} connections reset in ten phases: each session that was opened is closed", closed, opened)
    check(f"most of them had become sessions ({opened})", opened >= total - 20)


silent = {}


def silence_starts():
    """Two clients that never log in; the login time limit ends them. Waited for at the end."""
    check("the login time limit is 60 s", "authentication-timeout : 60 second" in ask("display ssh server status"))
    ask(f"system-view\nssh server authentication-timeout {LIMIT}")

    def wait(name, *data):
        wire = Wire(seconds=90)
        wire.ident()
        for piece in data:
            wire.send(piece)
        start = time.monotonic()
        ending = wire.ending()
        silent[name] = (ending, time.monotonic() - start)

    for name, data in {"no version line": (), "no key exchange": (IDENT, packet(kexinit()))}.items():
        silent[name] = threading.Thread(target=wait, args=(name, *data))
        silent[name].start()


def silence_ends():
    for name in list(silent):
        if isinstance(silent[name], threading.Thread):
            silent[name].join()
        ending, seconds = silent[name]
        check(f"{name}: ended by a login time limit of {LIMIT} s ({ending} after {seconds:.1f} s)",
              LIMIT - 1 < seconds < LIMIT + 5)
    check("login_expired moved", counters().get("login_expired", 0) >= 1, counters())


def open_connections():
    used = re.search(r"^ *dataplane open connections +(\d+)", ask("display sessions resources"), re.M)
    return int(used.group(1)) if used else None


def guard_stands():
    guard_shell.send(b"display clock\r")
    text = read_until(guard_shell, b"<Sallyport>").decode()
    check("the shell opened before all this works", "UTC" in text, text)
    end, left = time.monotonic() + 10, None
    while left != 2 and time.monotonic() < end:
        left = open_connections()
        time.sleep(0.5)
    equal("only the connections opened before all this are left, and work", left, 2)


if __name__ == "__main__":
    sys.exit(run(guard_starts, silence_starts, bad_openings, bad_order, bad_logins, silence_ends, resets, guard_stands))
