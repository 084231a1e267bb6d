"""UDP to the device is answered by port unreachable, which a connected socket reports."""
import socket
import sys
import time

from claims import check, run


def reachable(family, address):
    """Our IPv6 address is checked for a second before it is used."""
    for _ in range(30):
        with socket.socket(family, socket.SOCK_STREAM) as tcp:
            tcp.settimeout(1)
            try:
                tcp.connect((address, 22))
                return True
            except OSError:
                time.sleep(0.2)
    return False


def refusals(family, address, count):
    """How many of COUNT datagrams were refused."""
    refused = 0
    with socket.socket(family, socket.SOCK_DGRAM) as udp:
        udp.connect((address, 9))
        udp.settimeout(0.2)
        for _ in range(count):
            try:
                udp.send(b"anyone there?")
                udp.recv(100)
            except ConnectionRefusedError:
                refused += 1
            except TimeoutError:
                pass
    return refused


def ports():
    for family, address in ((socket.AF_INET, "192.0.2.2"), (socket.AF_INET6, "2001:db8::2")):
        check(f"{address} listens on port 22", reachable(family, address))
        check(f"UDP to {address} is refused", refusals(family, address, 3) == 3)


def limits():
    time.sleep(1.5)
    refused = refusals(socket.AF_INET, "192.0.2.2", 30)
    check("a burst of refusals is limited for one source", 8 <= refused < 30, refused)


if __name__ == "__main__":
    sys.exit(run(ports, limits))
