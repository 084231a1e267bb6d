"""Paste configuration commands into one session while others run `display users` again and again.

Arguments: MEGABYTES SESSIONS. Every byte of the paste and every row of each answer must be there.
How long the others wait for the first row is measured without the paste and with it.
"""
import asyncio
import os
import re
import sys
import time

import asyncssh

from claims import bad, check, equal, run
from clients_python import asyncssh_options

MEGABYTES, SESSIONS = sys.argv[1], int(sys.argv[2])
PERIOD = max(2.0, SESSIONS / 25)  # seconds between two commands of one session
QUIET = 1.5 * PERIOD              # seconds that are measured without the paste
PROMPT = re.compile(rb"\r\n<[^<>\r\n]+>$")
ROW = re.compile(rb"^[ +]+\d+ +VTY \d+ +", re.M)
OPTIONS = asyncssh_options("key", "aes128-gcm@openssh.com")
OPTIONS.update(client_keys=[asyncssh.read_private_key(OPTIONS["client_keys"][0])],
               known_hosts=asyncssh.read_known_hosts(OPTIONS["known_hosts"]), login_timeout=120,
               kex_algs=["curve25519-sha256"], server_host_key_algs=["ssh-ed25519"])


class Asker(asyncssh.SSHClientSession):
    """One shell, its answers and the time to the first row of each."""

    def connection_made(self, chan):
        self.chan = chan
        self.expect()

    def expect(self):
        self.got, self.first = bytearray(), None
        self.done = asyncio.get_running_loop().create_future()

    def data_received(self, data, datatype):
        self.got += data
        if self.first is None and b"VTY" in self.got:
            self.first = time.monotonic()
        if PROMPT.search(self.got[-120:]) and not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, exc):
        if not self.done.done():
            self.done.set_exception(EOFError(f"the session ended: {exc}"))

    async def ask(self, command):
        """The answer to COMMAND and the seconds until its first row."""
        self.expect()
        asked = time.monotonic()
        self.chan.write(command + b"\r")
        await asyncio.wait_for(self.done, 120)
        return bytes(self.got), (self.first or time.monotonic()) - asked


async def open_one(gate):
    async with gate:
        connection = await asyncssh.connect("192.0.2.2", **OPTIONS)
        _, asker = await connection.create_session(Asker, term_type="vt100", encoding=None)
        await asyncio.wait_for(asker.done, 60)
        await asker.ask(b"screen-length disable")
        return asker


class Crowd:
    """The sessions, each asking once in PERIOD at a moment of its own."""

    def __init__(self, askers):
        self.askers, self.waits, self.wrong, self.stop = askers, [], [], False

    async def one(self, number, asker):
        due = time.monotonic() + PERIOD * number / len(self.askers)
        while not self.stop:
            await asyncio.sleep(min(0.5, max(0.0, due - time.monotonic())))
            if time.monotonic() < due:
                continue
            answer, wait = await asker.ask(b"display users")
            self.waits.append(wait)
            rows, names = len(ROW.findall(answer)), answer.count(b"User name: admin\r\n")
            if (rows, names) != (SESSIONS + 1, SESSIONS + 1):
                self.wrong.append(f"{rows} rows, {names} names: {answer[:200]!r} ... {answer[-200:]!r}")
            due += PERIOD

    async def ask_while(self, over):
        """Everybody asks until OVER; returns the waits in order of length."""
        self.waits, self.stop = [], False
        tasks = [asyncio.create_task(self.one(number, asker)) for number, asker in enumerate(self.askers)]
        await over
        self.stop = True
        await asyncio.gather(*tasks)
        return sorted(self.waits)


def told(waits):
    return f"median {waits[len(waits) // 2] * 1000:.1f} ms, 99 % {at_most(waits, 0.99) * 1000:.1f} ms, longest {waits[-1] * 1000:.1f} ms"


def at_most(waits, share):
    return waits[min(len(waits) - 1, int(share * len(waits)))]


class Paste:
    """paste.py in a process of its own, so that it is not us who delay it."""

    async def begin(self):
        self.process = await asyncio.create_subprocess_exec(sys.executable, os.path.dirname(__file__) + "/paste.py", MEGABYTES,
                                                            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
        await self.process.stdout.readuntil(b"ready\n")

    async def run(self):
        """Its claims become ours."""
        said, _ = await self.process.communicate(b"\n")
        sys.stdout.write(said.decode().replace("done\n", ""))
        if not said.endswith(b"done\n"):
            bad("the paste runs to its end", said.decode())


async def everything():
    gate = asyncio.Semaphore(32)
    askers = await asyncio.gather(*[open_one(gate) for _ in range(SESSIONS)])
    paste, crowd = Paste(), Crowd(askers)
    await paste.begin()
    quiet = await crowd.ask_while(asyncio.sleep(QUIET))
    equal(f"without the paste {len(quiet)} answers are whole", crowd.wrong[:1], [])
    busy = await crowd.ask_while(paste.run())
    equal(f"with it {len(busy)} answers are whole", crowd.wrong[:1], [])
    print(f"     | waits without the paste: {told(quiet)}\n     | waits with it: {told(busy)}", flush=True)
    check("the paste makes nobody wait for more than a slice of it",
          at_most(busy, 0.5) < 2 * at_most(quiet, 0.5) + 0.02 and at_most(busy, 0.99) < 3 * at_most(quiet, 0.99) + 0.1,
          told(quiet), told(busy))


def paste_among():
    asyncio.run(everything())


if __name__ == "__main__":
    sys.exit(run(paste_among))
