"""SSH as a client that says exactly what it is told to: the first key exchange (curve25519, AES-128-GCM, strict), then
one message after the other, nothing in between. The host's signature is not looked at."""
import hashlib
import struct

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from wire import (DISCONNECT, IDENT, KEX_ECDH_INIT, NEWKEYS, SERVICE_REQUEST, USERAUTH_REQUEST, Wire, kexinit, packet,
                  string)

SERVICE_ACCEPT, EXT_INFO, USERAUTH_FAILURE, USERAUTH_SUCCESS = 6, 7, 51, 52
KEX = b"curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com"


def take_string(data, at):
    end = at + 4 + struct.unpack_from(">I", data, at)[0]
    return data[at + 4:end], end


def mpint(raw):
    raw = raw.lstrip(b"\0")
    return string((b"\0" if raw and raw[0] > 127 else b"") + raw)


class Ended(Exception):
    """The server's DISCONNECT: (reason, text)."""


class Direction:
    """One direction's key and its counter."""

    def __init__(self, key, start):
        self.cipher, self.fixed, self.count = AESGCM(key), start[:4], struct.unpack(">Q", start[4:])[0]

    def nonce(self):
        nonce = self.fixed + struct.pack(">Q", self.count)
        self.count = (self.count + 1) & (2 ** 64 - 1)
        return nonce


class Sealed(Wire):
    """A connection whose keys are in force; nobody has logged in."""

    def __init__(self, seconds=200, ident=IDENT):
        super().__init__(seconds)
        server_ident = self.ident().rstrip(b"\r\n")
        self.send(ident)
        self.session_id = self.exchange(ident.rstrip(b"\r\n"), server_ident)

    def exchange(self, client_ident, server_ident):
        mine = X25519PrivateKey.generate()
        public = mine.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        ours = kexinit(kex=KEX, cipher=b"aes128-gcm@openssh.com")
        self.send(packet(ours) + packet(bytes([KEX_ECDH_INIT]) + string(public)))
        theirs, reply = self.message(), self.message()
        host_key, at = take_string(reply, 1)
        value, at = take_string(reply, at)
        shared = mpint(mine.exchange(X25519PublicKey.from_public_bytes(value)))
        h = hashlib.sha256(b"".join(map(string, (client_ident, server_ident, ours, theirs, host_key, public, value))) +
                           shared).digest()
        if self.message() != bytes([NEWKEYS]):
            raise ValueError("no NEWKEYS")
        self.send(packet(bytes([NEWKEYS])))
        made = {name: hashlib.sha256(shared + h + name + h).digest() for name in (b"A", b"B", b"C", b"D")}
        self.out = Direction(made[b"C"][:16], made[b"A"][:12])
        self.into = Direction(made[b"D"][:16], made[b"B"][:12])
        return h

    def say(self, payload):
        padding = 16 - (1 + len(payload)) % 16
        padding += 16 if padding < 4 else 0
        length = struct.pack(">I", 1 + len(payload) + padding)
        plain = bytes([padding]) + payload + bytes(padding)
        self.send(length + self.out.cipher.encrypt(self.out.nonce(), plain, length))

    def hear(self):
        """The next message; the server's DISCONNECT is raised."""
        length = self.receive(4)
        plain = self.into.cipher.decrypt(self.into.nonce(), self.receive(struct.unpack(">I", length)[0] + 16), length)
        message = plain[1:len(plain) - plain[0]]
        if message[0] == DISCONNECT:
            raise Ended(struct.unpack_from(">I", message, 1)[0], take_string(message, 5)[0].decode())
        return message

    def hear_one_of(self, *numbers):
        while True:
            message = self.hear()
            if message[0] in numbers:
                return message

    # --- logging in ---

    def userauth(self):
        self.say(bytes([SERVICE_REQUEST]) + string(b"ssh-userauth"))
        self.hear_one_of(SERVICE_ACCEPT)
        return self

    def request(self, user, method, rest=b""):
        self.say(bytes([USERAUTH_REQUEST]) + string(user) + string(b"ssh-connection") + string(method) + rest)

    def login(self, user, password):
        """USERAUTH_SUCCESS or what came instead."""
        self.userauth().request(user, b"password", b"\0" + string(password))
        return self.hear_one_of(USERAUTH_SUCCESS, USERAUTH_FAILURE)[0] == USERAUTH_SUCCESS
