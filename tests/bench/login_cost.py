"""Server CPU of full logins, 16 under way at a time. Argument: how many."""
import asyncio
import sys
import time

import server
from claims import check, equal, run
from many import login

COUNT = int(sys.argv[1])
LIMIT_US = 1000


async def logins(count):
    left, good = iter(range(count)), []

    async def worker():
        for _ in left:
            good.append(await login())

    await asyncio.gather(*[worker() for _ in range(16)])
    return sum(good)


async def measure():
    await logins(50)
    before, start = server.cpu_ns(), time.monotonic()
    good = await logins(COUNT)
    after, seconds = server.cpu_ns(), time.monotonic() - start
    idle_before = server.cpu_ns()
    await asyncio.sleep(3)
    idle = {name: (ns - idle_before[name]) / 3 for name, ns in server.cpu_ns().items()}
    print(f"     {'process':12} {'us a login':>12} {'idle, % of a core':>18}")
    total = 0
    for name in after:
        used = (after[name] - before[name]) / COUNT / 1000
        total += used
        print(f"     {name:12} {used:12.1f} {idle[name] / 1e7:18.2f}")
    equal(f"{COUNT} logins in {seconds:.1f} s", good, COUNT)
    check(f"one login costs the server {total:.0f} us of CPU (at most {LIMIT_US})", total <= LIMIT_US)


def login_cost():
    asyncio.run(measure())


if __name__ == "__main__":
    sys.exit(run(login_cost))
