"""The clients of the matrix: what each offers, and how it moves a file both ways."""
import os
import socket
import struct
import subprocess
import sys
import threading

RUN, WORK = os.environ["RUN"], os.environ["WORK"]
HOST, PORT = "192.0.2.2", 22
CLIENTS = ["openssh", "putty", "dropbear", "paramiko", "asyncssh", "ssh2", "ours"]
HERE = os.path.dirname(os.path.abspath(__file__))
# The lists of a KEXINIT by the kind of the device's command.
KINDS = {"key-exchange": 0, "public-key": 1, "cipher": 2, "mac": 4}
SECONDS = 120


def run(command, stdin=None, **more):
    """None, or how it failed."""
    try:
        done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS,
                              env={**os.environ, "HOME": WORK, **more})
    except subprocess.TimeoutExpired:
        return f"not finished after {SECONDS} s"
    return None if done.returncode == 0 else f"status {done.returncode}: {done.stdout.decode(errors='replace')[-600:]}"


def query(what):
    return subprocess.run(["ssh", "-Q", what], stdout=subprocess.PIPE, text=True, check=True).stdout.split()


def script(sent, back):
    return f"put {sent} matrix\nget matrix {back}\n"


# --- openssh -------------------------------------------------------------------------------------

def openssh_options(names, port):
    keys = {"key-exchange": "KexAlgorithms", "public-key": "HostKeyAlgorithms", "cipher": "Ciphers", "mac": "MACs"}
    common = ["-F", "/dev/null", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
              "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-i", RUN + "/admin_key",
              "-o", f"Port={port}"]
    for kind, chosen in names.items():
        common += ["-o", f"{keys[kind]}={','.join(chosen)}"]
    return common


def openssh_everything():
    plain = [k for k in query("HostKeyAlgorithms") if "cert" not in k and not k.startswith("sk-")]
    return {"key-exchange": [k for k in query("kex") if "@openssh.com" not in k or "sntrup" in k],
            "public-key": plain, "cipher": query("cipher"), "mac": query("mac")}


def openssh(names, sent, back, host=HOST, port=PORT):
    known = openssh_everything()
    wanted = {kind: [n for n in chosen if n in known[kind]] for kind, chosen in names.items()}
    return run(["sftp", "-b", "-", *openssh_options(wanted or {}, port), f"admin@{host}"],
               script(sent, back).encode())


# --- putty ---------------------------------------------------------------------------------------

PUTTY = {"Cipher": "aesgcm,aes,chacha20,3des,WARN",
         "KEX": "ntru-curve25519,ecdh,dh-gex-sha1,dh-group18-sha512,dh-group17-sha512,dh-group16-sha512,"
                "dh-group15-sha512,dh-group14-sha1,rsa,WARN,dh-group1-sha1",
         "HostKey": "ed25519,ed448,ecdsa,rsa,dsa,WARN"}


def putty(names, sent, back, host=HOST, port=PORT):
    os.makedirs(WORK + "/.putty/sessions", exist_ok=True)
    # A host key is accepted by its fingerprint: those of all that the device has.
    lines = subprocess.run(["ssh-keygen", "-lf", RUN + "/known_hosts"], capture_output=True, text=True).stdout.splitlines()
    with open(WORK + "/.putty/sessions/matrix", "w") as out:
        out.write("".join(f"{k}={v}\n" for k, v in PUTTY.items()))
    keys = [word for line in lines for word in ("-hostkey", line.split()[1])]
    with open(WORK + "/psftp", "w") as out:
        out.write(script(sent, back))
    return run(["psftp", "-load", "matrix", "-batch", *keys, "-i", WORK + "/admin.ppk", "-P", str(port), "-b",
                WORK + "/psftp", f"admin@{host}"])


# --- dropbear ------------------------------------------------------------------------------------

def dropbear(names, sent, back, host=HOST, port=PORT):
    """OpenSSH's sftp over dbclient: the last words are the host and the subsystem."""
    wrapper = WORK + "/dbclient-sftp"
    with open(wrapper, "w") as out:
        out.write(f"#!/bin/sh\nexec dbclient -y -y -i {WORK}/admin.dropbear -p {port} -s admin@{host} sftp\n")
    os.chmod(wrapper, 0o755)
    return run(["sftp", "-S", wrapper, "-b", "-", f"admin@{host}"], script(sent, back).encode())


# --- python --------------------------------------------------------------------------------------

def python_client(which):
    def client(names, sent, back, host=HOST, port=PORT):
        return run(["/usr/bin/python3", HERE + "/matrix_python.py", which, host, str(port), sent, back],
                   PYTHONWARNINGS="ignore")
    return client


# --- npm ssh2, and ours --------------------------------------------------------------------------

def ssh2(names, sent, back, host=HOST, port=PORT):
    return run(["node", HERE + "/matrix_ssh2.js", host, str(port), sent, back],
               NODE_PATH=os.environ["MODULES"] + "/node_modules")


def ours(names, sent, back, host=HOST, port=PORT):
    flags = {"key-exchange": "--kex", "public-key": "--host-keys", "cipher": "--ciphers", "mac": "--macs"}
    chosen = [word for kind, n in names.items() for word in (flags[kind], ",".join(n))]
    return run([os.environ["LOAD"], "bulk", "--target", f"{host}:{port}", "--user", "admin", "--key", RUN + "/admin_key",
                "--pin", "first", "--count", "1", "--sftp", "/matrix", "--direction", "both", "--bytes", str(1 << 20),
                *chosen])


TABLE = {"openssh": openssh, "putty": putty, "dropbear": dropbear, "paramiko": python_client("paramiko"),
         "asyncssh": python_client("asyncssh"), "ssh2": ssh2, "ours": ours}


def sftp(client, names, sent, back):
    return TABLE[client](names if client in ("openssh", "ours") else {}, sent, back)


# --- what they offer -----------------------------------------------------------------------------

def hear(listener, heard):
    """The identification and the lists of a client's first KEXINIT."""
    peer, _ = listener.accept()
    with peer, peer.makefile("rb") as stream:
        peer.sendall(b"SSH-2.0-listener\r\n")
        heard["ident"] = stream.readline().decode().strip()
        length, padding = struct.unpack(">IB", stream.read(5))
        body = stream.read(length - 1)[17:]
        heard["kexinit"] = body[:len(body) - padding]


def lists_of(body):
    lists, at = [], 0
    for _ in range(10):
        length, = struct.unpack_from(">I", body, at)
        lists.append(body[at + 4:at + 4 + length].decode().split(","))
        at += 4 + length
    return lists


def offered(client):
    """All that a client can be brought to offer."""
    heard = {}
    everything = openssh_everything() if client == "openssh" else {}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        thread = threading.Thread(target=hear, args=(listener, heard), daemon=True)
        thread.start()
        TABLE[client](everything, "/dev/null", "/dev/null", "127.0.0.1", listener.getsockname()[1])
        thread.join(30)
    if "kexinit" not in heard:
        sys.exit(f"{client} has offered nothing")
    return dict(enumerate(lists_of(heard["kexinit"]))) | {"ident": heard["ident"]}
