"""Many sessions: all at once, one after another, 64 at a time. Then every pool is back where it was."""
import asyncio
import re
import sys
import time

import asyncssh

from claims import check, equal, run
from clients_python import asyncssh_options

OPTIONS = asyncssh_options("key", "aes128-gcm@openssh.com")
# One key file is parsed once, not for every login.
OPTIONS["client_keys"] = [asyncssh.read_private_key(OPTIONS["client_keys"][0])]
OPTIONS["known_hosts"] = asyncssh.read_known_hosts(OPTIONS["known_hosts"])
OPTIONS["login_timeout"] = 120
OPTIONS["kex_algs"] = ["curve25519-sha256"]
OPTIONS["server_host_key_algs"] = ["ssh-ed25519"]


def connect():
    return asyncssh.connect("192.0.2.2", **OPTIONS)


async def ask(command):
    async with connect() as connection:
        return (await connection.run(command)).stdout


async def login():
    """One full login with one command; true when it did what it should."""
    return "UTC" in await ask("display clock")


# Not what is held now, but what once was, or what comes and goes with every packet.
HISTORY = {"dataplane connection slots ever used", "dataplane neighbours known"}
POOL = re.compile(r"^\s*(\S.*?)\s+(\d+)\s+(\d+)\s+(\d+)\s*$", re.M)


async def pools(connection):
    """In use, by pool; while CONNECTION is asking."""
    rows = POOL.findall((await connection.run("display sessions resources")).stdout)
    return {name: int(used) for name, used, _, _ in rows if name not in HISTORY}


async def at_once(count):
    failed, open_ones, gate = 0, [], asyncio.Semaphore(32)

    async def one():
        async with gate:
            connection = await connect()
            open_ones.append(connection)
            process = await connection.create_process(term_type="vt100")
            await asyncio.wait_for(process.stdout.readuntil("<Sallyport>"), 60)
            return process

    results = await asyncio.gather(*[one() for _ in range(count)], return_exceptions=True)
    failed = sum(isinstance(result, BaseException) for result in results)
    first = next((repr(result) for result in results if isinstance(result, BaseException)), "")
    equal(f"{count} sessions open at once, failed: {first}", failed, 0)

    async def use(process):
        process.stdin.write("display clock\n")
        return "UTC" in await asyncio.wait_for(process.stdout.readuntil("<Sallyport>"), 60)

    used = await asyncio.gather(*[use(result) for result in results if not isinstance(result, BaseException)],
                                return_exceptions=True)
    equal(f"each of the {count} executes a command", sum(result is True for result in used), count)
    for connection in open_ones:
        connection.close()
    await asyncio.gather(*[connection.wait_closed() for connection in open_ones])


async def in_turn(total, width):
    """TOTAL logins, WIDTH at a time."""
    bad, left, start = [], iter(range(total)), time.monotonic()

    async def worker():
        for _ in left:
            try:
                if not await login():
                    bad.append("no answer")
            except Exception as error:
                bad.append(repr(error))

    await asyncio.gather(*[worker() for _ in range(width)])
    equal(f"{total} logins, {width} at a time, {time.monotonic() - start:.1f} s, failed: {bad[:1]}", len(bad), 0)


async def settle(connection, before, seconds):
    """Until each pool holds no more than before, or SECONDS have passed."""
    end = time.monotonic() + seconds
    while True:
        now = await pools(connection)
        more = {name: (before.get(name, 0), used) for name, used in now.items() if used > before.get(name, 0)}
        if not more or time.monotonic() > end:
            return more
        await asyncio.sleep(2)


async def everything():
    async with connect() as watcher:
        await pools(watcher)
        await asyncio.sleep(2)
        before = await pools(watcher)
        check(f"display sessions resources shows {len(before)} pools", len(before) >= 10, before)
        await at_once(500)
        await in_turn(2000, 1)
        await in_turn(2000, 64)
        equal("after TIME_WAIT every pool is back where it began", await settle(watcher, before, 150), {})


def many():
    asyncio.run(everything())


if __name__ == "__main__":
    sys.exit(run(many))
