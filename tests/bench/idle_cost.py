"""Open sessions to the prompt, leave them idle, and see what everything grew by. Argument: how many."""
import asyncio
import resource
import sys

import server
from claims import check, equal, run
from many import connect

COUNT = int(sys.argv[1])
LIMIT = 4096  # bytes a session


async def open_to_prompt(count):
    gate, opened = asyncio.Semaphore(24), []

    async def one():
        async with gate:
            connection = await connect()
            process = await connection.create_process(term_type="vt100")
            await asyncio.wait_for(process.stdout.readuntil("<Sallyport>"), 60)
            opened.append((connection, process))

    await asyncio.gather(*[one() for _ in range(count)])
    return opened


async def close(opened):
    for connection, _ in opened:
        connection.close()
    await asyncio.gather(*[connection.wait_closed() for connection, _ in opened])


async def measure():
    # One login, so that the code is there; all that sessions need besides counts as theirs.
    await close(await open_to_prompt(1))
    await asyncio.sleep(10)
    memory, threads, descriptors = server.memory(), server.threads(), server.descriptors()
    opened = await open_to_prompt(COUNT)
    await asyncio.sleep(15)
    grown = {kind: bytes_now - memory.get(kind, 0) for kind, bytes_now in server.memory().items()}
    total = sum(grown.values())
    print(f"     {'':24} {'before':>14} {'growth':>14} {'a session':>10}")
    for kind, more in grown.items():
        print(f"     {kind:24} {memory.get(kind, 0):14,} {more:14,} {more / COUNT:10.0f}")
    print(f"     {'all':24} {sum(memory.values()):14,} {total:14,} {total / COUNT:10.0f}")
    check(f"{COUNT} idle sessions grow everything by {total / COUNT:.0f} bytes each (at most {LIMIT})",
          total <= COUNT * LIMIT)
    equal("threads do not grow", server.threads(), threads)
    equal("descriptors do not grow", server.descriptors(), descriptors)

    async def use(process):
        process.stdin.write("display clock\n")
        return "UTC" in await asyncio.wait_for(process.stdout.readuntil("<Sallyport>"), 60)

    alive = await asyncio.gather(*[use(process) for _, process in opened], return_exceptions=True)
    equal("each of them still executes a command", sum(answer is True for answer in alive), COUNT)
    await close(opened)


def idle_cost():
    asyncio.run(measure())


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sys.exit(run(idle_cost))
