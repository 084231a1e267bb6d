"""Paste configuration commands into one session while others run `display users` again and again.

Arguments: MEGABYTES SESSIONS. Every byte of the paste and every row of each answer must be there.
How long one more session waits for its commands is measured without the paste and with it, in a
process of its own, for this one is busy with the answers.
"""
import asyncio
import json
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
    """One shell and its answers."""

    def connection_made(self, chan):
        self.chan = chan
        self.expect()

    def expect(self):
        self.got = bytearray()
        self.done = asyncio.get_running_loop().create_future()

    def data_received(self, data, datatype):
        self.got += data
        if PROMPT.search(self.got[-120:]) and not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, exc):
        if not self.done.done():
            self.done.set_exception(EOFError(f"the session ended: {exc}"))

    async def ask(self, command):
        self.expect()
        self.chan.write(command + b"\r")
        await asyncio.wait_for(self.done, 900)
        return bytes(self.got)


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
        self.askers, self.answers, self.wrong, self.stop = askers, 0, [], False

    async def one(self, number, asker):
        due = time.monotonic() + PERIOD * number / len(self.askers)
        while not self.stop:
            await asyncio.sleep(min(0.5, max(0.0, due - time.monotonic())))
            if time.monotonic() < due:
                continue
            answer = await asker.ask(b"display users")
            self.answers += 1
            rows, names = len(ROW.findall(answer)), answer.count(b"User name: admin\r\n")
            if (rows, names) != (SESSIONS + 2, SESSIONS + 2):
                self.wrong.append(f"{rows} rows, {names} names: {answer[:200]!r} ... {answer[-200:]!r}")
            due += PERIOD

    async def ask_while(self, over):
        """Everybody asks until OVER; returns how many answers there were."""
        self.answers, self.stop = 0, False
        tasks = [asyncio.create_task(self.one(number, asker)) for number, asker in enumerate(self.askers)]
        await over
        self.stop = True
        await asyncio.gather(*tasks)
        return self.answers


def told(waits):
    return f"median {waits[len(waits) // 2] * 1000:.1f} ms, 99 % {at_most(waits, 0.99) * 1000:.1f} ms, longest {waits[-1] * 1000:.1f} ms"


def at_most(waits, share):
    return waits[min(len(waits) - 1, int(share * len(waits)))]


class Helper:
    """A script of ours in a process of its own, which begins when it is told."""

    async def begin(self, script, *arguments):
        self.process = await asyncio.create_subprocess_exec(sys.executable, os.path.dirname(__file__) + "/" + script, *arguments,
                                                            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 24)
        await self.process.stdout.readuntil(b"ready\n")

    def tell(self):
        self.process.stdin.write(b"\n")

    async def waits(self):
        """Of the phase that ends here."""
        self.tell()
        return json.loads(await self.process.stdout.readline())

    async def claims(self):
        """Its claims become ours."""
        self.tell()
        try:
            said = await self.process.stdout.readuntil(b"done\n")
        except asyncio.IncompleteReadError as cut:
            bad("the paste runs to its end", cut.partial.decode())
        else:
            sys.stdout.write(said.decode().replace("done\n", ""))


async def everything():
    gate = asyncio.Semaphore(32)
    askers = await asyncio.gather(*[open_one(gate) for _ in range(SESSIONS)])
    paste, probe, crowd = Helper(), Helper(), Crowd(askers)
    await paste.begin("paste.py", MEGABYTES)
    await probe.begin("paste_probe.py")
    probe.tell()
    answers = await crowd.ask_while(asyncio.sleep(QUIET))
    equal(f"without the paste {answers} answers are whole", crowd.wrong[:1], [])
    quiet = await probe.waits()
    answers = await crowd.ask_while(paste.claims())
    equal(f"with it {answers} answers are whole", crowd.wrong[:1], [])
    busy = await probe.waits()
    print(f"     | waits without the paste: {told(quiet)}\n     | waits with it: {told(busy)}", flush=True)
    check("the paste makes nobody wait for more than a slice of it",
          at_most(busy, 0.5) < 2 * at_most(quiet, 0.5) + 0.02 and at_most(busy, 0.99) < 3 * at_most(quiet, 0.99) + 0.1,
          told(quiet), told(busy))
    paste.tell()
    probe.process.kill()
    await asyncio.gather(paste.process.wait(), probe.process.wait())


def paste_among():
    asyncio.run(everything())


if __name__ == "__main__":
    sys.exit(run(paste_among))
