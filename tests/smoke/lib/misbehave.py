"""A server that behaves badly in one way: misbehave.py PORT {garbage|stall|reset|old|liar}."""
import socket
import struct
import sys
import threading
import time


def liar_key():
    """Signs something else."""
    import paramiko  # late: those that need no SSH listen at once

    key = paramiko.ECDSAKey.generate()
    honest = key.sign_ssh_data
    key.sign_ssh_data = lambda data, algorithm=None: honest(data + b"!", algorithm)
    return key


def lie(one, key):
    """SSH up to the host key's signature."""
    import paramiko

    transport = paramiko.Transport(one)
    transport.add_server_key(key)
    transport.start_server(event=threading.Event(), server=paramiko.ServerInterface())
    return transport


def serve(port, way):
    key = liar_key() if way == "liar" else None
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(64)
    kept = []
    while True:
        one, _ = listener.accept()
        if way == "stall":
            kept.append(one)
            continue
        if way == "liar":
            kept.append(lie(one, key))
            continue
        if way == "old":
            one.sendall(b"SSH-1.5-ancient\r\n")
        elif way == "garbage":
            one.sendall(b"SSH-2.0-liar\r\n" + bytes(range(256)) * 4)
        time.sleep(0.1)
        if way == "reset":
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.close()


serve(int(sys.argv[1]), sys.argv[2])
