"""Rekeying without end; see rekey_hammer.sh."""
import asyncio
import hashlib
import os
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../smoke/lib"))

from claims import ADDRESS, RUN, bad, check, good, run  # noqa: E402

WORK, LOAD = os.environ["WORK"], os.environ["LOAD"]
END = time.monotonic() + 60 * float(os.environ.get("MINUTES", "30"))
LIMITS = [16, 32, 64, 128, 256, 512, 1024]  # KB
MEGABYTES = 4
SSH = ["-F", "/dev/null", "-o", f"UserKnownHostsFile={RUN}/known_hosts", "-o", "StrictHostKeyChecking=yes",
       "-o", "UpdateHostKeys=no", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-i", RUN + "/admin_key"]
dice = random.Random(7)


def ssh(*command, **more):
    return subprocess.run(["ssh", "-T", *SSH, f"admin@{ADDRESS[0]}", *command], capture_output=True, text=True,
                          timeout=120, **more).stdout


def device(*commands):
    return ssh(input="".join(c + "\n" for c in commands))


def counters():
    lines = ssh("display counters | include rekey").splitlines()
    return {line.split()[0]: line.split() for line in lines if line.split()}


def content(name, size):
    path = f"{WORK}/{name}"
    with open(path, "wb") as file:
        file.write(os.urandom(size))
    return path


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def must(command, text=None, **more):
    done = subprocess.run(command, input=text, capture_output=True, timeout=300, env={**os.environ, "HOME": WORK, **more})
    if done.returncode != 0:
        raise RuntimeError(f"status {done.returncode}: {done.stderr[-300:]!r} {done.stdout[-200:]!r}")
    return done.stdout


# --- bulk, both ways, a client each --------------------------------------------------------------

def batch(sent, back):
    return f"put {sent} hammer\nget hammer {back}\nrm hammer\n".encode()


def openssh_bulk(sent, back, kilobytes):
    must(["sftp", "-b", "-", "-o", f"RekeyLimit={kilobytes}K", *SSH, f"admin@{ADDRESS[0]}"], batch(sent, back))


def putty_bulk(sent, back, kilobytes):
    os.makedirs(WORK + "/.putty/sessions", exist_ok=True)
    with open(WORK + "/.putty/sessions/hammer", "w") as out:
        out.write(f"RekeyBytes={kilobytes}K\n")
    with open(WORK + "/psftp", "wb") as out:
        out.write(batch(sent, back))
    prints = must(["ssh-keygen", "-lf", RUN + "/known_hosts"]).decode().splitlines()
    keys = [word for line in prints for word in ("-hostkey", line.split()[1])]
    must(["psftp", "-load", "hammer", "-batch", *keys, "-i", WORK + "/admin.ppk", "-b", WORK + "/psftp",
          f"admin@{ADDRESS[0]}"])


def dropbear_bulk(sent, back, kilobytes):
    wrapper = WORK + "/dbclient-sftp"
    with open(wrapper, "w") as out:
        out.write(f"#!/bin/sh\nexec dbclient -y -y -i {WORK}/admin.dropbear -s admin@{ADDRESS[0]} sftp\n")
    os.chmod(wrapper, 0o755)
    must(["sftp", "-S", wrapper, "-b", "-", f"admin@{ADDRESS[0]}"], batch(sent, back))


def paramiko_bulk(sent, back, kilobytes):
    import paramiko
    transport = paramiko.Transport(ADDRESS)
    transport.packetizer.REKEY_BYTES = kilobytes << 10
    transport.start_client(timeout=60)
    transport.auth_publickey("admin", paramiko.Ed25519Key.from_private_key_file(RUN + "/admin_key"))
    client = paramiko.SFTPClient.from_transport(transport)
    client.put(sent, "hammer")
    client.get("hammer", back)
    client.remove("hammer")
    transport.close()


async def asyncssh_moves(sent, back, kilobytes):
    import asyncssh
    async with asyncssh.connect(ADDRESS[0], 22, username="admin", client_keys=[RUN + "/admin_key"], known_hosts=None,
                                config=None, agent_path=None, rekey_bytes=kilobytes << 10) as connection:
        async with connection.start_sftp_client() as client:
            await client.put(sent, "hammer")
            await client.get("hammer", back)
            await client.remove("hammer")


def asyncssh_bulk(sent, back, kilobytes):
    asyncio.run(asyncio.wait_for(asyncssh_moves(sent, back, kilobytes), 300))


def ssh2_bulk(sent, back, kilobytes):
    here = os.path.dirname(os.path.abspath(__file__))
    must(["node", here + "/matrix_ssh2.js", *map(str, ADDRESS), sent, back, str(kilobytes)],
         NODE_PATH=os.environ["MODULES"] + "/node_modules")


def bulk(client, kilobytes):
    sent, back = content("sent", MEGABYTES << 20), WORK + "/back"
    client(sent, back, kilobytes)
    if digest(sent) != digest(back):
        raise RuntimeError("what came back differs")


def ours(kilobytes):
    """Our client counts no bytes: it moves a file under the device's limit, and changes keys by the clock."""
    common = ["--target", f"{ADDRESS[0]}:{ADDRESS[1]}", "--user", "admin", "--key", RUN + "/admin_key", "--pin", "first"]
    must([LOAD, "bulk", "--sftp", "/hammer", "--direction", "both", "--count", "1", "--bytes", str(MEGABYTES << 20), *common])
    must([LOAD, "rekey", "--sessions", "4", "--every", str(kilobytes / 1024), "--duration", "2", *common])


# --- other ways ----------------------------------------------------------------------------------

def slow_reader(kilobytes):
    """A paste goes in at full speed, its answers are read in small pieces and late."""
    one = ssh("display version")
    lines = 2000
    process = subprocess.Popen(["ssh", "-T", "-o", f"RekeyLimit={kilobytes}K", *SSH, f"admin@{ADDRESS[0]}"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    threading.Thread(target=lambda: (process.stdin.write(b"display version\n" * lines), process.stdin.close()),
                     daemon=True).start()
    got = 0
    while piece := process.stdout.read1(3000):
        got += len(piece)
        if got % 50 == 0:
            time.sleep(0.01)
    if process.wait() != 0 or got != lines * len(one):
        raise RuntimeError(f"{got} bytes, expected {lines * len(one)}; status {process.returncode}")


def small_writes(kilobytes):
    """A byte at a time, of which each is a packet of its own."""
    import paramiko
    transport = paramiko.Transport(ADDRESS)
    transport.packetizer.REKEY_BYTES = kilobytes << 10
    transport.start_client(timeout=60)
    transport.auth_publickey("admin", paramiko.Ed25519Key.from_private_key_file(RUN + "/admin_key"))
    channel = transport.open_session()
    channel.settimeout(60)
    channel.invoke_shell()
    wanted = "display version\n" * 40
    for byte in wanted:
        channel.send(byte.encode())
    channel.shutdown_write()
    text = b""
    while piece := channel.recv(65536):
        text += piece
    transport.close()
    if text.count(b"Comware Software, Version") != 40:
        raise RuntimeError(f"{text.count(b'Comware Software, Version')} of 40 answers")


class Idle:
    """Sessions that exchange keys although nothing is said in them; each must answer at the end."""

    def __init__(self):
        import paramiko
        self.transports = []
        for _ in range(8):
            transport = paramiko.Transport(ADDRESS)
            transport.start_client(timeout=60)
            transport.auth_publickey("admin", paramiko.Ed25519Key.from_private_key_file(RUN + "/admin_key"))
            self.transports.append(transport)

    def rekey(self):
        for transport in self.transports:
            transport.renegotiate_keys()

    def answer(self):
        right = 0
        for transport in self.transports:
            channel = transport.open_session()
            channel.exec_command("display version")
            right += b"Comware Software, Version" in channel.makefile().read()
            transport.close()
        return right


# --- the whole -----------------------------------------------------------------------------------

ROUNDS = [("OpenSSH", lambda k: bulk(openssh_bulk, k)), ("PuTTY", lambda k: bulk(putty_bulk, k)),
          ("dropbear", lambda k: bulk(dropbear_bulk, k)), ("paramiko", lambda k: bulk(paramiko_bulk, k)),
          ("asyncssh", lambda k: bulk(asyncssh_bulk, k)), ("ssh2", lambda k: bulk(ssh2_bulk, k)), ("our client", ours),
          ("a slow reader", slow_reader), ("small writes", small_writes)]


def one(name, work, theirs, done):
    try:
        work(theirs)
        done[name] = done.get(name, 0) + 1
        return True
    except Exception as error:
        bad(f"{name} under a limit of {theirs} KB", repr(error))
        return False


def hammer():
    must(["puttygen", RUN + "/admin_key", "-O", "private", "-o", WORK + "/admin.ppk"])
    must(["dropbearconvert", "openssh", "dropbear", RUN + "/admin_key", WORK + "/admin.dropbear"])
    idle, done, failures = Idle(), {}, 0
    while time.monotonic() < END:
        ours, theirs = dice.choice(LIMITS), dice.choice(LIMITS)
        device("system-view", f"ssh server key-re-exchange volume {ours}")
        for name, work in ROUNDS:
            failures += not one(name, work, theirs, done)
        idle.rekey()
    for name, _ in ROUNDS:
        check(f"{name}: {done.get(name, 0)} rounds", done.get(name, 0) > 0)
    check("no round failed", failures == 0, failures)
    check("the sessions that said nothing still answer", idle.answer() == 8)
    device("system-view", "undo ssh server key-re-exchange volume")
    found = counters()
    good("; ".join(" ".join(words) for words in found.values()))
    check("keys were exchanged from both sides", all(name in found for name in ("rekeys_ours", "rekeys_theirs")), found)


if __name__ == "__main__":
    sys.exit(run(hammer))
