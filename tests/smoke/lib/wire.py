"""Plain SSH bytes over a plain socket, for clients that misbehave. Nothing here is encrypted."""
import os
import socket
import struct

from claims import ADDRESS

IDENT = b"SSH-2.0-test_client\r\n"
DISCONNECT, IGNORE, SERVICE_REQUEST, KEXINIT, NEWKEYS = 1, 2, 5, 20, 21
KEX_ECDH_INIT, USERAUTH_REQUEST, CHANNEL_OPEN = 30, 50, 90


def string(data):
    return struct.pack(">I", len(data)) + data


def packet(payload, padding=None):
    """An unencrypted binary packet."""
    if padding is None:
        padding = 8 - (5 + len(payload)) % 8
        padding += 8 if padding < 4 else 0
    return struct.pack(">IB", 1 + len(payload) + padding, padding) + payload + bytes(padding)


def kexinit(kex=b"curve25519-sha256,kex-strict-c-v00@openssh.com", cipher=b"aes128-ctr", mac=b"hmac-sha2-256"):
    lists = [kex, b"ssh-ed25519", cipher, cipher, mac, mac, b"none", b"none", b"", b""]
    return bytes([KEXINIT]) + os.urandom(16) + b"".join(map(string, lists)) + b"\0" + bytes(4)


class Wire:
    """One connection."""

    def __init__(self, seconds=8):
        self.socket = socket.create_connection(ADDRESS, timeout=seconds)
        self.held = b""

    def send(self, data):
        self.socket.sendall(data)

    def receive(self, count):
        while len(self.held) < count:
            piece = self.socket.recv(65536)
            if not piece:
                raise EOFError
            self.held += piece
        got, self.held = self.held[:count], self.held[count:]
        return got

    def ident(self):
        line = b""
        while not line.endswith(b"\n"):
            line += self.receive(1)
        return line

    def message(self):
        """The payload of the next packet."""
        length, padding = struct.unpack(">IB", self.receive(5))
        return self.receive(length - 1)[:length - 1 - padding]

    def ending(self):
        """How the connection ends: "closed", "reset", "disconnect N"; raises when it does not."""
        reason = None
        try:
            while True:
                message = self.message()
                if message[:1] == bytes([DISCONNECT]):
                    reason = struct.unpack(">I", message[1:5])[0]
        except EOFError:
            ending = "closed"
        except ConnectionResetError:
            ending = "reset"
        self.socket.close()
        return f"disconnect {reason}" if reason is not None else ending

    def reset(self):
        """Close with RST."""
        reset_close(self.socket)


def reset_close(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
