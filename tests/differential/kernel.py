"""A listener of the kernel's that greets as the device does and reads on. Arguments: address, bytes
of its greeting."""
import socket
import sys
import threading


def serve(peer):
    try:
        peer.sendall(b"SSH-2.0-" + b"x" * (int(sys.argv[2]) - 10) + b"\r\n")
        while peer.recv(4096):
            pass
    except OSError:
        pass


with socket.create_server((sys.argv[1], 22), backlog=64) as listener:
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
