"""Each client with each algorithm that both sides have; see ssh_matrix.sh."""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../smoke/lib"))

from claims import ADDRESS, RUN, bad, good  # noqa: E402
from matrix_clients import CLIENTS, KINDS, offered, sftp  # noqa: E402

MEGABYTE = 1 << 20
WORK = os.environ["WORK"]
# What the device calls them, and what they are called on the wire: any name of a word will do.
WORDS = {
    "key-exchange": {
        "mlkem768x25519-sha256": ["mlkem768x25519-sha256"],
        "sntrup761x25519-sha512": ["sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com"],
        "curve25519-sha256": ["curve25519-sha256", "curve25519-sha256@libssh.org"],
        "curve448-sha512": ["curve448-sha512"],
        "ecdh-sha2-nistp256": ["ecdh-sha2-nistp256"],
        "ecdh-sha2-nistp384": ["ecdh-sha2-nistp384"],
        "ecdh-sha2-nistp521": ["ecdh-sha2-nistp521"],
        "dh-group-exchange-sha256": ["diffie-hellman-group-exchange-sha256"],
        "dh-group14-sha256": ["diffie-hellman-group14-sha256"],
        "dh-group16-sha512": ["diffie-hellman-group16-sha512"],
        "dh-group18-sha512": ["diffie-hellman-group18-sha512"],
        "dh-group14-sha1": ["diffie-hellman-group14-sha1"],
    },
    "public-key": {
        "ed25519": ["ssh-ed25519"],
        "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
        "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
        "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
        "rsa_sha2_512": ["rsa-sha2-512"],
        "rsa_sha2_256": ["rsa-sha2-256"],
        "ssh-rsa": ["ssh-rsa"],
        "dsa": ["ssh-dss"],
    },
    "cipher": {
        "aes128-gcm": ["aes128-gcm@openssh.com"],
        "aes256-gcm": ["aes256-gcm@openssh.com"],
        "chacha20-poly1305": ["chacha20-poly1305@openssh.com"],
        "aes128-ctr": ["aes128-ctr"],
        "aes192-ctr": ["aes192-ctr"],
        "aes256-ctr": ["aes256-ctr"],
        "aes128-cbc": ["aes128-cbc"],
        "aes192-cbc": ["aes192-cbc"],
        "aes256-cbc": ["aes256-cbc"],
        "3des-cbc": ["3des-cbc"],
    },
    "mac": {
        "sha2-256-etm": ["hmac-sha2-256-etm@openssh.com"],
        "sha2-512-etm": ["hmac-sha2-512-etm@openssh.com"],
        "sha2-256": ["hmac-sha2-256"],
        "sha2-512": ["hmac-sha2-512"],
        "sha1-etm": ["hmac-sha1-etm@openssh.com"],
        "sha1": ["hmac-sha1"],
    },
}
AEAD = ("aes128-gcm", "aes256-gcm", "chacha20-poly1305")


