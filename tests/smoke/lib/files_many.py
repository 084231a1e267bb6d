"""62 clients move files at once, alone and then beside one that reads nothing and twelve whose disk
hangs. Argument: a directory to agree in with the script: it makes `frozen` and `thawed` when asked
by `freeze` and `thaw`."""
import asyncio
import os
import pathlib
import sys
import time

import asyncssh

from claims import ADDRESS, RUN, check, equal, run

PLACE = pathlib.Path(sys.argv[1])
CLIENTS = 62
BLOCKED = 12  # more than there are threads while disks answer
FILE = os.urandom(1 << 20)
BIG = os.urandom(8 << 20)
WINDOW = 128 * 1024


def connect():
    return asyncssh.connect(ADDRESS[0], username="admin", client_keys=[RUN + "/admin_key"], known_hosts=None,
                            encryption_algs=["aes128-gcm@openssh.com"])


async def write(connection, path, data):
    async with connection.start_sftp_client() as sftp:
        async with sftp.open(path, "wb") as file:
            await file.write(data)


async def read(connection, path):
    async with connection.start_sftp_client() as sftp:
        async with sftp.open(path, "rb") as file:
            return await file.read()


async def both_ways(number, connection):
    await write(connection, f"many-{number}", FILE)
    return await read(connection, f"many-{number}") == FILE


async def all_at_once(connections):
    """How many got their file back, and after how long."""
    start = time.monotonic()
    same = await asyncio.gather(*(both_ways(n, c) for n, c in enumerate(connections)))
    return sum(same), time.monotonic() - start


async def ask(what, answer):
    (PLACE / what).touch()
    while not (PLACE / answer).exists():
        await asyncio.sleep(0.05)


class Deaf(asyncssh.SSHClientSession):
    """Asks for a whole file at once and takes nothing until it is told to."""

    def __init__(self):
        self.got = bytearray()
        self.channel = None

    def connection_made(self, chan):
        self.channel = chan
        chan.pause_reading()

    def session_started(self):
        self.channel.write(packet(1, (3).to_bytes(4, "big")))
        self.channel.write(packet(3, number(1) + text(b"big") + number(1) + number(0)))

    def request_all(self, handle):
        for at in range(0, len(BIG), 32768):
            self.channel.write(packet(5, number(2) + text(handle) + at.to_bytes(8, "big") + number(32768)))

    def data_received(self, data, datatype):
        self.got += data


def number(value):
    return value.to_bytes(4, "big")


def text(data):
    return number(len(data)) + data


def packet(kind, rest):
    return number(len(rest) + 1) + bytes([kind]) + rest


def packets(data):
    at = 0
    while at + 4 <= len(data):
        size = int.from_bytes(data[at:at + 4], "big")
        if at + 4 + size > len(data):
            return
        yield bytes(data[at + 4:at + 4 + size])
        at += 4 + size


async def until(truth):
    while not truth():
        await asyncio.sleep(0.05)


async def deaf_client():
    """A session whose window is full."""
    connection = await connect()
    channel, session = await connection.create_session(Deaf, subsystem="sftp", encoding=None, window=WINDOW)
    channel.resume_reading()
    await until(lambda: len(list(packets(session.got))) == 2)
    handle = list(packets(session.got))[1]
    channel.pause_reading()
    session.got.clear()
    session.request_all(handle[9:])
    await asyncio.sleep(0.5)
    return connection, channel, session


def data_of(session):
    return b"".join(one[9:] for one in packets(session.got) if one[0] == 103)


async def many():
    connections = [await connect() for _ in range(CLIENTS)]
    await write(connections[0], "big", BIG)
    same, alone = await all_at_once(connections)
    equal("62 clients at once: each file comes back as it went", same, CLIENTS)

    other, channel, session = await deaf_client()
    await ask("freeze", "frozen")
    blocked = [await connect() for _ in range(BLOCKED)]
    uploads = [asyncio.create_task(write(one, f"slow/file-{n}", FILE)) for n, one in enumerate(blocked)]
    await asyncio.sleep(0.5)
    same, beside = await all_at_once(connections)
    equal("beside one that reads nothing and twelve whose disk hangs: the same", same, CLIENTS)
    check(f"and they keep their speed ({alone:.1f} s alone, {beside:.1f} s beside them)", beside < 2 * alone + 1)
    check("the one has been sent no more than its window", len(session.got) <= WINDOW, len(session.got))
    check("the others still wait", not any(one.done() for one in uploads))

    await ask("thaw", "thawed")
    await asyncio.wait_for(asyncio.gather(*uploads), 60)
    whole = [await read(one, f"slow/file-{n}") == FILE for n, one in enumerate(blocked)]
    equal("their disk works again: their files are whole", sum(whole), BLOCKED)
    channel.resume_reading()
    await asyncio.wait_for(until(lambda: len(data_of(session)) >= len(BIG)), 60)
    check("the one that reads again has lost nothing", data_of(session) == BIG)
    for one in [*connections, other, *blocked]:
        one.abort()


def sixty_four_clients():
    asyncio.run(many())


run(sixty_four_clients)
