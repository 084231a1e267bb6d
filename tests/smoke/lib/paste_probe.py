"""One session that runs `display clock` ten times a second and tells how long it waited each time.

Each line on standard input is a phase's name; at the next one, or at the end, the waits of the phase
are printed as a list of seconds.
"""
import json
import select
import sys
import time

from paste import Pipe


def answered(session):
    """Until the prompt of user view, whatever the device is called by then."""
    got = b""
    while not (got.endswith(b">") and b"\r\n<" in got[-120:]):
        piece = session.receive(65536)
        if not piece:
            raise EOFError(f"ended after {got[-200:]!r}")
        got += piece
    return got


def probe():
    session, waits = Pipe(), []
    while not session.receive(65536).endswith(b">"):
        pass
    print("ready", flush=True)
    sys.stdin.readline()
    while True:
        begun = time.monotonic()
        session.send(b"display clock\r")
        if b"UTC" not in answered(session):
            raise ValueError("not an answer")
        waits.append(time.monotonic() - begun)
        if select.select([sys.stdin], [], [], 0.1)[0]:
            print(json.dumps(sorted(waits)), flush=True)
            waits = []
            if not sys.stdin.readline():
                return


probe()
