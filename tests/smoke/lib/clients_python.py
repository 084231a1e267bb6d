"""paramiko and asyncssh by password and by key, exec and interactive, over the ciphers they share with us.

With "all": every cipher and MAC with every method; otherwise every cipher once.
"""
import asyncio
import sys
import time

import asyncssh
import paramiko

from claims import ADDRESS, RUN, admin_password, bad, check, run

ALL = "all" in sys.argv[1:]
PARAMIKO_CIPHERS = ["aes128-ctr", "aes256-ctr"]
PARAMIKO_MACS = ["hmac-sha2-256", "hmac-sha2-512", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com"]
ASYNCSSH_CIPHERS = ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com",
                    "aes128-ctr", "aes256-ctr"]
HELLO = "Comware Software, Version"


def paramiko_login(method, cipher=None, mac=None):
    """An authenticated transport."""
    transport = paramiko.Transport(ADDRESS)
    if cipher:
        transport.get_security_options().ciphers = [cipher]
    if mac:
        transport.get_security_options().digests = [mac]
    transport.start_client(timeout=20)
    if method == "password":
        transport.auth_password("admin", admin_password())
    else:
        transport.auth_publickey("admin", paramiko.Ed25519Key.from_private_key_file(RUN + "/admin_key"))
    return transport


def read_until(channel, text, seconds=15):
    got = b""
    channel.settimeout(seconds)
    while text not in got:
        piece = channel.recv(65536)
        if not piece:
            break
        got += piece
    return got


def paramiko_exec(method, cipher=None, mac=None):
    transport = paramiko_login(method, cipher, mac)
    channel = transport.open_session()
    channel.exec_command("display version")
    text = channel.makefile().read().decode()
    status = channel.recv_exit_status()
    transport.close()
    check(f"paramiko by {method}, exec, {cipher or 'its choice'} {mac or ''}".strip(),
          HELLO in text and status == 0, f"status {status}", text)


def paramiko_shell(method, cipher=None):
    transport = paramiko_login(method, cipher)
    channel = transport.open_session()
    channel.get_pty(term="vt100", width=511, height=1000)
    channel.invoke_shell()
    read_until(channel, b"<Sallyport>")
    channel.send(b"display version\n")
    text = read_until(channel, b"<Sallyport>").decode()
    channel.send(b"quit\n")
    read_until(channel, b"never comes")
    check(f"paramiko by {method}, interactive, {cipher or 'its choice'}", HELLO in text, text)
    check(f"paramiko by {method}: quit closes with status 0", channel.recv_exit_status() == 0)
    transport.close()


def with_paramiko():
    for method in ("password", "key"):
        paramiko_exec(method)
        paramiko_shell(method)
        for cipher in PARAMIKO_CIPHERS:
            paramiko_exec(method, cipher)
            if ALL:
                paramiko_shell(method, cipher)
                for mac in PARAMIKO_MACS:
                    paramiko_exec(method, cipher, mac)
        if not ALL:
            for mac in PARAMIKO_MACS[:1]:
                paramiko_exec(method, "aes128-ctr", mac)


def paramiko_status():
    transport = paramiko_login("key")
    channel = transport.open_session()
    channel.exec_command("no such command")
    channel.makefile().read()
    check("paramiko gets exit status 1", channel.recv_exit_status() == 1)
    transport.close()


def asyncssh_options(method, cipher=None):
    options = {"known_hosts": RUN + "/known_hosts", "username": "admin", "config": None, "agent_path": None}
    if method == "password":
        options.update(password=admin_password(), client_keys=None, preferred_auth="password")
    else:
        options.update(client_keys=[RUN + "/admin_key"], preferred_auth="publickey")
    if cipher:
        options["encryption_algs"] = [cipher]
    return options


async def asyncssh_both(method, cipher=None):
    label = f"asyncssh by {method}, {cipher or 'its choice'}"
    async with asyncssh.connect("192.0.2.2", **asyncssh_options(method, cipher)) as connection:
        result = await connection.run("display version")
        check(f"{label}, exec", HELLO in result.stdout and result.exit_status == 0, result)
        async with connection.create_process(term_type="vt100") as process:
            await process.stdout.readuntil("<Sallyport>")
            process.stdin.write("display version\n")
            text = await process.stdout.readuntil("<Sallyport>")
            process.stdin.write("quit\n")
            check(f"{label}, interactive", HELLO in text, text)
            await asyncio.wait_for(process.wait(), 15)


async def asyncssh_all():
    for method in ("password", "key"):
        for cipher in [None] + ASYNCSSH_CIPHERS:
            try:
                await asyncio.wait_for(asyncssh_both(method, cipher), 40)
            except Exception as error:
                bad(f"asyncssh by {method}, {cipher}", repr(error))


def with_asyncssh():
    asyncio.run(asyncssh_all())


def hostile_order():
    """A second shell on the same connection, while the first is open."""
    transport = paramiko_login("key")
    first, second = transport.open_session(), transport.open_session()
    for channel in (first, second):
        channel.get_pty()
        channel.invoke_shell()
    read_until(first, b"<Sallyport>")
    read_until(second, b"<Sallyport>")
    second.send(b"display version\n")
    text = read_until(second, b"<Sallyport>").decode()
    check("two shells in one connection", HELLO in text, text)
    first.send(b"quit\n")
    time.sleep(0.3)
    second.send(b"display version\n")
    check("the second goes on after the first has quit", HELLO in read_until(second, b"<Sallyport>").decode())
    transport.close()


if __name__ == "__main__":
    sys.exit(run(with_paramiko, paramiko_status, with_asyncssh, hostile_order))