class Device:
    """A session of the administrator that stays open while the algorithms of others are what a cell says. It is
    short, so that its own keys are not exchanged again meanwhile."""

    def __init__(self, cell):
        options = ["-F", "/dev/null", "-o", f"UserKnownHostsFile={RUN}/known_hosts", "-o", "StrictHostKeyChecking=yes",
                   "-o", "UpdateHostKeys=no", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-i", RUN + "/admin_key"]
        self.shell = subprocess.Popen(["ssh", "-T", *options, f"admin@{ADDRESS[0]}"], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE)
        self.do("system-view", *(f"ssh2 algorithm {kind} {word}" for kind, word in cell.items()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.do(*(f"undo ssh2 algorithm {kind}" for kind in WORDS))
        self.shell.stdin.close()
        self.shell.wait(60)

    def do(self, *commands):
        """Run them; the lines of the list that ends them all."""
        self.shell.stdin.write("".join(c + "\n" for c in commands).encode() + b"display ssh2 algorithm\n")
        self.shell.stdin.flush()
        lines = []
        while not lines or "MAC algorithms" not in lines[-1]:
            line = self.shell.stdout.readline().decode()
            if not line:
                raise RuntimeError("the administrator's session has ended")
            lines.append(line)
        return lines

    def counter(self, name):
        self.shell.stdin.write(f"display counters | include {name}\n".encode())
        for line in self.do():
            words = line.split()
            if name in words:
                return int(next(w for w in words if w.isdigit()))
        return 0


def cells(kinds):
    """What the device is set to, as {kind: word}, one algorithm at a time."""
    kinds = kinds.split()
    for kind in ("key-exchange", "public-key"):
        if kind in kinds:
            yield from ({kind: word} for word in WORDS[kind])
    if "suite" in kinds:
        for cipher in WORDS["cipher"]:
            for mac in [None] if cipher in AEAD else WORDS["mac"]:
                yield {"cipher": cipher} | ({"mac": mac} if mac else {})


def supports(offer, cell):
    return all(set(WORDS[kind][word]) & set(offer[KINDS[kind]]) for kind, word in cell.items())


def title(cell):
    return " ".join(cell.values())


def names(cell):
    """The wire's names of what is to be agreed on, for clients that offer it on request only."""
    return {kind: WORDS[kind][word] for kind, word in cell.items()}


def try_cell(client, device, cell, sent):
    """Send 1 MB, fetch it back, compare; keys were exchanged again meanwhile."""
    before, start = device.counter("rekeys_ours"), time.monotonic()
    back = os.path.join(WORK, "back")
    if os.path.exists(back):
        os.unlink(back)
    why = sftp(client, names(cell), sent, back)
    took = time.monotonic() - start
    rekeys = device.counter("rekeys_ours") - before
    if why is None and client != "ours":
        with open(sent, "rb") as a, open(back, "rb") as b:
            why = None if a.read() == b.read() else "the file that came back differs"
    if why is None and rekeys < 2:
        why = f"keys were exchanged again {rekeys} times"
    claim = f"{client}: {title(cell)}"
    if why is None:
        good(f"{claim}, {rekeys} rekeys, {took:.1f} s")
        return "ok"
    bad(claim, why)
    return "FAIL"


class Table:
    """What is known of each client: of this run, and of earlier ones that tried other clients or kinds."""

    def __init__(self, path, anew):
        self.path, self.known = path, {}
        if not anew and os.path.exists(path + ".json"):
            with open(path + ".json") as kept:
                self.known = json.load(kept)

    def add(self, client, ident, cell, result):
        about = self.known.setdefault(client, {})
        about["ident"] = ident
        about.setdefault("results", {})[title(cell)] = result

    def write(self):
        with open(self.path + ".json", "w") as out:
            json.dump(self.known, out, indent=1)
        clients = [c for c in CLIENTS if c in self.known]
        with open(self.path, "w") as out:
            out.write("# Clients and algorithms\n\n"
                      "Made by `./tests/run ssh-matrix`. ok: 1 MB each way over SFTP, keys exchanged again every 256 KB,\n"
                      "with the device set to that algorithm alone. A dash: the client does not have it.\n\n")
            out.write("".join(f"- {c}: `{self.known[c]['ident'].strip()}`\n" for c in clients))
            out.write(f"\n| algorithm | {' | '.join(clients)} |\n|{' --- |' * (len(clients) + 1)}\n")
            for name in map(title, cells("key-exchange public-key suite")):
                results = (self.known[c]["results"].get(name, "?") for c in clients)
                out.write(f"| `{name}` | {' | '.join(results)} |\n")


def main():
    clients = os.environ.get("CLIENTS", " ".join(CLIENTS)).split()
    kinds = os.environ.get("KINDS", "key-exchange public-key suite")
    table = Table(os.environ["TABLE"], anew="CLIENTS" not in os.environ and "KINDS" not in os.environ)
    offers = {client: offered(client) for client in clients}
    sent = os.path.join(WORK, "sent")
    with open(sent, "wb") as file:
        file.write(os.urandom(MEGABYTE))
    with Device({}) as device:
        device.do("public-key local create ecdsa secp384r1", "public-key local create ecdsa secp521r1",
                  "public-key local create dsa", "ssh server key-re-exchange volume 256")
    for cell in cells(kinds):
        with Device(cell) as device:
            for client in clients:
                result = try_cell(client, device, cell, sent) if supports(offers[client], cell) else "-"
                table.add(client, offers[client]["ident"], cell, result)
        table.write()
    print("done", flush=True)


if __name__ == "__main__":
    sys.exit(main())
