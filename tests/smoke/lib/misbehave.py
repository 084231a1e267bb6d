"""A server that behaves badly in one way: misbehave.py PORT {garbage|stall|reset|old}."""
import socket
import struct
import sys
import time


def serve(port, way):
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
        if way == "old":
            one.sendall(b"SSH-1.5-ancient\r\n")
        elif way == "garbage":
            one.sendall(b"SSH-2.0-liar\r\n" + bytes(range(256)) * 4)
        time.sleep(0.1)
        if way == "reset":
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.close()


serve(int(sys.argv[1]), sys.argv[2])
